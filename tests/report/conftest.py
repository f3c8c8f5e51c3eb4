"""A result small enough to work out by hand, run once."""

import re

import pytest

from resilience import Network
from resilience.answering import run
from resilience.study import Study

STUDY = """
name = "gas_stop"
title = "A gas for two <makers>"
question = "How much gas should the two hold?"
dataset = "net"
weeks = 12
members = "pair"
[losses]
others = 0.5
[[scenario]]
name = "gas_stop"
probability = 0.1
note = "One year in ten, <b>assumed</b>."
disruptions = [{ kind = "outage", good = "gas", weeks = 6 }]
[[scenario]]
name = "short_strike"
probability = 0.2
disruptions = [{ kind = "outage", good = "gas", weeks = 1 }]
[[scenario]]
name = "chip_fire"
probability = 0.05
disruptions = [{ kind = "outage", good = "chip", country = "B", weeks = 2 }]
"""

SCRIPT = "<script>alert(1)</script>"


def network(gas: str = "Gas", places: tuple[str, str, str] = ("A", "B", "C")) -> Network:
    """A makes a gas; A and B make chips from it, for themselves and for C. Nobody holds more than a week of gas."""
    a, b, c = places
    return Network.from_frames(
        name="net",
        goods={
            "good": ["gas", "chip"],
            "name": [gas, "Chip"],
            "tier": ["raw", "chip"],
            "unit": ["kg", "piece"],
            "usd_per_unit": [1.0, 20.0],
            "holding_share_per_year": [0.1, 0.2],
        },
        producers={"good": ["gas", "chip", "chip"], "place": [a, a, b], "output_per_week": [30.0, 20.0, 10.0]},
        needs={"good": ["chip"], "input": ["gas"], "units": [1.0]},
        lanes={"good": ["gas", "chip"], "origin": [a, a], "destination": [b, c]},
        demand={
            "good": ["chip"] * 4,
            "place": [a, a, b, c],
            "tier": ["essential", "defence", "essential", "other"],
            "units_per_week": [8.0, 2.0, 10.0, 10.0],
            "usd_per_unit_unmet": [100.0, 300.0, 100.0, 50.0],
        },
        stocks={"good": ["gas", "gas"], "place": [a, b], "weeks": [1.0, 1.0]},
        places={"place": [a, b, c], "name": ["Aland", "Beland", ""]},
        blocs={"pair": [a, b]},
        sources={"source_id": ["s"], "title": ["A book"], "licence": ["public domain"]},
        figures={
            "table": ["goods", "goods"],
            "key": ["gas", "chip"],
            "column": ["usd_per_unit", "usd_per_unit"],
            "value": [1.0, 20.0],
            "source_id": ["s", "s"],
            "confidence": ["assumed", "reported"],
            "note": ["a guess", ""],
        },
    )


def answered(folder, gas="Gas", study=STUDY, places=("A", "B", "C")):
    """The result of `study` on the network above."""
    network(gas, places).write(folder / "net")
    path = folder / "study.toml"
    path.write_text(study.replace('country = "B"', f'country = "{places[1]}"'), encoding="utf-8")
    return run(Study.read(path))


@pytest.fixture(scope="session")
def result(tmp_path_factory):
    return answered(tmp_path_factory.mktemp("study"))


@pytest.fixture(scope="session")
def hostile(tmp_path_factory):
    """The same with a script wherever a name is free, and a good name that would end a title."""
    study = STUDY.replace("A gas for two <makers>", SCRIPT).replace("<b>assumed</b>", SCRIPT)
    return answered(tmp_path_factory.mktemp("hostile"), gas=f"</title>{SCRIPT}\"'", study=study)


@pytest.fixture(scope="session")
def nothing_held(tmp_path_factory):
    """The same where no reserve is worth its cost."""
    return answered(
        tmp_path_factory.mktemp("nothing"), study=re.sub("probability = [0-9.]+", "probability = 1e-6", STUDY)
    )


@pytest.fixture(scope="session")
def nobody_short(tmp_path_factory):
    """Only the strike, which the makers' own stock of gas outlasts."""
    head, _, strike, _ = STUDY.split("[[scenario]]")
    return answered(tmp_path_factory.mktemp("strike"), study=f"{head}[[scenario]]{strike}")


@pytest.fixture(scope="session")
def known(tmp_path_factory):
    """With countries that the map knows, what budgets buy, and what behaviour would want."""
    study = STUDY.replace("[losses]", '[sizing]\nknowledge = ["frontier", "calibration"]\n[losses]')
    return answered(tmp_path_factory.mktemp("known"), study=study, places=("JPN", "SGP", "TWN"))


@pytest.fixture(scope="session")
def beside():
    """Answers of other commands, as their answer.json has them."""
    money = {"held_usd": 1.0, "cost_usd_per_year": 2.0, "saves_usd_per_year": 1.5, "saves_low_usd": -1.0,
             "saves_high_usd": 3.0, "chance_best": 0.25}  # fmt: skip
    totals = {"no reserve": 1100.5, "national, 60 days": 90.25, "national, 180 days": 120.75, "sized, pooled": 148.5}
    policies = [{"policy": name, "loss_usd_per_year": usd - 2.0, "total_usd_per_year": usd, **money}
                for name, usd in totals.items()]  # fmt: skip
    member = {"pays_usd": 40.0, "loss_usd": 30.5, "cost_usd": 70.5, "saves_usd": 12.0}
    way = {"holding_usd": 80.0, "loss_usd": 61.0, "cost_usd": 141.0}
    coalition = {"coalition": "both", "members": "A+B", "denied": 0.5, "backfilled": 0.1, "leaked": 0.0,
                 "lost_revenue_usd": 1e6, "retaliation_usd": 2e5, "effective": True}  # fmt: skip
    player = {"player": "A", "shapley": 0.5, "shapley_shubik": 1.0, "banzhaf": 1.0}
    outcome = {"event": "great_fire", "what": "wafers lost", "unit": "share", "reported": 0.1, "low": 0.05,
               "high": None, "simulated": None, "verdict": "not simulated"}  # fmt: skip
    return {
        "compare": {"policies": policies, "scenarios": 3, "level": 0.95, "headline": "H.", "findings": ["F."]},
        "share": {"burden": [{"member": "A", **member}], "arrangements": [{"arrangement": "pooled", **way}],
                  "leavers": [{"coalition": "A, B", "gain_usd": 3.5}], "rule": "nucleolus", "stable": False,
                  "sentences": ["S."]},
        "controls": {"coalitions": [coalition], "power": [player], "target": "CHN", "controls": "c", "weeks": 52,
                     "sentence": "T."},
        "backtest": {"backtest": [outcome], "dataset": "net"},
    }  # fmt: skip
