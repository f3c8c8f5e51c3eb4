"""A gas from two suppliers that a chip maker needs, small enough to work by hand, with ranges for its figures."""

import os
from dataclasses import dataclass

import pandas as pd

from resilience import Network, Outage, Scenario, ScenarioSet
from resilience.compare import Found, Simulated


def two_suppliers():
    """Twenty units of gas a week, fifteen from AAA and five from BBB, make twenty chips that CCC wants at 10 USD."""
    return Network.from_frames(
        goods={"good": ["gas", "chip"], "usd_per_unit": [2.0, 20.0], "holding_share_per_year": [0.5, 0.5]},
        producers={"good": ["gas", "gas", "chip"], "place": ["AAA", "BBB", "CCC"], "output_per_week": [15, 5, 20]},
        needs={"good": ["chip"], "input": ["gas"], "units": [1.0]},
        lanes={"good": ["gas", "gas"], "origin": ["AAA", "BBB"], "destination": ["CCC", "CCC"],
               "flow_per_week": [15.0, 5.0]},
        demand={"good": ["chip"], "place": ["CCC"], "units_per_week": [20.0], "usd_per_unit_unmet": [10.0]},
        blocs={"club": ["CCC"], "wide": ["BBB", "CCC"]},
    )  # fmt: skip


def uncertain():
    """The same, where a lost chip costs 5 to 15 USD (assumed) and to hold gas 0.05 to 1 of its price (estimated)."""
    figures = {
        "table": ["demand", "goods"],
        "key": ["chip/CCC/essential", "gas"],
        "column": ["usd_per_unit_unmet", "holding_share_per_year"],
        "value": [10.0, 0.5],
        "unit": ["USD", "share a year"],
        "low": [5.0, 0.05],
        "high": [15.0, 1.0],
        "confidence": ["assumed", "estimated"],
        "source_id": ["us", "us"],
        "note": ["judged", ""],
    }
    sources = {"source_id": ["us"], "title": ["Judgement"], "licence": ["public domain"]}
    return two_suppliers().with_tables({"figures": figures, "sources": sources})


def fragile(high: float):
    """The same, where AAA makes 15 to `high` units a week by an estimate. From 20 on, with BBB's 5, that is more than a
    quarter of the world's use too much, and does not balance.
    """
    network = uncertain()
    more = network.figures.iloc[[0]].assign(table="producers", key="gas/AAA", column="output_per_week", value=15.0)
    more = more.assign(unit="units a week", low=15.0, high=high, confidence="estimated", note="")
    return network.with_tables({"figures": pd.concat([network.figures, more], ignore_index=True)})


STOP = Scenario(name="stop", probability=0.1, disruptions=(Outage(good="gas", place="AAA", weeks=4),))
BLIP = Scenario(name="blip", probability=0.2, disruptions=(Outage(good="gas", place="BBB", weeks=1),))
YEARS = ScenarioSet(scenarios=(STOP, BLIP))


@dataclass(frozen=True, kw_only=True)
class FailsOn(Simulated):
    """Simulation that breaks off at one scenario."""

    name: str

    def of(self, applied, scenarios, **given) -> Found:
        if any(scenario.name == self.name for scenario in scenarios):
            raise FloatingPointError(f"{self.name} went wrong")
        return super().of(applied, scenarios, **given)


@dataclass(frozen=True, kw_only=True)
class EndsOn(FailsOn):
    """Simulation that ends its process at one scenario, as one that needs more memory than there is."""

    def of(self, applied, scenarios, **given) -> Found:
        try:
            return super().of(applied, scenarios, **given)
        except FloatingPointError:
            os._exit(1)
