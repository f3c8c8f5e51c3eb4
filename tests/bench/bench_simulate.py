"""How fast the simulator is, against itself.

Run by hand: PYTHONPATH=.:tests/support python tests/bench/bench_simulate.py
"""

from __future__ import annotations

import resource
import sys
from dataclasses import replace
from time import process_time

import numpy as np
from big_networks import big_network, outages
from random_networks import MIXES, random_network, random_reserve, random_scenario

from resilience import datasets
from resilience.disruption import Outage, Shock
from resilience.physics import physics
from resilience.scenario import Scenario
from resilience.simulate import Behaviour, Kernel, Plain, simulate
from resilience.simulate.behaviour import Backlogged, EqualDays, Qualify
from resilience.simulate.holdings import holdings
from resilience.simulate.kernel import run_kernel
from resilience.simulate.layout import layout
from resilience.simulate.plain import run_plain
from resilience.simulate.records import records
from resilience.simulate.run import TOGETHER
from resilience.simulate.shocks import gather

WEEKS = 52


def told(text: str) -> None:
    sys.stdout.write(text + "\n")


def rate(run, plan, mix, held, shocks, *, repeats=3) -> float:
    """Scenario-years per CPU second, the best of a few runs."""
    found = records(plan.physics, held, weeks=shocks.weeks, scenarios=shocks.scenarios, full=False)
    best = np.inf
    for _ in range(repeats):
        begun = process_time()
        run(plan, mix, held, shocks, found)
        best = min(best, process_time() - begun)
    return shocks.scenarios * shocks.weeks / 52 / best


def agreement() -> None:
    """The compiled kernel against the oracle on random networks."""
    worst = 0.0
    for seed in range(40):
        network = random_network(seed, 1 + seed % 5, 1 + seed % 6)
        several = [random_scenario(7 * seed + n, network, name=f"s{n}") for n in range(3)]
        reserve, mix = random_reserve(seed, network), MIXES[seed % len(MIXES)]
        one, two = (
            simulate(network, several, weeks=16, reserve=reserve, behaviour=mix, engine=engine).full["s0"][1]
            for engine in (Plain(), Kernel())
        )
        for name in ("flow", "start", "used", "supplied", "health", "stock"):
            a, b = getattr(one.full, name), getattr(two.full, name)
            size = max(1.0, np.abs(a).max(initial=0))  # a stock is what is left of flows of this size
            worst = max(worst, float(np.abs(a - b).max(initial=0)) / size)
    told(f"compiled against plain on 40 random networks: largest difference {worst:.1e} of the largest value")
    assert worst < 1e-12


def speed() -> None:
    """Scenario-years per second and core, by block, behaviour and engine."""
    network = big_network()
    laws = physics(network)
    plan, held = layout(laws), holdings(laws, [], weeks=WEEKS)
    told(f"{len(laws.points)} points, {len(laws.flow)} lanes")
    for block in (8, 16, 32, 64):
        shocks = gather(laws, outages(network, block), WEEKS)
        told(f"  blocks of {block}: {rate(run_kernel, plan, Behaviour(), held, shocks):.0f} scenario-years a second")
    shocks = gather(laws, outages(network, TOGETHER), WEEKS)
    for name, mix in {
        "equal days": Behaviour(rationing=EqualDays()),
        "backlog": Behaviour(unmet=Backlogged()),
        "switching": Behaviour(switching=Qualify()),
    }.items():
        told(f"  {name}: {rate(run_kernel, plan, mix, held, shocks):.0f}")
    told(f"  plain NumPy: {rate(run_plain, plan, Behaviour(), held, shocks, repeats=1):.0f}")
    for lanes in (4, 8, 16):
        slim = physics(big_network(lanes_each=lanes))
        shocks = gather(slim, outages(slim.network, 16), WEEKS)
        told(f"  {lanes} lanes a point: {rate(run_kernel, layout(slim), Behaviour(), held, shocks):.0f}")


def preparation() -> None:
    """What a scenario costs before it is simulated."""
    network = big_network()
    laws, slate = physics(network), Shock.none(network, WEEKS)
    begun = process_time()
    gather(laws, outages(network, 64), WEEKS, calm=slate)
    told(f"shocks: {(process_time() - begun) / 64 * 1e3:.1f} ms a scenario")


def memory(count: int) -> None:
    """Peak memory and time of many scenarios of the chips network."""
    network = datasets.load("chips")
    one = Scenario(name="s", disruptions=(Outage(country="TWN", weeks=8),), probability=1e-6)
    several = [replace(one, name=f"s{n}") for n in range(count)]
    begun = process_time()
    found = simulate(network, several, weeks=WEEKS)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
    pace = count / (process_time() - begun)
    told(f"chips, {count} scenarios: peak {peak:.2f} GB, {pace:.0f} scenario-years a second end to end")
    assert len(found.loss_usd) == count


if __name__ == "__main__":
    agreement()
    speed()
    preparation()
    for count in (1_000, int(sys.argv[1]) if len(sys.argv) > 1 else 4_000):
        memory(count)
