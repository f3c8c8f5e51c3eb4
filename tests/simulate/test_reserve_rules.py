"""The rules of a reserve by hand: refill, whom it serves, tranches, contribution, decisions that slip."""

from dataclasses import replace

import numpy as np
import pytest

from resilience import Network, Outage, Reserve, Scenario, StockLoss, best_response, simulate
from resilience.errors import AskError
from resilience.policy import Refill, Release, Serves, Slip
from resilience.simulate.behaviour import BaseStock, Behaviour, ByContribution, Proportional, Tranches

PROMPT = Behaviour(ordering=BaseStock(), rationing=Proportional())


def gas(*, surge=1.5, stock_weeks=0.0):
    """Ten a week made and wanted at A at 1 USD each, 21 at stake."""
    return Network.from_frames(
        goods={"good": ["gas"], "usd_per_unit": [1.0]},
        producers={"good": ["gas"], "place": ["A"], "output_per_week": [10.0], "surge": [surge]},
        demand={"good": ["gas"], "place": ["A"], "units_per_week": [10.0], "usd_per_unit_unmet": [21.0]},
        stocks={"good": ["gas"], "place": ["A"], "weeks": [stock_weeks]},
    )


def held(network, units=20.0, *, good=None, place="A", owner="A", **release):
    row = {"good": good or network.goods["good"].iloc[0], "place": place, "owner": owner, "units": units}
    return Reserve.of(network, [row], release=Release(**release))


def weekly(traces, table):
    return {int(row.week): round(float(row.units), 9) for row in traces.table(table).itertuples()}


TWICE = Scenario(
    name="twice",
    disruptions=(Outage(weeks=2), StockLoss(good="gas", first_week=12), Outage(first_week=12, weeks=2)),
)


def test_a_reserve_that_is_filled_again_serves_a_second_crisis():
    """Twenty are drawn in weeks 1 and 2; bought back at four a week from week 5; drawn again in weeks 12 and 13."""
    reserve = held(gas(), refill=Refill(per_week=0.2, after_weeks=2))
    found = simulate(gas(), TWICE, weeks=20, reserve=reserve, behaviour=PROMPT)
    assert weekly(found, "drawn") == {1: 10.0, 2: 10.0, 12: 10.0, 13: 10.0}
    assert weekly(found, "refilled") == {**dict.fromkeys(range(5, 10), 4.0), **dict.fromkeys(range(16, 21), 4.0)}
    assert found.loss.iloc[0].tolist() == pytest.approx([0.0, 0.0, 40.0])


def test_every_draw_is_charged_once_and_buying_back_never():
    """As above, in the program: forty drawn at 1 USD; spent once, the twenty of the other crisis stay unmet at 21."""
    again = held(gas(), refill=Refill(per_week=0.2, after_weeks=2))
    assert best_response(gas(), TWICE, weeks=20, reserve=again).loss_usd == pytest.approx(40.0)
    assert best_response(gas(), TWICE, weeks=20, reserve=held(gas())).loss_usd == pytest.approx(20.0 + 20 * 21.0)


@pytest.mark.parametrize(
    ("per_week", "after_weeks", "back"), [(0.1, 4, 14.0), (0.1, 8, 6.0), (0.5, 9, 20.0), (0.5, 10, 10.0)]
)
def test_the_program_buys_back_no_sooner_and_no_faster_than_the_rule(per_week, after_weeks, back):
    """What came in week 1 may be back from week 1 + after on, up to week 11, at 2 a week or 10, if it came."""
    reserve = held(gas(), refill=Refill(per_week=per_week, after_weeks=after_weeks))
    least = best_response(gas(), TWICE, weeks=20, reserve=reserve).loss_usd
    assert least == pytest.approx(20.0 + back + 21 * (20.0 - back))
    assert least <= simulate(gas(), TWICE, weeks=20, reserve=reserve, behaviour=PROMPT).loss_usd.item()


def test_the_keeper_takes_nothing_that_users_want_to_hold():
    network = gas(surge=1.2, stock_weeks=1.0)
    stop = Scenario(name="stop", disruptions=(Outage(weeks=3),))
    found = simulate(network, stop, weeks=30, reserve=held(network, refill=Refill(per_week=0.5, after_weeks=1)))
    stocks, back = weekly(found, "stocks"), weekly(found, "refilled")
    assert back
    assert all(stocks[week] >= 10.0 - 1e-9 for week in back)
    idle = simulate(
        gas(surge=1.0), stop, weeks=30, reserve=held(gas(surge=1.0), refill=Refill(per_week=0.5, after_weeks=1))
    )
    assert weekly(idle, "refilled") == {}


def test_refill_waits_until_cover_is_restored():
    network = gas(surge=1.2, stock_weeks=2.0)
    stop = Scenario(name="stop", disruptions=(Outage(weeks=4),))
    rules = [Refill(per_week=0.5, after_weeks=1, cover_days=days) for days in (14.0, 14.1)]
    early, never = (
        simulate(network, stop, weeks=40, reserve=held(network, refill=rule), behaviour=PROMPT) for rule in rules
    )
    assert weekly(early, "refilled")
    assert weekly(never, "refilled") == {}


def three_tiers():
    """Ten chips a week at A: three for defence, three essential, four other."""
    return Network.from_frames(
        goods={"good": ["chip"]},
        producers={"good": ["chip"], "place": ["A"], "output_per_week": [10.0]},
        demand={"good": ["chip"] * 3, "place": ["A"] * 3, "tier": ["defence", "essential", "other"],
                "units_per_week": [3.0, 3.0, 4.0], "usd_per_unit_unmet": [1.0] * 3},
    )  # fmt: skip


HALF = Scenario(name="half", disruptions=(Outage(lost=0.5, weeks=1),))
DEFENCE = Serves(tiers=("defence",), industry=False)


def unmet(traces):
    return traces.unmet.set_index("tier")["units"].round(9).to_dict()


def test_a_defence_reserve_is_drawn_for_defence_alone():
    """Five chips give every tier half of what it asks; the reserve sends defence the other half and nobody else."""
    network = three_tiers()
    found = simulate(network, HALF, weeks=3, reserve=held(network, 100.0, whom=DEFENCE), behaviour=PROMPT)
    assert unmet(found) == {"defence": 0.0, "essential": 1.5, "other": 2.0}
    assert weekly(found, "drawn") == {1: 1.5}
    everybody = simulate(network, HALF, weeks=3, reserve=held(network, 100.0), behaviour=PROMPT)
    assert weekly(everybody, "drawn") == {1: 5.0}


def test_nothing_is_drawn_for_those_who_are_served_first_anyway():
    network = three_tiers()
    found = simulate(network, HALF, weeks=3, reserve=held(network, 100.0, whom=DEFENCE))
    assert found.loss["drawn_usd"].item() == 0.0


def test_reserves_for_few_are_drawn_before_those_for_many():
    """Defence takes its 1.5 from its own reserve; the other one, of three units, then covers three of the 3.5 left."""
    network = three_tiers()
    both = [held(network, 3.0), held(network, 100.0, whom=DEFENCE)]
    for reserves in (both, both[::-1]):
        found = simulate(network, HALF, weeks=3, reserve=reserves, behaviour=PROMPT)
        assert sorted(round(units, 9) for units in found.table("drawn")["units"]) == [1.5, 3.0]
        assert sum(unmet(found).values()) == pytest.approx(0.5)
        assert unmet(found)["defence"] == 0.0


def test_what_those_served_leave_is_open_to_all():
    """Sent for defence in the first week, it comes in the second, when defence lacks nothing and others do."""
    network = three_tiers()
    late = Scenario(name="late", disruptions=(Outage(lost=0.5, weeks=1), Outage(lost=0.2, first_week=2, weeks=1)))
    behaviour = replace(PROMPT, rationing=Proportional())
    found = simulate(network, late, weeks=3, reserve=held(network, 1.5, whom=DEFENCE, delivery_weeks=1),
                     behaviour=behaviour)  # fmt: skip
    assert unmet(found) == pytest.approx({"defence": 1.5, "essential": 1.5 + 0.6 * 5 / 14, "other": 2.0 + 0.8 * 5 / 14})


def test_industry_is_served_or_not_as_stated():
    network = Network.from_frames(
        goods={"good": ["gas", "chip"]}, needs={"good": ["chip"], "input": ["gas"], "units": [1.0]},
        producers={"good": ["gas", "chip"], "place": ["A", "A"], "output_per_week": [15.0, 10.0]},
        demand={"good": ["gas", "chip"], "place": ["A", "A"], "units_per_week": [5.0, 10.0],
                "usd_per_unit_unmet": [1.0, 1.0]},
    )  # fmt: skip
    stop = Scenario(name="stop", disruptions=(Outage(good="gas", weeks=1),))
    sent = [
        simulate(network, stop, weeks=2, reserve=held(network, 100.0, good="gas", whom=whom))
        .table("drawn")["units"]
        .sum()
        for whom in (Serves(), Serves(industry=False), Serves(tiers=()), Serves(tiers=("defence",), industry=False))
    ]
    assert sent == pytest.approx([15.0, 5.0, 10.0, 0.0])


def two_firms(*, stock_weeks=4.0):
    """Ten a week made and used at each of A's firms; the first holds stock, the second none. B is another country."""
    return Network.from_frames(
        goods={"good": ["gas"]},
        places={"place": ["A1", "A2", "B"], "country": ["A", "A", "B"]},
        blocs={"pair": ["A", "B"]},
        producers={"good": ["gas"] * 3, "place": ["A1", "A2", "B"], "output_per_week": [10.0] * 3},
        demand={"good": ["gas"] * 3, "place": ["A1", "A2", "B"], "units_per_week": [10.0] * 3,
                "usd_per_unit_unmet": [1.0] * 3},
        stocks={"good": ["gas"], "place": ["A1"], "weeks": [stock_weeks]},
    )  # fmt: skip


STOP = Scenario(name="stop", disruptions=(Outage(country="A", weeks=20),))


def test_a_tranche_opens_at_its_own_cover():
    """Days of cover at the start of weeks 1 to 5: 14, 10.5, 7, 3.5, 0. A quarter opens below 12, the rest below 5."""
    network = two_firms()
    rule = Tranches(steps=((12.0, 0.25), (5.0, 1.0)))
    found = simulate(network, STOP, weeks=8, reserve=held(network, 40.0, place="A2", trigger=rule))
    assert weekly(found, "drawn") == {2: 10.0, 4: 10.0, 5: 10.0, 6: 10.0}
    later = held(network, 40.0, place="A2", trigger=rule, decision_weeks=1)
    assert weekly(simulate(network, STOP, weeks=8, reserve=later), "drawn") == {3: 10.0, 5: 10.0, 6: 10.0, 7: 10.0}


def test_a_pool_is_shared_by_what_members_put_in():
    """All stop; of 24 a week, 32 units stand in B and 16 in A, whose firms split A's third by use."""
    network = two_firms(stock_weeks=0.0)
    stores = [{"good": "gas", "place": place, "owner": "pair", "units": units} for place, units in
              (("A1", 16.0), ("B", 32.0))]  # fmt: skip
    stop = Scenario(name="stop", disruptions=(Outage(weeks=1),))

    def short(rule, units=1.0):
        rows = [{**row, "units": row["units"] * units} for row in stores]
        reserve = Reserve.of(network, rows, release=Release(rate_per_week=0.25, allocation=rule))
        found = simulate(network, stop, weeks=2, reserve=reserve).table("shortfall")
        return found.set_index("place")["units"].round(9).to_dict()

    assert short(ByContribution()) == {"A1": 8.0, "A2": 8.0, "B": 2.0}
    assert short(ByContribution(shares={"A": 1.0})) == {"A1": 4.0, "A2": 4.0, "B": 10.0}
    assert short(ByContribution(), 2.0) == {"A1": 3.0, "A2": 3.0}
    with pytest.raises(AskError, match="names no country of the network"):
        short(ByContribution(shares={"AA": 1.0}))


def test_a_decision_slips_by_the_weeks_drawn():
    network = gas()
    stop = Scenario(name="stop", disruptions=(Outage(weeks=10),))
    late = held(network, 200.0, decision_weeks=1, slip=Slip(weeks=(0, 3), chances=(0.0, 1.0)))
    assert weekly(simulate(network, stop, weeks=12, reserve=late), "drawn") == dict.fromkeys(range(5, 11), 10.0)


def test_slips_follow_their_chances_and_the_seed_and_not_the_scenarios_beside():
    network = gas()
    slip = Slip(weeks=(0, 1, 2), chances=(0.5, 0.3, 0.2))
    reserves = [held(network, 100.0, slip=slip), held(network, 0.0, slip=slip)]
    several = [Scenario(name=f"s{n}", disruptions=(Outage(weeks=2),)) for n in range(300)]
    unmet_weeks = [
        simulate(network, chosen, weeks=4, reserve=order, seed=seed).loss["unmet_usd"].div(210.0).round(2)
        for chosen, order, seed in (
            (several, reserves, 1), (several[::-1], reserves[::-1], 1), (several[40:42], reserves, 1),
            (several, reserves, 2),
        )
    ]  # fmt: skip
    first, turned, few, other = unmet_weeks
    assert turned[first.index].equals(first)
    assert few.equals(first[few.index])
    assert not other.equals(first)
    counts = first.value_counts(normalize=True).reindex([0.0, 1.0, 2.0], fill_value=0.0).to_numpy()
    assert np.abs(counts - slip.chances).max() < 4 * np.sqrt(0.25 / 300)


def test_a_larger_reserve_meets_the_same_luck():
    network, slip = gas(), Slip()
    stop = [Scenario(name=f"s{n}", disruptions=(Outage(weeks=9),)) for n in range(9)]
    firsts = [
        simulate(network, stop, weeks=9, reserve=held(network, units, slip=slip), full=True, seed=7)
        .table("drawn").groupby("scenario")["week"].min().to_dict()
        for units in (50.0, 90.0)
    ]  # fmt: skip
    assert firsts[0] == firsts[1]
    assert len(set(firsts[0].values())) > 1


def test_each_reserve_keeps_its_own_rules():
    """A's own reserve opens at once and is filled again; the pair's opens in tranches, and is spent."""
    network = two_firms()
    own = held(network, 10.0, place="A2", owner="A", refill=Refill(per_week=1.0, after_weeks=1))
    pool = held(network, 40.0, place="A2", owner="pair", trigger=Tranches(steps=((12.0, 0.25), (4.0, 1.0))))
    brief = Scenario(name="brief", disruptions=(Outage(country="A", weeks=3),))
    makers = network.producers.assign(surge=2.0)
    found = simulate(network.with_table("producers", makers), brief, weeks=12, reserve=[own, pool], behaviour=PROMPT)
    drawn = found.table("drawn").groupby(["owner", "week"])["units"].sum().round(9).to_dict()
    assert drawn == {("A", 1): 10.0, ("pair", 2): 10.0}
    back = found.table("refilled")
    assert set(back["owner"]) == {"A"}
    assert back["units"].sum() == pytest.approx(10.0)


@pytest.mark.parametrize(
    ("build", "told"),
    [
        (lambda: Refill(per_week=0.0, after_weeks=0, cover_days=-1.0), ["per_week", "after_weeks", "cover_days"]),
        (lambda: Slip(weeks=(0, -1), chances=(0.5, 0.6)), ["weeks is", "chances is"]),
        (lambda: Slip(weeks=(0,), chances=(0.5, 0.5)), ["1 weeks and 2 chances"]),
        (lambda: Serves(tiers=("defense",)), ["Did you mean defence"]),
    ],
)
def test_a_rule_that_cannot_be_is_refused_with_every_fault(build, told):
    with pytest.raises(AskError) as caught:
        build()
    assert len(caught.value.faults) == len(told)
    for fault, words in zip(caught.value.faults, told, strict=True):
        assert words in fault


def test_a_reserve_for_nobody_is_refused():
    with pytest.raises(AskError, match="names nobody"):
        Serves(tiers=(), industry=False)


def test_a_stock_of_one_input_can_use_up_another_and_cost_more_than_it_saves():
    """Amplifiers take gallium and germanium, processors germanium alone, and are worth a hundred times as much; neither
    metal comes for eight weeks, and germanium for four lies there: enough for processors, but that half of what is left
    in the last week is kept for amplifiers. With gallium held amplifiers go on, and use it up.
    """
    goods = ["amplifier", "processor", "gallium", "germanium"]
    network = Network.from_frames(
        goods={"good": goods, "usd_per_unit": [1.0] * 4},
        producers={"good": goods, "place": ["A"] * 4, "output_per_week": [10.0, 10.0, 10.0, 20.0]},
        needs={"good": ["amplifier", "amplifier", "processor"], "input": ["gallium", "germanium", "germanium"],
               "units": [1.0] * 3},
        demand={"good": goods[:2], "place": ["A"] * 2, "units_per_week": [10.0] * 2,
                "usd_per_unit_unmet": [1.0, 100.0]},
        stocks={"good": ["germanium"], "place": ["A"], "weeks": [4.0]},
    )  # fmt: skip
    stop = Scenario(name="stop", disruptions=(Outage(good=("gallium", "germanium"), first_week=2, weeks=8),))
    gallium = held(network, 80.0, good="gallium")
    bare, aided = (simulate(network, stop, weeks=20, reserve=reserve, behaviour=PROMPT) for reserve in (None, gallium))
    short = [traces.unmet.groupby("good")["units"].sum().to_dict() for traces in (bare, aided)]
    assert short[0] == pytest.approx({"amplifier": 80.0, "processor": 5.0})
    assert short[1] == pytest.approx({"amplifier": 40.0, "processor": 40.0})
    assert (
        best_response(network, stop, weeks=20, reserve=held(network, 80.0, good="gallium")).loss_usd
        < aided.loss_usd.iloc[0]
    )
