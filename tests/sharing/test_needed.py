"""What is left out of the coalitions' program: it changes no cost, and where it would, the bound tells."""

from dataclasses import replace

import numpy as np
import pytest
from dear_and_cheap import dear_and_cheap
from ten_goods import outages, ten_goods

from resilience import ExportControl, Network, Outage, Scenario
from resilience.periods import Coarsening
from resilience.policy import Release
from resilience.sharing import Coalitions, alliance, nucleolus_of_costs, shapley_of_costs
from resilience.sharing.coalitions import TRUSTED
from resilience.solver import Method

CLOSE = 1e-6


@pytest.fixture(scope="module")
def five():
    """Five members with a chain of three goods, the last of which is dear to hold, four outages, coarse periods."""
    network = ten_goods(goods=3, places=5)
    goods = network.goods.assign(holding_share_per_year=[0.15, 0.15, 90.0])
    network = replace(network, frames={**network.frames, "goods": goods})
    return alliance(
        network, outages(network, 4), members="all", weeks=26, periods=Coarsening(steps=((2, 2), (1, 4), (1, 9))),
        release=Release(decision_weeks=1, pooled_weeks=1),
    )  # fmt: skip


def banned(*inputs):
    """China sends these to Japan, which makes ten chips a week of one of each; for four weeks it sends none."""
    network = Network.from_frames(
        goods={"good": [*inputs, "chip"], "usd_per_unit": [*[1.0] * len(inputs), 20.0],
               "holding_share_per_year": [0.5] * (len(inputs) + 1), "storable": [*[True] * len(inputs), False]},
        producers={"good": [*inputs, "chip"], "place": [*["CHN"] * len(inputs), "JPN"],
                   "output_per_week": [10.0] * (len(inputs) + 1)},
        needs={"good": ["chip"] * len(inputs), "input": list(inputs), "units": [1.0] * len(inputs)},
        lanes={"good": list(inputs), "origin": ["CHN"] * len(inputs), "destination": ["JPN"] * len(inputs)},
        demand={"good": ["chip"], "place": ["JPN"], "units_per_week": [10.0], "usd_per_unit_unmet": [100.0]},
        blocs={"club": ["JPN"]},
    )  # fmt: skip
    ban = ExportControl(exporter="CHN", importer="JPN", good=inputs, weeks=4)
    return network, [Scenario(name="ban", probability=0.1, disruptions=(ban,))]


def test_what_is_left_out_changes_no_cost(five):
    assert not five.needed.columns[: five.stores].all()
    held = five.reached(five.members).held
    for number in (31, 30, 21, 11, 6, 1):
        names = [name for place, name in enumerate(five.members) if number >> place & 1]
        for terms in ({}, {"pooled": False}, {"held": held, "refusing": names[:1]}):
            whole, part = five.reached(names, **terms), five.reached(names, needed=five.needed, **terms)
            assert part.cost_usd == pytest.approx(whole.cost_usd, rel=CLOSE)
            assert part.bound_usd == pytest.approx(whole.cost_usd, rel=CLOSE)


def test_a_scenario_in_which_no_store_saves_anything_is_left_as_the_market_has_it():
    network, bans = banned("gas")
    stop = Scenario(name="no chips", probability=0.1, disruptions=(Outage(good="chip", place="JPN", weeks=4),))
    asked = alliance(network, [*bans, stop], members="club", weeks=8)
    assert set(asked.column_scenario[asked.needed.columns]) == {-1, 0}
    found = asked.reached(["JPN"], needed=asked.needed)
    assert found.cost_usd == pytest.approx(24 + 400, rel=CLOSE)  # 40 gas held and, in one year of ten, bought back
    assert found.bound_usd == pytest.approx(found.cost_usd, rel=CLOSE)


def test_stores_that_save_only_together_are_missed_by_a_corner_and_the_bound_tells():
    network, bans = banned("gas", "acid")
    asked = alliance(network, bans, members="club", weeks=8, method=Method(algorithm="simplex"))
    stores = np.flatnonzero(asked.needed.columns[: asked.stores])
    assert len(stores) == 1  # the corner's duals put all the worth of a chip on one of its two inputs
    missed = asked.reached(["JPN"], needed=asked.needed)
    assert missed.cost_usd == pytest.approx(400)
    assert missed.bound_usd <= 48
    assert np.flatnonzero(missed.wanted).tolist() == [1 - stores[0]]  # the duals now put it on the other
    coalitions = Coalitions(alliance=asked)
    assert coalitions.cost(["JPN"]) == pytest.approx(48, rel=CLOSE)
    assert coalitions.width_usd <= CLOSE * 400
    assert coalitions.otherwise(["JPN"], pooled=False).cost_usd == pytest.approx(48, rel=CLOSE)


@pytest.mark.parametrize("members", [["JPN"], ["JPN", "KOR", "SGP", "USA"]])
def test_where_no_store_is_missed_a_proof_too_wide_is_the_answers_fault_and_no_reason_to_solve_everything(members):
    asked = dear_and_cheap(members=members)
    coalitions = Coalitions(alliance=asked)
    assert coalitions.cost(["JPN"]) == pytest.approx(0.024, rel=1e-5)
    assert coalitions.width_usd <= TRUSTED * asked.market_usd.sum()
    assert not coalitions.needed.columns.all()


def test_members_who_bring_nothing_are_not_solved_with_every_coalition():
    places = ["A", "B", "C", "D", "E", "F"]
    network = Network.from_frames(
        goods={"good": ["gas"], "usd_per_unit": [1.0], "holding_share_per_year": [0.5]},
        producers={"good": ["gas"] * 6, "place": places, "output_per_week": [10.0] * 6},
        demand={"good": ["gas"] * 6, "place": places, "units_per_week": [10.0] * 6, "usd_per_unit_unmet": [21.0] * 6},
        blocs={"club": places},
    )
    stops = [Scenario(name=f"{place} stops", probability=0.1, disruptions=(Outage(place=place, weeks=4),))
             for place in "AB"]  # fmt: skip
    coalitions = Coalitions(alliance=alliance(network, stops, members="club", weeks=8))
    shares = nucleolus_of_costs(coalitions)
    assert shares.to_numpy() == pytest.approx([14, 14, 0, 0, 0, 0], abs=1e-5)
    assert len(coalitions.found) <= 16  # thirteen to begin with, of 63
    assert coalitions.known()[0b101101]
    exact = shapley_of_costs(coalitions)
    assert exact["payoff"].to_numpy() == pytest.approx([14, 14, 0, 0, 0, 0], abs=1e-5)
    assert coalitions.known().all()
    assert len(coalitions.found) <= 24


@pytest.mark.parametrize("goods", [{"holding_share_per_year": [500.0]}, {"storable": [False]}])
def test_where_nothing_is_worth_holding_or_can_be_members_bear_the_market(goods):
    network = Network.from_frames(
        goods={"good": ["gas"], "usd_per_unit": [1.0], **goods},
        producers={"good": ["gas"] * 2, "place": ["A", "B"], "output_per_week": [10.0] * 2},
        demand={
            "good": ["gas"] * 2,
            "place": ["A", "B"],
            "units_per_week": [10.0] * 2,
            "usd_per_unit_unmet": [21.0] * 2,
        },
        blocs={"club": ["A", "B"]},
    )
    stop = Scenario(name="stop", probability=0.1, disruptions=(Outage(weeks=4),))
    coalitions = Coalitions(alliance=alliance(network, [stop], members="club", weeks=8))
    assert not coalitions.needed.columns.any()
    assert [coalitions.cost(names) for names in (["A"], ["B"], ["A", "B"])] == pytest.approx([84, 84, 168])
