"""What an adversary would cut off on small networks, by hand and against every choice."""

from itertools import pairwise

import pytest
from contests import against, candidates_of, three_gases
from random_networks import random_network, random_reserve

from resilience import Outage, Reserve, best_response
from resilience.adversary import Count, CutOff, OwnCost, Ratio, Threat, export_stops, scenario_of, worst_cuts
from resilience.adversary.attack import rows_of
from resilience.adversary.enumerated import enumerate_worst
from resilience.adversary.search import Search
from resilience.disruption import DemandSurge, ExportControl, RouteClosure
from resilience.errors import AskError
from resilience.policy import Release
from resilience.sizing.scope import Downstream


def test_the_worst_cut_worked_by_hand():
    """Four weeks without B's gas cost 8 x 4 chips; without C's argon, of which three weeks lie by, 10 and the stock."""
    stops = export_stops(three_gases(), "A", share=0.0, weeks=4)
    assert {stop.name: stop.own_usd for stop in stops} == pytest.approx(
        {"argon from C": 40.0, "gas from B": 64.0, "gas from C": 16.0}
    )
    two = worst_cuts(against(stops), limits=Count(most=2))
    assert [cut.name for cut in two.cuts] == ["gas from B", "gas from C"]
    assert two.harm_usd == pytest.approx(4000.0)
    assert two.bound_usd == pytest.approx(4000.0, rel=1e-3)
    assert two.table("cuts").set_index("cut_off")["adds_usd"].to_dict() == pytest.approx(
        {"gas from B": 3200.0, "gas from C": 800.0}
    )
    assert two.table("unmet")[["good", "country", "units"]].to_numpy().tolist() == [["chip", "A", pytest.approx(40.0)]]


def test_a_ratio_keeps_to_what_pays():
    """Gas from B brings 50 dollars of harm for each lost; more than that nobody gets."""
    stops = export_stops(three_gases(), "A", share=0.0, weeks=4)
    stage = against(stops).stage(None)
    search = Search(contest=stage.contest)

    def chosen(*limits):
        return [stops[cut].name for cut in search.worst(rows_of(limits, stage), gap=1e-3).cuts]

    assert chosen(Count(most=1)) == ["gas from B"]
    assert chosen(Count(most=2), Ratio(least=49.9)) == ["gas from B", "gas from C"]
    assert chosen(Ratio(least=50.1)) == []
    assert "gas from B" not in chosen(OwnCost(most_usd=63.0))


@pytest.mark.parametrize("seed", [11])
def test_on_a_random_network_the_search_finds_what_trying_every_choice_finds(seed):
    network = random_network(seed, 3, 3)
    candidates, reserve = candidates_of(network, seed, most=8), random_reserve(seed, network)
    stage = Threat(network=network, candidates=candidates, weeks=8).stage(reserve)
    rows = rows_of(Count(most=3), stage)
    tried = enumerate_worst(stage.contest, rows, most=3)
    found = Search(contest=stage.contest).worst(rows, gap=1e-6)
    assert found.harm == pytest.approx(tried.harm, rel=1e-5, abs=1e-6)
    assert found.bound == pytest.approx(tried.harm, rel=1e-4, abs=1e-4)
    alone = scenario_of([candidates[cut] for cut in tried.cuts])
    answer = best_response(network, alone, weeks=8, reserve=reserve)
    assert answer.loss_usd == pytest.approx(tried.harm * stage.usd, rel=1e-6, abs=1e-3)


def test_harm_never_rises_as_the_reserve_grows():
    network, harm = three_gases(), []
    threat = against(export_stops(network, "A", share=0.0, weeks=4))
    for units in (0.0, 30.0):
        held = Reserve.of(network, [{"good": "gas", "place": "A", "owner": "A", "units": units}], release=Release())
        harm.append(worst_cuts(threat, limits=Count(most=2), reserve=held, gap=1e-6).harm_usd)
    assert all(after <= before * (1 + 1e-6) for before, after in pairwise(harm))
    assert harm[-1] < harm[0]


def test_an_attack_is_a_scenario_that_the_response_program_answers_with_the_same_loss():
    network = three_gases()
    stops = export_stops(network, "A", share=0.0, weeks=4)
    threat = Threat(network=network, candidates=stops, weeks=8, scope=Downstream())
    attack = worst_cuts(threat, limits=Count(most=2))
    assert best_response(network, attack.scenario, weeks=8).loss_usd == pytest.approx(attack.harm_usd, rel=1e-6)


def test_candidates_that_cannot_be_are_all_told():
    spell = {"first_week": 1, "weeks": 4}
    stops = [
        CutOff(name="twice", disruptions=(Outage(good="gas", place="B", **spell),)),
        CutOff(name="twice", disruptions=(Outage(good="gas", place="C", **spell),)),
        CutOff(name="later", disruptions=(Outage(good="gas", place="C", first_week=3),)),
        CutOff(name="unknown", disruptions=(Outage(good="neon", **spell),)),
        CutOff(name="surge", disruptions=(DemandSurge(factor=2.0, **spell),)),
        CutOff(name="slow", disruptions=(RouteClosure(good="gas", added_weeks=2, **spell),)),
    ]
    with pytest.raises(AskError) as error:
        worst_cuts(against(stops), limits=Count(most=1))
    told = str(error.value)
    for part in ("'twice' names more than one", "weeks 1, 3", "'unknown'", "'surge' delays", "'slow' delays"):
        assert part in told


def test_cut_offs_that_would_compound_are_refused():
    half = [
        CutOff(name=name, disruptions=(ExportControl(good="gas", exporter="B", licensed=share, weeks=4),))
        for name, share in (("half", 0.5), ("most", 0.2))
    ]
    with pytest.raises(AskError, match="'half' and 'most': make one cut-off of them"):
        worst_cuts(against(half), limits=Count(most=1))


def test_a_longer_stop_of_the_same_thing_is_the_harsher_of_the_two():
    stops = [
        CutOff(
            name=f"{weeks} weeks", disruptions=(ExportControl(good="gas", exporter="B", weeks=weeks),), own_usd=weeks
        )
        for weeks in (2, 4)
    ]
    found = worst_cuts(against(stops), limits=Count(most=2))
    assert [cut.name for cut in found.cuts] == ["4 weeks"]
    assert found.harm_usd == pytest.approx(3200.0)


@pytest.mark.parametrize(
    ("build", "told"),
    [
        (lambda: CutOff(name="", disruptions=(), own_usd=-1.0), "name is empty"),
        (lambda: Count(most=-1), "Count.most is -1"),
        (lambda: OwnCost(most_usd=float("inf")), "OwnCost.most_usd is inf"),
        (lambda: Ratio(least=-2), "Ratio.least is -2"),
        (lambda: export_stops(three_gases(), "A", share=2.0), "share is 2.0"),
        (lambda: export_stops(three_gases(), "A", by="B", share=0.9), "Lower `share`"),
        (lambda: worst_cuts(against([]), limits=Count(most=1)), "there is none to choose among"),
        (
            lambda: worst_cuts(against(export_stops(three_gases(), "A")), limits=[]),
            "An adversary without limits",
        ),
    ],
)  # fmt: skip
def test_what_cannot_be_asked_is_told(build, told):
    with pytest.raises(AskError) as error:
        build()
    assert told in str(error.value)
