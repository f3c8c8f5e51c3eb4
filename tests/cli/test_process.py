"""The command as its own process: exit codes, quiet streams, speed, and Ctrl-C."""

import json
import os
import signal
import subprocess
import sys
import time

import pytest

COMMAND = [sys.executable, "-m", "resilience"]


def call(*arguments, **options) -> subprocess.CompletedProcess:
    return subprocess.run([*COMMAND, *map(str, arguments)], capture_output=True, text=True, timeout=60, **options)


def test_a_run_prints_one_object_and_nothing_else(tiny, tmp_path):
    done = call("run", tiny, "--out", tmp_path / "run", "--json")
    assert done.returncode == 0
    assert done.stderr == ""
    assert json.loads(done.stdout)["sizing"]["status"] == "optimal"


@pytest.mark.parametrize(
    ("arguments", "code"), [(["list"], 0), (["run", "nothing"], 1), (["run"], 2), (["frob"], 2), (["--version"], 0)]
)
def test_the_exit_code_says_how_it_went(arguments, code):
    done = call(*arguments)
    assert done.returncode == code
    assert "Traceback" not in done.stderr


@pytest.mark.skipif(os.name == "nt", reason="rusage is counted on POSIX only")
def test_help_takes_under_half_a_second_of_cpu():
    child = subprocess.Popen([*COMMAND, "--help"], stdout=subprocess.DEVNULL)
    _, status, used = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    assert child.returncode == 0
    assert used.ru_utime + used.ru_stime < 0.5


@pytest.mark.skipif(os.name == "nt", reason="rusage is counted on POSIX only")
def test_a_run_whose_log_is_a_file_says_what_it_does_within_two_seconds_of_cpu(tmp_path):
    arguments = ["run", "ipef_reserve", "--out", str(tmp_path / "run")]
    child = subprocess.Popen([*COMMAND, *arguments], stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True)
    first = child.stderr.readline()
    child.kill()
    child.stderr.close()
    _, status, used = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    assert first.endswith(" s)\n")
    assert used.ru_utime + used.ru_stime < 2.0


def heed_interrupts() -> None:
    """What shells start in the background ignores Ctrl-C, and its children inherit that: a terminal's do not."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


@pytest.mark.skipif(os.name == "nt", reason="Ctrl-C reaches a child in another way on Windows")
def test_ctrl_c_ends_a_run_at_once_and_leaves_nothing(tmp_path):
    folder = tmp_path / "runs" / "run"
    child = subprocess.Popen(
        [*COMMAND, "run", "ipef_reserve", "--out", str(folder)],
        stderr=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        preexec_fn=heed_interrupts,
    )
    try:
        time.sleep(4)  # into reading and stating, long before it could end
        child.send_signal(signal.SIGINT)
        stdout, stderr = child.communicate(timeout=60)
    finally:
        child.kill()
    assert child.returncode in (130, -signal.SIGINT), stderr  # shells call both 130; Python 3.11 mixes them in imports
    assert stdout == ""
    assert "Interrupted" in stderr
    assert "Traceback" not in stderr
    assert not (tmp_path / "runs").exists()


@pytest.mark.skipif(os.name == "nt", reason="Ctrl-C reaches a child in another way on Windows")
def test_ctrl_c_keeps_what_is_finished_and_says_how_to_go_on(tiny, tmp_path, until):
    folder = tmp_path / "runs" / "run"
    child = subprocess.Popen(
        [*COMMAND, "run", str(tiny), "--out", str(folder)],
        stderr=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        preexec_fn=heed_interrupts,
    )
    answers = folder / "unfinished" / "answers"
    try:
        until(lambda: answers.exists() and answers.stat().st_size > 0)
        child.send_signal(signal.SIGINT)
        stdout, stderr = child.communicate(timeout=60)
    finally:
        child.kill()
    assert child.returncode == 130, stderr
    assert stdout == ""
    assert "of work kept. Go on with: resilience resume " in stderr
    assert not (folder / "unfinished" / "lock").exists()
    done = call("resume", folder)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("A reserve of 2 goods worth 500 USD")
    assert [line.split()[1] for line in (folder / "times.txt").read_text().splitlines()] == [
        "begun",
        "gone",
        "finished",
    ]
