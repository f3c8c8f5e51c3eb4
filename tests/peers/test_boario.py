"""BoARIO (spjuhel/BoARIO, an ARIO model) as a judge of how a blow to one industry travels, where both models agree by
construction. `docs/explain/validity.md`, section Peers, derives where that is and lists the equations that differ.

In short: an order that an industry places in one of its steps is made in the next there, and takes two weeks here (one
to reach the maker's books, one to be made). So a step of theirs is two of our weeks, and the last assertion
is exact. Judged without the package as well: by the recurrence both share, and by published runs
(`tests/cases/test_ario.py`).
"""

from __future__ import annotations

import logging
import math
import warnings

import numpy as np
import pandas as pd
import pytest
from economies import economy_network, random_economy

from resilience.disruption import Outage
from resilience.scenario import Scenario
from resilience.simulate import Behaviour, Kernel, Plain, simulate
from resilience.simulate.behaviour import StockGap

REASON = "BoARIO judges the spread of a shock: pip install boario pymrio progressbar2 (it names no dependencies)"
TOLERANCE = 1e-9  # of an industry's calm output
NO_RESTOCKING = Behaviour(ordering=StockGap(weeks=math.inf))
CALM, STRUCK, AFTER = 3, 6, 8  # their steps


def our_path(network, struck, *, lost, first_week, weeks, horizon, behaviour=NO_RESTOCKING, engine=None):
    """Output over calm output, weeks x industries."""
    blow = Outage(good=struck, lost=lost, first_week=first_week, weeks=weeks)
    found = simulate(network, Scenario(name="blow", disruptions=(blow,)), weeks=horizon, behaviour=behaviour,
                     engine=engine or Plain())  # fmt: skip
    started = found.full["blow"][1].full.start[:, :, 0]
    return (started / found.physics.output[:, None]).T


def shared_recurrence(flows, final, left):
    """Output = min(capacity, final demand + what last step's output used), as a share of calm output."""
    calm = flows.sum(axis=1) + final
    output, path = calm, []
    for share in left:
        output = np.minimum(calm * share, final + (flows / calm) @ output)
        path.append(output / calm)
    return np.array(path)


def their_run(flows, final, names, *, struck, lost, stock_steps, psi, steps, occurrence, duration):
    """Output and capacity over calm output, steps x industries, with no overproduction and no restocking."""
    pytest.importorskip("pymrio", reason=REASON)
    event = pytest.importorskip("boario.event", reason=REASON)
    models = pytest.importorskip("boario.extended_models", reason=REASON)
    simulation = pytest.importorskip("boario.simulation", reason=REASON)
    logging.getLogger("boario").setLevel(logging.CRITICAL)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # that a step is not a 365th of a year, and that capital is a guess: not used
        model = models.ARIOPsiModel(
            table(flows, final, names), order_type="noalt", alpha_base=1.0, alpha_max=1.0, alpha_tau=1,
            main_inv_dur=stock_steps, iotable_year_to_temporal_unit_factor=1, psi_param=psi,
            inventory_restoration_tau=10**15,
        )  # fmt: skip
        run = simulation.Simulation(model, n_temporal_units_to_sim=steps)
        who = pd.MultiIndex.from_tuples([("W", struck)], names=["region", "sector"])
        run.add_event(
            event.from_series(
                pd.Series([lost], index=who), event_type="arbitrary", occurrence=occurrence, duration=duration,
                recovery_tau=1, recovery_function=at_once,
            )
        )  # fmt: skip
        run.loop()
    calm = flows.sum(axis=1) + final
    return run.production_realised.to_numpy() / calm, run.production_capacity.to_numpy() / calm


def table(flows, final, names):
    """The economy as pymrio holds it, one region."""
    import pymrio

    industries = pd.MultiIndex.from_product([["W"], names], names=["region", "sector"])
    households = pd.MultiIndex.from_product([["W"], ["final"]], names=["region", "category"])
    system = pymrio.IOSystem(
        Z=pd.DataFrame(flows, index=industries, columns=industries),
        Y=pd.DataFrame(final[:, None], index=industries, columns=households),
    )
    system.calc_all()
    return system


def at_once(elapsed_temporal_unit, init_impact_stock, recovery_tau):
    """All of it is back in the first step of recovery: their linear curve would turn negative past its end."""
    return 0.0 * init_impact_stock


def step_capacity(size, lost):
    left = np.ones((CALM + STRUCK + AFTER, size))
    left[CALM : CALM + STRUCK, 0] -= lost
    return left


def two_weeks_a_step(flows, final, names, *, lost, engine=None):
    network = economy_network(flows, final, names, stock_weeks=200.0)
    return our_path(
        network, names[0], lost=lost, first_week=2 * CALM + 1, weeks=2 * STRUCK,
        horizon=2 * (CALM + STRUCK + AFTER), engine=engine,
    )  # fmt: skip


@pytest.mark.parametrize("engine", [Plain(), Kernel()], ids=["plain", "kernel"])
@pytest.mark.parametrize(("seed", "size", "lost"), [(1, 3, 0.5), (2, 6, 0.3), (3, 6, 0.9), (4, 12, 0.6)])
def test_with_ample_stocks_orders_carry_a_blow_as_the_shared_recurrence_says(seed, size, lost, engine):
    flows, final, names = random_economy(seed, size)
    expected = shared_recurrence(flows, final, step_capacity(size, lost))
    ours = two_weeks_a_step(flows, final, names, lost=lost, engine=engine)
    assert ours[0::2] == pytest.approx(expected, abs=TOLERANCE)
    assert ours[1::2] == pytest.approx(expected, abs=TOLERANCE)
    assert expected[CALM + 1 : CALM + STRUCK, 1:].min() < 1 - 1e-3, "the blow must reach someone else"


@pytest.mark.parametrize(("seed", "size", "lost"), [(1, 3, 0.5), (2, 6, 0.3), (3, 6, 0.9), (4, 12, 0.6)])
def test_with_ample_stocks_boario_runs_the_same_path(seed, size, lost):
    flows, final, names = random_economy(seed, size)
    theirs, capacity = their_run(
        flows, final, names, struck=names[0], lost=lost, stock_steps=1000, psi=0.001,
        steps=CALM + STRUCK + AFTER, occurrence=CALM - 1, duration=STRUCK - 1,
    )  # fmt: skip
    assert capacity == pytest.approx(step_capacity(size, lost), abs=1e-12), "one step late, and one step too long"
    ours = two_weeks_a_step(flows, final, names, lost=lost)
    assert ours[0::2] == pytest.approx(theirs, abs=TOLERANCE)
    assert ours[1::2] == pytest.approx(theirs, abs=TOLERANCE)


CHAIN = (np.array([[0.0, 1000.0], [0.0, 0.0]]), np.array([0.0, 2000.0]), ["s00", "s01"])


def chain_by_hand(stock, lost, steps):
    """What the user of the struck good makes: all it wants while stock lasts, then the rest, then what arrives."""
    path = []
    for _ in range(steps):
        path.append(min(1.0, stock))
        stock += (1.0 - lost) - path[-1]
    return np.array(path)


def our_chain(stock_weeks, lost):
    """Stock here is what stands at a week's start before the lane arrives; theirs includes last step's delivery."""
    network = economy_network(*CHAIN, stock_weeks=stock_weeks - 1, cycle_weeks=0)
    return our_path(network, "s00", lost=lost, first_week=CALM + 1, weeks=30, horizon=CALM + 20)


@pytest.mark.parametrize(("stock", "lost"), [(4, 0.6), (3, 0.25), (6, 1.0), (2, 0.9)])
def test_a_user_runs_its_stock_down_and_then_makes_what_arrives(stock, lost):
    ours = our_chain(stock, lost)
    later = np.concatenate([[1.0], chain_by_hand(stock - lost, lost, 19)])
    assert ours[CALM:, 1] == pytest.approx(later, abs=TOLERANCE)
    assert ours[CALM:, 0] == pytest.approx(np.full(20, 1 - lost), abs=TOLERANCE)


@pytest.mark.parametrize(("stock", "lost"), [(4, 0.6), (3, 0.25), (6, 1.0), (2, 0.9)])
def test_boario_runs_the_same_stock_down_the_same_way(stock, lost):
    theirs, _ = their_run(
        *CHAIN, struck="s00", lost=lost, stock_steps=stock, psi=1 / stock, steps=CALM + 20,
        occurrence=CALM - 1, duration=20,
    )  # fmt: skip
    assert our_chain(stock, lost) == pytest.approx(theirs, abs=TOLERANCE)


def test_after_a_shortage_boario_stays_down_and_we_come_back():
    """Where the models part: their orders follow what was made, ours what was planned."""
    blow = {"lost": 0.6, "first_week": CALM + 1, "weeks": 10}
    network = economy_network(*CHAIN, stock_weeks=3, cycle_weeks=0)
    assert our_path(network, "s00", horizon=CALM + 20, **blow)[-1] == pytest.approx([1.0, 1.0], abs=TOLERANCE)
    theirs, capacity = their_run(
        *CHAIN, struck="s00", lost=0.6, stock_steps=4, psi=0.25, steps=CALM + 20, occurrence=CALM - 1, duration=9
    )
    assert capacity[-1] == pytest.approx([1.0, 1.0])
    assert theirs[-1] == pytest.approx([0.4, 0.4], abs=1e-6)
