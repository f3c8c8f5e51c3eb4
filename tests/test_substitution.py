"""Substitution by hand, in the program and in the simulator: one shortfall for one plan."""

import numpy as np
import pytest
from small_networks import by_clarabel, two_chips, two_gases

from resilience import Network, Outage, Scenario, best_response, simulate
from resilience.errors import DataError
from resilience.loaders.excel import read_excel, write_excel
from resilience.physics import physics
from resilience.simulate import Behaviour, Kernel, Plain
from resilience.simulate.behaviour import Backlogged, Never, Qualified
from resilience.simulate.behaviour.substitution import Wanting
from resilience.sizing.case import build_case
from resilience.sizing.compiled import Compiler
from resilience.sizing.scope import Downstream

NO_GAS = Scenario(name="no gas", disruptions=(Outage(good="gas", weeks=6),))
NO_OLD = Scenario(name="no old", disruptions=(Outage(good="old", weeks=4),))
MOVES = Behaviour(substitution=Qualified())


def simulated(network, scenario, behaviour=MOVES, **options):
    return simulate(network, scenario, weeks=12, behaviour=behaviour, **options)


def test_program_and_simulator_find_one_shortfall_by_hand():
    # No gas in weeks 1-6. An eighth of ten units can be neon in week 2, and so on to half in week 5: 1.25, 2.5, 3.75, 5
    # and 5 of the sixty are replaced, so 42.5 chips are unmet at 100 USD. The 35 units of neon it took stay missing.
    best, trace = best_response(two_gases(), NO_GAS, weeks=12), simulated(two_gases(), NO_GAS)
    for found in (best, trace):
        replaced = found.table("replaced")
        assert replaced["week"].tolist() == [2, 3, 4, 5, 6]
        assert replaced["units"].to_numpy() == pytest.approx([1.25, 2.5, 3.75, 5.0, 5.0])
    assert trace.table("shortfall")["units"].sum() == pytest.approx(42.5)
    assert best.loss_usd == pytest.approx(42.5 * 100 + 35 * 1)
    assert trace.loss_usd["no gas"] == pytest.approx(42.5 * 100 + 35 * 1)


def test_what_is_only_partly_essential_is_replaced_likewise():
    best, trace = best_response(two_gases(essential=0.4), NO_GAS, weeks=12), simulated(two_gases(essential=0.4), NO_GAS)
    assert best.loss_usd == pytest.approx(0.4 * 42.5 * 100 + 35 * 1)
    assert trace.loss_usd["no gas"] == pytest.approx(0.4 * 42.5 * 100 + 35 * 1)


def test_a_finished_good_stands_in_for_another():
    # No old chips in weeks 1-4: ten are unmet, then five, then none; 25 new ones go instead and stay missing at 4 USD.
    best, trace = best_response(two_chips(), NO_OLD, weeks=12), simulated(two_chips(), NO_OLD)
    assert best.loss_usd == pytest.approx(15 * 100 + 25 * 4)
    assert trace.loss_usd["no old"] == pytest.approx(15 * 100 + 25 * 4)
    assert trace.table("replaced")["units"].to_numpy() == pytest.approx([5.0, 10.0, 10.0])


def test_what_waits_is_not_served_by_a_substitute():
    pytest.importorskip("numba", reason="the kernel needs the extra 'fast'")
    patient = Behaviour(substitution=Qualified(), final=Backlogged(lapse_per_week=0.0))
    for engine in (Plain(), Kernel()):
        trace = simulated(two_chips(), NO_OLD, patient, engine=engine)
        assert trace.table("shortfall")["units"].to_numpy() == pytest.approx([10.0, 5.0])
        assert trace.table("waiting")["units"].max() == pytest.approx(15.0)


def test_by_default_nobody_moves():
    assert Behaviour().substitution == Never()
    trace = simulated(two_gases(), NO_GAS, Behaviour())
    assert trace.table("replaced").empty
    assert trace.loss_usd["no gas"] == pytest.approx(60 * 100)


def test_users_go_back_as_the_input_returns_and_use_it_first():
    halved = Scenario(name="half", disruptions=(Outage(good="gas", lost=0.3, weeks=10),))
    replaced = simulated(two_gases(), halved).table("replaced")["units"].to_numpy()
    assert replaced == pytest.approx([1.25, 2.5, 3.0, 3.0, 3.0, 3.0, 3.0, 3.0, 3.0])


def test_a_substitute_makes_nothing_that_is_not_needed():
    # The plant itself is shut in weeks 1-3, so neon cannot be laid up as gas: 30 chips, and 6.25 + 5 + 5 after.
    shut = Scenario(name="shut", disruptions=(*NO_GAS.disruptions, Outage(good="chip", weeks=3)))
    best = best_response(two_gases(), shut, weeks=12)
    assert best.table("unmet").query("good == 'chip'")["units"].sum() == pytest.approx(46.25)
    assert best.table("replaced")["week"].min() == 4


def test_nobody_qualifies_before_the_first_disruption():
    told = Scenario(name="told", disruptions=(Outage(good="gas", first_week=4, weeks=6),), notice_weeks=3)
    case = build_case(physics(two_gases()), told, weeks=12)
    assert case.most_replaced[0] / 100 == pytest.approx([0, 0, 0, 0, 1.25, 2.5, 3.75, 5, 5, 5, 5, 5])
    at_once = two_gases().substitutes.assign(qualify_weeks=0.0)
    case = build_case(physics(two_gases(substitutes=at_once)), told, weeks=12)
    assert case.most_replaced[0] / 100 == pytest.approx([0, 0, 0] + [5] * 9)


def test_a_network_without_substitutes_has_no_columns_or_rows_for_them():
    compiled = Compiler().compile(build_case(physics(two_gases(substitutes=None)), NO_GAS, weeks=6))
    assert compiled.columns["replaced"][1] == (0, 6)
    assert compiled.rows["replace"].stop == compiled.rows["replace"].start


@pytest.mark.parametrize(("network", "scenario"), [(two_gases(), NO_GAS), (two_gases(essential=0.4), NO_GAS),
                                                   (two_chips(), NO_OLD)])  # fmt: skip
def test_a_solver_of_another_family_finds_the_same_loss(network, scenario):
    laws = physics(network)
    program = Compiler().compile(build_case(laws, scenario, weeks=9)).program
    loss = best_response(network, scenario, weeks=9).loss_usd
    assert by_clarabel(program) * laws.usd == pytest.approx(loss, rel=1e-6)


def test_what_stands_in_for_a_struck_good_is_kept_with_its_own_users():
    goods = {"good": ["chip", "gas", "neon", "lamp", "glass"]}
    network = two_gases(
        goods=goods,
        producers={"good": goods["good"], "place": ["KOR", "JPN", "KOR", "KOR", "KOR"], "output_per_week": [10.0] * 5},
        needs={"good": ["chip", "lamp", "lamp"], "input": ["gas", "neon", "glass"], "units": [1.0] * 3},
        demand={"good": ["chip", "lamp"], "place": ["KOR", "KOR"], "units_per_week": [10.0, 10.0],
                "usd_per_unit_unmet": [100.0, 5.0]},
    )  # fmt: skip
    assert Downstream().goods(NO_GAS.shock(network, 12)) == {"gas", "chip", "neon", "lamp"}
    whole, part = (best_response(network, NO_GAS, weeks=12, scope=scope) for scope in (None, Downstream()))
    assert part.loss_usd == pytest.approx(whole.loss_usd)
    assert network.only({"chip", "gas"}).substitutes.empty


def test_qualified_users_share_the_gap_and_step_no_faster_than_they_qualify():
    def column(*values):
        return np.array(values)[:, None]

    seen = Wanting(
        share=column(0.3, 0.0, 0.2),
        gap=column(0.5, 0.5, 0.0),
        most=column(0.6, 0.4, 0.5),
        together=column(1.0, 1.0, 0.5),
        weeks=column(2.0, 10.0, 1.0),
    )
    assert Qualified().shares(seen)[:, 0] == pytest.approx([0.3, 0.04, 0.0])
    assert Never().shares(seen).sum() == 0


def test_two_substitutes_of_one_need_may_not_replace_more_than_all_of_it():
    rows = {"user": ["chip", "chip"], "input": ["gas", "gas"], "substitute": ["neon", "chip"], "most": [0.7, 0.4]}
    with pytest.raises(DataError, match=r"shares of what can be replaced add up to 1.1"):
        two_gases(substitutes=rows)


def test_every_fault_of_the_table_is_told_at_once_with_near_matches():
    rows = {
        "user": ["chp", "chip", "chip", "final", "neon", "chip"],
        "input": ["gas", "gass", "neon", "gas", "gas", "gas"],
        "substitute": ["neon", "neon", "gas", "neon", "chip", "gas"],
        "most": [1.0, 1.0, 1.4, 1.0, 1.0, 0.0],
    }
    with pytest.raises(DataError) as caught:
        two_gases(substitutes=rows)
    told = {(fault.row, fault.column): (fault.rule, fault.remedy) for fault in caught.value.faults}
    assert set(told) == {
        (1, "user"),
        (2, "input"),
        (3, "most"),
        (3, "input"),
        (4, "input"),
        (5, "input"),
        (6, "substitute"),
    }
    assert told[1, "user"][1] == "Did you mean chip?"
    assert told[2, "input"][1] == "Did you mean gas?"
    assert told[3, "most"][0] == "above 1"
    assert told[3, "input"][0] == "chip does not need it"
    assert told[4, "input"] == ("nobody wants it: it has no final demand", "Known: chip, neon")
    assert told[6, "substitute"][0] == "it would stand in for itself"


def test_a_tool_has_no_substitute():
    needs = {"good": ["chip"], "input": ["gas"], "units": [1.0], "kind": ["capital"]}
    with pytest.raises(DataError, match="only what is consumed can be replaced"):
        two_gases(needs=needs)


def test_the_table_survives_a_folder_a_workbook_and_a_draw(tmp_path):
    network = two_chips()
    assert Network.read(network.write(tmp_path / "folder")) == network
    write_excel(network, tmp_path / "book.xlsx")
    assert read_excel(tmp_path / "book.xlsx") == network
    assert network.draw(np.random.default_rng(1)).substitutes.equals(network.substitutes)


def test_a_calm_year_stays_calm_where_orders_reach_a_point_that_only_stands_by():
    abroad = two_gases(
        producers={"good": ["chip", "gas", "neon"], "place": ["KOR", "JPN", "USA"], "output_per_week": [10.0] * 3,
                   "surge": [1.0, 1.0, 2.0]},
        lanes={"good": ["gas", "neon"], "origin": ["JPN", "USA"], "destination": ["KOR", "KOR"]},
        demand={"good": ["chip", "neon"], "place": ["KOR", "USA"], "units_per_week": [10.0, 10.0],
                "usd_per_unit_unmet": [100.0, 5.0]},
        stocks=None,
    )  # fmt: skip
    assert simulated(abroad, Scenario(name="calm")).loss_usd["calm"] == pytest.approx(0, abs=1e-9)
    assert simulated(abroad, NO_GAS).table("flows").query("good == 'neon'")["units"].sum() > 20
