"""A real scheduler and real workers on this machine, and the deaths of each."""

import json
import os
import pickle
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from contextlib import ExitStack
from pathlib import Path

import jobs
import pytest
from two_suppliers import YEARS, two_suppliers

from resilience import compare
from resilience.compare import Diversified, NationalReserves, Policy
from resilience.engine import Dask, Done, Processes, Serial, answers, nothing
from resilience.errors import AskError, EngineError

POLICIES = (
    Policy(name="nothing"),
    Policy(name="four weeks", actions=(NationalReserves(days=28, goods=("gas",), members="club"),)),
    Policy(name="second source", actions=(Diversified(goods=("gas",), members="club"),)),
)
NUMBERS = {f"task {number}": number for number in range(10)}


@pytest.fixture(scope="module")
def start(tmp_path_factory):
    """Starts dask commands, whose words go to a log, and ends them."""
    folder = tmp_path_factory.mktemp("dask")
    with ExitStack() as running, (folder / "log").open("a") as log:

        def command(*words, path="", **settings):
            paths = [path, str(Path(jobs.__file__).parent), os.environ.get("PYTHONPATH", "")]
            process = subprocess.Popen(
                [sys.executable, "-m", "dask", *words, "--host", "127.0.0.1", "--no-dashboard"],
                env={**os.environ, "PYTHONPATH": os.pathsep.join(paths), **settings},
                cwd=folder,
                stdout=log,
                stderr=log,
            )
            running.callback(process.wait)
            running.callback(process.kill)
            return process

        yield command


def scheduler(start, folder, until):
    """A scheduler that gives a task up when one worker has died of it, and its address."""
    file = folder / "scheduler.json"
    settings = {"DASK_DISTRIBUTED__SCHEDULER__ALLOWED_FAILURES": "0"}
    process = start("scheduler", "--port", "0", "--scheduler-file", str(file), **settings)
    until(lambda: file.exists() and file.read_text())  # it is there before its words are
    return process, json.loads(file.read_text())["address"]


def worker(start, address, **more):
    return start("worker", address, "--nthreads", "1", "--no-nanny", **more)


@pytest.fixture(scope="module")
def cluster(start, tmp_path_factory, until):
    """The address of a scheduler with four workers, three of which die below: nobody replaces them."""
    address = scheduler(start, tmp_path_factory.mktemp("cluster"), until)[1]
    for _ in range(4):
        worker(start, address)
    return address


@pytest.fixture(scope="module")
def bare(start, tmp_path_factory, until):
    """A scheduler without workers, and its address."""
    return scheduler(start, tmp_path_factory.mktemp("bare"), until)


def test_a_cluster_gives_the_bytes_that_serial_gives(cluster):
    def of(engine):
        with engine.team(jobs.seven) as team:
            found = {outcome.key: outcome for outcome in team.work(jobs.spectrum, NUMBERS)}
        return [pickle.dumps(found[key]) for key in NUMBERS]

    assert of(Dask(address=cluster)) == of(Serial())


def test_a_comparison_has_the_same_bytes_from_serial_processes_and_a_cluster(cluster):
    def of(engine):
        found = compare(two_suppliers(), POLICIES, YEARS, weeks=12, engine=engine)
        return "".join(found.table(table).to_csv() for table in ("policies", "differences", "losses", "shortfall"))

    serial = of(Serial())
    assert of(Processes(workers=2)) == serial
    assert of(Dask(address=cluster)) == serial


def test_a_name_at_home_meets_what_it_left_there_on_both_workers(cluster):
    with Dask(address=cluster).team(jobs.empty) as team:
        answers(team, jobs.napped, dict.fromkeys("ab", 0.5))
        rounds = [answers(team, jobs.visits, {key: key for key in "abcd"}, home=True) for _ in range(3)]
    for number, told in enumerate(rounds, 1):
        assert [met for met, _ in told.values()] == [number] * 4
        assert [pid for _, pid in told.values()] == [pid for _, pid in rounds[0].values()]


def test_a_killed_worker_loses_nothing_and_nothing_is_counted_twice(cluster, tmp_path, until):
    def kill_victim():
        until((tmp_path / "victim").exists)
        os.kill(int((tmp_path / "victim").read_text()), signal.SIGKILL)

    killer = threading.Thread(target=kill_victim)
    killer.start()
    messages = {key: (str(tmp_path), number, 4) for key, number in NUMBERS.items()}
    with Dask(address=cluster).team(nothing) as team:
        outcomes = list(team.work(jobs.logged, messages))
    killer.join()
    assert Counter(outcome.key for outcome in outcomes) == Counter(NUMBERS.keys())
    assert {outcome.key: outcome.value for outcome in outcomes} == NUMBERS


def test_a_task_that_kills_its_workers_is_named_and_those_that_waited_with_it_are_kept(cluster):
    with Dask(address=cluster).team(nothing) as team:
        found = {outcome.key: outcome for outcome in team.work(jobs.kills, NUMBERS)}
    poison = found.pop("task 3")
    assert found == {key: Done(key=key, value=number) for key, number in NUMBERS.items() if number != 3}
    assert poison.error == "WorkerLost"
    assert "ended 1 worker" in poison.message


def test_when_no_worker_answers_for_so_long_it_is_said(bare):
    begun, engine = time.monotonic(), Dask(address=bare[1], patience_seconds=1.5)
    with pytest.raises(EngineError, match=r"No worker .* at tcp.* has answered for 1\.5 s"), engine.team(nothing):
        pass
    assert time.monotonic() - begun >= 1.5


def test_when_no_scheduler_answers_it_is_said():
    engine = Dask(address="tcp://127.0.0.1:9", patience_seconds=0.5)
    with pytest.raises(EngineError, match=r"No dask scheduler answers at tcp://127\.0\.0\.1:9"), engine.team(nothing):
        pass
    with pytest.raises(AskError, match="patience_seconds is 0"):
        Dask(address="tcp://127.0.0.1:9", patience_seconds=0)


def test_a_worker_with_another_version_is_named(cluster, start, tmp_path):
    other = tmp_path / "supply_resilience-9.9.9.dist-info"
    other.mkdir()
    (other / "METADATA").write_text("Metadata-Version: 2.1\nName: supply-resilience\nVersion: 9.9.9\n")
    with Dask(address=cluster).team(nothing) as team:
        hands = worker(start, cluster, path=str(tmp_path))
        with pytest.raises(EngineError, match=r"tcp.* has supply-resilience 9\.9\.9, here it is [0-9]"):
            answers(team, jobs.napped, dict.fromkeys(map(str, range(1000)), 0.2))
    hands.terminate()
    hands.wait(60)


def test_when_the_scheduler_dies_what_finished_is_named(bare, start):
    """Stands last, for nothing can use that scheduler any more."""
    worker(start, bare[1])
    with Dask(address=bare[1]).team(nothing) as team:
        outcomes = team.work(jobs.napped, {"first": 0.0, "second": 60.0})
        assert next(outcomes).key == "first"
        bare[0].kill()
        with pytest.raises(EngineError, match=r"scheduler at tcp.* is gone") as caught:
            next(outcomes)
    assert caught.value.finished == ("first",)
    assert "1 finished before that: first" in str(caught.value)
