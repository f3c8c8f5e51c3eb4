"""What a run says of its sizing beyond the size."""

import json
from dataclasses import replace

import pytest

from resilience.amounts import money
from resilience.answering import run, state
from resilience.errors import AskError
from resilience.knowledge import SAMPLES, know, sentences
from resilience.risk import Expectation, measure
from resilience.sizing.replications import replications
from resilience.solver import INNER
from resilience.study import Study


@pytest.fixture(scope="module")
def asked(tiny_study):
    words = ["information", "frontier", "calibration", "periods"]
    return run(tiny_study.having({"sizing.knowledge": words, "sizing.goods": ["gas"]}))


@pytest.fixture(scope="module")
def tiny_study(tiny_kept):
    return Study.read(tiny_kept)


def test_what_behaviour_loses_stands_beside_the_program_and_is_never_less(asked):
    table = asked.table("simulated")
    assert (table["simulated_usd"] >= table["program_usd"] * (1 - 1e-5)).all()
    assert (table["simulated_without_usd"] >= table["program_without_usd"] * (1 - 1e-5)).all()


def test_knowing_costs_least_and_answering_the_mean_most(asked):
    costs = asked.table("information").set_index("figure")["usd_per_year"]
    assert costs["wait and see"] <= costs["here and now"] * (1 + 1e-6)
    assert costs["here and now"] <= costs["answering the mean"] * (1 + 1e-6)
    assert costs["here and now"] == pytest.approx(asked.sizing.objective_usd)


def test_the_frontier_ends_where_the_sized_reserve_does_or_lower(asked):
    table = asked.table("frontier")
    lost = asked.table("losses")
    sized = measure(asked.study.sizing.risk, lost["loss_usd"], lost["probability"])
    points = table[(table["measure"] == "expected") & (table["budget_usd"] >= asked.sizing.reserve.usd - 1e-6)]
    assert points["loss_usd"].iloc[0] <= sized * (1 + 1e-5) + 1e-6


def test_a_calibrated_reserve_is_never_worse_for_behaviour_than_the_sized_one(asked):
    found = asked.knowledge.calibration
    assert found.objective_usd <= found.start_usd
    assert asked.table("calibrated").equals(found.reserve.table())


def test_what_the_solver_calls_optimal_and_is_not_proved_is_not_called_so(asked):
    loose = replace(asked.sizing, bound_usd=0.8 * asked.sizing.objective_usd)
    first = sentences(asked.knowledge, loose, Expectation(), money)[0]
    assert first.startswith("Optimal by the solver's own tolerances, but not proved to be: ")
    assert first.endswith("(gap 2.0e-01).")


def test_findings_say_in_words_what_the_tables_hold(asked):
    said = " ".join(asked.findings())
    for word in ("Optimal", "as simulated", "EVPI", "VSS", "by budget", "Sized for behaviour", "Week by week"):
        assert word in said
    told = json.loads(json.dumps(asked.to_json()))
    assert told["findings"] == asked.findings()
    assert {"simulated", "information", "frontier", "calibrated", "periods"} <= set(told["knowledge"])
    assert told["sizing"]["ranges"]


def test_a_scenario_that_is_simulated_to_lose_more_with_the_reserve_is_named(asked):
    table = asked.table("simulated")
    lost, chance = table["simulated_without_usd"], table["probability"]
    assert not any("more is lost with it" in line for line in asked.findings())
    for share, named in ((0.001, False), (0.5, True)):  # of the mean loss, which the first scenario has more with it
        more = (table.index == 0) * share * float(chance @ lost) / chance
        told = replace(asked.knowledge, simulated=table.assign(simulated_usd=lost + more))
        said = " ".join(sentences(told, asked.sizing, Expectation(), money))
        assert (f"more is lost with it than without in {table['scenario'].iloc[0]}" in said) == named


def test_what_was_not_asked_for_is_not_worked_out_and_not_there(tiny_study):
    plain = run(tiny_study)
    assert set(plain.knowledge.tables()) == {"simulated"}
    assert not any("EVPI" in line for line in plain.findings())
    with pytest.raises(AskError, match="no table 'frontier'"):
        plain.table("frontier")


def test_the_ranges_of_a_summary_hold_what_is_held(asked):
    goods = asked.summary()
    assert goods["quantity"].between(goods["least_quantity"] - 1e-6, goods["most_quantity"] + 1e-6).all()
    assert len(goods) <= 12


def test_a_study_cannot_ask_for_what_its_measure_of_risk_does_not_define(tiny_study):
    with pytest.raises(AskError, match="asks for expected cost"):
        tiny_study.having({"sizing.knowledge": ["information"], "sizing.risk": {"kind": "worst_case"}})
    with pytest.raises(AskError, match="Did you mean information"):
        tiny_study.having({"sizing.knowledge": ["informations"]})


def test_of_drawn_years_the_interval_is_told(tiny_study):
    result = run(tiny_study)
    stated = [
        state(tiny_study.having({"scenario.gas_stops.probability": p})) for p in (0.06, 0.08, 0.1, 0.12, 0.14, 0.1)
    ]
    found = know(
        result.study, result.network, stated[2], result.sizing, fresh=lambda sample: stated[sample], method=INNER
    )
    assert len(found.replications.batches) == SAMPLES
    assert 0 <= found.replications.gap <= found.replications.gap_at_most
    assert found.replications.batches["best"].iloc[2] == pytest.approx(result.sizing.objective_usd, rel=1e-5)
    assert "best reserve for all years" in " ".join(sentences(found, result.sizing, Expectation(), money))
    assert set(found.tables()) == {"simulated", "interval"}


@pytest.mark.parametrize(("costs", "warned"), [((90.0, 110.0, 100.0), False), ((10.0, 11.0, 12.0), True)])
def test_an_interval_that_leaves_out_what_the_reserve_costs_on_its_own_years_says_so(asked, costs, warned):
    interval = replications([share / 100 * asked.sizing.objective_usd for share in costs], [0.0] * 3)
    told = " ".join(sentences(replace(asked.knowledge, replications=interval), asked.sizing, Expectation(), money))
    assert ("Trust the larger set" in told) == warned
