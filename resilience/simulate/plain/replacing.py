"""Substitutes: what is claimed of them, what they stand in for, and how users move to them and back.

A claim on a substitute stands beside the claim on the input, at the user's place: so it is ordered through the lanes
that come there. What a start or final demand does not need of it stays in stock.
"""

from __future__ import annotations

import numpy as np

from resilience.physics import Floats, Whole
from resilience.simulate.behaviour.substitution import Wanting
from resilience.simulate.plain.world import World


def claimed(world: World) -> Floats:
    """Units of each substitute that are asked for: a share of what is needed, up to a normal week's need."""
    swaps = world.swaps
    sought = np.concatenate([world.needed[swaps.need], world.wanted[swaps.demand]])
    return np.asarray(swaps.units[:, None] * world.replacing * np.minimum(sought, swaps.normal[:, None]))


def stood_in(world: World, needs: Whole) -> Floats:
    """What substitutes could replace of each of `needs` with what they were allotted, in units of the input."""
    swaps = world.swaps
    rows = np.flatnonzero(np.isin(swaps.need, needs))
    units = world.standing[rows] / swaps.units[rows, None]
    return np.asarray((world.adder(swaps.need[rows], len(world.needed)) @ units)[needs])


def take(world: World, needs: Whole) -> None:
    """Substitutes leave the stock for what `needs` used beyond what they got of their input."""
    swaps = world.swaps
    rows = np.flatnonzero(np.isin(swaps.need, needs))
    rest = np.maximum(world.used - world.allotted[: len(world.used)], 0.0)[swaps.need[rows]]
    _replace(world, rows, rest, swaps.need[rows], len(world.needed))


def settle(world: World) -> None:
    """What final demand lacks at the end of the week, its substitutes meet as far as they were allotted."""
    swaps = world.swaps
    rows = np.arange(swaps.needs, len(swaps))
    before = world.short[swaps.demand]
    world.gap[rows] = np.divide(before, world.wanted[swaps.demand], out=np.zeros_like(before), where=before > 0)
    _replace(world, rows, before, swaps.demand, len(world.short))
    world.short = np.maximum(world.short - world.adder(swaps.demand, len(world.short)) @ world.replaced[rows], 0.0)


def _replace(world: World, rows: Whole, rest: Floats, of: Whole, size: int) -> None:
    """Each substitute of a need meets the same part of what it was allotted, together no more than `rest`."""
    swaps = world.swaps
    able = world.standing[rows] / swaps.units[rows, None]
    together = (world.adder(of, size) @ able)[of]
    part = np.divide(rest, together, out=np.ones_like(rest), where=together > rest)
    world.replaced[rows] = able * part
    world.here -= world.adder(swaps.met_at[rows], len(world.here)) @ (world.standing[rows] * part)


def wanting(world: World, needs: Whole) -> None:
    """Keep, for the end of the week, the share of each of `needs` that its input leaves unmet."""
    swaps = world.swaps
    rows = np.flatnonzero(np.isin(swaps.need, needs))
    asked, got = world.needed[swaps.need[rows]], world.allotted[swaps.need[rows]]
    lacked = np.maximum(asked - got, 0.0)
    world.gap[rows] = np.divide(lacked, asked, out=np.zeros_like(asked), where=lacked > 0)


def move(world: World) -> None:
    """Users move to substitutes or back for next week; before anything is disrupted nobody does."""
    swaps = world.swaps
    seen = Wanting(
        share=world.replacing,
        gap=world.gap,
        most=swaps.most[:, None],
        together=swaps.together[:, None],
        weeks=swaps.weeks[:, None],
    )
    world.replacing = np.where(world.struck, world.behaviour.substitution.shares(seen), 0.0)
