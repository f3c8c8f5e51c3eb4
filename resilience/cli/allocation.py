"""Who gets how much of a scarce good in a crisis, rule by rule: the body of allocate."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import pandas as pd

from resilience.cli.adversary import read_reserve
from resilience.cli.answer import Answer
from resilience.cli.catalogue import find_fitting, members_of
from resilience.cli.text import columns, number
from resilience.errors import AskError, near
from resilience.formats import plainly
from resilience.network import Network
from resilience.policy import Reserve
from resilience.sharing.crisis import claims_in, compared, shared_out, usual_rules
from resilience.study import Study

Say = Callable[[str], None]
ASK_FOR = {"held": ("pro rata to contribution", "earmark first"), "stake_usd": ("pro rata to stake",)}


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What the command was asked."""

    study: str
    scenario: str
    good: str
    units: float | None = None
    reserve: str | None = None
    members: Sequence[str] = ()


def allocated(asked: Asked, *, say: Say) -> Answer:
    """The answer of `resilience allocate`."""
    study, network = find_fitting(asked.study)
    members = members_of(study, asked.members)
    known = {one.name: one for one in study.scenarios}
    if asked.scenario not in known:
        raise AskError(f"{study.name} has no scenario {asked.scenario!r}. {near(asked.scenario, known)}")
    held = {} if asked.reserve is None else _held(read_reserve(asked.reserve, network, study), network, asked.good)
    available = sum(held.values()) if asked.units is None else asked.units
    say(f"what members lack of {asked.good} in {asked.scenario}")
    claims = claims_in(
        network, known[asked.scenario], asked.good, members=members, weeks=study.weeks, held=held,
        periods=study.periods.build(), scope=study.scope(),
    )  # fmt: skip
    idle = {name for column, names in ASK_FOR.items() if not claims[column].any() for name in names}
    rules = {name: rule for name, rule in usual_rules(claims).items() if name not in idle}
    gets, judged = shared_out(claims, available, rules), compared(claims, available, rules).round(6)
    unit = str(network.goods.set_index("good")["unit"].to_dict()[asked.good])
    words = _sentences(claims, gets, judged, available, f"{unit} of {asked.good}", asked.scenario)
    parts = [study.title, "", *words, "", f"What each member lacks, {unit}:", columns(_claims(claims)), ""]
    if claims["claim"].any():
        parts += [
            f"What each gets by each rule, {unit}:", columns(_wide(claims, gets)), "",
            f"How each rule looks (waste and envy in {unit}; the rest as parts of 1, or days of use):",
            columns(judged.drop(columns=[] if claims["stake_usd"].any() else ["stake_secured"])), "",
        ]  # fmt: skip
    parts += _assumed(study, claims)
    data: dict[str, object] = {
        "study": study.name, "scenario": asked.scenario, "good": asked.good, "unit": unit, "available": available,
        "sentences": words,
    }  # fmt: skip
    tables = {"claims": claims, "gets": gets, "judged": judged}
    data |= {name: plainly(table.to_dict("records")) for name, table in tables.items()}
    return Answer(text="\n".join(parts), data=data, tables=tables)


def _held(reserve: Reserve, network: Network, good: str) -> dict[str, float]:
    """Units of the good that the reserve holds in each country."""
    rows = reserve.table()
    rows = rows[rows["good"] == good]
    country = rows["place"].map(network.places.set_index("place")["country"])
    if rows.empty:
        raise AskError(f"The reserve holds no {good}. Say how much there is to share with --units")
    return {str(name): float(units) for name, units in rows.groupby(country)["units"].sum().items()}


def _claims(claims: pd.DataFrame) -> pd.DataFrame:
    """The claimants, the largest first."""
    table = claims[claims["claim"] > 0].sort_values("claim", ascending=False, kind="stable")
    return table.drop(columns=[name for name in ASK_FOR if not claims[name].any()])


def _wide(claims: pd.DataFrame, gets: pd.DataFrame) -> pd.DataFrame:
    """A row a rule, a column a claimant."""
    wide = gets.pivot_table(index="rule", columns="member", values="gets", sort=False)
    return wide[list(_claims(claims)["member"])].reset_index()


def _sentences(
    claims: pd.DataFrame, gets: pd.DataFrame, judged: pd.DataFrame, available: float, what: str, scenario: str
) -> list[str]:
    """What the tables mean, in words."""
    lacked = float(claims["claim"].sum())
    if not lacked:
        return [f"In {scenario} no member lacks any of it: others make up for what is lost, or stocks last."]
    opening = (
        f"In {scenario} the members lack {number(lacked)} {what} in all while nothing is released, "
        f"{number(lacked / float(claims['use_per_day'].sum()) / 7.0)} weeks of their use."
    )
    if available >= lacked:
        return [opening, f"{number(available)} are there, so every rule meets all claims."]
    words = [opening, f"{number(available)} are there to share, {available / lacked:.0%} of that."]
    by_rule = judged.set_index("rule")
    worst = by_rule["worst_off_ratio"].astype(float)
    words.append(f"The worst off gets most by {worst.idxmax()}: {worst.max():.0%} of what it lacks.")
    for column, told in (("stake_secured", "the value at stake"), ("first_tier_secured", "the first tier's claims")):
        part = by_rule[column].astype(float)
        if part.max() - part.min() > 0.005:
            words.append(
                f"Most of {told} is secured by {part.idxmax()} ({part.max():.0%}), least by {part.idxmin()} "
                f"({part.min():.0%})."
            )
    spread = gets.groupby("member")["gets"].agg(lambda units: units.max() - units.min())
    rows = gets[gets["member"] == spread.idxmax()].set_index("rule")["gets"].astype(float)
    words.append(
        f"Most hangs on the rule for {spread.idxmax()}: from {number(rows.min())} by {rows.idxmin()} to "
        f"{number(rows.max())} by {rows.idxmax()}."
    )
    return words


def _assumed(study: Study, claims: pd.DataFrame) -> list[str]:
    told = [
        f"A claim is what a member's users go without over {study.weeks} weeks in the least-loss response of all, "
        "whatever held them back; a stake the final demand it goes without; a tier 0 where some of that is defence "
        "use, 1 if essential, else 2.",
    ]
    if not claims["held"].any():
        told.append("Contributions and earmarks are left out: with --reserve it is known who holds what.")
    if not claims["stake_usd"].any():
        told.append("Stakes are left out: no final demand of members goes unmet; others bear the shortage.")
    return told
