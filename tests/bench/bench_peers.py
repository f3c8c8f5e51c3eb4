"""How fast the simulator is against two peers, and how its cost grows, in one run.

Run by hand, with one thread, as CPU seconds of all threads are counted:

    OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 PYTHONPATH=.:tests/support python tests/bench/bench_peers.py

A peer that is not installed is said to be missing: pip install boario pymrio progressbar2 stockpyl
"""

from __future__ import annotations

import logging
import math
import sys
import warnings
from collections.abc import Callable
from time import process_time

import numba
import numpy as np
import pandas as pd
from big_networks import big_network, outages
from economies import economy_network, random_economy

from resilience.disruption import Outage
from resilience.network import Network
from resilience.physics import Floats, physics
from resilience.scenario import Scenario
from resilience.simulate import Behaviour, Kernel, simulate
from resilience.simulate.behaviour import Backlogged, BaseStock, StockGap
from resilience.simulate.handed.state import state_of
from resilience.simulate.holdings import holdings
from resilience.simulate.kernel import run_kernel
from resilience.simulate.layout import layout
from resilience.simulate.numbered import rules
from resilience.simulate.records import records
from resilience.simulate.shocks import gather
from resilience.substitution import none_of

BLOCK = 32
INDUSTRIES = 80
STOCK_WEEKS = 200


def told(text: str) -> None:
    sys.stdout.write(text + "\n")


def best_of(runs: int, what: Callable[[], object]) -> float:
    """Least CPU seconds of a few runs."""
    least = math.inf
    for _ in range(runs):
        begun = process_time()
        what()
        least = min(least, process_time() - begun)
    return least


def kernel_seconds(
    network: Network, several: list[Scenario], *, weeks: int, behaviour: Behaviour | None = None, runs: int = 5
) -> float:
    """CPU seconds of the compiled step on one block, compiled beforehand, its own preparation included."""
    laws = physics(network)
    plan, held = layout(laws), holdings(laws, [], weeks=weeks)
    shocks = gather(laws, several, weeks)
    found = records(laws, held, weeks=weeks, scenarios=len(several), full=False)
    behaviour = behaviour or Behaviour()
    run_kernel(plan, behaviour, held, shocks, found)
    return best_of(runs, lambda: run_kernel(plan, behaviour, held, shocks, found))


def whole_seconds(network: Network, several: list[Scenario], *, weeks: int, behaviour: Behaviour) -> float:
    """CPU seconds of `simulate`, from tables to traces."""
    return best_of(2, lambda: simulate(network, several, weeks=weeks, behaviour=behaviour, full=False, engine=Kernel()))


def blows(goods: list[str], count: int) -> list[Scenario]:
    """`count` outages of one good each, at half of its capacity, for ten weeks."""
    return [
        Scenario(name=f"s{n}", disruptions=(Outage(good=goods[n % len(goods)], lost=0.5, first_week=3, weeks=10),))
        for n in range(count)
    ]


def at_once(elapsed_temporal_unit: int, init_impact_stock: Floats, recovery_tau: int) -> Floats:
    """All of it is back in the first step of recovery."""
    return 0.0 * init_impact_stock


def regional_economy(regions: int, sectors: int) -> tuple[Network, Floats, Floats]:
    """Every place makes every good and buys every other from all places: the network, and its table of flows."""
    goods, places = [f"s{n:02}" for n in range(sectors)], [f"R{n:02}" for n in range(regions)]
    flows = np.ones((regions, sectors, regions, sectors))
    flows[:, np.arange(sectors), :, np.arange(sectors)] = 0.0  # no good is made of itself
    table = flows.reshape(regions * sectors, regions * sectors)
    final = np.zeros((regions, sectors, regions))
    final[:] = 5.0
    per_pair = sectors - 1 + 5.0  # what a place takes of one good from each place
    network = Network.from_frames(
        name=f"economy-{regions}x{sectors}",
        goods=pd.DataFrame({"good": goods, "cycle_weeks": 1}),
        producers=pd.DataFrame(
            [{"good": g, "place": r, "output_per_week": per_pair * regions} for g in goods for r in places]
        ),
        needs=pd.DataFrame(
            [{"good": g, "input": i, "units": 1.0 / per_pair} for g in goods for i in goods if i != g]
        ),
        lanes=pd.DataFrame(
            [{"good": g, "origin": a, "destination": b, "flow_per_week": per_pair, "transit_weeks": 1}
             for g in goods for a in places for b in places if a != b]
        ),
        demand=pd.DataFrame(
            [{"good": g, "place": r, "units_per_week": 5.0 * regions, "usd_per_unit_unmet": 1.0}
             for g in goods for r in places]
        ),
        stocks=pd.DataFrame([{"good": g, "place": r, "weeks": 20.0} for g in goods for r in places]),
    )  # fmt: skip
    return network, table, final.reshape(regions * sectors, regions)


def boario_seconds(flows: Floats, final: Floats, *, regions: int, sectors: int, steps: int) -> float | None:
    """CPU seconds of one of their steps, the least of three loops; nothing where a part of it is missing."""
    try:
        import pymrio
        from boario import event
        from boario.extended_models import ARIOPsiModel
        from boario.simulation import Simulation
    except ImportError as missing:
        told(f"BoARIO: not measured, {missing.name} is missing")
        return None
    logging.getLogger("boario").setLevel(logging.CRITICAL)
    warnings.simplefilter("ignore")
    places = [f"R{n:02}" for n in range(regions)]
    industries = pd.MultiIndex.from_product([places, [f"s{n:02}" for n in range(sectors)]], names=["region", "sector"])
    homes = pd.MultiIndex.from_product([places, ["final"]], names=["region", "category"])
    system = pymrio.IOSystem(
        Z=pd.DataFrame(flows, index=industries, columns=industries),
        Y=pd.DataFrame(final, index=industries, columns=homes),
    )
    system.calc_all()
    least = math.inf
    for _ in range(3):
        model = ARIOPsiModel(
            system, order_type="noalt", alpha_base=1.0, alpha_max=1.0, alpha_tau=1, main_inv_dur=1000,
            iotable_year_to_temporal_unit_factor=1, psi_param=0.001, inventory_restoration_tau=10**15,
        )  # fmt: skip
        run = Simulation(model, n_temporal_units_to_sim=steps)
        run.add_event(
            event.from_series(
                pd.Series([0.5], index=industries[:1]), event_type="arbitrary", occurrence=2, duration=10,
                recovery_tau=1, recovery_function=at_once,
            )
        )  # fmt: skip
        begun = process_time()
        run.loop()
        least = min(least, process_time() - begun)
    return least / steps


def against_boario() -> None:
    """One step of one scenario on 80 industries: ten places with eight goods, and one place apart for each of 80."""
    steps, mix = 52, Behaviour(ordering=StockGap(weeks=math.inf))
    network, flows, final = regional_economy(10, 8)
    compare_with_boario(network, flows, final, regions=10, sectors=8, steps=steps, mix=mix)
    for density in (0.05, 1.0):
        flows, wanted, names = random_economy(1, INDUSTRIES, density=density)
        network = economy_network(flows, wanted, names, stock_weeks=STOCK_WEEKS)
        compare_with_boario(network, flows, wanted[:, None], regions=1, sectors=INDUSTRIES, steps=steps, mix=mix)


def compare_with_boario(
    network: Network, flows: Floats, final: Floats, *, regions: int, sectors: int, steps: int, mix: Behaviour
) -> None:
    theirs = boario_seconds(flows, final, regions=regions, sectors=sectors, steps=steps)
    if theirs is None:
        return
    several = blows(sorted(network.goods["good"]), BLOCK)
    batch, block = min(
        (kernel_seconds(network, several[:size], weeks=steps, behaviour=mix, runs=3) / steps / size, size)
        for size in (8, BLOCK)
    )
    single = kernel_seconds(network, several[:1], weeks=steps, behaviour=mix) / steps
    told(f"BoARIO, {regions} x {sectors} industries, {np.count_nonzero(flows)} flows; here {len(network.lanes)} lanes")
    told(f"  theirs {theirs * 1e6:,.0f} us a step")
    told(f"  ours {batch * 1e6:,.1f} us a week in blocks of {block}, {single * 1e6:,.1f} one scenario")
    told(f"  ratio, step for week: {theirs / batch:,.0f} batch, {theirs / single:,.1f} one; half for two weeks")


def serial_network() -> Network:
    """Three stages in a row, five a week, a week between stages; stocks as the peer's base stock leaves them."""
    flows = np.diag([5.0, 5.0], k=1)
    return economy_network(
        flows, np.array([0.0, 0.0, 5.0]), ["s3", "s2", "s1"], stock_weeks=1.3, own_stock_weeks=1.0, cycle_weeks=0
    )


def against_stockpyl() -> None:
    """A period of one scenario on a serial system of three stages under base stock with backlog."""
    try:
        from stockpyl.sim import simulation
        from stockpyl.supply_chain_network import serial_system
    except ImportError as missing:
        told(f"stockpyl: not measured, {missing.name} is missing")
        return
    behaviour = Behaviour(ordering=BaseStock(), unmet=Backlogged(lapse_per_week=0.0))
    for periods in (100, 1000):

        def theirs_once(periods: int = periods) -> float:
            system = serial_system(
                num_nodes=3, node_order_in_system=[3, 2, 1], node_order_in_lists=[1, 2, 3],
                local_holding_cost=[7, 4, 2], stockout_cost=[37.12, 0, 0], demand_type="N", mean=5,
                standard_deviation=1, shipment_lead_time=[1, 1, 2], policy_type="BS",
                base_stock_level=[6.49, 5.53, 10.69],
            )  # fmt: skip
            begun = process_time()
            simulation(system, periods, rand_seed=1, progress_bar=False)
            return process_time() - begun

        theirs = min(theirs_once() for _ in range(3)) / periods
        network, several = serial_network(), blows(["s3", "s2"], 1024)
        batch = kernel_seconds(network, several, weeks=periods, behaviour=behaviour, runs=3) / periods / len(several)
        single = kernel_seconds(network, several[:1], weeks=periods, behaviour=behaviour) / periods
        told(f"stockpyl, serial system of three, {periods} periods: theirs {theirs * 1e6:,.0f} us a period")
        told(f"  ours {batch * 1e6:,.3f} us batched (1,024), {single * 1e6:,.2f} one scenario")
        told(f"  ratio {theirs / batch:,.0f} batched, {theirs / single:,.0f} one scenario")
    whole = whole_seconds(network, several, weeks=periods, behaviour=behaviour) / periods / len(several)
    told(f"  from tables to traces, 1,024 of {periods} weeks: {whole * 1e6:,.3f} us, ratio {theirs / whole:,.0f}")


def slope(sizes: list[int], seconds: list[float]) -> float:
    """Exponent of the power law through the points: 1 is linear."""
    return float(np.polyfit(np.log(sizes), np.log(seconds), 1)[0])


def growth() -> None:
    """Slopes of cost on a logarithmic scale, on networks of 500 points."""
    network = big_network(goods=5)
    counts, spans, thick = [32, 64, 128, 256], [26, 52, 104, 208], [4, 8, 16, 32]
    several = outages(network, counts[-1])

    def blocks(count: int) -> float:
        return sum(
            kernel_seconds(network, several[first : first + BLOCK], weeks=52, runs=2)
            for first in range(0, count, BLOCK)
        )

    by_count = [blocks(count) for count in counts]
    by_weeks = [kernel_seconds(network, several[:BLOCK], weeks=weeks) for weeks in spans]
    by_lanes = []
    for lanes in thick:
        wide = big_network(goods=5, lanes_each=lanes)
        by_lanes.append(kernel_seconds(wide, outages(wide, BLOCK), weeks=52))
    for name, sizes, seconds in (
        ("scenarios", counts, by_count), ("weeks", spans, by_weeks), ("lanes a point", thick, by_lanes),
    ):  # fmt: skip
        each = ", ".join(f"{size}: {second * 1e3:.0f} ms" for size, second in zip(sizes, seconds, strict=True))
        told(f"cost against {name}: slope {slope(sizes, seconds):.2f} ({each})")


@numba.njit
def triad(a: np.ndarray, b: np.ndarray, c: np.ndarray) -> None:
    for n in range(len(a)):
        a[n] = b[n] + 3.0 * c[n]


def bandwidth() -> None:
    """What the compiled step must move at the least, over what a triad moves: every array of the state read and
    written once a week.

    A lower bound of its traffic: rows are swept more than once, and what lanes carry is read and written where it
    lands.
    """
    size = 8_000_000
    a, b, c = (np.ones(size) for _ in range(3))
    triad(a, b, c)
    most = 24.0 * size / best_of(5, lambda: triad(a, b, c))
    network, weeks = big_network(), 52
    several = outages(network, BLOCK)
    laws = physics(network)
    plan, held = layout(laws), holdings(laws, [], weeks=weeks)
    chosen = rules(Behaviour(), held)
    assert chosen is not None
    state = state_of(plan, held, gather(laws, several, weeks), chosen, none_of(laws.swaps))
    once = sum(array.nbytes for name, array in state._asdict().items() if name != "calendar")
    landed = 8.0 * BLOCK * (len(laws.points) + len(laws.flow))  # one slot of the calendar, and what each lane adds
    moved = 2.0 * (once + landed) * weeks / kernel_seconds(network, several, weeks=weeks)
    told(f"triad {most / 1e9:.1f} GB/s; the step at least {moved / 1e9:.1f} GB/s, {moved / most:.0%} of it")


if __name__ == "__main__":
    against_boario()
    against_stockpyl()
    growth()
    bandwidth()
