"""What private holders do about a public reserve of the same good."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np

from resilience.errors import AskError
from resilience.physics import Floats


class PrivateResponse(Protocol):
    """Any private answer to a public reserve."""

    def wanted(self, stock: Floats, covered: Floats) -> Floats:
        """The stock that each point's users want, given the public units that stand behind them."""
        ...


@dataclass(frozen=True, kw_only=True)
class Unmoved:
    """Private stock is as it would be without a reserve."""

    def wanted(self, stock: Floats, covered: Floats) -> Floats:
        """The same."""
        return stock


@dataclass(frozen=True, kw_only=True)
class CrowdedOut:
    """Users hold `share` units less for each public unit behind them.

    They let the stock run down from the first disrupted week on; the stock they begin with is the network's.
    """

    share: float = 0.3

    def __post_init__(self) -> None:
        if not 0 <= self.share <= 1:
            raise AskError(f"CrowdedOut.share is {self.share!r}: it must lie between 0 and 1")

    def wanted(self, stock: Floats, covered: Floats) -> Floats:
        """Stock less the share of what covers it, or none."""
        return np.maximum(stock - self.share * covered, 0.0)
