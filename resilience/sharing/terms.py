"""A cost of coalitions made of a term for each member and one for each pair of members."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from resilience.sharing.game import FloatArray, coalition_sums


@dataclass(frozen=True, kw_only=True, eq=False)
class Terms:
    """own_usd (members,) and pair_usd (members, members), of which what lies above the diagonal counts.

    Duals of the coalitions' program give such terms, and their sums lie at or below every coalition's cost.

    >>> Terms(own_usd=np.array([3.0, 4.0]), pair_usd=np.array([[0.0, -1.0], [0.0, 0.0]])).table().tolist()
    [0.0, 3.0, 4.0, 6.0]
    """

    own_usd: FloatArray
    pair_usd: FloatArray

    def table(self) -> FloatArray:
        """The sum for every coalition, in the order of a `Game`. Shape (2**members,)."""
        sums = coalition_sums(self.own_usd)
        for place in range(1, len(self.own_usd)):
            sums.reshape(-1, 2, 1 << place)[:, 1] += coalition_sums(self.pair_usd[:place, place])
        return sums

    def of(self, number: int) -> float:
        """The sum for one coalition, by its number."""
        inside = np.array([number >> place & 1 for place in range(len(self.own_usd))], dtype=np.float64)
        return float(inside @ self.own_usd + inside @ np.triu(self.pair_usd, 1) @ inside)
