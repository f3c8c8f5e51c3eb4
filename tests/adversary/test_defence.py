"""The reserve that is best against the best attack: the same as against every attack at once."""

from itertools import combinations

import pytest
from contests import against, three_gases

from resilience import Reserve, size_reserve
from resilience.adversary import Count, Ratio, defend, export_stops, harm_curve, scenario_of
from resilience.adversary.search import Search
from resilience.errors import AskError
from resilience.risk import TotalVariation
from resilience.solver import Status, solve

WEEKS = 8


def against_all(stops, most, risk, **more):
    """The reserve sized against every choice of at most `most` stops at once."""
    choices = [one for size in range(1, most + 1) for one in combinations(stops, size)]
    years = [scenario_of(one, name=str(number)) for number, one in enumerate(choices)]
    return size_reserve(three_gases(), years, weeks=WEEKS, risk=risk, **more)


def test_the_best_reserve_is_the_one_sized_against_every_choice():
    stops = export_stops(three_gases(), "A", share=0.0, weeks=4)
    found = defend(against(stops), limits=Count(most=2), chance=0.01, budget_usd=40.0, gap=1e-4)
    whole = against_all(stops, 2, TotalVariation(radius=0.01), budget_usd=40.0)
    assert found.status is Status.OPTIMAL
    assert found.objective_usd == pytest.approx(whole.objective_usd, rel=1e-3)
    assert found.bound_usd <= whole.objective_usd * (1 + 1e-6)
    assert found.attack.harm_usd < found.before.harm_usd


def test_the_curve_rises_with_the_count_falls_with_the_reserve_and_says_what_it_turns_to():
    stops = export_stops(three_gases(), "A", share=0.0, weeks=4)
    held = Reserve.of(three_gases(), [{"good": "gas", "place": "A", "owner": "A", "units": 32.0}])
    steps = {str(most): Count(most=most) for most in range(3)}
    curve = harm_curve(against(stops), steps=steps, reserves={"without": None, "with": held})
    wide = curve.table("curve").pivot_table(index="step", columns="reserve", values="harm_usd")
    assert (wide.diff().dropna() >= -1e-3).all().all()
    assert (wide["with"] <= wide["without"] * (1 + 1e-3) + 1e-3).all()
    moved = curve.table("displacement").set_index(["step", "cut_off"])
    assert moved.loc[("1", "gas from B"), "adds_usd_without"] == pytest.approx(3200.0)
    assert moved.loc[("1", "argon from C"), "adds_usd_with"] > 0
    assert moved.loc[("1", "gas from B"), "adds_usd_with"] == 0
    with pytest.raises(AskError, match="has no table 'curves'"):
        curve.table("curves")


def test_what_no_reserve_can_be_held_against_is_told_whole():
    stops = export_stops(three_gases(), "A", share=0.0, weeks=4)
    with pytest.raises(AskError) as error:
        defend(against(stops), limits=[Count(most=1), Ratio(least=2.0)], chance=0, rounds=0)
    told = str(error.value)
    assert all(part in told for part in ("chance is 0", "rounds is 0", "limits has a Ratio"))


def test_plans_found_where_nothing_is_held_hold_against_any_reserve():
    threat = against(export_stops(three_gases(), "A", share=0.0, weeks=4))
    held = Reserve.of(three_gases(), [{"good": "gas", "place": "A", "owner": "A", "units": 12.0}])
    bare, stocked = Search(contest=threat.stage(None).contest), threat.stage(held).contest
    bare.worst([Count(most=1).row(bare.contest.own, 1.0)], gap=1e-6)
    assert len(bare.plans) > 2
    for plan in bare.plans:
        assert solve(stocked.struck(plan.spared)).objective <= plan.cost * (1 + 1e-9)
