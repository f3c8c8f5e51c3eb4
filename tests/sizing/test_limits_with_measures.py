"""Limits on what is held and measures beside it in one sizing: both are kept to, at prices worked by hand.

A ships ten chips a week to C and is out for four weeks with chance 0.1: forty are wanting, at 21 each. B makes and uses
ten, and what it holds frees as many for C. A chip held costs 0.5 a year and 0.1 more where it would be drawn, to spare
2.1 (see `test_measures`). Without limits and measures forty are held, for 24 USD a year.
"""

from dataclasses import replace
from functools import cache

import pytest
from small_networks import by_clarabel
from two_makers import plant, standby, three_places

from resilience import Outage, Scenario
from resilience.sizing.ground import Ground
from resilience.sizing.limits import Capacity, Cover, Earmark, FillPace, Units, kept
from resilience.sizing.size import solve_sizing
from resilience.sizing.stated import state_sizing

STOP = Scenario(name="stop", probability=0.1, disruptions=(Outage(place="A", weeks=4),))
CLOSE = [
    Cover(days=7), FillPace(share_per_year=0.03), Earmark(owner="C", at_most=Units(units=15)),
    Capacity(place="B", at_most=Units(units=12)),
]  # fmt: skip


@cache
def offered(measure):
    """The sizing with a measure and no limit, stated once for all limits."""
    return state_sizing(three_places(), [STOP], weeks=5, measures=[measure])


@pytest.mark.parametrize(
    ("limits", "measure", "budget", "held", "bought", "usd"),
    [
        # Standby in full (21.6) would be cheaper than any stock. A week's cover stands at B and at C all the same, and
        # is drawn; half of standby makes up the rest.
        ([Cover(days=7)], standby(21.6), None, {"B": (10, 10), "C": (10, 10)}, 0.5, 20 * 0.6 + 10.8),
        # Two plants of four a week at 6 and eight held would be best (16.8). Five is all that there is room for: a
        # third plant costs 6, and to be three units short 6.3.
        ([Capacity(place="C", at_most=Units(units=3)), Capacity(place="B", at_most=Units(units=2))], plant(6.0), None,
         {}, 3.0, 18.0),
        # Thirty stand in C whatever is bought: with one plant 24 of them are drawn (15 + 2.4 + 6), without one all
        # thirty and ten more (24), with two only eight (15 + 0.8 + 12).
        ([Earmark(owner="C", at_least=Units(units=30))], plant(6.0), None, {"C": (30, 30)}, 1.0, 23.4),
        # Stock is cheaper than standby at 30 a year, but a fiftieth of the world's 1,040 a year is all that may be
        # bought of it: standby makes up 19.2 of the forty.
        ([FillPace(share_per_year=0.02)], standby(30.0), None, {"B": (0, 20.8), "C": (0, 20.8)}, 0.48,
         20.8 * 0.6 + 14.4),
        # A week's cover is twenty, the year's pace 31.2; there is room for 15 in C and 12 in B: 27 are held.
        (CLOSE, standby(30.0), None, {"B": (12, 12), "C": (15, 15)}, 13 / 40, 27 * 0.6 + 9.75),
        # Setting standby up costs 16 USD for the forty units that it could spare. With y units held and standby for the
        # rest, y + 0.4 (40 - y) = 31 gives y = 25.
        (CLOSE, standby(30.0, usd=16.0), 31.0, {"B": (10, 12), "C": (10, 15)}, 15 / 40, 25 * 0.6 + 11.25),
    ],
    ids=["cover", "storage", "earmark", "fill pace", "four together", "four and a budget"],
)  # fmt: skip
def test_limits_hold_where_measures_are_bought_and_these_make_up_for_them(limits, measure, budget, held, bought, usd):
    plain = offered(measure)
    lines = kept(limits, Ground(laws=plain.laws, rows=plain.rows, point=plain.cases[0].stores.point))
    budgeted = None if budget is None else budget / plain.laws.usd
    stated = replace(plain, terms=replace(plain.terms, limits=lines, budget=budgeted))
    sizing = solve_sizing(stated)
    units = sizing.reserve.table().groupby("owner")["units"].sum()
    for owner in ("A", "B", "C"):
        least, most = held.get(owner, (0, 0))
        assert least - 1e-6 <= units.get(owner, 0.0) <= most + 1e-6
    assert sizing.measures["bought"].sum() == pytest.approx(bought, abs=1e-6)
    assert sizing.objective_usd == pytest.approx(usd)
    assert sizing.bound_usd == pytest.approx(usd, rel=1e-4)
    if budget is not None:
        assert sizing.reserve.usd + sizing.measures["usd"].sum() == pytest.approx(budget)
    if stated.joined.program.integer is None:
        assert by_clarabel(stated.joined.program) * stated.laws.usd == pytest.approx(usd, rel=1e-6)
