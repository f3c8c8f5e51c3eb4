import errno
import os
import pickle
import subprocess
import sys
from functools import partial

import jobs
import numpy as np
import pandas as pd
import pytest
from scipy import sparse

from resilience.engine import Done, Failed, Processes, Serial
from resilience.errors import RunError
from resilience.journal import Kept, Log, Solved, fingerprint
from resilience.journal.plain import written
from resilience.risk import CVaR
from resilience.solver import LinearProgram, Method, solve

KEYS = [fingerprint(number) for number in range(3)]


def filled(path) -> list[int]:
    """A log of three answers; how long the file was after each."""
    log, lengths = Log(path), []
    for number, key in enumerate(KEYS):
        log.put(key, {"number": number, "array": np.arange(number + 1.0)})
        lengths.append(path.stat().st_size)
    log.close()
    return lengths


def test_what_was_put_in_is_there_when_the_file_is_opened_again(tmp_path):
    filled(tmp_path / "log")
    log = Log(tmp_path / "log")
    assert len(log) == 3
    assert log.dropped == 0
    assert log.get(KEYS[2])["number"] == 2
    assert log.get(KEYS[2])["array"].tolist() == [0.0, 1.0, 2.0]
    assert fingerprint("other") not in log


def test_cut_off_at_any_byte_the_whole_records_are_kept_and_the_torn_one_is_dropped(tmp_path):
    path = tmp_path / "log"
    lengths = filled(path)
    whole = path.read_bytes()
    for length in sorted({*range(0, len(whole), 9), *lengths, *(end - 1 for end in lengths)}):
        path.write_bytes(whole[:length])
        log = Log(path)
        kept = sum(end <= length for end in lengths)
        assert len(log) == kept
        assert log.dropped == length - ([0, *lengths][kept])
        log.put(KEYS[2], "again")
        log.close()
        assert len(Log(path)) == max(kept, kept + (kept < 3))


@pytest.mark.parametrize("place", [3, 45, 70])
def test_a_changed_byte_drops_its_record_and_what_follows(tmp_path, place):
    path = tmp_path / "log"
    lengths = filled(path)
    spoilt = bytearray(path.read_bytes())
    spoilt[lengths[0] + place] ^= 1
    path.write_bytes(spoilt)
    assert len(Log(path)) == 1


def test_an_answer_is_added_once(tmp_path):
    log = Log(tmp_path / "log")
    log.put(KEYS[0], "first")
    before = (tmp_path / "log").stat().st_size
    log.put(KEYS[0], "second")
    assert log.get(KEYS[0]) == "first"
    assert (tmp_path / "log").stat().st_size == before


FULL = """
import resource, sys
from pathlib import Path
import numpy as np
from resilience.errors import RunError
from resilience.journal import Log, fingerprint
from resilience.journal.plain import written
resource.setrlimit(resource.RLIMIT_FSIZE, (3000, 3000))
log = Log(Path(sys.argv[1]))
rng = np.random.default_rng(1)
try:
    for number in range(9):
        log.put(fingerprint(number), rng.random(100))
except RunError as error:
    log.close()
    sys.exit(str(error))
"""


def test_where_the_file_can_grow_no_more_whole_answers_stay_and_the_error_says_how_many(tmp_path):
    """The limit on a file's size is the system's own: it takes a part of the record, and refuses the rest."""
    path = tmp_path / "log"
    done = subprocess.run([sys.executable, "-c", FULL, path], capture_output=True, text=True)
    assert done.returncode == 1
    kept = len(Log(path))
    assert 1 <= kept < 9
    assert f"The disk is full. {kept} finished pieces of work are kept in {path}." in done.stderr
    assert Log(path).dropped == 0


def fill(log, rng):
    for number in range(99):
        log.put(fingerprint(number), rng.random(100))


def test_a_full_disk_is_told_and_what_was_kept_stays(tmp_path):
    """A real one, of a few pages, where this machine lets us mount it."""
    disk = tmp_path / "disk"
    disk.mkdir()
    if (
        os.name == "nt"
        or subprocess.run(
            ["mount", "-t", "tmpfs", "-o", "size=16k", "tmpfs", str(disk)], capture_output=True
        ).returncode
    ):
        pytest.skip("needs the right to mount a disk; the test above meets the same refusal by a limit on size")
    try:
        log, rng = Log(disk / "log"), np.random.default_rng(1)
        with pytest.raises(RunError, match=r"The disk is full\. \d+ finished pieces") as caught:
            fill(log, rng)
        assert caught.value.__cause__.errno == errno.ENOSPC
        kept = len(log)
        log.close()
        again = Log(disk / "log")
        assert len(again) == kept > 3
        again.close()
    finally:
        subprocess.run(["umount", str(disk)], check=True)


class Evil:
    def __reduce__(self):
        return os.system, ("true",)


def test_a_log_from_elsewhere_runs_nothing(tmp_path, monkeypatch):
    monkeypatch.setattr("resilience.journal.log.written", pickle.dumps)
    log = Log(tmp_path / "log")
    log.put(KEYS[0], Evil())
    with pytest.raises(RunError, match=r"holds what no run wrote .*system is no plain data"):
        log.get(KEYS[0])


@pytest.mark.parametrize(
    "value",
    [
        pd.DataFrame({"a": [1.0, 2.0], "b": ["x", None], "c": [1, 2]}, index=pd.Index(["p", "q"], name="n")),
        pd.DataFrame({"a": [1]}, index=pd.MultiIndex.from_tuples([("x", 1)], names=["u", "v"])),
        {"many": (1, None, "x", frozenset({"a"}), np.float64(2.5), CVaR(tail=0.1))},
    ],
)
def test_frames_and_values_of_ours_come_back(tmp_path, value):
    log = Log(tmp_path / "log")
    log.put(KEYS[0], value)
    found = log.get(KEYS[0])
    assert fingerprint(found) == fingerprint(value)


@pytest.mark.parametrize("storage", ["python", "pyarrow"])
def test_strings_come_back_with_and_without_pyarrow_and_in_the_form_of_where_they_are_read(tmp_path, storage):
    log = Log(tmp_path / "log")
    with pd.option_context("mode.string_storage", storage):
        frame = pd.DataFrame({"a": ["x", None]}, index=pd.Index(["p", "q"], name="n"))
        assert frame["a"].dtype.storage == storage
    log.put(KEYS[0], frame)
    found = log.get(KEYS[0])
    assert found.equals(frame)
    assert fingerprint(found) == fingerprint(frame)
    if storage == "pyarrow":
        assert b"pyarrow" not in written(frame)


def test_equal_things_have_one_fingerprint_in_every_process():
    asked = "from resilience.journal import fingerprint as f; import numpy as np; from functools import partial; "
    asked += "print(f({'b', 'a', 'c'}, [np.arange(3.0)] * 2, partial(len, x={'y': 1})).hex())"
    told = {
        subprocess.run(
            [sys.executable, "-c", asked], env={**os.environ, "PYTHONHASHSEED": seed}, capture_output=True, text=True
        ).stdout
        for seed in ("1", "2")
    }
    twice = [np.arange(3.0), np.arange(3.0)]  # two arrays here, one array there
    assert told == {fingerprint({"c", "b", "a"}, twice, partial(len, x={"y": 1})).hex() + "\n"}


def test_tasks_done_before_are_not_done_again_and_failures_are(tmp_path):
    messages = {f"task {number}": (str(tmp_path), number, -1) for number in range(4)}
    for _ in range(2):
        with Kept(engine=Serial(), log=Log(tmp_path / "log")).team(jobs.seven) as team:
            found = {outcome.key: outcome for outcome in team.work(jobs.logged, messages)}
            odd = list(team.work(jobs.odd_fails, {"odd": 1, "even": 2}))
        assert found == {key: Done(key=key, value=number) for key, (_, number, _) in messages.items()}
        assert {type(outcome) for outcome in odd} == {Done, Failed}
    assert (tmp_path / "begun").read_text().split() == ["0", "1", "2", "3"]
    assert len(Log(tmp_path / "log")) == 5


def test_another_recipe_function_or_message_is_another_task(tmp_path):
    log, seen = Log(tmp_path / "log"), []
    for recipe, message in ((jobs.seven, 2), (partial(int, 3), 2), (jobs.seven, 5), (jobs.seven, 2)):
        with Kept(engine=Serial(), log=log).team(recipe) as team:
            seen += [outcome.value for outcome in team.work(jobs.scaled, {"a": message})]
    assert seen == [14, 6, 35, 14]
    assert len(log) == 3


def test_workers_are_not_started_where_all_is_known(tmp_path):
    log, told = Log(tmp_path / "log"), []
    with Kept(engine=Serial(), log=log).team(jobs.seven) as team:
        list(team.work(jobs.scaled, {"a": 1, "b": 2}))
    with Kept(engine=Processes(workers=1), log=log).team(jobs.seven) as team:
        found = list(team.work(jobs.scaled, {"a": 1, "b": 2}, progress=lambda *done: told.append(done)))
        assert team.inner is None
    assert [outcome.value for outcome in found] == [7, 14]
    assert told == [(1, 2), (2, 2)]


def test_a_program_is_solved_once(tmp_path):
    program = LinearProgram(
        cost=np.array([1.0]), matrix=sparse.csc_matrix([[1.0]]), row_lower=np.array([2.0]),
        row_upper=np.array([9.0]), column_lower=np.zeros(1), column_upper=np.full(1, 9.0),
    )  # fmt: skip
    log = Log(tmp_path / "log")
    method = Method(memory=Solved(log=log))
    first, again = solve(program, method), solve(program, method)
    assert first.objective == again.objective == 2.0
    assert first.seconds == again.seconds
    assert len(log) == 1
    solve(program, Method(algorithm="simplex", memory=Solved(log=log)))
    assert len(log) == 2
    assert pickle.loads(pickle.dumps(method)).memory is None
