"""What reports and figures need of an answer: less than a `Result` is, and all that a run's folder holds."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

import pandas as pd

from resilience.amounts import Money, money
from resilience.network import Network
from resilience.study import Study


class Reading(Protocol):
    """A study's answer to be read: a `Result`, or a run read back from its folder."""

    @property
    def study(self) -> Study:
        """What was asked."""

    @property
    def network(self) -> Network:
        """The balanced network it was asked of."""

    @property
    def provenance(self) -> Mapping[str, Any]:
        """What the answer rests on, as `Provenance` has it."""

    def figures(self) -> Mapping[str, float]:
        """The answer as a few figures, USD and USD a year."""

    def headline(self, money: Money = money) -> str:
        """The answer in a sentence or two; `money` says how amounts are told."""

    def findings(self, money: Money = money) -> list[str]:
        """How far the answer is proved and what else is known of it, a sentence each."""

    def table_names(self) -> tuple[str, ...]:
        """The tables it has."""

    def table(self, name: str) -> pd.DataFrame:
        """One of them; a copy."""
