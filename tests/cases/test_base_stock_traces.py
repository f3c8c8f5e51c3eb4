"""Base-stock chains with backlogs: the traces that stockpyl publishes for its own simulator, met number by number.

How the two clocks meet. In stockpyl an order passes up the whole chain in the period of the demand behind it; here
each stage learns of it a week later than the stage below. So what stockpyl does at stage k (0 for the customers' stage)
in period t happens here k weeks later, and a lead time of L periods is L - 1 weeks: the week of learning is the first.
Stockpyl begins with every stage full and nothing under way, which is what some weeks without demand leave behind
(`DRY`).

A stage is a good made one for one from the good above it. Stock between two stages stands here with the upper one until
the lower starts it; stockpyl ships what it can at once, and lets it wait on the way while the lower stage is disrupted
(or until the other component is there). Orders, receipts, net inventories and, as both places cost the same, total cost
are the same; how much of it stands on which side of that border is not compared.

Numbers: `base_stock_traces.json`, with their sources.
"""

import json
from pathlib import Path

import numpy as np
import pytest

from resilience import Network
from resilience.disruption import DemandSurge, Outage
from resilience.scenario import Scenario
from resilience.simulate import Behaviour, Plain, simulate
from resilience.simulate.behaviour import Backlogged, FixedBaseStock

TRACES = json.loads((Path(__file__).parent / "base_stock_traces.json").read_text())
DRY = 8  # weeks without demand, after which every stage is full
BOOKS = Backlogged(lapse_per_week=0.0)


class OrdersNothing:
    """Base stock that places no order for one good in some weeks (from 0)."""

    def __init__(self, *, row, weeks):
        self.row, self.weeks, self.week = row, set(weeks), 0

    def order(self, seen):
        order = FixedBaseStock().order(seen)
        if self.week in self.weeks:
            order[self.row] = 0.0
        self.week += 1
        return order


def chain(*, levels, cycles, needs, weekly):
    """Goods at one place, `levels` their base stocks; a level holds a week's use, work in process and stock."""
    goods = list(levels)
    stocks = [levels[good] / weekly - 1.0 - cycles[good] for good in goods]
    return Network.from_frames(
        goods={"good": goods, "cycle_weeks": [cycles[good] for good in goods]},
        producers={"good": goods, "place": ["P"] * len(goods), "output_per_week": [weekly] * len(goods),
                   "surge": [1e3] * len(goods)},
        **({"needs": {"good": [a for a, _ in needs], "input": [b for _, b in needs], "units": [1.0] * len(needs)}}
           if needs else {}),
        demand={"good": goods[:1], "place": ["P"], "units_per_week": [weekly], "usd_per_unit_unmet": [1.0]},
        stocks={"good": goods, "place": ["P"] * len(goods), "weeks": stocks},
    )  # fmt: skip


def followed(network, trace, *, outages=(), ordering=None):
    """By good and from the first week of demand on: net inventory, order, starts."""
    weekly, final = network.demand["units_per_week"].iloc[0], network.demand["good"].iloc[0]
    demand = [DemandSurge(good=final, factor=0.0, first_week=1, weeks=DRY)]
    demand += [
        DemandSurge(good=final, factor=units / weekly, first_week=DRY + 1 + t, weeks=1)
        for t, units in enumerate(trace["demand"])
    ]
    scenario = Scenario(name="trace", disruptions=(*demand, *outages))
    behaviour = Behaviour(ordering=ordering or FixedBaseStock(), unmet=BOOKS, final=BOOKS)
    weeks = DRY + len(trace["demand"]) + 4
    found = simulate(network, scenario, weeks=weeks, behaviour=behaviour, engine=Plain())
    laws, full = found.physics, found.full["trace"][1].full
    making, start = full.making[:, :, 0], full.start[:, :, 0]
    order = start + np.diff(making, axis=1, prepend=0.0)
    owed = np.zeros_like(full.stock[:, :, 0])
    np.add.at(owed, laws.consumed_at, making[laws.consumer])
    np.add.at(owed, laws.wanted_at, full.waiting[:, :, 0])
    rows = {str(good): n for n, good in enumerate(laws.points["good"])}
    maker = {str(good): n for n, good in enumerate(laws.network.producers["good"])}
    scale = {good: laws.scale[n] for good, n in rows.items()}
    return {
        good: {
            "net_inventory": (full.stock[n, DRY:, 0] - owed[n, DRY:]) * scale[good],
            "stock": full.stock[n, DRY:, 0] * scale[good],
            "order": order[maker[good], DRY:] * scale[good],
            "start": start[maker[good], DRY:] * scale[good],
        }
        for good, n in rows.items()
    }


def compare(found, trace, *, stage, good, cycle, later):
    """Net inventory, orders and receipts of one stage, `later` weeks after stockpyl's."""
    want, size = trace["stages"][stage], len(trace["demand"])
    seen = {
        "net_inventory": found[good]["net_inventory"][later : later + size],
        "order": found[good]["order"][later + 1 : later + 1 + size],
        "received": np.concatenate([np.zeros(2), found[good]["start"]])[2 + later - cycle :][:size],
    }
    for name, numbers in want.items():
        np.testing.assert_allclose(seen[name], numbers, rtol=0, atol=1e-9, err_msg=f"{name} of stage {stage}")


def cost(found, size, *, holding, short):
    """The customers' stage, whose backlog costs `short`, then every stage above with what has just left it."""
    (final, rate), *above = holding.items()
    net = found[final]["net_inventory"][:size]
    total = (rate * np.maximum(net, 0.0) + short * np.maximum(-net, 0.0)).sum()
    for good, (rate, later, below) in above:
        on_hand_and_sent = found[good]["stock"] + found[below]["start"]
        total += rate * on_hand_and_sent[later : later + size].sum()
    return total


def test_a_single_stage_with_whole_numbers():
    trace = TRACES["single_int"]
    network = chain(levels={"one": 2.0}, cycles={"one": 0}, needs=[], weekly=1.0)
    found = followed(network, trace)
    compare(found, trace, stage="1", good="one", cycle=0, later=0)
    assert cost(found, 100, holding={"one": 1.0}, short=10.0) == pytest.approx(trace["total_cost"], rel=1e-12)


def serial():
    return chain(
        levels={"one": 6.49, "two": 5.53, "three": 10.69},
        cycles={"one": 0, "two": 0, "three": 1},
        needs=[("one", "two"), ("two", "three")],
        weekly=5.0,
    )


def check_serial(found, trace):
    for later, (stage, good) in enumerate({"1": "one", "2": "two", "3": "three"}.items()):
        compare(found, trace, stage=stage, good=good, cycle=int(good == "three"), later=later)
    total = cost(found, 100, holding={"one": 7.0, "two": (4.0, 1, "one"), "three": (2.0, 2, "two")}, short=37.12)
    assert total == pytest.approx(trace["total_cost"], rel=1e-9)


def test_a_serial_chain_whose_middle_stage_is_not_reached_by_what_is_on_its_way():
    trace = TRACES["serial_tp"]
    weeks = [DRY + t + 3 for t, struck in enumerate(trace["disrupted"]) if struck]
    outages = [Outage(good="two", first_week=week, weeks=1) for week in weeks]
    check_serial(followed(serial(), trace, outages=outages), trace)


def test_a_serial_chain_whose_middle_stage_cannot_order():
    trace, network = TRACES["serial_op"], serial()
    row = list(network.points["good"]).index("two")
    weeks = [DRY + t + 2 for t, struck in enumerate(trace["disrupted"]) if struck]
    check_serial(followed(network, trace, ordering=OrdersNothing(row=row, weeks=weeks)), trace)


def test_an_assembly_waits_for_both_of_its_components():
    trace = TRACES["assembly_01"]
    network = chain(
        levels={"whole": 7.0, "first": 13.0, "second": 11.0},
        cycles={"whole": 0, "first": 1, "second": 1},
        needs=[("whole", "first"), ("whole", "second")],
        weekly=5.0,
    )
    found = followed(network, trace)
    for stage, good, later in (("0", "whole", 0), ("1", "first", 1), ("2", "second", 1)):
        compare(found, trace, stage=stage, good=good, cycle=later, later=later)
    holding = {"whole": 2.0, "first": (1.0, 1, "whole"), "second": (1.0, 1, "whole")}
    assert cost(found, 100, holding=holding, short=20.0) == pytest.approx(trace["total_cost"], rel=1e-12)
