"""Runs that are stopped in every way there is: nothing finished is lost, and nothing is counted twice."""

import os
import signal
import subprocess
import sys

import pytest
import stops
from stops import Counting, at, files, interrupt, kill_worker

from resilience.engine import Processes, Serial
from resilience.errors import InfeasibleError, RunError
from resilience.journal import Log
from resilience.runs import Asked, answer, begin, take_up
from resilience.runs.answer import _answered


def quiet(text):
    pass


@pytest.mark.parametrize(
    ("word", "finished"), [("loss without a reserve", 1), ("what behaviour loses", 2), ("writing up", 2)]
)
def test_a_run_stopped_at_any_moment_goes_on_to_the_bytes_of_an_undisturbed_one(ask, whole, word, finished):
    run, before, after = ask(), Counting(), Counting()
    with pytest.raises(KeyboardInterrupt) as caught:
        answer(run, say=at(word, interrupt), engine=before)
    assert f"Go on with: resilience resume {run.folder}" in "".join(caught.value.__notes__)
    assert not (run.folder / "manifest.json").exists()
    answer(take_up(run.folder), say=quiet, engine=after)
    assert files(run.folder) == files(whole)
    assert before.done == ["0", "1"][:finished]  # the losses of two scenarios; each is found once
    assert after.done == ["0", "1"][finished:]


@pytest.fixture(scope="module")
def apart(study, tmp_path_factory):
    """An undisturbed run that is taken apart, and the tasks that it took."""
    folder, counted = tmp_path_factory.mktemp("apart") / "run", Counting()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("resilience.sizing.solved.JOINED", 0)
        answer(begin(folder, Asked.of(study)), say=quiet, engine=counted)
    return folder, counted.done


def test_a_decomposed_run_goes_on_where_it_was_on_another_engine(ask, apart, monkeypatch):
    monkeypatch.setattr("resilience.sizing.solved.JOINED", 0)
    folder, tasks = apart
    run, before, after = ask(), Counting(), Counting()
    with pytest.raises(KeyboardInterrupt):
        answer(run, say=at("round 2", interrupt), engine=before)
    answer(take_up(run.folder), say=quiet, engine=after)
    assert 2 < len(before.done) < len(tasks)
    assert before.done + after.done == tasks
    assert files(run.folder) == files(folder)


def test_a_killed_worker_changes_nothing(ask, apart, monkeypatch):
    monkeypatch.setattr("resilience.sizing.solved.JOINED", 0)
    run = ask()
    answer(run, say=at("round 1", kill_worker), engine=Processes(workers=1))
    assert files(run.folder) == files(apart[0])


@pytest.fixture
def killed(tiny_kept, tmp_path):
    """The folder of a run whose process was killed once it had a loss without a reserve."""
    folder = tmp_path / "run"
    script = [sys.executable, stops.__file__, str(tiny_kept), str(folder), "sizing over"]
    assert subprocess.run(script, capture_output=True).returncode == -signal.SIGKILL
    return folder


def test_a_killed_run_is_refused_to_others_and_goes_on(killed, whole, study, ask):
    with pytest.raises(RunError, match=r"holds a run that is not finished. Go on with it: resilience resume"):
        ask("run")
    log = Log(killed / "unfinished" / "answers")
    assert len(log) == 2
    (killed / "unfinished" / "answers").open("ab").write(b"torn")  # as a kill in the middle of a write leaves it
    run = take_up(killed)
    with pytest.raises(RunError, match=f"in use by process {os.getpid()} on this machine"):
        take_up(killed)
    with pytest.raises(RunError, match=f"in use by process {os.getpid()} on this machine"):
        ask("run")
    after = Counting()
    answer(run, say=quiet, engine=after)
    assert after.done == []  # another process knows what the killed one had finished
    ours, theirs = files(killed), files(whole)
    for name in ("manifest.json", "report.html"):  # which name the command: another script here
        assert ours.pop(name) != b""
        assert theirs.pop(name) != b""
    assert ours == theirs


def test_a_run_stopped_as_it_began_is_asked_again_into_the_same_folder(killed, ask, whole):
    """Its folder and its lock were there, and what it was asked was not yet."""
    for path in (killed / "study.toml", killed / "times.txt", *(killed / "unfinished").glob("a*")):
        path.unlink()
    assert [path.name for path in (killed / "unfinished").iterdir()] == ["lock"]
    with pytest.raises(RunError, match="nothing is lost"):
        take_up(killed)
    answer(ask("run"), say=quiet)
    assert files(killed) == files(whole)


@pytest.mark.parametrize(
    ("size", "told"), [(3_000, "finished pieces? of work are kept in"), (30_000, "nothing was written to")]
)
def test_a_full_disk_loses_nothing_that_was_finished(ask, whole, size, told):
    """First where answers are kept, then where the report is written."""
    run = ask()
    with pytest.raises(RunError, match=f"The disk is full.*{told}") as caught, stops.room(size):
        answer(run, say=quiet)
    assert "Go on with: resilience resume" in "".join(caught.value.__notes__)
    answer(take_up(run.folder), say=quiet)
    assert files(run.folder) == files(whole)


def test_a_stop_between_the_files_of_the_end_is_made_good(ask, whole):
    run = ask()
    _answered(run, Serial(), quiet)
    ready = sorted((run.folder / "unfinished" / "ready").iterdir())
    for path in ready[:4]:  # moved up when it was stopped
        path.replace(run.folder / path.name)
    run.leave()
    answer(take_up(run.folder), say=quiet)
    assert files(run.folder) == files(whole)


def test_a_question_without_an_answer_leaves_nothing(ask, tmp_path):
    run = ask(changes={"sizing.floors": [{"tier": "defence", "served": 1.0}], "sizing.budget_usd": 1.0})
    with pytest.raises(InfeasibleError):
        answer(run, say=quiet)
    assert list(tmp_path.iterdir()) == []


def test_a_run_of_which_nothing_was_finished_leaves_nothing(ask, tmp_path):
    with pytest.raises(KeyboardInterrupt):
        answer(ask(), say=at("reading the network", interrupt))
    assert list(tmp_path.iterdir()) == []


def test_a_run_does_not_go_on_with_other_data_or_versions(ask, study):
    run = ask()
    run.leave()
    stocks, before = study.folder() / "demand.csv", (study.folder() / "demand.csv").read_text()
    stocks.write_text(before + "\n")
    asked = run.folder / "unfinished" / "asked.json"
    asked.write_text(asked.read_text().replace('"pandas": "', '"pandas": "0.'))
    try:
        with pytest.raises(RunError, match=r"(?s)cannot go on.*input net/demand.csv: .* then.*version of pandas: 0\."):
            take_up(run.folder)
    finally:
        stocks.write_text(before)
    assert not (run.folder / "unfinished" / "lock").exists()


def test_a_finished_run_and_a_folder_without_one_are_told(whole, tmp_path):
    with pytest.raises(RunError, match="is finished: there is nothing to go on with"):
        take_up(whole)
    with pytest.raises(RunError, match=r"holds no run that was begun\. Runs here: none that is unfinished"):
        take_up(tmp_path)
