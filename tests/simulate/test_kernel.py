"""The compiled step says what the plain one says."""

import numpy as np
import pytest
from random_networks import MIXES, random_network, random_reserve, random_scenario

from resilience.errors import AskError
from resilience.simulate import Behaviour, Fastest, Kernel, Plain, simulate
from resilience.simulate.behaviour import Backlogged, Lost, Qualified

pytest.importorskip("numba", reason="the kernel needs the extra 'fast'")
QUANTITIES = ("flow", "start", "plan", "used", "supplied", "health", "stock", "making", "late", "waiting", "replaced")


@pytest.mark.parametrize("mix", MIXES)
@pytest.mark.parametrize("seed", [1, 2, 6])  # with substitutes of inputs and of finished goods
def test_the_kernel_equals_the_oracle(seed, mix):
    network = random_network(seed, 4, 3, seed == 2)
    scenarios = [random_scenario(10 * seed + n, network, name=f"s{n}") for n in range(2)]
    reserve = [found for n in (seed, seed + 50, seed + 90) if (found := random_reserve(n, network))]
    plain, kernel = (
        simulate(network, scenarios, weeks=10, reserve=reserve, behaviour=mix, engine=engine)
        for engine in (Plain(), Kernel())
    )
    assert kernel.loss_usd.to_numpy() == pytest.approx(plain.loss_usd.to_numpy(), rel=1e-12, abs=1e-9)
    one, two = plain.full["s0"][1], kernel.full["s0"][1]
    for name in QUANTITIES:
        np.testing.assert_allclose(
            getattr(two.full, name), getattr(one.full, name), rtol=1e-12, atol=1e-9, err_msg=name
        )
    for name in ("short", "missing", "drawn", "home", "send", "receive", "refill"):
        np.testing.assert_allclose(getattr(two, name), getattr(one, name), rtol=1e-12, atol=1e-9, err_msg=name)


def test_the_kernel_equals_the_oracle_where_reserves_refill_and_choose_whom_they_serve():
    network = random_network(63, 4, 3)  # with two substitutes of a finished good
    scenario = random_scenario(63, network)
    reserve = [found for n in range(63, 67) if (found := random_reserve(n, network))]
    mix = Behaviour(final=Backlogged(lapse_per_week=0.3), substitution=Qualified())
    plain, kernel = (
        simulate(network, scenario, weeks=40, reserve=reserve, behaviour=mix, engine=engine, seed=5)
        for engine in (Plain(), Kernel())
    )
    one, two = plain.full["shock"][1], kernel.full["shock"][1]
    assert one.drawn[plain.held.serves > 0].any()
    assert one.refill.any()
    assert one.full.replaced.any()
    assert one.full.late.any()
    for name in ("late", "waiting", "replaced", "supplied", "stock"):
        np.testing.assert_allclose(getattr(two.full, name), getattr(one.full, name), rtol=1e-12, atol=1e-9)
    for name in ("short", "missing", "drawn", "home", "send", "receive", "refill"):
        np.testing.assert_allclose(getattr(two, name), getattr(one, name), rtol=1e-12, atol=1e-9, err_msg=name)


class Stubborn(Lost):
    """A behaviour of a user's own."""


def test_a_behaviour_of_ones_own_runs_in_plain_numpy():
    network = random_network(1, 2, 2)
    scenario = random_scenario(1, network)
    own = Behaviour(unmet=Stubborn())
    with pytest.raises(AskError, match="does not know this behaviour"):
        simulate(network, scenario, weeks=8, behaviour=own, engine=Kernel())
    found = simulate(network, scenario, weeks=8, behaviour=own, engine=Fastest())
    assert found.loss_usd["shock"] == simulate(network, scenario, weeks=8, engine=Plain()).loss_usd["shock"]


def test_the_step_is_compiled_once_however_the_arrays_of_a_network_lie():
    from resilience.simulate.compiled import loop

    network, scenario = random_network(1, 4, 3), random_scenario(10, random_network(1, 4, 3))  # with substitutes
    for behaviour, reserve in ((MIXES[0], []), (MIXES[1], [random_reserve(1, network)])):
        simulate(network, scenario, weeks=4, behaviour=behaviour, reserve=reserve, engine=Kernel())
    assert len(loop.run.signatures) == 1
