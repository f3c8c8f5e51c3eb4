"""Cuts without coefficients that are rounding."""

from __future__ import annotations

import numpy as np

from resilience.sizing.twostage import Floats

SPECK = 1e-10  # of a cut's largest coefficient: inexact duals leave traces that no solver could tell from nothing


def without_specks(rows: Floats, sides: Floats, low: Floats, high: Floats) -> tuple[Floats, Floats]:
    """The cuts rows @ x >= sides without their smallest coefficients, each side eased by the most these could add.

    `low` and `high` are the bounds of x; what is not bounded keeps its coefficient, however small.
    """
    specks = np.abs(rows) < SPECK * np.abs(rows).max(axis=1, keepdims=True, initial=0.0)
    specks &= np.isfinite(low) & np.isfinite(high)
    small = np.where(specks, rows, 0.0)
    bounds = [np.where(np.isfinite(bound), bound, 0.0) for bound in (low, high)]
    most = np.maximum(small * bounds[0], small * bounds[1])
    return rows - small, sides - most.sum(axis=1)
