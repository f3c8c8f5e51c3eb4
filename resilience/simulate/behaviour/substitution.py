"""How users of an input move to what can stand in for it. Each rule is an object with one method."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np

from resilience.physics import Floats


@dataclass(frozen=True, kw_only=True, eq=False)
class Wanting:
    """What users know of every substitute at the end of a week; rows are needs that one substitute could meet.

    `share` (rows x scenarios) is the part of a normal week's need that users now ask the substitute for; `gap` (rows x
    scenarios) the share of this week's need that the input itself left unmet; `most` (rows x 1) the largest `share`;
    `together` (rows x 1) the largest shares of all substitutes of the same need added up; `weeks` (rows x 1) from none
    to `most`.
    """

    share: Floats
    gap: Floats
    most: Floats
    together: Floats
    weeks: Floats


class Substitution(Protocol):
    """Any way to move to substitutes."""

    def shares(self, wanting: Wanting) -> Floats:
        """Next week's shares, between 0 and `most`, and up by no more than `most` / `weeks`."""
        ...


@dataclass(frozen=True, kw_only=True)
class Never:
    """Nobody uses a substitute."""

    def shares(self, wanting: Wanting) -> Floats:
        """None."""
        return np.zeros_like(wanting.share)


@dataclass(frozen=True, kw_only=True)
class Qualified:
    """Users move by equal weekly steps to the substitutes that would close the gap, and back as the input returns.

    The input is still asked for in full and used first; substitutes of one need share its gap in proportion to the most
    that each can replace. Qualifying begins when an input falls short, not when a stock begins to run down.

    >>> one = np.ones((1, 1))
    >>> half = Wanting(share=0 * one, gap=one, most=0.5 * one, together=0.5 * one, weeks=10 * one)
    >>> Qualified().shares(half)
    array([[0.05]])
    """

    def shares(self, wanting: Wanting) -> Floats:
        """A step of `most` / `weeks` toward the part of `most` that the gap asks for."""
        part = np.divide(
            wanting.gap, wanting.together, out=np.ones_like(wanting.gap), where=wanting.gap < wanting.together
        )
        step = wanting.most / np.maximum(wanting.weeks, 1.0)
        moved: Floats = wanting.share + np.clip(wanting.most * part - wanting.share, -step, step)
        return moved
