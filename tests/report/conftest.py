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


def network(gas: str = "Gas") -> Network:
    """A makes a gas; A and B make chips from it, for themselves and for C. Nobody holds more than a week of gas."""
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
        producers={"good": ["gas", "chip", "chip"], "place": ["A", "A", "B"], "output_per_week": [30.0, 20.0, 10.0]},
        needs={"good": ["chip"], "input": ["gas"], "units": [1.0]},
        lanes={"good": ["gas", "chip"], "origin": ["A", "A"], "destination": ["B", "C"]},
        demand={
            "good": ["chip"] * 4,
            "place": ["A", "A", "B", "C"],
            "tier": ["essential", "defence", "essential", "other"],
            "units_per_week": [8.0, 2.0, 10.0, 10.0],
            "usd_per_unit_unmet": [100.0, 300.0, 100.0, 50.0],
        },
        stocks={"good": ["gas", "gas"], "place": ["A", "B"], "weeks": [1.0, 1.0]},
        places={"place": ["A", "B", "C"], "name": ["Aland", "Beland", ""]},
        blocs={"pair": ["A", "B"]},
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


def answered(folder, gas="Gas", study=STUDY):
    """The result of `study` on the network above."""
    network(gas).write(folder / "net")
    path = folder / "study.toml"
    path.write_text(study, encoding="utf-8")
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
