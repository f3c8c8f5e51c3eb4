"""A result small enough to work out by hand, run once."""

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


def network(
    gas: str = "Gas", places: tuple[str, str, str] = ("A", "B", "C"), *, more: float = 1.0, dearer: float = 1.0
) -> Network:
    """A makes a gas; A and B make chips from it, for themselves and for C. Nobody holds more than a week of gas.

    `more` multiplies every quantity, `dearer` every price.
    """
    a, b, c = places
    return Network.from_frames(
        name="net",
        goods={
            "good": ["gas", "chip"],
            "name": [gas, "Chip"],
            "tier": ["raw", "chip"],
            "unit": ["kg", "piece"],
            "usd_per_unit": [1.0 * dearer, 20.0 * dearer],
            "holding_share_per_year": [0.1, 0.2],
        },
        producers={
            "good": ["gas", "chip", "chip"],
            "place": [a, a, b],
            "output_per_week": [30.0 * more, 20.0 * more, 10.0 * more],
        },
        needs={"good": ["chip"], "input": ["gas"], "units": [1.0]},
        lanes={"good": ["gas", "chip"], "origin": [a, a], "destination": [b, c]},
        demand={
            "good": ["chip"] * 4,
            "place": [a, a, b, c],
            "tier": ["essential", "defence", "essential", "other"],
            "units_per_week": [8.0 * more, 2.0 * more, 10.0 * more, 10.0 * more],
            "usd_per_unit_unmet": [100.0 * dearer, 300.0 * dearer, 100.0 * dearer, 50.0 * dearer],
        },
        stocks={"good": ["gas", "gas"], "place": [a, b], "weeks": [1.0, 1.0]},
        places={"place": [a, b, c], "name": ["Aland", "Beland", ""]},
        blocs={"pair": [a, b]},
        sources={"source_id": ["s"], "title": ["A book"], "licence": ["public domain"]},
        figures={
            "table": ["goods", "goods"],
            "key": ["gas", "chip"],
            "column": ["usd_per_unit", "usd_per_unit"],
            "value": [1.0 * dearer, 20.0 * dearer],
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
