"""Policies: a name and measures taken together, and the twelve that are compared where nobody names others."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from resilience.balance import balance
from resilience.compare.measures import Applied, Held, Measure, NationalReserves, SecondSource, SurgeCapacity, earmarked
from resilience.errors import AskError
from resilience.network import Network
from resilience.policy import Release, Reserve

NATIONAL_DAYS = (60, 100, 180)  # Japan's usual target, Korea's, and Japan's for metals at high risk


@dataclass(frozen=True, kw_only=True)
class Policy:
    """What is done beforehand: measures, applied in their order. Without any it is the network as it stands.

    Put what changes the network before reserves, whose days of cover follow the use of the network they meet.

    >>> Policy(name="no reserve")
    Policy(name='no reserve', measures=())
    """

    name: str
    measures: tuple[Measure, ...] = ()

    def __post_init__(self) -> None:
        object.__setattr__(self, "measures", tuple(self.measures))

    def apply(self, network: Network) -> Applied:
        """What `simulate` is to be given: network, reserves and yearly cost of all measures together.

        Raises
        ------
        AskError
            Where a measure cannot be taken on this network.
        """
        found = Applied(network=balance(network).network)
        for measure in self.measures:
            step = measure.apply(found.network)
            found = Applied(
                network=step.network,
                reserves=(*found.reserves, *step.reserves),
                cost_usd_per_year=found.cost_usd_per_year + step.cost_usd_per_year,
            )
        return found


def standard_policies(
    network: Network, *, members: str | None, release: Release | None = None, sized: Reserve | None = None
) -> tuple[Policy, ...]:
    """No reserve; national reserves at 60, 100 and 180 days; the sized reserve, pooled and earmarked; a second source;
    surge; and four mixes.

    National reserves, second source and surge are for raw materials, as governments' targets are (of a network without
    that tier: for all that is storable and used to make something). A policy that this network cannot have is left
    out: a second source where nobody has another supplier, surge where no member makes any of it, the sized ones
    without `sized`. The first is what the others are compared with.
    """
    network = balance(network).network
    goods, release = raw_goods(network), release or Release()
    national = [
        Policy(
            name=f"national, {days} days",
            measures=(NationalReserves(days=days, goods=goods, members=members, release=release),),
        )
        for days in NATIONAL_DAYS
    ]
    second = SecondSource(goods=goods, members=members)
    surge = SurgeCapacity(goods=goods, members=members)
    light = national[0].measures
    found = [
        Policy(name="no reserve"),
        *national,
        *(_sized(network, sized, second, surge) if sized is not None else ()),
        Policy(name="second source", measures=(second,)),
        Policy(name="surge", measures=(surge,)),
        Policy(name="60 days + second source", measures=(second, *light)),
        Policy(name="60 days + surge", measures=(surge, *light)),
    ]
    return tuple(policy for policy in found if possible(policy, network))


def _sized(network: Network, sized: Reserve, second: Measure, surge: Measure) -> Iterable[Policy]:
    pooled = Held(reserve=sized)
    return (
        Policy(name="sized, pooled", measures=(pooled,)),
        Policy(name="sized, earmarked", measures=(Held(reserve=earmarked(network, sized)),)),
        Policy(name="sized + second source", measures=(second, pooled)),
        Policy(name="sized + surge", measures=(surge, pooled)),
    )


def raw_goods(network: Network) -> tuple[str, ...]:
    """Storable raw materials; of a network without that tier, storable goods that others are made of, or all."""
    goods = network.goods[network.goods["storable"]]
    raw = goods.loc[goods["tier"] == "raw", "good"]
    inputs = goods.loc[goods["good"].isin(network.needs["input"]), "good"]
    return tuple(next((rows for rows in (raw, inputs) if len(rows)), goods["good"]))


def possible(policy: Policy, network: Network) -> bool:
    """Whether a policy can be had on a network."""
    try:
        policy.apply(network)
    except AskError:
        return False
    return True


def checked(policies: Iterable[Policy]) -> tuple[Policy, ...]:
    """The policies, once it is seen that there are some and that no two share a name."""
    found = tuple(policies)
    names = [policy.name for policy in found]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice or not found:
        raise AskError("These policies cannot be compared", [f"{name!r} names more than one" for name in twice]
                       or ["there is none: give one or more"])  # fmt: skip
    return found
