"""Sampled years judged by what Poisson processes must give, worked out apart from the code."""

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from resilience import Network
from resilience.errors import AskError
from resilience.hazards import (
    CommonCause,
    Fade,
    Fixed,
    Hazard,
    Hazards,
    Importance,
    LogNormal,
    OneOf,
    Plain,
    Plant,
    Site,
    Sobol,
    Stratified,
    Strike,
    Triangular,
    Trigger,
    check,
    sample,
)
from resilience.recovery import Linear

NETWORK = Network.from_frames(
    goods={"good": ["chip", "gas"], "tier": ["chip", "raw"]},
    producers={"good": ["chip", "chip", "gas"], "place": ["TWN", "JPN", "JPN"], "output_per_week": [3.0, 1.0, 2.0]},
    lanes={"good": ["chip"], "origin": ["TWN"], "destination": ["USA"]},
    demand={"good": ["chip"], "place": ["USA"], "units_per_week": [3.0], "usd_per_unit_unmet": [5.0]},
)
OUTAGE = (Strike(kind="outage", given={"good": "chip", "place": "TWN"}),)
METHODS = [Plain(), Sobol(), Stratified(), Stratified(even=1.0), Importance(factors={"war": 20.0})]


def pair(*, often=0.5, rarely=0.02, **rest):
    """A frequent slight hazard of mean severity 0.5 for four weeks and a rare total one of thirty weeks."""
    slight = Triangular(low=0, mode=0.5, high=1)
    quake = Hazard(name="quake", rate_per_year=often, severity=slight, weeks=Fixed(value=4), strikes=OUTAGE)
    war = Hazard(name="war", rate_per_year=rarely, severity=Fixed(value=1), weeks=Fixed(value=30), strikes=OUTAGE)
    return Hazards(hazards=(quake, war), **rest)


def lost_weeks(scenario):
    return sum(outage.lost * outage.weeks for outage in scenario.disruptions)


def mean(scenarios, figure=lost_weeks):
    return math.fsum(scenario.probability * figure(scenario) for scenario in scenarios)


def wars(scenario):
    return scenario.name.count("war")


def spread_of(method, figure, hazards, *, draws, seeds):
    """Mean and standard deviation of the estimate over independent seeds."""
    found = [mean(sample(hazards, NETWORK, draws=draws, rng=seed, method=method), figure) for seed in range(seeds)]
    return float(np.mean(found)), float(np.std(found, ddof=1))


@pytest.mark.parametrize("method", METHODS, ids=repr)
@settings(max_examples=5, deadline=None)
@given(often=st.floats(0.01, 3), rarely=st.floats(0.001, 0.5), seed=st.integers(0, 99), draws=st.integers(8, 70))
def test_weights_add_up_to_the_chance_of_a_disturbed_year(method, often, rarely, seed, draws):
    drawn = sample(pair(often=often, rarely=rarely), NETWORK, draws=draws, rng=seed, method=method)
    assert len(drawn) == draws
    assert drawn.undisturbed == pytest.approx(math.exp(-often - rarely), abs=1e-9)


@pytest.mark.parametrize("method", METHODS, ids=repr)
def test_every_method_recovers_the_exact_mean_and_the_exact_rate(method):
    exact_weeks, exact_wars = 0.5 * 0.5 * 4 + 0.02 * 30, 0.02
    for figure, exact in ((lost_weeks, exact_weeks), (wars, exact_wars)):
        found, spread = spread_of(method, figure, pair(), draws=128, seeds=16)
        assert abs(found - exact) < 4 * spread / math.sqrt(16) + 1e-9


def test_a_tail_chance_is_met_and_rare_years_cost_plain_draws_the_most():
    """A year with a war: 1 - exp(-0.02), known exactly."""
    exact = 1 - math.exp(-0.02)
    found = {}
    for method in (Plain(), Stratified(), Importance(factors={"war": 20.0})):
        middle, spread = spread_of(method, lambda scenario: wars(scenario) > 0, pair(), draws=128, seeds=16)
        assert abs(middle - exact) < 4 * spread / math.sqrt(16) + 1e-9
        found[type(method).__name__] = spread
    assert found["Stratified"] < 0.7 * found["Plain"]
    assert found["Importance"] < 0.7 * found["Plain"]


def test_sobol_points_estimate_a_mean_with_less_spread_than_random_ones():
    spreads = [spread_of(method, lost_weeks, pair(), draws=256, seeds=10)[1] for method in (Plain(), Sobol())]
    assert spreads[1] < 0.6 * spreads[0]


def test_rates_and_durations_come_back_from_many_draws():
    drawn = sample(pair(), NETWORK, draws=4096, rng=1, method=Sobol())
    assert mean(drawn, lambda year: year.name.count("quake")) == pytest.approx(0.5, rel=0.02)
    several = math.fsum(year.probability for year in drawn if len(year.disruptions) > 1)
    assert several == pytest.approx(1 - math.exp(-0.52) * 1.52, rel=0.02)


def test_a_common_cause_leaves_the_mean_and_brings_events_together():
    apart = pair(rarely=0.5)
    together = replace(apart, causes=(CommonCause(name="tension", chance=0.2, factor=9.0, hazards=("quake", "war")),))
    law = together.law()
    assert law.chance @ law.rates == pytest.approx([0.5, 0.5])
    calm = math.fsum(chance * math.exp(-rate.sum()) for chance, rate in zip(law.chance, law.rates, strict=True))
    for method in (Plain(), Stratified(), Importance(factors={"war": 3.0})):
        drawn = sample(together, NETWORK, draws=64, rng=3, method=method)
        assert drawn.undisturbed == pytest.approx(calm)
    for method in (Stratified(), Importance(factors={"war": 3.0}), Sobol()):
        found, spread = spread_of(method, lost_weeks, together, draws=128, seeds=12)
        assert abs(found - 16.0) < 4 * spread / math.sqrt(12)
    assert together.law().at_least(3) > 1.5 * apart.law().at_least(3)


def test_what_is_triggered_comes_with_its_chance_and_delay():
    blockade = Hazard(
        name="blockade", rate_per_year=0.1, severity=Fixed(value=1), weeks=Fixed(value=1), strikes=OUTAGE,
        triggers=(Trigger(hazard="answer", chance=0.25, delay_weeks=Fixed(value=6)),),
    )  # fmt: skip
    answer = replace(blockade, name="answer", rate_per_year=0.0, triggers=())
    drawn = sample(Hazards(hazards=(blockade, answer)), NETWORK, draws=4096, rng=1, method=Plain())
    assert mean(drawn, lambda year: year.name.count("answer")) == pytest.approx(0.025, rel=0.15)
    single = [year for year in drawn if year.name.count("blockade") == 1 and "answer" in year.name]
    assert {outage.first_week for year in single for outage in year.disruptions} == {1, 7}


def test_a_spiral_without_end_is_cut():
    spiral = Hazard(
        name="spiral", rate_per_year=0.1, severity=Fixed(value=1), weeks=Fixed(value=1), strikes=OUTAGE,
        triggers=(Trigger(hazard="spiral", chance=1.0),),
    )  # fmt: skip
    (year,) = sample(Hazards(hazards=(spiral,)), NETWORK, draws=1, rng=0, method=Importance(factors={"spiral": 1e-6}))
    assert len(year.disruptions) == 11


@pytest.mark.parametrize("method", METHODS, ids=repr)
def test_the_same_seed_gives_the_same_bytes(method):
    sums = {sample(pair(), NETWORK, draws=50, rng=seed, method=method).checksum() for seed in (7, 7, 8)}
    assert len(sums) == 2


def test_the_first_event_begins_in_week_one():
    drawn = sample(pair(often=3.0), NETWORK, draws=100, rng=1)
    assert {year.first_week for year in drawn} == {1}
    assert max(outage.first_week for year in drawn for outage in year.disruptions) <= 52


def test_places_are_struck_by_their_exposure():
    exposure = {(target["good"], target["place"]): share for share, target in Plant(tiers=("chip",)).options(NETWORK)}
    assert exposure == {("chip", "TWN"): 0.75, ("chip", "JPN"): 0.25}
    assert {target["place"]: weight for weight, target in Site().options(NETWORK)} == {"TWN": 0.75, "JPN": 1.25}
    hazard = replace(pair().hazards[0], where=Plant(tiers=("chip",)), strikes=(Strike(kind="outage"),))
    drawn = sample(Hazards(hazards=(hazard,)), NETWORK, draws=1024, rng=1, method=Sobol())
    struck = [outage.place for year in drawn for outage in year.disruptions]
    assert struck.count("TWN") / len(struck) == pytest.approx(0.75, abs=0.03)


def test_strikes_share_the_event_and_a_harder_event_can_be_the_longer():
    strikes = (
        Strike(kind="outage", given={"place": "TWN"}, fade=Fade(shape=Linear, times=2.0)),
        Strike(kind="outage", given={"place": "JPN"}, part=0.5, stretch=3.0, later_weeks=2),
    )
    shaking = Hazard(
        name="quake", rate_per_year=0.01, severity=Triangular(low=0, mode=0, high=1), strikes=strikes,
        weeks=LogNormal(median=4, spread=1), harder_is_longer=True,
    )  # fmt: skip
    drawn = sample(Hazards(hazards=(shaking,)), NETWORK, draws=40, rng=1, method=Plain())
    years = sorted((year.disruptions for year in drawn if len(year.disruptions) == 2), key=lambda pair: pair[0].lost)
    assert [first.weeks for first, _ in years] == sorted(first.weeks for first, _ in years)
    for first, second in years:
        assert second.lost == pytest.approx(first.lost / 2, abs=1e-4)
        assert second.weeks == pytest.approx(3 * first.weeks, abs=1e-3)
        assert (first.first_week, second.first_week) == (1, 3)
        assert first.recovery.weeks == pytest.approx(2 * first.weeks, abs=1e-3)


def test_too_few_draws_for_the_strata_are_refused():
    with pytest.raises(AskError, match="3 draws cannot hold one of each of the 4 kinds"):
        sample(pair(), NETWORK, draws=3, rng=1)


def test_hazards_that_speak_of_what_is_not_there_are_told_together():
    quake = replace(pair().hazards[0], strikes=(Strike(kind="outage"),))
    wrong = [
        replace(quake, name=name, where=OneOf(targets=((1.0, {"place": name}),)))
        for name in ("TWM", "JPM")
    ]  # fmt: skip
    with pytest.raises(AskError, match=r"(?s)TWM.*Did you mean TWN.*JPM.*Did you mean JPN"):
        check(Hazards(hazards=tuple(wrong)), NETWORK)
    with pytest.raises(AskError, match="Did you mean quake"):
        replace(pair(), causes=(CommonCause(name="c", chance=0.5, factor=2.0, hazards=("quacke",)),))


def test_some_hazards_can_be_taken_alone_with_what_they_set_off():
    linked = replace(pair().hazards[0], triggers=(Trigger(hazard="war", chance=0.5),))
    alone = Hazards(hazards=(linked, pair()["war"])).only("quake")
    assert [(hazard.name, hazard.rate_per_year) for hazard in alone.hazards] == [("quake", 0.5), ("war", 0.0)]
