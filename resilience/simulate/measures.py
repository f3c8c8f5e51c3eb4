"""Measures of resilience from what was short week by week. Pure functions; the last axes are weeks and scenarios."""

from __future__ import annotations

import numpy as np

from resilience.physics import Floats, Whole

NOTHING = 1e-9  # share of what is wanted below which a shortfall is rounding


def depth(short: Floats) -> Floats:
    """The worst week's share unmet. [0 to 1] `short` is the share unmet, weeks x scenarios.

    >>> depth(np.array([[0.0], [0.6], [0.2]]))
    array([0.6])
    """
    return np.asarray(short.max(axis=0, initial=0.0))


def weeks_to_survive(short: Floats, onset: Whole) -> Floats:
    """Weeks from onset to the first week that is short; infinite where none is. `onset` counts weeks from 0.

    Time to survive as in D. Simchi-Levi et al. (2015), Identifying risks and mitigating disruptions in the automotive
    supply chain, Interfaces 45(5), read off a simulation instead of a linear program.

    >>> weeks_to_survive(np.array([[0.0], [0.0], [0.6], [0.2]]), np.array([1]))
    array([1.])
    """
    hit = short > NOTHING
    first = np.where(hit.any(axis=0), hit.argmax(axis=0), np.inf)
    return np.asarray(first - np.where(np.isfinite(first), onset, 0))


def weeks_to_recover(short: Floats, onset: Whole) -> Floats:
    """Weeks from onset to the end of the last short week; 0 where none is, infinite where the last week is still short.

    >>> weeks_to_recover(np.array([[0.0], [0.6], [0.2], [0.0]]), np.array([1]))
    array([2.])
    """
    hit = short > NOTHING
    last = short.shape[0] - hit[::-1].argmax(axis=0)
    found = np.where(hit.any(axis=0), last - onset, 0.0)
    return np.asarray(np.where(hit[-1], np.inf, found), dtype=np.float64)


def triangle(short: Floats) -> Floats:
    """Area of the resilience triangle: shares unmet added up over weeks. [weeks]

    M. Bruneau et al. (2003), A framework to quantitatively assess and enhance the seismic resilience of communities,
    Earthquake Spectra 19(4).

    >>> triangle(np.array([[0.6], [0.4], [0.0]]))
    array([1.])
    """
    return np.asarray(short.sum(axis=0))
