"""Folders that pymrio itself wrote, whole and damaged, each damage told with what it is and what to do."""

import json
import sys

import pymrio
import pytest
from tables_of_regions import table

from resilience.errors import DataError, MissingExtraError
from resilience.loaders import read_mrio


@pytest.fixture
def saved(tmp_path):
    """What pymrio writes of the worked table."""
    folder = tmp_path / "world"
    pymrio.IOSystem(Z=table().Z, Y=table().Y).save_all(folder)
    return folder


def without(name):
    return lambda folder: (folder / name).unlink()


def put(name, old, new):
    """`old` as `new` in a file that has it."""

    def change(folder):
        text = (folder / name).read_text()
        assert old in text
        (folder / name).write_text(text.replace(old, new, 1))

    return change


def all_of(name, text):
    return lambda folder: (folder / name).write_bytes(text)


def unnamed(folder):
    parameters = json.loads((folder / "file_parameters.json").read_text())
    del parameters["files"]["Z"]
    (folder / "file_parameters.json").write_text(json.dumps(parameters))


DAMAGED = {
    "no parameters": (without("file_parameters.json"), "file_parameters.json"),
    "parameters cut short": (all_of("file_parameters.json", b'{"files": {'), "pymrio cannot load it"),
    "parameters without files": (all_of("file_parameters.json", b"{}"), "pymrio cannot load it"),
    "parameters that leave Z out": (unnamed, "Z: no such table"),
    "Z not there": (without("Z.txt"), r"Z\.txt"),
    "Y not there": (without("Y.txt"), r"Y\.txt"),
    "Z empty": (all_of("Z.txt", b""), "pymrio cannot load it"),
    "Z not text": (all_of("Z.txt", bytes(range(128, 256)) * 8), "pymrio cannot load it"),
    "a row with a cell too many": (put("Z.txt", "20\t0\t26", "20\t0\t26\t9\t9"), "Z: rows and columns differ"),
    "a word among numbers": (put("Z.txt", "26", "n/d"), "Z, column west steel from east ore: 'n/d': not a number"),
    "a decimal comma": (put("Y.txt", "8.8", "8,8"), "Y, column west stocks from east steel: '8,8': not a number"),
    "a cell left empty": (put("Z.txt", "5.2", ""), "Z, column east ore from east steel: nan: not a number"),
    "a sector renamed": (put("Y.txt", "west\tsteel", "west\tstahl"), "Y: its rows are not those of Z"),
    "a row twice": (put("Z.txt", "west\tore\t", "east\tore\t"), "Z: rows and columns differ"),
}


def test_a_folder_that_pymrio_wrote_is_read_as_its_tables_are(saved):
    here, there = read_mrio(table()).network, read_mrio(saved).network
    for name in ("goods", "producers", "needs", "lanes", "demand", "stocks"):
        assert getattr(here, name).equals(getattr(there, name)), name


@pytest.mark.parametrize(("damage", "message"), DAMAGED.values(), ids=DAMAGED)
def test_a_damaged_folder_is_told_with_its_remedy(saved, damage, message):
    damage(saved)
    with pytest.raises(DataError, match=message) as caught:
        read_mrio(saved)
    assert all(fault.remedy for fault in caught.value.faults)


def test_a_folder_must_be_there_and_needs_pymrio(tmp_path, monkeypatch):
    with pytest.raises(DataError, match="no such folder"):
        read_mrio(tmp_path / "absent")
    monkeypatch.setitem(sys.modules, "pymrio", None)  # as where it is not installed
    with pytest.raises(MissingExtraError, match=r"supply-resilience\[mrio\]"):
        read_mrio(tmp_path)
