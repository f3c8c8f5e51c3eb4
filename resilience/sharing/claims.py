"""Who gets how much of a quantity too small for all claims.

A rule has one method, `share(available, claims)`: `available` is a quantity of 0 or more, `claims` an
array of shape (m,) in the same unit, and the answer an array of shape (m,) in that unit. Whatever a rule
needs to know of the claimants beside their claims, it holds as a field with one number each, in the same
order. Of every rule here:

    nobody gets less than nothing or more than it claims
    all is handed out, or all claims are met (strict earmarks alone may leave something unused)
    nobody gets less when more is available
    the order of the claimants does not matter

Source for the theory: Thomson (2003), doi:10.1016/S0165-4896(02)00070-7. A claim is taken at its word: where
claimants can swell their claims, use a rule tied to something measured (`EqualDays`, `ByWeight`).
How fair an answer is, is measured in `fairness`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np
import numpy.typing as npt

from resilience.errors import AskError
from resilience.sharing.game import FloatArray, Game, coalition_sums
from resilience.sharing.power import shapley

MOST_IN_RANDOM_ORDER = 20


class AllocationRule(Protocol):
    """Anything that shares a quantity among claims."""

    def share(self, available: float, claims: npt.ArrayLike) -> FloatArray:
        """What each claimant gets. Shape (m,), in the unit of `available`."""
        ...


@dataclass(frozen=True, kw_only=True)
class Proportional:
    """Everyone gets the same share of its claim.

    Rewards whoever claims more. Source: Aristotle, Nicomachean Ethics, book 5; Thomson (2003).

    >>> Proportional().share(300, [100, 200, 300]).tolist()
    [50.0, 100.0, 150.0]
    """

    def share(self, available: float, claims: npt.ArrayLike) -> FloatArray:
        """What each claimant gets."""
        wanted = checked(available, claims)
        total = wanted.sum()
        return wanted * min(available / total, 1.0) if total > 0 else wanted


@dataclass(frozen=True, kw_only=True)
class EqualAwards:
    """Everyone gets the same amount, nobody more than its claim (constrained equal awards).

    Fills small claims first: do not use it where a large claim is a large country, not a loud one.
    Source: Maimonides, Laws of Lending 20:4; Aumann and Maschler (1985), doi:10.1016/0022-0531(85)90102-4.

    >>> EqualAwards().share(300, [50, 200, 300]).tolist()
    [50.0, 125.0, 125.0]
    """

    def share(self, available: float, claims: npt.ArrayLike) -> FloatArray:
        """What each claimant gets."""
        wanted = checked(available, claims)
        return filled(available, wanted, speed=np.ones_like(wanted))


@dataclass(frozen=True, kw_only=True)
class EqualLosses:
    """Everyone goes short by the same amount, nobody below nothing (constrained equal losses).

    Small claims may get nothing at all: do not use it where those are vital.
    Source: Aumann and Maschler (1985), doi:10.1016/0022-0531(85)90102-4.

    >>> EqualLosses().share(300, [100, 200, 300]).tolist()
    [0.0, 100.0, 200.0]
    """

    def share(self, available: float, claims: npt.ArrayLike) -> FloatArray:
        """What each claimant gets."""
        wanted = checked(available, claims)
        missing = max(float(wanted.sum()) - available, 0.0)
        return wanted - EqualAwards().share(missing, wanted)


@dataclass(frozen=True, kw_only=True)
class Talmud:
    """Equal awards up to half of every claim, equal losses beyond: the contested garment for many.

    Treats gaining and losing alike, and is the nucleolus of `bankruptcy_game`.
    Source: Aumann and Maschler (1985), doi:10.1016/0022-0531(85)90102-4.

    >>> Talmud().share(200, [100, 200, 300]).tolist()
    [50.0, 75.0, 75.0]
    """

    def share(self, available: float, claims: npt.ArrayLike) -> FloatArray:
        """What each claimant gets."""
        wanted = checked(available, claims)
        half = wanted / 2
        if available <= half.sum():
            return EqualAwards().share(available, half)
        return half + EqualLosses().share(available - float(half.sum()), half)


@dataclass(frozen=True, kw_only=True)
class RandomArrival:
    """First come, first served, on average over all orders of coming.

    The Shapley value of `bankruptcy_game`; up to 20 claimants, as work doubles with each. Nobody comes in
    random order in a crisis: it is a yardstick, not a procedure.
    Source: O'Neill (1982), doi:10.1016/0165-4896(82)90029-4.

    >>> RandomArrival().share(200, [100, 200, 300]).round(3).tolist()
    [33.333, 83.333, 83.333]
    """

    def share(self, available: float, claims: npt.ArrayLike) -> FloatArray:
        """What each claimant gets."""
        wanted = checked(available, claims)
        if wanted.size > MOST_IN_RANDOM_ORDER:
            raise AskError(
                "Random arrival averages over all orders",
                [f"{wanted.size} claimants, must be at most {MOST_IN_RANDOM_ORDER}; use `Talmud`"],
            )
        if wanted.sum() <= available:
            return wanted
        game = bankruptcy_game(available, wanted)
        return np.clip(game.amounts(shapley(game)), 0.0, wanted)


@dataclass(frozen=True, kw_only=True)
class ByWeight:
    """Everyone gets in proportion to its weight, nobody more than its claim.

    What a full claimant leaves goes to the others by weight (waterfilling). Weights of 0 or more are stakes
    or contributions in any one unit; whoever has none gets what the others leave.

    >>> ByWeight(weights=(1, 1, 2)).share(100, [10, 80, 80]).tolist()
    [10.0, 30.0, 60.0]
    """

    weights: Sequence[float]

    def share(self, available: float, claims: npt.ArrayLike) -> FloatArray:
        """What each claimant gets."""
        wanted = checked(available, claims, weights=self.weights)
        return filled(available, wanted, speed=np.asarray(self.weights, dtype=np.float64))


@dataclass(frozen=True, kw_only=True)
class EqualDays:
    """Everyone is brought to the same number of days of use, nobody beyond its claim.

    `use_per_day` is in the unit of the claims per day. `held`, in their unit, is what each has already; with it
    the shortest of days is raised first. Whoever uses nothing gets what the others leave. Do not use it
    where an hour without the good destroys a process: days are not alike for all.

    >>> EqualDays(use_per_day=(1, 3)).share(40, [100, 100]).tolist()
    [10.0, 30.0]
    >>> EqualDays(use_per_day=(1, 3), held=(12, 0)).share(40, [100, 100]).tolist()
    [1.0, 39.0]
    """

    use_per_day: Sequence[float]
    held: Sequence[float] | None = None

    def share(self, available: float, claims: npt.ArrayLike) -> FloatArray:
        """What each claimant gets."""
        held = np.zeros(len(self.use_per_day)) if self.held is None else self.held
        wanted = checked(available, claims, use_per_day=self.use_per_day, held=held)
        speed, had = np.asarray(self.use_per_day, dtype=np.float64), np.asarray(held, dtype=np.float64)
        return filled(available, wanted, speed=speed, had=had)


@dataclass(frozen=True, kw_only=True)
class TierPriority:
    """Tiers are served one after the other, each by `within`.

    `tiers` holds a number a claimant; the lowest is served first. Later tiers may get nothing: give the
    first ones no more than they need, or they hoard.

    >>> TierPriority(tiers=(0, 1, 1)).share(50, [30, 20, 60]).tolist()
    [30.0, 5.0, 15.0]
    """

    tiers: Sequence[int]
    within: AllocationRule = field(default_factory=Proportional)

    def share(self, available: float, claims: npt.ArrayLike) -> FloatArray:
        """What each claimant gets."""
        tier = np.asarray(self.tiers)
        wanted = checked(available, claims, tiers=tier - min(tier, default=0))
        got = np.zeros_like(wanted)
        for rank in np.unique(tier):
            left = max(available - float(got.sum()), 0.0)
            got += self.within.share(left, np.where(tier == rank, wanted, 0.0))
        return got


@dataclass(frozen=True, kw_only=True)
class EarmarkFirst:
    """Everyone draws on its own earmark first; the rest goes to what is still claimed, by `rest`.

    `earmarks` are in the unit of the claims. When less is there than the earmarks claimed, `rest` shares it
    among them. With `unclaimed_is_shared` an earmark its owner does not need joins the rest; without, it
    stays unused (a strict national reserve), which `fairness.waste` counts. All earmarked and strict is
    autarky; nothing earmarked is a pool. `rest` sees what is still claimed, not what the earmark gave.

    >>> EarmarkFirst(earmarks=(40, 20)).share(100, [30, 90]).tolist()
    [30.0, 70.0]
    >>> EarmarkFirst(earmarks=(40, 20), unclaimed_is_shared=False).share(100, [30, 90]).tolist()
    [30.0, 60.0]
    """

    earmarks: Sequence[float]
    rest: AllocationRule = field(default_factory=Proportional)
    unclaimed_is_shared: bool = True

    def share(self, available: float, claims: npt.ArrayLike) -> FloatArray:
        """What each claimant gets."""
        wanted = checked(available, claims, earmarks=self.earmarks)
        marked = np.asarray(self.earmarks, dtype=np.float64)
        own = self.rest.share(available, np.minimum(wanted, marked))
        bound = own.sum() if self.unclaimed_is_shared else marked.sum()
        return own + self.rest.share(max(available - float(bound), 0.0), wanted - own)


def bankruptcy_game(available: float, claims: npt.ArrayLike) -> Game:
    """What each coalition can count on: what is left once all outside it are paid, 0 or more.

    Players are named "0", "1", ... in the order of the claims. What exceeds all claims is left out.
    Source: O'Neill (1982), doi:10.1016/0165-4896(82)90029-4.

    >>> bankruptcy_game(200, [100, 200, 300]).worth(["1", "2"])
    100.0
    """
    wanted = checked(available, claims)
    paid = coalition_sums(wanted)
    values = np.maximum(min(available, paid[-1]) - (paid[-1] - paid), 0.0)
    values[0] = 0.0
    return Game(players=tuple(str(place) for place in range(wanted.size)), values=values)


def filled(available: float, claims: FloatArray, *, speed: FloatArray, had: FloatArray | None = None) -> FloatArray:
    """What each gets when a common level rises until `available` is used up.

    At level L a claimant holds min(speed * L - had, claim), at least 0. Those of no speed share what is
    left in equal amounts. The total is a broken line in L, so its corners answer exactly.

    >>> filled(6, np.array([1.0, 9.0]), speed=np.array([1.0, 1.0])).tolist()
    [1.0, 5.0]
    """
    caps = np.where(speed > 0, claims, 0.0)
    if available >= caps.sum():
        idle = claims - caps
        if not idle.any():
            return caps
        return caps + filled(available - float(caps.sum()), idle, speed=np.ones_like(claims))
    start = np.zeros_like(claims) if had is None else had
    rising = caps > 0
    pace, first, last = speed[rising], start[rising], start[rising] + caps[rising]
    corners = np.unique(np.concatenate([first / pace, last / pace]))
    totals = (np.clip(corners[:, None] * pace, first, last) - first).sum(axis=1)
    level = np.interp(available, totals, corners)
    got = np.zeros_like(claims)
    got[rising] = np.clip(level * pace - first, 0.0, caps[rising])
    return got


def checked(available: float, claims: npt.ArrayLike, **by_claimant: npt.ArrayLike) -> FloatArray:
    """The claims as an array of their own, once they and what a rule knows of each claimant are sound.

    Raises AskError on anything negative or not finite, and on fields of another length than the claims.
    """
    wanted = np.array(claims, dtype=np.float64)
    faults = []
    if not (np.isfinite(available) and available >= 0):
        faults.append(f"available is {available}, must be a number of 0 or more")
    if wanted.ndim != 1:
        faults.append(f"claims have shape {wanted.shape}, must be (claimants,)")
    for name, given in {"claims": wanted, **by_claimant}.items():
        numbers = np.asarray(given, dtype=np.float64)
        if numbers.shape != wanted.shape:
            faults.append(f"{name} are {numbers.size} numbers for {wanted.size} claims, give one each")
        faults += [f"{name} hold {number}, must be 0 or more" for number in numbers.ravel()
                   if not (np.isfinite(number) and number >= 0)]  # fmt: skip
    if faults:
        raise AskError("This cannot be shared", faults)
    return wanted
