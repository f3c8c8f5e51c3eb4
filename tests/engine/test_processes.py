"""Workers that die, parents that die, and Ctrl-C: with real processes and real signals."""

import os
import signal
import subprocess
import sys
import threading
from collections import Counter
from pathlib import Path

import jobs
import pytest

from resilience.engine import Done, Processes, answers, nothing
from resilience.engine.lane import Lane
from resilience.engine.threads import THREADS
from resilience.errors import EngineError

NUMBERS = {f"task {number}": number for number in range(10)}


def kill_victim(folder, until):
    until((folder / "victim").exists)
    os.kill(int((folder / "victim").read_text()), signal.SIGKILL)


def test_a_killed_worker_costs_its_own_task_one_repeat_and_no_other_any(tmp_path, until):
    killer = threading.Thread(target=kill_victim, args=(tmp_path, until))
    killer.start()
    with Processes(workers=2).team(nothing) as team:
        outcomes = list(team.work(jobs.logged, {key: (str(tmp_path), number, 4) for key, number in NUMBERS.items()}))
    killer.join()
    assert sorted(outcome.key for outcome in outcomes) == list(NUMBERS)
    assert {outcome.key: outcome.value for outcome in outcomes} == NUMBERS
    begun = Counter(int(line) for line in (tmp_path / "begun").read_text().split())
    assert begun == Counter({**dict.fromkeys(range(10), 1), 4: 2})


def test_a_task_that_kills_its_workers_is_named_and_the_others_are_kept():
    with Processes(workers=2, attempts=2).team(nothing) as team:
        found = {outcome.key: outcome for outcome in team.work(jobs.kills, NUMBERS)}
        poison = found.pop("task 3")
        assert found == {key: Done(key=key, value=number) for key, number in NUMBERS.items() if number != 3}
        assert poison.error == "WorkerLost"
        assert "ended its worker 2 times, the last time by signal 9" in poison.message
        assert answers(team, jobs.kills, {"again": 1}) == {"again": 1}


def test_a_worker_killed_between_rounds_is_replaced():
    with Processes(workers=1).team(jobs.empty) as team:
        _, pid = answers(team, jobs.visits, {"a": "a"})["a"]
        os.kill(pid, signal.SIGKILL)
        met, other = answers(team, jobs.visits, {"a": "a"})["a"]
    assert met == 1
    assert other != pid


def test_workers_that_die_before_they_are_ready_end_the_team():
    with (
        pytest.raises(EngineError, match=r"before they are ready \(exit code 5\)"),
        Processes(workers=1, attempts=2).team(jobs.deadly) as team,
    ):
        list(team.work(jobs.scaled, NUMBERS))


def test_a_worker_that_dies_before_it_has_read_a_large_recipe_holds_nobody_up():
    lanes = [Lane(bytes(10_000_000)) for _ in range(2)]  # far more than a pipe holds; both start at once
    for lane in lanes:
        lane.process.kill()
        assert lane.heard() is None
        assert "signal 9" in lane.cause()
        lane.close()
        assert not lane.briefing.is_alive()


def test_workers_have_one_thread_each_and_the_parent_keeps_its_own(monkeypatch):
    monkeypatch.setenv("OMP_NUM_THREADS", "5")
    monkeypatch.delenv("MKL_NUM_THREADS", raising=False)
    with Processes(workers=1).team(nothing) as team:
        assert answers(team, jobs.threads, {name: name for name in THREADS}) == dict.fromkeys(THREADS, "1")
    assert os.environ["OMP_NUM_THREADS"] == "5"
    assert "MKL_NUM_THREADS" not in os.environ


def test_a_team_reads_one_round_at_a_time():
    with Processes(workers=1).team(jobs.seven) as team:
        first = team.work(jobs.scaled, NUMBERS)
        assert next(first).value == 0
        with pytest.raises(EngineError, match="at work on a round"):
            next(team.work(jobs.scaled, NUMBERS))
        assert [outcome.value for outcome in first] == [7 * number for number in range(1, 10)]


PROGRAM = """
import sys
import jobs
from resilience.engine import Processes, answers, nothing

if __name__ == "__main__":
    with Processes(workers=2).team(nothing) as team:
        answers(team, jobs.pid_at, dict.fromkeys("abc", sys.argv[1]))
"""


def started(program, *arguments):
    paths = os.pathsep.join([str(Path(jobs.__file__).parent), os.environ.get("PYTHONPATH", "")])
    return subprocess.Popen(
        [sys.executable, str(program), *map(str, arguments)],
        env={**os.environ, "PYTHONPATH": paths},
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


def alive(pid):
    """Whether the process runs: it may have ended with nobody left to ask how."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="reads the states of processes where Linux shows them")
@pytest.mark.parametrize("end", ["ctrl-c", "kill"])
def test_neither_ctrl_c_nor_the_death_of_the_parent_leaves_workers_behind(tmp_path, until, end):
    (tmp_path / "program.py").write_text(PROGRAM)
    (tmp_path / "pids").mkdir()
    parent = started(tmp_path / "program.py", tmp_path / "pids")
    until(lambda: len(list((tmp_path / "pids").iterdir())) == 2)
    workers = [int(path.name) for path in (tmp_path / "pids").iterdir()]
    assert all(alive(pid) for pid in workers)
    if end == "ctrl-c":
        os.killpg(parent.pid, signal.SIGINT)  # as a terminal does, workers included
    else:
        parent.kill()
    told = parent.communicate(timeout=60)[1]
    assert parent.returncode == (-signal.SIGINT if end == "ctrl-c" else -signal.SIGKILL)
    assert told.count("Traceback") == (1 if end == "ctrl-c" else 0)
    until(lambda: not any(alive(pid) for pid in workers))


def test_a_program_without_its_guard_is_told_so(tmp_path):
    (tmp_path / "program.py").write_text(PROGRAM.replace('if __name__ == "__main__":', "if True:"))
    parent = started(tmp_path / "program.py", tmp_path)
    told = parent.communicate(timeout=120)[1]
    assert parent.returncode == 1
    assert 'if __name__ == "__main__"' in told.splitlines()[-1]
