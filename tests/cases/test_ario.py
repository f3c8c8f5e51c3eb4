"""Published runs of an ARIO model: BoARIO 0.7.2 (spjuhel/BoARIO, ARIOPsiModel; Hallegatte 2008, 2013; Juhel 2024) on a
made-up table of two regions and three sectors, by its own step of a day. Numbers from running it.

Chip makers of region A lose capacity from day 6. Ours meets the calm days, the first day, and the first answer of
everybody else. From the third day on the models part, as `docs/explain/validity.md` explains under Peers: theirs then
restocks towards a goal that moves with output, and lets the struck plants overproduce. How far apart they are
is held too, so that the page stays true.
"""

import math

import numpy as np
import pytest
from economies import economy_network

from resilience.disruption import Outage
from resilience.scenario import Scenario
from resilience.simulate import Behaviour, simulate
from resilience.simulate.behaviour import StockGap

NAMES = ["A_chip", "A_good", "A_raw", "B_chip", "B_good", "B_raw"]
FLOWS = np.array([
    [100, 500, 20, 30, 300, 10], [150, 300, 80, 40, 100, 30], [400, 200, 30, 60, 80, 20],
    [20, 150, 10, 60, 300, 10], [60, 120, 40, 100, 250, 60], [50, 40, 10, 150, 200, 30],
], dtype=float)  # fmt: skip
FINAL = np.array([500.0, 1450, 210, 320, 1500, 170])
CALM_OUTPUT = [4.0, 5.890410958904109, 2.7397260273972597, 2.383561643835616, 5.835616438356165, 1.7808219178082192]
FIRST_DAY = 6
# case: capacity lost, days of stock, then output over calm output on days 6, 7 and 8
PUBLISHED = {
    "ARIO-MILD-01": (0.3, 30, [
        [0.7, 1.0, 1.0, 1.0, 1.0, 1.0],
        [0.70013747, 0.97906977, 0.88, 0.99481064, 0.9915493, 0.97692308],
        [0.70027031, 0.97088214, 0.87081998, 0.98478724, 0.98623493, 0.96893663],
    ]),
    "ARIO-SHORT-01": (0.6, 10, [
        [0.4, 1.0, 1.0, 1.0, 1.0, 1.0],
        [0.40016014, 0.95813953, 0.76, 0.98962128, 0.98309859, 0.95384615],
        [0.4003174, 0.94175627, 0.74159405, 0.97309239, 0.97246662, 0.93786444],
    ]),
}  # fmt: skip
TOLERANCE = 1e-5  # relative, of the published digits
PARTING = {"ARIO-MILD-01": 0.000454, "ARIO-SHORT-01": 0.00424}  # on day 8, share of calm output
STRUCK, RIVAL, OTHERS = 0, 3, [1, 2, 4, 5]
RESTOCKING_DAYS = 60
OVERPRODUCED = 2e-4  # what the struck industry adds on day 7, where theirs may overproduce


def our_days(lost, stock_days):
    """Output over calm output by day; two of our steps are one of theirs."""
    network = economy_network(FLOWS / 365, FINAL / 365, NAMES, stock_weeks=stock_days, own_stock_weeks=stock_days)
    blow = Outage(good="A_chip", lost=lost, first_week=2 * FIRST_DAY + 1, weeks=40)
    found = simulate(network, Scenario(name="blow", disruptions=(blow,)), weeks=2 * FIRST_DAY + 6,
                     behaviour=Behaviour(ordering=StockGap(weeks=math.inf)))  # fmt: skip
    laws = found.physics
    assert laws.output * laws.scale[laws.made_at] == pytest.approx(CALM_OUTPUT, rel=1e-9)
    return (found.full["blow"][1].full.start[:, ::2, 0] / laws.output[:, None]).T


@pytest.mark.parametrize("case", PUBLISHED)
def test_the_calm_days_repeat(case):
    lost, stock_days, _ = PUBLISHED[case]
    assert our_days(lost, stock_days)[:FIRST_DAY] == pytest.approx(np.ones((FIRST_DAY, 6)), abs=1e-12)


@pytest.mark.parametrize("case", PUBLISHED)
def test_the_first_day_costs_what_was_published(case):
    lost, stock_days, published = PUBLISHED[case]
    assert our_days(lost, stock_days)[FIRST_DAY] == pytest.approx(published[0], rel=TOLERANCE)


@pytest.mark.parametrize("case", PUBLISHED)
def test_the_others_first_answer_is_the_published_one(case):
    lost, stock_days, published = PUBLISHED[case]
    ours = our_days(lost, stock_days)[FIRST_DAY + 1]
    assert ours[OTHERS] == pytest.approx(np.take(published[1], OTHERS), rel=TOLERANCE)
    assert ours[RIVAL] + restocked_at_the_rival(lost) == pytest.approx(published[1][RIVAL], rel=TOLERANCE)
    assert 0 < published[1][STRUCK] - ours[STRUCK] < OVERPRODUCED


def restocked_at_the_rival(lost):
    """What theirs orders beside, of the rival's calm output: users of chips restock what region A failed to deliver,
    a sixtieth a day, from both regions by their shares. The struck plants aim at less stock and order nothing beside.
    """
    users = np.delete(FLOWS, STRUCK, axis=1)
    short, share = lost * users[STRUCK] / RESTOCKING_DAYS, users[RIVAL] / (users[STRUCK] + users[RIVAL])
    return float(short @ share) / (FLOWS[RIVAL].sum() + FINAL[RIVAL])


@pytest.mark.parametrize("case", PUBLISHED)
def test_then_the_models_part_by_no_more_than_is_written(case):
    lost, stock_days, published = PUBLISHED[case]
    apart = np.abs(our_days(lost, stock_days)[FIRST_DAY + 2] - published[2])
    assert apart.max() == pytest.approx(PARTING[case], rel=0.01)
