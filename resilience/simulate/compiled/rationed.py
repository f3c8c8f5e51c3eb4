"""The rationing rules compiled: `behaviour.rationing` for one point at a time."""

from __future__ import annotations

import numpy as np

from resilience.simulate.compiled.jit import inner
from resilience.simulate.compiled.tables import BOUNDLESS, CONTRACT, EQUAL_DAYS, TIER_PRIORITY, Asked


@inner
def ration(
    rule: int, order: np.ndarray, size: int, total: np.ndarray, room: np.ndarray, asked: Asked
) -> None:  # fmt: skip
    """Cut the first `size` rows of `asked.amount` to what each claim gets, wherever `total` exceeds `room`."""
    for s in range(len(room)):
        if total[s] > room[s]:
            if rule == CONTRACT:
                _contract(size, s, room[s], asked)
            elif rule == EQUAL_DAYS:
                _equal_days(size, s, room[s], asked)
            else:
                if rule == TIER_PRIORITY:
                    _tier_priority(size, s, room[s] / total[s], order, asked)
                else:
                    for i in range(size):
                        asked.amount[i, s] *= room[s] / total[s]


@inner
def _tier_priority(size: int, s: int, share: float, order: np.ndarray, asked: Asked) -> None:
    pot = 0.0
    for i in range(size):
        if asked.rank[i] >= 0:
            pot += asked.amount[i, s] * share
        else:
            asked.amount[i, s] *= share
    for tier in order:
        wanted = 0.0
        for i in range(size):
            if asked.rank[i] == tier:
                wanted += asked.amount[i, s]
        part = pot / wanted if wanted > pot else 1.0
        for i in range(size):
            if asked.rank[i] == tier:
                asked.amount[i, s] *= part
        pot = max(pot - wanted * part, 0.0)


@inner
def _contract(size: int, s: int, room: float, asked: Asked) -> None:
    contracted, beyond = 0.0, 0.0
    for i in range(size):
        usual = min(asked.amount[i, s], asked.usual[i])
        contracted += usual
        beyond += asked.amount[i, s] - usual
    left = max(room - contracted, 0.0)
    first = room / contracted if contracted > room else 1.0
    second = left / beyond if beyond > left else 1.0
    for i in range(size):
        usual = min(asked.amount[i, s], asked.usual[i])
        asked.amount[i, s] = usual * first + (asked.amount[i, s] - usual) * second


@inner
def _equal_days(size: int, s: int, room: float, asked: Asked) -> None:
    asked.sated[:size] = False
    level = 0.0
    for _ in range(size + 1):
        met, weight = 0.0, 0.0
        for i in range(size):
            if asked.sated[i]:
                met += asked.amount[i, s] if asked.usual[i] > 0 else 0.0
            else:
                weight += asked.usual[i]
        left = max(room - met, 0.0)
        level = min(left / weight, BOUNDLESS) if weight > 0 else 0.0
        changed = False
        for i in range(size):
            known = asked.amount[i, s] if asked.usual[i] > 0 else 0.0
            if not asked.sated[i] and known <= level * asked.usual[i]:
                asked.sated[i] = True
                changed = True
        if not changed:
            break
    given, strangers = 0.0, 0.0
    for i in range(size):
        if asked.usual[i] > 0:
            if not asked.sated[i]:
                asked.amount[i, s] = level * asked.usual[i]
            given += asked.amount[i, s]
        else:
            strangers += asked.amount[i, s]
    left = max(room - given, 0.0)
    part = left / strangers if strangers > left else 1.0
    for i in range(size):
        if not asked.usual[i] > 0:
            asked.amount[i, s] *= part
