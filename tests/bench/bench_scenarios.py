"""What each scenario of a study costs without a reserve. Run by hand: python tests/bench/bench_scenarios.py

Options: --study NAME, --chip-weeks W (buyers hold W weeks of every chip), --others W (weight of losses outside),
and names of scenarios to leave the rest out. All of `ipef_reserve` take about three minutes of CPU.
"""

from __future__ import annotations

import argparse
import sys
import tomllib

from resilience import datasets
from resilience.balance import balance
from resilience.library import shelf
from resilience.network import Network
from resilience.periods import Coarsening
from resilience.physics import members_first
from resilience.scenario import ScenarioSet
from resilience.sizing.response import best_response
from resilience.sizing.scope import Downstream
from resilience.solver import Method


def with_chip_stock(network: Network, weeks: float) -> Network:
    """The network with `weeks` of every finished chip at its buyers."""
    chips = network.goods.loc[network.goods["tier"] == "chip", "good"]
    stocks = network.stocks
    stocks.loc[stocks["good"].isin(chips), "weeks"] = weeks
    figures = network.figures
    evidence = figures[(figures["table"] != "stocks") | ~figures["key"].str.startswith("chip_")]
    return network.with_tables({"stocks": stocks, "figures": evidence})


def measure(study: str, names: list[str], *, chip_weeks: float | None, others: float | None) -> None:
    """A line for each scenario: least loss, and its parts in billion USD."""
    asked = tomllib.loads((shelf("models") / f"{study}.toml").read_text("utf-8"))
    network = datasets.load(asked["dataset"])
    if chip_weeks is not None:
        network = with_chip_stock(network, chip_weeks)
    network = balance(network).network
    weight = asked["losses"]["others"] if others is None else others
    inside = network.countries(asked["members"])
    sys.stdout.write(f"{'scenario':<28}{'loss':>10}{'members':>10}{'others':>10}{'missing':>10}   billion USD\n")
    for scenario in ScenarioSet.from_records(asked["scenario"]):
        if names and scenario.name not in names:
            continue
        found = best_response(
            network,
            scenario,
            weeks=asked["weeks"],
            periods=Coarsening(steps=tuple(tuple(step) for step in asked["periods"]["steps"])),
            weights=members_first(network, asked["members"], others=weight),
            scope=Downstream(),
            method=Method(algorithm="ipm", crossover=False),
        )
        unmet, missing = found.table("unmet"), found.table("missing")
        home = unmet["place"].isin(inside)
        parts = (found.loss_usd, unmet["usd"][home].sum(), unmet["usd"][~home].sum(), missing["usd"].sum())
        sys.stdout.write(f"{scenario.name:<28}" + "".join(f"{part / 1e9:10.3f}" for part in parts) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*")
    parser.add_argument("--study", default="ipef_reserve")
    parser.add_argument("--chip-weeks", type=float)
    parser.add_argument("--others", type=float)
    given = parser.parse_args()
    measure(given.study, given.names, chip_weeks=given.chip_weeks, others=given.others)
