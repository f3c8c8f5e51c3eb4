"""How a division of a scarce quantity looks: what it wastes, who envies whom, who is worst off.

Each function takes what was `available`, the `claims` and the `shares` as arrays of shape (m,) in one unit.
They judge an answer whatever rule gave it; none of them alone makes a rule fair.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt


def waste(available: float, claims: npt.ArrayLike, shares: npt.ArrayLike) -> float:
    """What was there and claimed, yet reached nobody. [0 to `available`, in its unit]

    What exceeds all claims is no waste. Source: Thomson (2003), doi:10.1016/S0165-4896(02)00070-7 (efficiency).

    >>> waste(100, [30, 90], [30, 60])
    10.0
    """
    wanted, got = np.asarray(claims, dtype=np.float64), np.asarray(shares, dtype=np.float64)
    unused = available - got.sum()
    unmet = np.maximum(wanted - got, 0.0).sum()
    return float(max(min(unused, unmet), 0.0))


def envy(claims: npt.ArrayLike, shares: npt.ArrayLike) -> float:
    """The most that anyone would gain by having another's share instead. [0 or more, in the unit of the claims]

    Nobody has use for more than its claim, so a small claimant does not envy a full large one. Equal awards
    leave none. Do not use it where claimants differ in size by right (countries by use): the small then
    envy every fair share of the large. Source: Foley (1967), Yale Economic Essays 7; Varian (1974),
    doi:10.1016/0022-0531(74)90075-1.

    >>> envy([100, 200, 300], [50, 100, 150])
    50.0
    """
    wanted, got = np.asarray(claims, dtype=np.float64), np.asarray(shares, dtype=np.float64)
    if got.size == 0:
        return 0.0
    useful = np.minimum(wanted[:, None], got[None, :])
    return float(max((useful - got[:, None]).max(), 0.0))


def worst_off_ratio(claims: npt.ArrayLike, shares: npt.ArrayLike) -> float:
    """The smallest part of its claim that anyone gets. [0 to 1; 1 when nobody claims]

    The proportional rule makes it as large as can be. Source: Rawls (1971), A Theory of Justice.

    >>> worst_off_ratio([100, 200, 300], [50, 75, 75])
    0.25
    """
    wanted, got = np.asarray(claims, dtype=np.float64), np.asarray(shares, dtype=np.float64)
    claiming = wanted > 0
    return float((got[claiming] / wanted[claiming]).min()) if claiming.any() else 1.0
