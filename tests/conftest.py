"""What several tests start from: a folder with a network of two goods, and a study of it."""

import gc
import os
import sys
import time
from pathlib import Path

import pytest

TABLES = {
    "goods": "good,usd_per_unit,holding_share_per_year\ngas,10,0.1\nchip,100,0.2\n",
    "producers": "good,place,output_per_week\ngas,AAA,10\nchip,BBB,10\n",
    "needs": "good,input,units\nchip,gas,1\n",
    "lanes": "good,origin,destination\ngas,AAA,BBB\nchip,BBB,CCC\n",
    "demand": "good,place,tier,units_per_week,usd_per_unit_unmet\nchip,CCC,essential,8,1000\nchip,BBB,defence,2,5000\n",
    "blocs": "bloc,country\npair,BBB\npair,CCC\n",
}
FIRST = (  # files that take longest: begun last, they would leave one worker idle. The first compiles the simulator
    "tests/simulate/test_kernel.py",
    "tests/laws/test_simulation_laws.py",
    "tests/docs/test_notebooks.py",
    "tests/cli/test_process.py",
    "tests/readings/test_history.py",
    "tests/engine/test_cluster.py",
    "tests/cli/test_commands.py",
    "tests/metrics/test_laws.py",
    "tests/runs/test_stopped.py",
    "tests/compare/test_robustness.py",
    "docs/tutorial/first-reserve.md",
    "tests/test_result.py",
    "tests/cli/test_stress.py",
    "tests/sizing/test_response.py",
    "tests/cli/test_runs.py",
    "tests/cases/test_multistage_programs.py",
    "tests/sizing/test_measures.py",
    "docs/howto/stress-a-network.md",
    "tests/sizing/test_traced.py",
    "tests/sizing/test_size.py",
    "tests/report/test_html.py",
)
STUDY = """\
# Should the pair hold gas?
name = "tiny"
title = "A gas and a chip"
dataset = "net"
weeks = 12
members = "pair"

[release]
delivery_weeks = 1

[[scenario]]
name = "gas_stops"
probability = 0.1
disruptions = [{ kind = "outage", good = "gas", weeks = 4 }]

[[scenario]]
name = "chips_stop"
probability = 0.02
[[scenario.disruptions]]
kind = "outage"
good = "chip"
weeks = 2
"""


def pytest_configure():
    """Bytecode is kept: a hundred processes of these tests import the same packages, and would each compile them."""
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    sys.dont_write_bytecode = False


@pytest.hookimpl(wrapper=True)
def pytest_collection():
    """What is imported and gathered is kept to the end, so the collector need not look at it, neither now nor later."""
    gc.disable()
    try:
        return (yield)
    finally:
        gc.freeze()
        gc.enable()


def pytest_collection_modifyitems(session, items):
    """Files are dealt out in the order of collection; within a file nothing moves."""
    place = {session.config.rootpath / path: number for number, path in enumerate(FIRST)}
    items.sort(key=lambda item: place.get(item.path, len(FIRST)))


@pytest.fixture
def tiny(tmp_path) -> Path:
    """The path of a study, tiny.toml, beside its network's folder."""
    return _written(tmp_path)


@pytest.fixture(scope="module")
def tiny_kept(tmp_path_factory) -> Path:
    """The same, for tests of one module that only read it."""
    return _written(tmp_path_factory.mktemp("tiny"))


def _written(folder: Path) -> Path:
    (folder / "net").mkdir()
    for name, text in TABLES.items():
        (folder / "net" / f"{name}.csv").write_text(text)
    path = folder / "tiny.toml"
    path.write_text(STUDY)
    return path


@pytest.fixture(scope="session")
def until():
    """Wait for something that takes a moment, longer on a busy machine."""

    def wait(there, seconds=90.0):
        end = time.monotonic() + seconds
        while not there():
            assert time.monotonic() < end, f"did not come true within {seconds} s"
            time.sleep(0.02)

    return wait
