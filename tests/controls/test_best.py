"""Retaliation sought by an adversary: on a target that sells three goods, worked by hand."""

from dataclasses import replace

import pytest
from controlled import EIGHT

from resilience import Network
from resilience.controls import Best, Control, Question, Stated, weigh
from resilience.controls.effect import harm
from resilience.controls.ground import prepare
from resilience.disruption import ExportControl
from resilience.errors import AskError

# A week without gas costs the USA and Japan 40 USD each, without neon the USA 60, without glue Japan 30.
SELLER = Network.from_frames(
    goods={"good": ["tool", "gas", "neon", "glue"], "usd_per_unit": [2.0, 1.0, 1.0, 1.0]},
    producers={"good": ["tool"] * 3 + ["gas", "neon", "glue"], "place": ["USA", "JPN", "KOR", "CHN", "CHN", "CHN"],
               "output_per_week": [5.0, 3.0, 2.0, 8.0, 3.0, 5.0]},
    lanes={"good": ["tool"] * 3 + ["gas", "gas", "neon", "glue"],
           "origin": ["USA", "JPN", "KOR", "CHN", "CHN", "CHN", "CHN"],
           "destination": ["CHN", "CHN", "CHN", "USA", "JPN", "USA", "JPN"]},
    demand={"good": ["tool", "gas", "gas", "neon", "glue"], "place": ["CHN", "USA", "JPN", "USA", "JPN"],
            "units_per_week": [10.0, 4.0, 4.0, 3.0, 5.0], "usd_per_unit_unmet": [1.0, 10.0, 10.0, 20.0, 6.0]},
)  # fmt: skip
TOOLS = Control(coalition=("USA", "JPN", "KOR"), target="CHN", good="tool")
ONE = Best(by="CHN", count=1, stop_weeks=8, weeks=8, periods=None)


def stopped(best, *members):
    return sorted(one.good for one in best.disruptions(SELLER, members))


def test_the_target_stops_what_hurts_those_who_control_most():
    assert stopped(ONE, "USA") == ["neon"]  # 60 a week against 40
    assert stopped(ONE, "JPN") == ["gas"]  # 40 against 30
    assert stopped(ONE, "USA", "JPN") == ["gas"]  # 80 against 60
    assert stopped(replace(ONE, count=2), "USA", "JPN", "KOR") == ["gas", "neon"]
    (stop,) = ONE.disruptions(SELLER, ["USA", "KOR"])
    assert set(stop.importer) == {"USA", "KOR"}  # Japan, who does not control, goes on being served


def test_what_it_takes_is_proved_and_sought_but_once():
    both = ONE.sought(SELLER, ["USA", "JPN"])
    assert both.harm_usd == pytest.approx(8 * 80.0)
    assert both.harm_usd <= both.bound_usd <= both.harm_usd * 1.01 + 1e-6
    assert ONE.sought(SELLER, ["JPN", "USA", "CHN"]) is both
    loose = replace(ONE, gap=0.5).sought(SELLER, ["USA", "JPN"])
    assert 0.5 * loose.bound_usd <= loose.harm_usd <= both.bound_usd
    assert loose is not both


def test_it_keeps_to_what_it_can_afford_and_to_what_it_makes_enough_of():
    assert stopped(replace(ONE, own_cost_usd=24.0), "USA", "JPN") == ["neon"]  # gas for both would cost it 64
    assert stopped(replace(ONE, count=3, own_cost_usd=0.0), "USA", "JPN") == []
    assert stopped(ONE, "KOR") == []  # who buys nothing of it
    assert stopped(ONE, "CHN") == []


def test_what_is_sought_is_put_from_the_week_asked_for_and_simulated():
    ground = prepare(SELLER, [TOOLS], replace(EIGHT, retaliation=replace(ONE, first_week=3)))
    found = harm(ground, [{"USA"}, {"USA", "JPN"}, set()])
    assert found[frozenset({"USA"})].unmet_usd["USA"] == pytest.approx(6 * 60.0)
    both = found[frozenset({"USA", "JPN"})]
    assert both.unmet_usd[["JPN", "USA"]].tolist() == pytest.approx([6 * 40.0] * 2)
    assert [(one.first_week, one.weeks) for one in both.imposed] == [(3, 8)]
    assert found[frozenset()].imposed == ()


def test_beside_a_stated_answer_the_best_one_hurts_no_coalition_less():
    stated = Stated(imposed=(ExportControl(good="gas", exporter="CHN", weeks=8),))
    coalitions = {"usa": ("USA",), "pair": ("USA", "JPN"), "korea": ("KOR",)}
    asked = Question(controls=(TOOLS,), coalitions=coalitions, setting=replace(EIGHT, retaliation=ONE))
    best = weigh(SELLER, asked)
    assert best.table["retaliation_usd"].to_dict() == pytest.approx({"usa": 480.0, "pair": 640.0, "korea": 0.0})
    assert {name: [one.good for one in imposed] for name, imposed in best.imposed.items()} == {
        "usa": ["neon"], "pair": ["gas"], "korea": [],
    }  # fmt: skip
    written = harm(prepare(SELLER, [TOOLS], replace(EIGHT, retaliation=stated)), list(coalitions.values()))
    lost = {name: written[frozenset(who)].unmet_usd[list(who)].sum() for name, who in coalitions.items()}
    assert lost == pytest.approx({"usa": 320.0, "pair": 640.0, "korea": 0.0})


def test_a_best_answer_that_cannot_be_is_told_whole():
    with pytest.raises(AskError, match=r"(?s)count is -1.*stop_weeks is 0.*share is 2.*own_cost_usd is -5"):
        Best(by="CHN", count=-1, stop_weeks=0, share=2.0, own_cost_usd=-5.0)
