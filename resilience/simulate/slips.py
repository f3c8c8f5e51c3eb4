"""How late the decision to open each reserve falls in each scenario: the only lot that a simulation draws.

The draw depends on the seed, the scenario's name and whose decision it is: on nothing that changes with the scenarios
beside it, the order of rows, or how much is held, so that reserves of several sizes meet the same luck. Reserves that
the same owners keep draw apart, numbered by what they hold and their rules.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from resilience.policy import Reserve
from resilience.scenario import Scenario
from resilience.simulate.holdings import Holdings


def decided(held: Holdings, reserves: Sequence[Reserve], scenarios: Sequence[Scenario], *, seed: int) -> Holdings:
    """`held` with the weeks that decisions take in each of `scenarios`."""
    late = np.zeros((len(reserves), len(scenarios)), dtype=np.int64)
    for row, (reserve, key) in enumerate(zip(reserves, deciders(reserves), strict=True)):
        slip = reserve.release.slip
        if slip is not None:
            late[row] = [slip.draw(lot(seed, scenario.name, key)) for scenario in scenarios]
    return replace(held, decision=held.decision + late[held.reserve])


def deciders(reserves: Sequence[Reserve]) -> list[str]:
    """Who decides on each reserve: its owners, and a number where they keep several."""
    owners, content = [], []
    for reserve in reserves:
        rows = reserve.table()[["owner", "good", "place", "units"]].astype(str)
        owners.append(" ".join(sorted(set(rows["owner"]))))
        content.append(f"{sorted(map(tuple, rows.to_numpy()))} {reserve.release}")
    rank = {n: place for place, n in enumerate(sorted(range(len(reserves)), key=lambda n: content[n]))}
    alike = [sum(owners[m] == owners[n] and rank[m] < rank[n] for m in rank) for n in range(len(reserves))]
    return [f"{owner} {number}" for owner, number in zip(owners, alike, strict=True)]


def lot(seed: int, scenario: str, decider: str) -> np.random.Generator:
    """A generator for one decision in one scenario."""
    digest = hashlib.sha256(f"{scenario}\n{decider}".encode()).digest()
    return np.random.default_rng([seed, *(int.from_bytes(digest[n : n + 8], "big") for n in (0, 8))])
