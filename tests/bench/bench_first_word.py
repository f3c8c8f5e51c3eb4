"""How long each command that works for long says nothing: python tests/bench/bench_first_word.py

Seconds by the clock and of CPU until its first line stands in a log; then it is ended. A second of that is meant.
"""

import os
import shlex
import subprocess
import sys
import tempfile
import time
from pathlib import Path

RESERVE = "good,place,owner,units\ngallium,USA,ipef,10\n"
COMMANDS = (
    "show chips",
    "check chips",
    "metrics chips",
    "stress chips --scenario taiwan_blockade_12w",
    "stress chips --hazards all",
    "controls chip4_controls",
    "adversary ipef_reserve",
    "exercise quartz_2024",
    "run ipef_reserve",
    "backtest chips",
    "compare ipef_reserve",
    "share ipef_reserve",
    "allocate ipef_reserve --scenario gallium_germanium_ban --good gallium --units 10",
    "cycle ipef_reserve --reserve reserve.csv",
    "export ipef_reserve --mps out",
)


def used(pid: int) -> float:
    """CPU seconds of a process until now, as Linux tells them."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def first_word(command: str, folder: str) -> tuple[float, float, str]:
    """Seconds by the clock, seconds of CPU, and the word."""
    begun = time.monotonic()
    words = [sys.executable, "-m", "resilience", *shlex.split(command)]
    with subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, cwd=folder) as child:
        line = child.stdout.readline()
        found = time.monotonic() - begun, used(child.pid), line.strip()
        child.kill()
    return found


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "reserve.csv").write_text(RESERVE)
        for command in COMMANDS:
            clock, cpu, word = first_word(command, folder)
            print(f"{command.split()[0]:10} {clock:5.2f} s {cpu:5.2f} s of CPU  {word[:60]}")


if __name__ == "__main__":
    main()
