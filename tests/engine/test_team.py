"""What holds on every engine of one machine; tests/engine/test_cluster.py holds the cluster to the same."""

import pickle
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from multiprocessing import get_context

import jobs
import numpy as np
import pytest

from resilience.engine import Done, Failed, Given, Processes, Serial, answers, nothing
from resilience.errors import AskError, EngineError

NUMBERS = {f"task {number}": number for number in range(12)}


@pytest.fixture(scope="module")
def threads():
    with ThreadPoolExecutor(3) as executor:
        yield Given(executor=executor, in_flight=4)


@pytest.fixture(scope="module")
def engines(threads):
    return {"serial": Serial(), "processes": Processes(workers=1), "threads": threads}


def gathered(engine, build, function, messages):
    with engine.team(build) as team:
        return {outcome.key: outcome for outcome in team.work(function, messages)}


def test_every_engine_gives_the_bytes_that_serial_gives(engines):
    def of(engine):
        found = gathered(engine, jobs.seven, jobs.spectrum, NUMBERS)
        return [pickle.dumps(found[key]) for key in NUMBERS]

    plain = of(Serial())
    assert [type(pickle.loads(told)) for told in plain].count(Failed) == 2
    for engine in (Processes(workers=2), engines["threads"]):
        assert of(engine) == plain


def test_an_executor_of_processes_gives_the_bytes_that_serial_gives():
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as executor:
        found = gathered(Given(executor=executor), jobs.seven, jobs.spectrum, NUMBERS)
    plain = gathered(Serial(), jobs.seven, jobs.spectrum, NUMBERS)
    assert [pickle.dumps(found[key]) for key in NUMBERS] == [pickle.dumps(plain[key]) for key in NUMBERS]


@pytest.mark.parametrize("name", ["serial", "processes", "threads"])
def test_what_a_task_raises_or_cannot_send_is_its_failure_and_the_others_are_kept(engines, name):
    with engines[name].team(nothing) as team:
        found = {
            outcome.key: outcome for outcome in team.work(jobs.odd_fails, {"one": 1, "two": 2, "none": lambda: None})
        }
        left = next(team.work(jobs.leaves, {"quits": 1}))
        unsendable = next(team.work(jobs.closure, {"closure": 1}))
    assert found["two"] == Done(key="two", value=2)
    assert (found["one"].error, found["one"].message) == ("ValueError", "1 is odd")
    assert "in odd_fails" in found["one"].traceback
    assert "pickle" in found["none"].message
    assert (left.error, left.message) == ("SystemExit", "not today")
    assert "pickle" in unsendable.message


def test_answers_come_in_the_order_of_the_messages_and_progress_counts_them(engines):
    naps = {"long": 0.2, "short": 0.0, "middle": 0.1}
    seen = []
    for engine in engines.values():
        with engine.team(nothing) as team:
            found = answers(team, jobs.napped, naps, progress=lambda done, total: seen.append((done, total)))
        assert list(found.items()) == list(naps.items())
    assert seen == [(1, 3), (2, 3), (3, 3)] * len(engines)


def test_answers_tell_all_failures_and_what_finished():
    with Serial().team(nothing) as team, pytest.raises(EngineError) as caught:
        answers(team, jobs.odd_fails, NUMBERS)
    assert "6 of 12 tasks failed" in str(caught.value)
    assert "'task 3': ValueError: 3 is odd" in str(caught.value)
    assert caught.value.finished == tuple(f"task {number}" for number in range(0, 12, 2))


def test_an_answer_does_not_change_with_the_state_it_came_from(engines):
    for engine in engines.values():
        with engine.team(jobs.empty) as team:
            first = answers(team, jobs.grown, {"x": 1})["x"]
            answers(team, jobs.grown, {"x": 2})
        assert first == {1: True}


def test_a_round_left_unread_does_not_disturb_the_next(engines):
    for engine in engines.values():
        with engine.team(jobs.seven) as team:
            next(team.work(jobs.scaled, NUMBERS))
            assert answers(team, jobs.scaled, {"a": 1, "b": 2}) == {"a": 7, "b": 14}


def test_a_name_at_home_meets_what_it_left_there():
    for engine, workers in ((Serial(), 1), (Processes(workers=2), 2)):
        with engine.team(jobs.empty) as team:
            rounds = [answers(team, jobs.visits, {key: key for key in "abcd"}, home=True) for _ in range(3)]
        for number, told in enumerate(rounds, 1):
            assert [met for met, _ in told.values()] == [number] * 4
            assert told.keys() == rounds[0].keys()
            assert [pid for _, pid in told.values()] == [pid for _, pid in rounds[0].values()]
        assert len({pid for _, pid in rounds[0].values()}) == workers


def test_messages_and_answers_may_be_larger_than_a_pipe_holds():
    large = {"large": np.arange(500_000.0)}
    with Processes(workers=1).team(jobs.seven) as team:
        assert np.array_equal(answers(team, jobs.scaled, large)["large"], 7 * large["large"])


def test_a_recipe_that_fails_is_told_and_not_waited_for(threads):
    with pytest.raises(OSError, match="the file is not there"), Serial().team(jobs.faulty):
        pass
    for engine in (Processes(workers=1), threads):
        with (
            pytest.raises(EngineError, match="recipe fails in a worker: OSError: the file is not there"),
            engine.team(jobs.faulty) as team,
        ):
            list(team.work(jobs.scaled, NUMBERS))


def test_a_recipe_that_cannot_travel_is_refused_at_the_door_where_it_would_have_to(engines):
    for name in ("processes", "threads"):
        with pytest.raises(AskError, match="top level of a module"), engines[name].team(lambda: 1):
            pass
    with Serial().team(lambda: 7) as team:
        assert answers(team, jobs.scaled, {"three": 3}) == {"three": 21}


def test_an_executor_that_is_shut_down_is_said_to_be():
    executor = ThreadPoolExecutor(1)
    with Given(executor=executor, in_flight=1).team(jobs.seven) as team:
        outcomes = team.work(jobs.scaled, NUMBERS)
        assert next(outcomes).value == 0
        executor.shutdown()
        with pytest.raises(EngineError) as caught:
            next(outcomes)
    assert "takes no more tasks" in str(caught.value)
    assert caught.value.finished == ("task 0",)


def test_threads_of_an_executor_hold_a_state_each(threads):
    with threads.team(jobs.empty) as team:
        assert answers(team, jobs.met, dict.fromkeys("abc", "me")) == {"a": 1, "b": 1, "c": 1}


def test_an_impossible_engine_is_refused():
    with pytest.raises(AskError, match=r"workers is 0.*\n.*attempts is -1"):
        Processes(workers=0, attempts=-1)
    with pytest.raises(AskError, match="in_flight is 0"):
        Given(executor=ThreadPoolExecutor(1), in_flight=0)
