"""Compare: totals by hand, common years, what fails, and what is refused."""

from dataclasses import replace
from html import escape

import numpy as np
import pandas as pd
import pytest
from two_suppliers import BLIP, STOP, YEARS, EndsOn, FailsOn, two_suppliers

from resilience import Study, compare
from resilience.compare import Diversified, Foreseen, NationalReserves, Policy, StatedChances, flips
from resilience.engine import Processes, Serial
from resilience.errors import AskError
from resilience.risk import CVaR, Wasserstein

NATIONAL = NationalReserves(days=28, goods=("gas",), members="club")
SECOND = Diversified(goods=("gas",), members="club", share=0.25, premium=0.05)
POLICIES = (
    Policy(name="nothing"),
    Policy(name="four weeks", actions=(NATIONAL,)),
    Policy(name="second source", actions=(SECOND,)),
)
# In a stop 15 units lack in 4 weeks, in a blip 5 in one. A chip lost is worth 10, a unit of gas drawn 2.
LOSSES = np.array([[600.0, 50.0], [120.0, 10.0], [400.0, 100.0]])
COSTS = np.array([0.0, 80.0, 26.0])


@pytest.fixture(scope="module")
def found():
    return compare(two_suppliers(), POLICIES, YEARS, weeks=12)


def test_costs_losses_and_totals_are_those_worked_by_hand(found):
    assert found.cost_usd == pytest.approx(COSTS)
    assert found.loss_usd == pytest.approx(LOSSES)
    assert found.total_usd == pytest.approx(COSTS + LOSSES @ [0.1, 0.2])
    assert found.policies[found.best] == "nothing"


def test_the_undisturbed_year_costs_what_policies_cost(found):
    single = replace(found, sampling=StatedChances(years=1))
    assert set(single.totals[:, 1].round(6)) == {80.0, 80.0 + 120.0, 80.0 + 10.0}


def test_differences_are_paired_and_run_both_ways(found):
    rows = found.table("differences").set_index(["policy", "than"])
    there, back = rows.loc[("four weeks", "nothing")], rows.loc[("nothing", "four weeks")]
    assert there["saves_usd_per_year"] == pytest.approx(70.0 - (80 + 14))
    assert there["saves_low_usd"] == pytest.approx(-back["saves_high_usd"])
    lone = found.totals[:, 0].std() ** 2 + found.totals[:, 2].std() ** 2
    assert (found.totals[:, 0] - found.totals[:, 2]).std() ** 2 < 0.5 * lone


def test_every_argument_that_cannot_be_meant_is_told():
    with pytest.raises(AskError) as caught:
        compare("study.toml", weeks=-3, seed=-1, replicates=0, level=95)
    assert [fault.split(": ")[0] for fault in caught.value.faults] == [
        "it takes a Study or a Network, not 'study.toml'",
        "weeks is -3",
        "seed is -1",
        "replicates is 0",
        "level is 95",
    ]


def test_a_tail_mean_may_choose_another_policy(found):
    worst = replace(found, risk=CVaR(tail=0.1))
    assert worst.total_usd == pytest.approx(COSTS + LOSSES[:, 0])
    assert worst.policies[worst.best] == "four weeks"
    with pytest.raises(AskError, match="tail means"):
        compare(two_suppliers(), POLICIES, YEARS, risk=Wasserstein(radius=0.1, points=((1.0,), (2.0,))))


def test_tables_hold_together(found):
    policies = found.table("policies")
    assert policies["chance_best"].sum() == pytest.approx(1.0)
    assert policies.loc[found.best, "regret_usd_per_year"] == policies["regret_usd_per_year"].min()
    frontier = found.table("frontier").set_index("policy")
    assert frontier["least_mean"].to_dict() == {"nothing": True, "second source": True, "four weeks": True}
    losses = found.table("distribution").set_index(["policy", "level"])["loss_usd"]  # nine years in ten lose 50 or less
    assert losses["nothing"].to_dict() == pytest.approx({0.5: 0, 0.75: 50, 0.9: 50, 0.95: 600, 0.99: 600, 0.999: 600})
    shortfall = found.table("shortfall").set_index("policy")
    assert shortfall["unmet_usd_per_year"].to_dict() == pytest.approx(
        {"nothing": 70, "four weeks": 0, "second source": 60}
    )
    assert shortfall.loc["nothing", "share_of_demand"] == pytest.approx(70 / (52 * 200))
    assert shortfall.loc["nothing", "worst_scenario"] == "stop"
    assert len(found.table("losses")) == 6
    with pytest.raises(AskError, match="Did you mean policies"):
        found.table("policy")


def test_a_summary_has_twelve_rows_and_the_first_policy_among_them(found):
    every = [0, *[2] * 13]
    names = ("nothing", *"abcdefghijklm")
    many = replace(
        found, policies=names, cost_usd=found.cost_usd[every] + np.arange(14), held_usd=found.held_usd[every],
        loss_usd=found.loss_usd[every], unmet_usd=found.unmet_usd[every],
    )  # fmt: skip
    summary = many.summary()
    assert len(summary) == 12
    assert "nothing" in set(summary["policy"])
    assert summary["total_usd_per_year"].is_monotonic_increasing


def test_a_notebook_shows_the_headline_the_table_and_what_its_figures_are(found):
    page = found._repr_html_()
    assert escape(found.headline()) in page
    assert "<th>in all</th>" in page
    assert "<li>USD a year; savings against &quot;nothing&quot;, with 95% intervals</li>" in page


def test_who_is_best_more_often_than_the_best_on_average_is_named(found):
    """A loss that comes once in twenty years decides the mean; 60% of ten-year spells (0.95 ** 10) go without."""
    rare = replace(
        found, probability=np.array([0.05, 0.0]), loss_usd=np.array([[4_000.0, 0.0], [0.0, 0.0], [4_000.0, 0.0]]),
        sampling=StatedChances(years=10),
    )  # fmt: skip
    assert rare.policies[rare.best] == "four weeks"
    assert 'it is best in 41% of repetitions, and "nothing" in 59%.' in rare.headline()


def test_two_names_of_one_thing_tie_whatever_their_last_digits_say(found):
    """As a reserve earmarked in a coalition of one is the pooled one."""
    twins, every = ("nothing", "four weeks", "second source", "the same, nearly", "last"), [0, 1, 2, 0, 1]
    cost = found.cost_usd[every] - np.array([0, 0, 0, 1e-12, -50.0])
    both = replace(
        found, policies=twins, cost_usd=cost, held_usd=found.held_usd[every], loss_usd=found.loss_usd[every],
        unmet_usd=found.unmet_usd[every],
    )  # fmt: skip
    assert (both.policies[both.best], both.alike) == ("nothing", [3])
    assert list(both.summary()["policy"])[:2] == ["nothing", "the same, nearly"]
    assert 'with "the same, nearly", which comes to the same here, it is best in' in both.headline()
    assert 'The next, "second source", costs 16' in both.headline()
    assert not {"nothing", "the same, nearly"} & set(flips(both)["to"])


def test_the_order_of_scenarios_and_of_other_policies_changes_no_figure(found):
    turned = compare(two_suppliers(), [POLICIES[0], *POLICIES[:0:-1]], [BLIP, STOP], weeks=12)
    one, other = (each.table("frontier") for each in (found, turned))
    pd.testing.assert_frame_equal(one, other)


def test_a_scenario_that_fails_is_left_out_of_all_policies_and_told():
    found = compare(two_suppliers(), POLICIES, YEARS, weeks=12, losses=FailsOn(name="blip"))
    assert found.scenarios == ("stop",)
    assert found.loss_usd[:, 0] == pytest.approx(LOSSES[:, 0])
    assert found.failures["policy"].tolist() == [policy.name for policy in POLICIES]
    assert "FloatingPointError: blip went wrong" in found.failures["error"].iloc[0]
    assert "1 scenario failed under" in " ".join(found.findings())


def test_a_scenario_that_ends_its_worker_costs_the_others_of_its_block_nothing():
    found = compare(
        two_suppliers(),
        POLICIES[:1],
        YEARS,
        weeks=12,
        losses=EndsOn(name="blip"),
        engine=Processes(workers=1, attempts=1),
    )
    assert found.scenarios == ("stop",)
    assert found.loss_usd.tolist() == [[pytest.approx(600.0)]]
    assert found.failures[["policy", "scenario"]].values.tolist() == [["nothing", "blip"]]
    assert found.failures["error"].iloc[0].startswith("WorkerLost")


def test_a_policy_that_cannot_be_had_is_named():
    wrong = Policy(name="wrong", actions=(NationalReserves(days=1, goods=("gaz",)),))
    with pytest.raises(AskError, match="'wrong': AskError: These goods cannot be held in reserve"):
        compare(two_suppliers(), [*POLICIES, wrong], YEARS, weeks=12, engine=Serial())


def test_an_action_that_cannot_travel_is_tried_here_and_refused_elsewhere(found):
    class Closed:
        def apply(self, network):
            return SECOND.apply(network)

    policies = [POLICIES[0], Policy(name="own", actions=(Closed(),))]
    own = compare(two_suppliers(), policies, YEARS, weeks=12)
    assert own.loss_usd[1].tolist() == found.loss_usd[2].tolist()
    with pytest.raises(AskError, match="top level of a module"):
        compare(two_suppliers(), policies, YEARS, weeks=12, engine=Processes(workers=1))


@pytest.mark.parametrize(
    ("policies", "scenarios", "told"),
    [
        ((POLICIES[0], POLICIES[0]), YEARS, "'nothing' names more than one"),
        ((), YEARS, "there is none"),
        (POLICIES, None, "needs `scenarios`"),
        (POLICIES, [], "no scenarios to compare"),
        (None, YEARS, "needs `policies`"),
    ],
)
def test_what_is_missing_or_double_is_refused(policies, scenarios, told):
    with pytest.raises(AskError, match=told):
        compare(two_suppliers(), policies, scenarios)


def test_the_program_loses_no_more_than_behaviour_under_the_same_policies(found):
    least = compare(two_suppliers(), POLICIES, YEARS, weeks=12, losses=Foreseen())
    assert (least.loss_usd <= found.loss_usd * (1 + 1e-6)).all()
    assert least.loss_usd[1] == pytest.approx(LOSSES[1], rel=1e-5)
    both = Policy(name="both", actions=(NATIONAL, NATIONAL))
    twice = compare(two_suppliers(), [both], YEARS, weeks=12, losses=Foreseen())
    assert twice.held_usd == pytest.approx([320.0])


def test_a_study_brings_scenarios_horizon_and_seed(tiny):
    """Gas out for four weeks, or chips for two, at 18,000 USD a week."""
    study = Study.read(tiny)
    found = compare(study, [Policy(name="nothing")])
    assert (found.seed, found.scenarios) == (study.seed, ("gas_stops", "chips_stop"))
    assert found.loss_usd[0] == pytest.approx([72_000, 36_000])


def test_the_same_seed_gives_the_same_bytes_and_another_other_years(found):
    again, other = compare(two_suppliers(), POLICIES, YEARS, weeks=12), replace(found, seed=1)
    assert found.table("policies").to_csv() == again.table("policies").to_csv()
    assert found.table("policies").to_csv() != other.table("policies").to_csv()
