"""The world between years: long-run shares as published, and every fault told.

Shares of two-state disruption processes: stockpyl, tests/test_disruption_process.py; L. V. Snyder and Z.-J. M. Shen,
Fundamentals of Supply Chain Theory, 2nd edition, chapter 9.
"""

import numpy as np
import pytest

from resilience import Scenario
from resilience.errors import AskError
from resilience.sizing.world import World, WorldState, world_of


def world(moves, names="ab", **more):
    return World(states=tuple(WorldState(name=name, chances={}) for name in names[: len(moves)]), moves=moves, **more)


@pytest.mark.parametrize(
    ("stops", "recovers", "up"), [(0.1, 0.2, 0.6666666666666666), (0.005, 0.4, 0.9876543209876543), (0.1, 0.3, 0.75)]
)
def test_shares_of_a_supplier_that_stops_and_recovers(stops, recovers, up):
    shares = world(((1 - stops, stops), (recovers, 1 - recovers))).long_run()
    assert shares["a"] == pytest.approx(up, abs=1e-10)
    assert shares["b"] == pytest.approx(1 - up, abs=1e-10)


@pytest.mark.parametrize("down", ["0110010", "01100100001110"])
def test_shares_of_a_cycle_that_never_mixes(down):
    count = len(down)
    turned = np.roll(np.eye(count), 1, axis=1)
    shares = world(tuple(map(tuple, turned.tolist())), names=[str(n) for n in range(count)]).long_run()
    up = sum(share for name, share in shares.items() if down[int(name)] == "0")
    assert up == pytest.approx(0.5714285714285714, abs=1e-10)


def test_chances_keep_their_long_run_mean():
    strike = Scenario(name="strike", probability=0.06, disruptions=())
    found = world_of(
        [strike],
        multiples={"calm": 1, "tense": 4},
        moves=[[0.9, 0.1], [0.3, 0.7]],
        price_multiples={"tense": 2.0},
        assumed="made up",
    )
    shares = found.long_run()
    assert sum(shares[state.name] * state.chances["strike"] for state in found.states) == pytest.approx(0.06)
    assert [state.price_multiple for state in found.states] == [1.0, 2.0]
    assert found.start.tolist() == [1.0, 0.0]


def test_every_fault_of_a_world_is_told_at_once():
    with pytest.raises(AskError) as error:
        World(
            states=(
                WorldState(name="a", chances={"x": 0.7, "y": 0.7}),
                WorldState(name="b", chances={}, price_multiple=0.0),
            ),
            moves=((0.5, 0.4), (0.0, 1.0)),
            first="c",
        )
    told = str(error.value)
    for part in (
        "a: chances of its scenarios add up to 1.4",
        "b: price_multiple is 0.0",
        "first is 'c'",
        "moves from a",
    ):
        assert part in told
    with pytest.raises(AskError, match="2 rows of 2"):
        world(((1.0,), (1.0,)))
    with pytest.raises(AskError, match="at least one state"):
        world_of([], multiples={"a": 0.0}, moves=[[1.0]])
