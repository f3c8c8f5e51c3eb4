"""Substitutes that can be bought, and measures on networks that state substitutes."""

import pytest
from small_networks import two_chips, two_gases
from two_makers import NOTE

from resilience import Outage, Scenario, best_response, simulate, size_reserve
from resilience.mitigation import SubstituteQualified, SurgeCapacity, with_measures
from resilience.periods import Coarsening
from resilience.simulate.behaviour import Behaviour, Qualified
from resilience.sizing.information import information
from resilience.sizing.scope import Downstream
from resilience.sizing.size import solve_sizing
from resilience.sizing.solved import apart, as_one
from resilience.sizing.stated import state_sizing
from resilience.sizing.unaided import without_reserve

# Ten chips a week, at 100 USD each, want ten of gas, which is out for six weeks. Two neon, at 1 USD, do for one gas,
# for half of the need at most. Qualified over four weeks, neon meets 0, 1.25, 2.5, 3.75, 5 and 5 of the weeks' need.
OUT = Scenario(name="no gas", probability=0.1, disruptions=(Outage(good="gas", weeks=6),))
SLOW, AT_ONCE = 17.5, 30.0
EACH = 100.0 - 2.0  # what a unit of gas replaced saves


def bare():
    network = two_gases()
    return network.with_table("substitutes", network.substitutes.iloc[:0])


def neon(usd_per_year, *, qualify_weeks=4.0, share=0.5):
    return SubstituteQualified(name="neon", user="chip", input="gas", substitute="neon", units=2.0, share=share,
                               qualify_weeks=qualify_weeks, usd=0.0, usd_per_year=usd_per_year, note=NOTE)  # fmt: skip


def sized(network, measures, scenarios=(OUT,), **ask):
    return size_reserve(network, scenarios, weeks=12, measures=measures, budget_usd=0.0, **ask)


@pytest.mark.parametrize(
    ("network", "measure", "saved", "before", "factors"),
    [
        (bare, neon, SLOW, 0.0, (0.9, 1.1)),
        (two_gases, lambda usd: neon(usd, qualify_weeks=0.0), AT_ONCE - SLOW, SLOW, (0.9,)),
        (two_gases, lambda usd: neon(usd, share=0.8), 0.6 * SLOW, SLOW, (0.9,)),
    ],
)
def test_a_substitute_is_bought_up_to_what_it_saves(network, measure, saved, before, factors):
    lost = 0.1 * (60 * 100 - before * EACH)
    for factor in factors:
        usd = factor * 0.1 * saved * EACH
        sizing = sized(network(), [measure(usd)])
        assert sizing.without_reserve_usd == pytest.approx(lost)
        assert sizing.measures["bought"].tolist() == [float(factor < 1)]
        assert sizing.objective_usd == pytest.approx(lost + min(usd - 0.1 * saved * EACH, 0.0))
        ranked = sizing.ranking[sizing.ranking["kind"] == "measure"].iloc[0]
        assert ranked["avoided_usd_per_year"] == pytest.approx(0.1 * saved * EACH if factor < 1 else 0.0)


def test_a_substitute_for_a_finished_good_is_bought_too():
    # New chips, of which sixty lie by at 4 USD, would do for ten old ones a week at 100 USD: from the start, for all.
    network = two_chips()
    network = network.with_table("substitutes", network.substitutes.iloc[:0])
    ready = SubstituteQualified(name="new", user="final", input="old", substitute="new", usd=0.0, usd_per_year=1.0,
                                note=NOTE)  # fmt: skip
    stop = Scenario(name="stop", probability=0.1, disruptions=(Outage(good="old", weeks=4),))
    sizing = sized(network, [ready], [stop])
    assert sizing.losses[["without_usd", "loss_usd"]].iloc[0].tolist() == pytest.approx([4000.0, 160.0])
    assert sizing.objective_usd == pytest.approx(1.0 + 16.0)


def test_bought_it_is_the_best_response_of_the_network_that_has_it_and_no_simulation_loses_less():
    measure = neon(1.0, qualify_weeks=2.0)
    with_gas = Scenario(name="half", probability=0.1, notice_weeks=1,
                        disruptions=(Outage(good="gas", weeks=5, first_week=3, lost=0.7),))  # fmt: skip
    sizing = sized(two_gases(), [measure], [with_gas])
    assert sizing.measures["bought"].tolist() == [1.0]
    built = with_measures(two_gases(), [(measure, 1.0)])
    least = sizing.losses["loss_usd"].iloc[0]
    assert least == pytest.approx(best_response(built, with_gas, weeks=12).loss_usd)
    simulated = simulate(built, [with_gas], weeks=12, behaviour=Behaviour(substitution=Qualified())).loss_usd["half"]
    unaided = simulate(two_gases(), [with_gas], weeks=12, behaviour=Behaviour(substitution=Qualified()))
    assert least <= simulated < unaided.loss_usd["half"]


def test_taken_apart_in_coarse_periods_and_in_a_narrow_scope_it_counts_the_same():
    other = Scenario(name="some", probability=0.2, disruptions=(Outage(good="gas", weeks=4, lost=0.5),))
    for ask in ({}, {"scope": Downstream(), "periods": Coarsening(steps=((4, 1), (8, 2)))}):
        stated = state_sizing(bare(), [OUT, other], weeks=12, measures=[neon(60.0)], budget_usd=0.0, **ask)
        assert set(stated.cases[0].physics.network.goods["good"]) == {"chip", "gas", "neon"}
        answers = without_reserve(stated.cases, stated.blocks, method=None, say=str).answers
        without = [answers[number] for number in range(len(stated.cases))]
        whole = as_one(stated, None, str, without=without)
        parts = apart(stated, without, method=None, gap=1e-8, engine=None, say=str)
        assert parts.objective == pytest.approx(whole.objective, rel=1e-6)
        assert parts.bought.tolist() == whole.bought.tolist() == [1.0]


def test_another_measure_leaves_the_networks_own_substitutes_as_they_are():
    # Standby at the maker of gas makes up for what it loses; neon helps as before with what is left.
    more = SurgeCapacity(
        name="more", good="gas", place="JPN", units_per_week=10.0, usd=0.0, usd_per_year=1.0, note=NOTE
    )
    lost = Scenario(name="most", probability=0.1, disruptions=(Outage(good="gas", weeks=6, lost=0.8),))
    sizing = sized(two_gases(), [more], [lost])
    built = with_measures(two_gases(), [(more, 1.0)])
    assert sizing.losses["loss_usd"].iloc[0] == pytest.approx(best_response(built, lost, weeks=12).loss_usd)
    assert sizing.losses["without_usd"].iloc[0] == pytest.approx(best_response(two_gases(), lost, weeks=12).loss_usd)


def test_the_mean_year_may_qualify_a_substitute_as_the_year_that_begins_first():
    # A tenth of the need is wanting: one a week for six weeks, of which none in the first; neon is held for at 0.02.
    stated = state_sizing(bare(), [OUT], weeks=12, measures=[neon(60.0)], budget_usd=0.0)
    sizing = solve_sizing(stated)
    found = information(stated, sizing)
    assert found.mean_measures == {"neon": 1.0}
    assert found.answering_the_mean_usd == pytest.approx(sizing.objective_usd)
