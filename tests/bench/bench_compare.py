"""Comparing policies at scale: memory, what the engine costs, two processes against one, paired against unpaired.

Run by hand: PYTHONPATH=tests/support python tests/bench/bench_compare.py [memory|engine|processes|paired|ranges ...]

`engine` tells what a comparison takes beside simulation, in CPU of one run. `processes` counts wall seconds, which mean
little while the machine does other work: the load is printed.
"""

from __future__ import annotations

import os
import resource
import sys
from time import perf_counter, process_time

import numpy as np

from resilience import datasets, hazards, models
from resilience.balance import balance
from resilience.compare import (
    Data,
    DrawnYears,
    NationalReserves,
    Policy,
    Simulated,
    at_levels,
    compare,
    standard_policies,
    statistics,
    trial,
)
from resilience.compare.policies import raw_goods
from resilience.compare.sensitivity import totals_on
from resilience.engine import Engine, Processes, Serial
from resilience.scenario import Scenario, ScenarioSet
from resilience.simulate import Fastest, Plain

MEMBERS = "ipef"


def years(network, draws):
    """So many drawn years; plain ones, which weigh alike."""
    return hazards.sample(hazards.load("chips"), network, draws=draws, rng=1, method=hazards.Plain())


def told(text: str) -> None:
    """One line, with the load."""
    sys.stdout.write(f"{text}   (load {os.getloadavg()[0]:.1f})\n")
    sys.stdout.flush()


def peak_megabytes() -> float:
    """The most memory this process has held."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def memory() -> None:
    """Two hundred policies on a thousand scenarios of a network of two suppliers."""
    from two_suppliers import STOP, two_suppliers

    network = two_suppliers()
    policies = [Policy(name="nothing")] + [
        Policy(name=f"{days} days", actions=(NationalReserves(days=days, goods=("gas",), members="club"),))
        for days in range(1, 200)
    ]
    scenarios = ScenarioSet(
        scenarios=tuple(Scenario(name=f"{n:04}", probability=0.0009, disruptions=STOP.disruptions) for n in range(1000))
    )
    for count in (20, 200):
        begun = process_time()
        found = compare(network, policies[:count], scenarios, weeks=12, sampling=DrawnYears())
        rows = len(found.table("differences")) + len(found.table("policies"))
        told(f"{count} policies x 1,000 scenarios, all tables ({rows:,} rows): peak {peak_megabytes():,.0f} MB, "
             f"{process_time() - begun:.0f} s of CPU")  # fmt: skip


class Clocked(Simulated):
    """Simulation that adds up the CPU it takes, in this process."""

    spent = 0.0

    def of(self, *given, **more):
        """As `Simulated`."""
        begun = process_time()
        found = super().of(*given, **more)
        Clocked.spent += process_time() - begun
        return found


class ClockedPolicy(Policy):
    """A policy that adds up the CPU it takes to put in place."""

    spent = 0.0

    def apply(self, network):
        """As `Policy`."""
        begun = process_time()
        found = super().apply(network)
        ClockedPolicy.spent += process_time() - begun
        return found


def engine() -> None:
    """The CPU of a comparison on chips beside simulation itself: engine, actions, and gathering; within one run."""
    network = balance(datasets.load("chips")).network
    scenarios = years(network, 512)
    base = trial.ground(network, scenarios, weeks=104, weights={}, seed=1, losses=Clocked())
    policies = [ClockedPolicy(name="nothing"), ClockedPolicy(name="60 days", actions=(_days(network, 60),))]
    trial.tried(base, policies[:1], engine=Serial())  # compiles
    Clocked.spent = ClockedPolicy.spent = 0.0
    begun = process_time()
    trial.tried(base, policies, engine=Serial())
    work, whole = Clocked.spent + ClockedPolicy.spent, process_time() - begun
    told(f"2 policies x 512 chips years: {Clocked.spent:.1f} s of CPU to simulate, {ClockedPolicy.spent:.1f} s to put "
         f"policies in place; the serial engine and gathering {(whole - work) / work:.2%} of both")  # fmt: skip


def processes() -> None:
    """Wall seconds of 10,000 chips years under one policy by one worker and by two, and what the two cost in CPU."""
    network = balance(datasets.load("chips")).network
    scenarios = years(network, 10_000)
    base = trial.ground(network, scenarios, weeks=104, weights={}, seed=1, losses=Simulated())
    one, two = (_seconds(base, Processes(workers=workers)) for workers in (1, 2))
    told(f"10,000 chips years: one process {one[0]:.0f} s, two {two[0]:.0f} s: {one[0] / two[0]:.2f} times; CPU of all "
         f"workers {one[1]:.0f} and {two[1]:.0f} s")  # fmt: skip


def _seconds(base: trial.Ground, where: Engine) -> tuple[float, float]:
    begun, used = perf_counter(), resource.getrusage(resource.RUSAGE_CHILDREN)
    trial.tried(base, [Policy(name="nothing")], engine=where)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return perf_counter() - begun, after.ru_utime + after.ru_stime - used.ru_utime - used.ru_stime


def paired() -> None:
    """How much narrower the interval of a difference is on common years than on years of its own for each policy."""
    study = models.load("ipef_reserve")
    network = balance(study.network()).network
    policies = standard_policies(network, members=MEMBERS, release=study.release.build())
    for name, scenarios, sampling in (
        ("17 named scenarios", study.scenarios, None),
        ("1,000 drawn years", years(network, 1000), DrawnYears()),
    ):
        found = compare(network, policies, scenarios, weeks=104, sampling=sampling, seed=1)
        rng = np.random.default_rng(2)
        ratios = {}
        for one in range(len(policies)):
            for other in range(one):
                chances = found.sampling.chances(found.probability, found.replicates, rng)
                apart = (
                    statistics.replicated(found.risk, found.loss_usd[[other]], chances)[:, 0] + found.cost_usd[other]
                )
                lone = _width(found.totals[:, one] - apart)
                ratios[policies[one].name, policies[other].name] = lone / _width(
                    found.totals[:, one] - found.totals[:, other]
                )
        values = sorted(ratios.values())
        told(f"{name}: unpaired intervals are {values[0]:.1f} to {values[-1]:.1f} times as wide as paired ones, median "
             f"{np.median(values):.1f}, of {len(values)} pairs of {len(policies)} policies; "
             f"{np.mean(np.array(values) >= 5):.0%} are at least 5 times")  # fmt: skip
        for pair, value in sorted(ratios.items(), key=lambda entry: entry[1]):
            sys.stdout.write(f"   {value:6.1f}  {pair[0]} against {pair[1]}\n")


def ranges() -> None:
    """CPU of one network of a design over the ranges of chips, with two policies, in NumPy and compiled."""
    study = models.load("ipef_reserve")
    network = study.network()
    policies = (Policy(name="nothing"), Policy(name="60 days", actions=(_days(balance(network).network, 60),)))
    levels = {"goods_usd_per_unit_assumed": 0.9, "stocks_weeks_assumed": 0.2}
    for chosen in (Fastest(), Plain(), Fastest()):  # the first compiles, or loads what was compiled
        data = Data(
            network=network, policies=policies, scenarios=study.scenarios, weeks=study.weeks,
            losses=Simulated(engine=chosen),
        )  # fmt: skip
        begun = process_time()
        totals_on(data, at_levels(network, levels))  # moved and balanced anew, as each is
        told(f"one network of a design, two policies, {type(chosen).__name__}: {process_time() - begun:.1f} s of CPU")


def _width(values: np.ndarray) -> float:
    low, high = statistics.intervals(values[:, None], 0.95)
    return float(high[0] - low[0])


def _days(network, days: int) -> NationalReserves:
    return NationalReserves(days=days, goods=raw_goods(network), members=MEMBERS)


if __name__ == "__main__":
    parts = {"memory": memory, "engine": engine, "processes": processes, "paired": paired, "ranges": ranges}
    for part in sys.argv[1:] or parts:
        parts[part]()
