"""Two regions and two sectors in the frames that pymrio's tables have, small enough to work by hand."""

import numpy as np
import pytest
from tables_of_regions import Tables, table

from resilience import simulate
from resilience.balance import balance
from resilience.errors import AskError, DataError
from resilience.loaders import read_mrio
from resilience.scenario import Scenario


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


def test_arguments_out_of_range_are_refused():
    for wrong in ({"least": 1.0}, {"stock_weeks": 0.0}, {"usd_per_unit": -1.0}):
        with pytest.raises(AskError, match=next(iter(wrong))):
            read_mrio(table(), **wrong)
