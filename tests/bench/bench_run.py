"""What the command line costs: CPU seconds and peak memory of import, help and a run, each in a process of its own.

Run it by hand: `python tests/bench/bench_run.py [STUDY]` (ipef_reserve if none is given). CPU time is what to compare;
wall-clock depends on what else the machine does. POSIX only.
"""

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

COMMAND = [sys.executable, "-m", "resilience"]


def cost(name: str, command: list[str]) -> None:
    """Run a command and print what it took."""
    started = time.monotonic()
    child = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    _, status, used = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode:
        raise SystemExit(f"{name} ended with {child.returncode}")
    peak = used.ru_maxrss / (2**20 if sys.platform != "darwin" else 2**30)  # kilobytes, but bytes on macOS
    cpu, wall = used.ru_utime + used.ru_stime, time.monotonic() - started
    sys.stdout.write(f"{name:<28}{cpu:9.2f} s CPU{wall:9.1f} s wall{peak:8.2f} GB\n")
    sys.stdout.flush()


def main() -> None:
    study = sys.argv[1] if len(sys.argv) > 1 else "ipef_reserve"
    cost("import resilience", [sys.executable, "-c", "import resilience"])
    cost("resilience --help", [*COMMAND, "--help"])
    cost("resilience show chips", [*COMMAND, "show", "chips"])
    with tempfile.TemporaryDirectory() as folder:
        cost(f"resilience run {study}", [*COMMAND, "run", study, "--out", str(Path(folder) / "run")])


if __name__ == "__main__":
    main()
