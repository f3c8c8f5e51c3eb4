"""Policies: a name and actions taken together, and the twelve that are compared where nobody names others."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from resilience.balance import balance
from resilience.compare.actions import (
    Action,
    Applied,
    Bought,
    Diversified,
    Held,
    IdleCapacity,
    NationalReserves,
    earmarked,
)
from resilience.errors import AskError
from resilience.mitigation import Measure
from resilience.network import Network
from resilience.policy import Release, Reserve

NATIONAL_DAYS = (60, 100, 180)  # Japan's usual target, Korea's, and Japan's for metals at high risk
SIZED = ("sized, pooled", "sized, earmarked", "sized + second source", "sized + surge")
STANDARD = (
    "no reserve",
    *(f"national, {days} days" for days in NATIONAL_DAYS),
    *SIZED,
    "second source",
    "surge",
    "60 days + second source",
    "60 days + surge",
)


@dataclass(frozen=True, kw_only=True)
class Policy:
    """What is done beforehand: actions, applied in their order. Without any it is the network as it stands.

    Put what changes the network before reserves, whose days of cover follow the use of the network they meet.

    >>> Policy(name="no reserve")
    Policy(name='no reserve', actions=())
    """

    name: str
    actions: tuple[Action, ...] = ()

    def __post_init__(self) -> None:
        object.__setattr__(self, "actions", tuple(self.actions))

    def apply(self, network: Network) -> Applied:
        """What `simulate` is to be given: network, reserves and yearly cost of all actions together.

        Raises
        ------
        AskError
            Where an action cannot be taken on this network.
        """
        found = Applied(network=balance(network).network)
        for action in self.actions:
            step = action.apply(found.network)
            found = Applied(
                network=step.network,
                reserves=(*found.reserves, *step.reserves),
                cost_usd_per_year=found.cost_usd_per_year + step.cost_usd_per_year,
            )
        return found


def standard_policies(
    network: Network,
    *,
    members: str | None,
    release: Release | None = None,
    sized: Reserve | None = None,
    bought: Sequence[tuple[Measure, float]] = (),
) -> tuple[Policy, ...]:
    """No reserve; national reserves at 60, 100 and 180 days; the sized reserve, pooled and earmarked; a second source;
    surge; and four mixes.

    National reserves, second source and surge are for raw materials, as governments' targets are (of a network without
    that tier: for all that is storable and used to make something). A policy that this network cannot have is left
    out: a second source where nobody has another supplier, surge where no member makes any of it, the sized ones
    without `sized`. What a sizing bought beside stock goes with its reserve. The first is what the others are compared
    with.
    """
    network = balance(network).network
    found = _standard(network, members=members, release=release, sized=sized, bought=tuple(bought))
    return tuple(policy for policy in found if refusal(policy, network) is None)


def refusals(network: Network, *, members: str | None) -> dict[str, str]:
    """The standard policies that a network cannot have, each with the reason."""
    network = balance(network).network
    found = _standard(network, members=members, sized=Reserve.of(network, []))
    told = {policy.name: refusal(policy, network) for policy in found}
    return {name: why for name, why in told.items() if why is not None}


def _standard(
    network: Network,
    *,
    members: str | None,
    release: Release | None = None,
    sized: Reserve | None = None,
    bought: tuple[tuple[Measure, float], ...] = (),
) -> list[Policy]:
    """All of them, whether the balanced network can have them or not."""
    goods, release = raw_goods(network), release or Release()
    national = [
        Policy(
            name=f"national, {days} days",
            actions=(NationalReserves(days=days, goods=goods, members=members, release=release),),
        )
        for days in NATIONAL_DAYS
    ]
    second = Diversified(goods=goods, members=members)
    surge = IdleCapacity(goods=goods, members=members)
    light = national[0].actions
    return [
        Policy(name="no reserve"),
        *national,
        *(_sized(network, sized, bought, second, surge) if sized is not None else ()),
        Policy(name="second source", actions=(second,)),
        Policy(name="surge", actions=(surge,)),
        Policy(name="60 days + second source", actions=(second, *light)),
        Policy(name="60 days + surge", actions=(surge, *light)),
    ]


def _sized(
    network: Network, sized: Reserve, bought: tuple[tuple[Measure, float], ...], second: Action, surge: Action
) -> Iterable[Policy]:
    first: tuple[Action, ...] = (Bought(bought=bought),) if bought else ()
    pooled, own = Held(reserve=sized), Held(reserve=earmarked(network, sized))
    taken = ((*first, pooled), (*first, own), (second, *first, pooled), (surge, *first, pooled))
    return [Policy(name=name, actions=actions) for name, actions in zip(SIZED, taken, strict=True)]


def raw_goods(network: Network) -> tuple[str, ...]:
    """Storable raw materials; of a network without that tier, storable goods that others are made of, or all."""
    goods = network.goods[network.goods["storable"]]
    raw = goods.loc[goods["tier"] == "raw", "good"]
    inputs = goods.loc[goods["good"].isin(network.needs["input"]), "good"]
    return tuple(next((rows for rows in (raw, inputs) if len(rows)), goods["good"]))


def refusal(policy: Policy, network: Network) -> str | None:
    """Why a policy cannot be had on a network; None where it can."""
    try:
        policy.apply(network)
    except AskError as error:
        return "; ".join([error.what, *error.faults])
    return None


def checked(policies: Iterable[Policy]) -> tuple[Policy, ...]:
    """The policies, once it is seen that there are some and that no two share a name."""
    found = tuple(policies)
    names = [policy.name for policy in found]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice or not found:
        raise AskError("These policies cannot be compared", [f"{name!r} names more than one" for name in twice]
                       or ["there is none: give one or more"])  # fmt: skip
    return found
