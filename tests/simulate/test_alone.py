"""What every process would do for itself is done by one."""

import multiprocessing
import os
import time

import pytest

from resilience.simulate.alone import alone


def make(folder, number, ready):
    ready.wait()
    with alone(folder):
        if not (folder / "made").exists():
            time.sleep(0.2)
            (folder / "made").touch()
            (folder / f"maker{number}").touch()


@pytest.mark.skipif(os.name == "nt", reason="files are locked on POSIX only")
def test_of_processes_that_need_a_thing_one_makes_it_and_the_others_find_it(tmp_path):
    fork = multiprocessing.get_context("fork")
    ready = fork.Barrier(3)
    both = [fork.Process(target=make, args=(tmp_path, number, ready)) for number in range(3)]
    for one in both:
        one.start()
    for one in both:
        one.join(60)
    assert [one.exitcode for one in both] == [0, 0, 0]
    assert len(list(tmp_path.glob("maker*"))) == 1


def test_where_nothing_can_be_locked_nobody_waits(tmp_path):
    with alone(tmp_path / "not there"):
        assert not list(tmp_path.iterdir())
