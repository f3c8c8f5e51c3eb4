"""A reserve over years: the fractile worked by hand, a dynamic program over a grid, and the one-stage size agree."""

import numpy as np
import pytest
from small_networks import gas

from resilience import Scenario, size_reserve
from resilience.balance import balance
from resilience.disruption import Outage
from resilience.errors import AskError
from resilience.physics import physics
from resilience.policy import Release
from resilience.sizing.multistage import multistage_reserve
from resilience.sizing.scope import Everything
from resilience.sizing.sddp import BoundStalls, Passes, tree
from resilience.sizing.world import World, WorldState, world_of
from resilience.sizing.years import Pace, holding, year_programs, years_graph
from resilience.solver import solve

RATE = 0.25  # a year
ENOUGH = (BoundStalls(over=12, by=1e-9), Passes(most=100))


def outages(chances):
    """Gas stops for so many weeks, of which ten units each are short."""
    return [
        Scenario(name=f"{weeks} weeks", probability=chance, disruptions=(Outage(weeks=weeks),))
        for weeks, chance in chances.items()
    ]


def planned(scenarios, world, *, years=4, network=None, **more):
    asked = {"stop": ENOUGH, "paths": 20, "rng": np.random.default_rng(0), "weeks": 10, **more}
    return multistage_reserve(
        network or gas(), scenarios, world=world, members="A", years=years, discount_rate=RATE, **asked
    )


def quiet(found, state, year):
    rows = found.table("policy")
    return rows[(rows["event"] == "quiet") & (rows["state"] == state) & (rows["year"] == year)]


CHANCES = {1: 0.05, 2: 0.04, 3: 0.03, 4: 0.02}
ALIKE = world_of(outages(CHANCES), multiples={"calm": 1, "tense": 1}, moves=[[0.5, 0.5], [0.5, 0.5]])


@pytest.mark.parametrize(("holding_share", "target"), [(0.4, 40.0), (0.9, 30.0), (1.5, 20.0), (3.5, 0.0)])
def test_the_target_is_the_fractile_worked_by_hand(holding_share, target):
    """One more unit at price c saves v - c with the chance that demand for it comes, and costs c * holding_share a
    year.

    Capital (c r, by discounting) and upkeep (c * holding_share - c r) add up to it, so hold while
    P(outage longer) > c * holding_share / (v - c); here c = 1, v = 25, so that 0.9 / 24 = 0.0375 and so on. P(longer
    than 0, 1, 2, 3 weeks) = 0.14, 0.09, 0.05, 0.02: at 0.0375 the stock of three weeks pays.
    """
    v = 25.0
    above = [sum(p for weeks, p in CHANCES.items() if weeks > held) for held in range(4)]
    by_hand = 10.0 * sum(chance > holding_share / (v - 1.0) for chance in above)
    network = gas(holding=holding_share, at_stake=v)
    found = planned(outages(CHANCES), ALIKE, network=network, years=3, paths=5, cover_days=[0.0])
    for year in ("1", "2"):
        assert quiet(found, "calm", year)["left_units"].tolist() == pytest.approx([by_hand], abs=1e-6)
    assert quiet(found, "calm", "3")["buy_units"].tolist() == [0.0]  # too late to be of use
    one_stage = size_reserve(network, outages(CHANCES), weeks=10).reserve.table()["units"].sum()
    assert one_stage == pytest.approx(by_hand, abs=1e-6)
    assert by_hand == target


def by_grid(chances, moves, *, years, pace, prices=(1.0, 1.0), v=21.0, h=0.5 - RATE, step=5.0, most=40.0):
    """Least mean cost from an empty store, by backward recursion over stocks in steps: an independent reading."""
    levels = np.arange(0.0, most + step, step)
    after = np.tile(-levels, (len(moves), 1))  # what is left is worth its price
    for year in range(years, 0, -1):
        now = np.empty_like(after)
        ahead = after if year == years else np.array(moves) @ after / (1 + RATE)
        for s, own in enumerate(chances):
            events = [(0.0, 1 - sum(own.values())), *((10.0 * weeks, p) for weeks, p in own.items())]
            for n, level in enumerate(levels):
                total = h * level
                for need, chance in events:
                    best = np.inf
                    for drawn in levels[levels <= min(level, need)]:
                        for left in levels[levels >= level - drawn]:
                            bought = left - (level - drawn)
                            if bought > (0.0 if year == years else pace):
                                continue
                            cost = prices[s] * bought + v * (need - drawn) + ahead[s, round(left / step)]
                            best = min(best, cost)
                    total += chance * best
                now[s, n] = total
        after = now
    return after[0, 0]


def two_states(pace_units):
    chances = ({1: 0.02, 4: 0.01}, {1: 0.10, 4: 0.15})
    moves = ((0.8, 0.2), (0.4, 0.6))
    states = tuple(
        WorldState(
            name=name,
            chances={f"{weeks} weeks": p for weeks, p in own.items()},
            price_multiple=price,
            assumed="made up",
        )
        for name, own, price in zip(("calm", "tense"), chances, (1.0, 2.0), strict=True)
    )
    world = World(states=states, moves=moves)
    return world, by_grid(chances, moves, years=4, pace=pace_units, prices=(1.0, 2.0))


@pytest.mark.parametrize("pace_units", [40.0, 15.0])
def test_two_states_with_prices_and_a_pace_agree_with_a_grid(pace_units):
    world, expected = two_states(pace_units)
    pace = Pace(units={"gas": pace_units})
    found = planned(outages({1: 0.1, 4: 0.1}), world, pace=pace, paths=300, cover_days=[0.0, 14.0, 28.0])
    assert found.bound_usd == pytest.approx(expected, rel=1e-6)
    low, high = found.interval_usd
    assert low <= expected <= high
    rows = found.table("policy")
    assert (rows["buy_units"] <= pace_units + 1e-6).all()
    quiet_rows = rows[rows["event"] == "quiet"]
    assert quiet_rows["release_units"].max() == pytest.approx(0.0, abs=1e-6)
    struck = rows[(rows["event"] == "4 weeks") & (rows["year"] == "1")]
    assert struck["release_units"].tolist() == pytest.approx([0.0, 20.0, 40.0] * 2)


def test_years_for_ever_give_one_rule_which_long_plans_begin_with():
    network = gas(holding=0.9, at_stake=25.0)
    endless = planned(outages(CHANCES), ALIKE, network=network, years=None, paths=5, cover_days=[0.0, 7.0])
    assert set(endless.table("policy")["year"]) == {"any"}
    assert quiet(endless, "calm", "any")["left_units"].tolist() == pytest.approx([30.0, 30.0])
    # Year 1 has no stock; each later year costs upkeep, mean loss and refilling; bought once. Worked out by hand:
    mean_short = 10 * sum(p * max(weeks - 3, 0) for weeks, p in CHANCES.items())
    mean_drawn = 10 * sum(p * min(weeks, 3) for weeks, p in CHANCES.items())
    yearly = 30 * (0.9 - RATE) + mean_short * 25 + mean_drawn * 1
    mean_need = 10 * sum(p * weeks for weeks, p in CHANCES.items())
    by_hand = mean_need * 25 + 30 + yearly / RATE  # a perpetuity from year 2 on, at 25 % a year, begins at 1 / 0.25
    assert endless.bound_usd == pytest.approx(by_hand, rel=1e-6)
    assert endless.without_usd == pytest.approx(mean_need * 25 * (1 + 1 / RATE), rel=1e-9)


def test_the_bound_is_that_of_the_whole_tree_on_the_same_years():
    world, _ = two_states(15.0)
    scenarios, laws = outages({1: 0.1, 4: 0.1}), physics(balance(gas()).network)
    held = holding(laws, members="A", goods=["gas"], pace=Pace(units={"gas": 15.0}), discount_rate=RATE, weeks=10)
    programs = year_programs(laws, held, scenarios, weeks=10, release=Release(), periods=None, scope=Everything())
    graph = years_graph(held, programs, world, years=3, discount=1 / (1 + RATE), start=np.zeros(1))
    found = planned(scenarios, world, years=3, pace=Pace(units={"gas": 15.0}), cover_days=[0.0])
    assert found.bound_usd == pytest.approx(solve(tree(graph)).objective * laws.usd, rel=1e-6)


def test_a_stock_that_stands_is_used_and_a_release_rule_slows_it():
    world, _ = two_states(40.0)
    scenarios = outages({1: 0.1, 4: 0.1})
    brief = {"years": 2, "paths": 2, "cover_days": [28.0]}
    empty = planned(scenarios, world, **brief)
    full = planned(scenarios, world, stock={"gas": 40.0}, **brief)
    slow = planned(scenarios, world, stock={"gas": 40.0}, release=Release(rate_per_week=0.1), **brief)
    late = planned(scenarios, world, stock={"gas": 40.0}, release=Release(decision_weeks=2), **brief)
    assert full.bound_usd < empty.bound_usd
    assert full.bound_usd < slow.bound_usd
    assert full.bound_usd < late.bound_usd
    struck = late.table("policy").query("event == '4 weeks' and year == '1'")["release_units"]
    assert struck.tolist() == pytest.approx([20.0, 20.0])


def test_tables_tell_paths_and_the_world():
    world, _ = two_states(40.0)
    found = planned(outages({1: 0.1, 4: 0.1}), world, cover_days=[0.0])
    paths = found.table("paths")
    assert paths.groupby("path")["year"].max().unique().tolist() == [4]
    carried = paths["stock_units"] + paths["buy_units"] - paths["release_units"]
    assert carried.to_numpy() == pytest.approx(paths["left_units"].to_numpy(), abs=1e-6)
    assert found.table("world")["assumed"].eq("made up").all()
    assert found.table("world").groupby("state")["chance_per_year"].sum().tolist() == pytest.approx([1.0, 1.0])
    assert set(found.summary()["state"]) <= {"calm", "tense"}
    assert "bound" in repr(found)
    with pytest.raises(AskError, match="Did you mean"):
        found.table("polcy")


def test_what_cannot_be_planned_is_told_at_once():
    world, _ = two_states(40.0)
    with pytest.raises(AskError, match="'4 weeks', which is not among") as error:
        planned(outages({1: 0.1}), world, years=0)
    assert "years is 0" in str(error.value)
    with pytest.raises(AskError, match="must be 0 or more"):
        Pace(market_share=-1.0)
