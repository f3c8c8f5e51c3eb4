"""How long a report takes, and how large it is: `uv run tests/bench/bench_report.py RUN`, a finished run's folder."""

import sys
import tempfile
import time
from pathlib import Path

from resilience.report import write_report
from resilience.runs.saved import beside, read


def timed(what: str, work):
    """The answer of `work`, with the CPU seconds it took told."""
    begun = time.process_time()
    found = work()
    print(f"{what}: {time.process_time() - begun:.2f} s of CPU")
    return found


def main() -> None:
    saved = timed("reading the run back, balancing included", lambda: read(Path(sys.argv[1])))
    others = beside(saved)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "report.html"
        for redact in (False, True):
            timed(
                f"report, redacted={redact}",
                lambda redact=redact: write_report(saved, path, beside=others, redact=redact),
            )
            print(f"{path.stat().st_size / 1e6:.2f} MB")


if __name__ == "__main__":
    main()
