"""The reserve that a study sizes, as one of the policies that are compared."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from resilience.answering import size
from resilience.compare.policies import SIZED, STANDARD, Policy, checked, standard_policies
from resilience.engine import Engine
from resilience.errors import AskError, near
from resilience.mitigation import Measure
from resilience.network import Network
from resilience.policy import Reserve
from resilience.solver import INNER, Method
from resilience.study import Study

Say = Callable[[str], None]


@dataclass(frozen=True, kw_only=True, eq=False)
class Sized:
    """What a study sizes: a reserve, and the measures it buys beside it, so much of each; and how far it is proved.

    `failed` names the scenarios that gave no answer, with the reason of each: the reserve was sized without them.
    """

    reserve: Reserve
    bought: tuple[tuple[Measure, float], ...]
    gap: float
    failed: Mapping[str, str] = field(default_factory=dict)


def sized_reserve(
    study: Study,
    network: Network,
    *,
    method: Method = INNER,
    engine: Engine | None = None,
    say: Say = lambda text: None,
) -> Sized:
    """Size a study's reserve on its balanced network, without what else `run` tells of it.

    Raises
    ------
    InfeasibleError
        If no reserve meets the floors within the budget.
    ScenarioError
        If no scenario gave an answer.
    """
    say("sizing the reserve")
    attempt = size(study, network, method=method, engine=engine, say=say)
    found = attempt.sizing
    bought = tuple((one, extent) for one, extent in found.bought(attempt.study.measure) if extent)
    return Sized(reserve=found.reserve, bought=bought, gap=found.gap, failed=attempt.failed)


def usual_policies(study: Study, network: Network, sized: Sized | None) -> tuple[Policy, ...]:
    """`standard_policies` for a study's members under its release rule; without `sized`, those that need no sizing."""
    return standard_policies(
        network,
        members=study.members,
        release=study.release.build(),
        sized=None if sized is None else sized.reserve,
        bought=() if sized is None else sized.bought,
    )


def need_sizing(names: Sequence[str], refused: Mapping[str, str]) -> bool:
    """Whether any of the standard policies of these names rests on the sized reserve; with no names, all are meant.

    `refused` are those that the network cannot have, with the reason of each (`policies.refusals`).

    Raises
    ------
    AskError
        Naming every name that none of them has, and every policy that cannot be had.
    """
    faults = [f"{name!r}: {near(name, STANDARD)}" for name in names if name not in STANDARD]
    faults += [f"{name!r}: {refused[name]}" for name in names if name in refused]
    if faults:
        raise AskError("These policies cannot be compared", faults)
    return not names or any(name in SIZED for name in names)


def named_policies(policies: Sequence[Policy], names: Sequence[str]) -> tuple[Policy, ...]:
    """Those of these names, in the order of the names; with no names, all.

    Raises
    ------
    AskError
        If one is named twice.
    """
    by_name = {policy.name: policy for policy in policies}
    return checked(by_name[name] for name in names) if names else tuple(policies)
