"""Two regions and two sectors in the frames that pymrio's tables have, small enough to work by hand."""

import sys
import types
from dataclasses import dataclass

import numpy as np
import pandas as pd
import pytest

from resilience import simulate
from resilience.balance import balance
from resilience.errors import AskError, DataError, MissingExtraError
from resilience.loaders import read_mrio
from resilience.scenario import Scenario

ENDS = pd.MultiIndex.from_product([["east", "west"], ["ore", "steel"]], names=["region", "sector"])


@dataclass
class Tables:
    """As much of an IOSystem as is read."""

    Z: pd.DataFrame | None
    Y: pd.DataFrame | None


def table(**cells):
    """East digs ore for both regions' steel; each sells steel to both. Output: ore 52 and 0, steel 104 and 208."""
    between = pd.DataFrame(0.0, ENDS, ENDS)
    between.loc[("east", "ore"), [("east", "steel"), ("west", "steel")]] = [20.0, 26.0]
    between.loc[("east", "steel"), ("east", "ore")] = 5.2
    columns = pd.MultiIndex.from_product([["east", "west"], ["households", "stocks"]], names=["region", "category"])
    final = pd.DataFrame(0.0, ENDS, columns)
    final.loc[("east", "ore"), ("east", "households")] = 6.0
    final.loc[("east", "steel")] = [80.0, 0.0, 10.0, 8.8]
    final.loc[("west", "steel")] = [8.0, 0.0, 200.0, 0.0]
    for (name, row, column), value in cells.get("put", {}).items():
        {"Z": between, "Y": final}[name].loc[row, column] = value
    return Tables(Z=between, Y=final)


def test_recipes_are_the_world_s_and_shares_the_region_s():
    network = read_mrio(table()).network
    needs = network.needs.set_index(["good", "input"])["units"]
    assert needs["steel", "ore"] == pytest.approx(46 / 312)
    assert needs["ore", "steel"] == pytest.approx(5.2 / 52)
    shares = network.producers.set_index(["good", "place"])["share"]
    assert shares.to_dict() == pytest.approx({("ore", "east"): 1.0, ("steel", "east"): 1 / 3, ("steel", "west"): 2 / 3})
    lanes = network.lanes.set_index(["good", "origin", "destination"])["share_of_use"]
    assert lanes.to_dict() == pytest.approx({
        ("ore", "east", "west"): 1.0,
        ("steel", "east", "west"): 18.8 / 218.8,
        ("steel", "west", "east"): 8.0 / 93.2,
    })  # fmt: skip
    demand = network.demand.set_index(["good", "place"])["units_per_week"] * 52
    assert demand.to_dict() == pytest.approx({("ore", "east"): 6.0, ("steel", "east"): 88.0, ("steel", "west"): 218.8})


def test_balanced_world_output_is_the_table_s_and_a_calm_year_loses_nothing():
    balanced = balance(read_mrio(table()).network).network
    output = balanced.producers.groupby("good")["output_per_week"].sum() * 52
    assert output.to_dict() == pytest.approx({"ore": 52.0, "steel": 312.0})
    calm = simulate(balanced, Scenario(name="calm", disruptions=(), probability=0.5), weeks=20)
    assert calm.loss_usd.item() == pytest.approx(0.0, abs=1e-3)  # of 364 million USD


def test_what_was_filled_dropped_and_adjusted_is_told():
    notes = read_mrio(table(put={("Y", ("east", "ore"), ("west", "stocks")): -2.0}), least=0.09).notes
    told = notes.set_index(["what", "where"])["value"]
    assert told["adjusted", "Y"] == pytest.approx(2.0 / 314.8)
    assert told["dropped", "lanes"] == pytest.approx((18.8 + 8.0) / (18.8 + 8.0 + 26.0))
    assert set(notes.loc[notes["what"] == "filled", "where"]) == {
        "cycle_weeks", "demand", "needs", "stocks", "transit_weeks"
    }  # fmt: skip


def test_inputs_below_the_least_share_are_left_out_by_their_worth():
    found = read_mrio(table(), least=0.12)
    assert found.network.needs[["good", "input"]].to_numpy().tolist() == [["steel", "ore"]]
    told = found.notes.set_index(["what", "where"])["value"]
    assert told["dropped", "needs"] == pytest.approx(5.2 / 51.2)


STEEL, ORE = ("east", "steel"), ("east", "ore")
BROKEN = {
    "no Z": (Tables(Z=None, Y=table().Y), "Z: no such table. Run calc_all"),
    "no Y": (Tables(Z=table().Z, Y=None), "Y: no such table"),
    "flat rows": (Tables(Z=table().Z.droplevel(0), Y=table().Y), "Z: its rows are not by region and sector"),
    "flat demand": (Tables(Z=table().Z, Y=table().Y.droplevel(0)), "Y: its rows are not by region and sector"),
    "Z not square": (Tables(Z=table().Z.iloc[:, :3], Y=table().Y), "Z: rows and columns differ"),
    "Z out of order": (Tables(Z=table().Z.iloc[:, ::-1], Y=table().Y), "Z: rows and columns differ"),
    "Y of another table": (Tables(Z=table().Z, Y=table().Y.iloc[:3]), "Y: its rows are not those of Z"),
    "a flow below zero": (
        table(put={("Z", ORE, STEEL): -1.0}),
        r"Z, column east steel from east ore: -1\.0: not a number of at least 0",
    ),
    "a missing flow": (table(put={("Z", ORE, STEEL): np.nan}), "Z, column east steel from east ore: nan"),
    "an infinite flow": (table(put={("Z", ORE, STEEL): np.inf}), "Z, column east steel from east ore: inf"),
    "missing demand": (
        table(put={("Y", STEEL, ("east", "stocks")): np.nan}),
        "Y, column east stocks from east steel: nan: not a number",
    ),
    "a word": (
        Tables(Z=table().Z.astype(object).replace(26.0, "n/a"), Y=table().Y),
        "Z, column west steel from east ore: 'n/a': not a number",
    ),
    "a sector that eats more than it makes": (
        table(put={("Z", STEEL, ORE): 60.0}),
        "Z, column ore: 1.15.*: its inputs are worth all it makes or more",
    ),
}


@pytest.mark.parametrize(("tables", "message"), BROKEN.values(), ids=BROKEN)
def test_a_broken_table_is_told_with_its_remedy(tables, message):
    with pytest.raises(DataError, match=message):
        read_mrio(tables)


def test_all_faults_come_at_once():
    with pytest.raises(DataError) as caught:
        read_mrio(table(put={("Z", ORE, STEEL): -1.0, ("Y", STEEL, ("east", "stocks")): np.nan}))
    assert [fault.file for fault in caught.value.faults] == ["Z", "Y"]


def test_a_folder_needs_pymrio_and_must_be_there(tmp_path, monkeypatch):
    with pytest.raises(DataError, match="no such folder"):
        read_mrio(tmp_path / "absent")
    monkeypatch.setitem(sys.modules, "pymrio", None)  # as if it were not installed
    with pytest.raises(MissingExtraError, match=r"supply-resilience\[mrio\]"):
        read_mrio(tmp_path)


def test_a_folder_that_pymrio_cannot_load_is_told(tmp_path, monkeypatch):
    """A module in pymrio's place does what it does with folders that lack a file or hold a broken one."""
    module = types.ModuleType("pymrio")
    monkeypatch.setitem(sys.modules, "pymrio", module)
    for error in (FileNotFoundError(2, "No such file", f"{tmp_path}/Z.txt"), ValueError("Expecting , delimiter\nmore")):
        module.load_all = failing(error)
        with pytest.raises(
            DataError, match=r"pymrio cannot load it \(.*(Z\.txt|delimiter).*\). Write it again"
        ) as caught:
            read_mrio(tmp_path)
        assert caught.value.__cause__ is error


def failing(error):
    """A function that raises."""

    def load(folder):
        raise error

    return load


def test_arguments_out_of_range_are_refused():
    for wrong in ({"least": 1.0}, {"stock_weeks": 0.0}, {"usd_per_unit": -1.0}):
        with pytest.raises(AskError, match=next(iter(wrong))):
            read_mrio(table(), **wrong)
