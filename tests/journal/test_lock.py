import json
import os
import subprocess
import sys

import pytest

from resilience.errors import RunError
from resilience.journal import Lock

HOLD = """
import sys, time
from pathlib import Path
from resilience.journal import Lock
Lock(path=Path(sys.argv[1]) / "lock", folder=Path(sys.argv[1])).take()
print("taken", flush=True)
time.sleep(60)
"""


@pytest.fixture
def lock(tmp_path):
    return Lock(path=tmp_path / "lock", folder=tmp_path)


@pytest.fixture
def other(tmp_path):
    """Another process that holds the lock."""
    child = subprocess.Popen([sys.executable, "-c", HOLD, tmp_path], stdout=subprocess.PIPE, text=True)
    assert child.stdout.readline() == "taken\n"
    yield child
    child.kill()
    child.wait()


def test_a_second_process_is_refused_while_the_first_lives(lock, other):
    with pytest.raises(RunError, match=rf"is in use by process {other.pid} on this machine.*delete .*lock"):
        lock.take()


def test_what_a_killed_process_held_is_taken_over(lock, other, tmp_path):
    other.kill()
    other.wait()
    lock.take()
    assert lock.holder().pid == os.getpid()
    lock.release()
    assert list(tmp_path.iterdir()) == []


def test_a_number_that_was_given_to_another_process_since_holds_nothing(lock):
    lock.take()
    held = json.loads(lock.path.read_text())
    if not held["began"]:
        pytest.skip("this system does not say when a process began")
    lock.path.write_text(json.dumps({**held, "began": "1"}))
    lock.take()


def test_of_another_machine_nothing_is_assumed(lock):
    lock.path.write_text(json.dumps({"pid": 1, "host": "elsewhere", "began": ""}))
    with pytest.raises(RunError, match="by process 1 on elsewhere"):
        lock.take()


def test_two_that_see_one_dead_holder_do_not_both_win(lock, other, tmp_path):
    other.kill()
    other.wait()
    (tmp_path / "lock.turn").touch()  # the other one is here already
    with pytest.raises(RunError, match=r"just taking over .*delete .*lock\.turn"):
        lock.take()


def test_an_unreadable_lock_is_respected(lock):
    lock.path.write_text("")
    with pytest.raises(RunError, match="on an unknown machine"):
        lock.take()
