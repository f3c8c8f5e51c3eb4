"""What an adversary would cut off, and how mild a shock breaks a floor: the body of adversary."""

from __future__ import annotations

import math
import textwrap
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from resilience.adversary import (
    Attack,
    Breaking,
    Count,
    Curve,
    CutOff,
    Limit,
    OwnCost,
    Ratio,
    Threat,
    export_stops,
    harm_curve,
    mildest_break,
)
from resilience.amounts import money
from resilience.balance import balance
from resilience.cli.answer import Answer
from resilience.cli.catalogue import find_fitting
from resilience.cli.stress import find_reserve
from resilience.cli.text import columns
from resilience.errors import AskError
from resilience.formats import plainly
from resilience.network import Network
from resilience.periods import Coarsening
from resilience.physics import members_first
from resilience.policy import Reserve
from resilience.sizing.reserve import Floor
from resilience.solver import Status
from resilience.study import Study

Say = Callable[[str], None]
PERIODS = Coarsening(steps=((2, 2), (1, 4)))  # two fortnights, then months
SHOWN = 10
BARE = "without"


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What the command was asked."""

    study: str
    cuts: int
    budget_usd: float | None = None
    ratio: float | None = None
    by: str | None = None
    share: float = 0.14
    stop_weeks: int = 26
    weeks: int = 52
    others: float | None = None
    reserve: str | None = None
    floor: str | None = None
    curve: bool = False
    time_limit_s: float = math.inf


def answered(asked: Asked, *, say: Say) -> Answer:
    """The answer of `resilience adversary`."""
    say(f"reading and balancing the network of {asked.study}")
    study, network = find_fitting(asked.study)
    if study.members is None:
        raise AskError(f"The study {study.name} names no members, so there is nobody to cut off. Give it `members`")
    network = balance(network).network
    stops = export_stops(network, study.members, by=asked.by, share=asked.share, weeks=asked.stop_weeks)
    reserve = None if asked.reserve is None else read_reserve(asked.reserve, network, study)
    data = _said(asked, study, stops, reserve)
    if asked.floor is not None:
        return _broken(asked, study, network, stops, reserve, data, say)
    others = study.losses.others if asked.others is None else asked.others
    threat = Threat(
        network=network, candidates=stops, weeks=asked.weeks, periods=PERIODS, scope=study.scope(),
        weights=members_first(network, study.members, others=others),
    )  # fmt: skip
    found = harm_curve(
        threat,
        steps=_steps(asked),
        reserves={BARE: None} if reserve is None else {BARE: None, "with reserve": reserve},
        time_limit_s=asked.time_limit_s,
        say=say,
    )
    return _hurt(asked, study, found, reserve, {**data, "others": others})


def _steps(asked: Asked) -> dict[str, list[Limit]]:
    """Limits for each count asked about: the last one alone, or all up to it."""
    more: list[Limit] = []
    if asked.budget_usd is not None:
        more.append(OwnCost(most_usd=asked.budget_usd))
    if asked.ratio is not None:
        more.append(Ratio(least=asked.ratio))
    first = 1 if asked.curve else asked.cuts
    return {str(count): [Count(most=count), *more] for count in range(first, asked.cuts + 1)}


def read_reserve(name: str, network: Network, study: Study) -> Reserve:
    """The reserve in a CSV file, under the study's release rule, or that of a run."""
    path = Path(name)
    if path.suffix != ".csv":
        return find_reserve(name, network)
    try:
        rows = pd.read_csv(path, keep_default_na=False)
    except (OSError, ValueError) as error:
        raise AskError(f"Cannot read a reserve from {name}: {error}") from error
    missing = sorted({"good", "place", "owner", "units"} - set(rows.columns))
    if missing:
        raise AskError(f"{name} has no column {', '.join(missing)}. A reserve has good, place, owner, units")
    return Reserve.of(network, rows, release=study.release.build())


def _said(asked: Asked, study: Study, stops: tuple[CutOff, ...], reserve: Reserve | None) -> dict[str, Any]:
    return {
        "study": study.name,
        "members": study.members,
        "by": asked.by,
        "candidates": len(stops),
        "share": asked.share,
        "stop_weeks": asked.stop_weeks,
        "weeks": asked.weeks,
        "cuts": asked.cuts,
        "budget_usd": asked.budget_usd,
        "ratio": asked.ratio,
        "reserve_usd": None if reserve is None else reserve.usd,
    }


def _hurt(asked: Asked, study: Study, found: Curve, reserve: Reserve | None, data: dict[str, Any]) -> Answer:
    last = str(asked.cuts)
    bare = found.attacks[last, BARE]
    lines = [
        f"Of {data['candidates']} stops of exports to {study.members}, each of {asked.stop_weeks} weeks, those that "
        f"hurt most{_limits_told(asked)}:",
        "",
        *([columns(_cuts(bare)), ""] if bare.cuts else []),
        _meaning(bare, "" if reserve is None else "With nothing held, "),
    ]
    if len(bare.table("unmet")):
        lines += ["", "What goes unmet for it:", columns(_unmet(bare))]
    if reserve is not None:
        held = found.attacks[last, "with reserve"]
        lines += ["", _turned(bare, held, reserve), "", columns(_displaced(found, last))]
    if asked.curve:
        lines += ["", "Harm by number of cut-offs (USD):", columns(_curve(found))]
    lines += ["", *_assumed(asked, study, data["others"])]
    values = {
        **data,
        "attacks": [
            {"cuts": step, "reserve": name, **_values(attack)} for (step, name), attack in found.attacks.items()
        ],
    }
    tables = {"curve": found.table("curve"), "displacement": found.table("displacement")}
    tables |= {f"{table}_{name.replace(' ', '_')}": found.attacks[last, name].table(table)
               for name in found.reserves for table in ("cuts", "unmet", "plans")}  # fmt: skip
    return Answer(text="\n".join(lines), data=_plain(values), tables=tables)


def _limits_told(asked: Asked) -> str:
    told = f", at most {asked.cuts} of them" if asked.cuts > 1 else ", one of them"
    if asked.budget_usd is not None:
        told += f", with own lost revenue of {money(asked.budget_usd)} USD at most"
    if asked.ratio is not None:
        told += f", and {asked.ratio:g} USD of harm at least for each USD of it"
    return told


def _cuts(attack: Attack) -> pd.DataFrame:
    table = attack.table("cuts")
    return pd.DataFrame({
        "cut off": table["cut_off"],
        "its author loses (USD)": table["own_usd"].map(money),
        "harm it adds to the others (USD)": table["adds_usd"].map(money),
    })  # fmt: skip


def _unmet(attack: Attack) -> pd.DataFrame:
    table = attack.table("unmet").head(SHOWN)
    return table[["good", "country", "tier"]].assign(**{"at stake (USD)": table["usd"].map(money)})


def _meaning(attack: Attack, opening: str) -> str:
    if not attack.cuts:
        return f"{opening or 'So '}no choice within these limits does any harm: others make up for it, or stocks last."
    paid = f", {attack.ratio:,.3g} USD for each that its authors lose" if math.isfinite(attack.ratio) else ""
    proved = (
        f"No other choice does more than {money(attack.bound_usd)} USD (proved)."
        if attack.status is Status.OPTIMAL
        else f"Time was up: another choice may do more, but none more than {money(attack.bound_usd)} USD (proved)."
    )
    told = f"this choice costs {money(attack.harm_usd)} USD{paid}, however well everyone answers it. {proved}"
    return f"{opening}{told}" if opening else f"{told[0].upper()}{told[1:]}"


def _turned(bare: Attack, held: Attack, reserve: Reserve) -> str:
    before, after = ({cut.name for cut in attack.cuts} for attack in (bare, held))
    new = sorted(after - before)
    turned = f"the adversary turns to {', '.join(new)}" if new else "the same cut-offs stay the worst"
    less = f"a reserve of {money(reserve.usd)} USD lowers the worst harm to {money(held.harm_usd)} USD"
    return f"Held against it, {less} (at most {money(held.bound_usd)}); {turned}."


def _displaced(found: Curve, last: str) -> pd.DataFrame:
    table = found.table("displacement")
    table = table[table["step"] == last].drop(columns="step")
    names = [f"adds_usd_{name}" for name in found.reserves]
    shown = table[names].map(lambda usd: money(usd) if usd else "-")
    shown.columns = ["adds (USD), nothing held", "adds (USD), with reserve"]
    return pd.concat([table[["cut_off"]].rename(columns={"cut_off": "cut off"}), shown], axis=1)


def _curve(found: Curve) -> pd.DataFrame:
    wide = found.table("curve").pivot_table(index="step", columns="reserve", values="harm_usd", sort=False)
    shown = wide[list(found.reserves)].map(money)
    return shown.rename_axis("cut-offs").reset_index()


def _assumed(asked: Asked, study: Study, others: float) -> list[str]:
    who = (
        f"{asked.by}"
        if asked.by
        else "every country outside, allies such as suppliers of tools among them (--by says who)"
    )
    count = "everyone's losses count alike" if others == 1 else f"losses outside {study.members} count {others:g}"
    told = (
        f"Assumed: able to stop are {who}, with {asked.share:.0%} of a good's world output or more. This is what they "
        "could do, not what they mean to. All stops begin in one week, without warning. Their authors lose the normal "
        f"revenue of the lanes; {count}. {asked.weeks} weeks in fortnights and months; the defender foresees how long "
        "the stops last, so the harm is a floor under the true loss. --out DIR writes the proof (plans_*.csv)."
    )
    return textwrap.wrap(told, 115)


def _values(attack: Attack) -> dict[str, Any]:
    return {
        "harm_usd": attack.harm_usd,
        "bound_usd": attack.bound_usd,
        "own_usd": attack.own_usd,
        "ratio": attack.ratio,
        "status": attack.status.name,
        "solves": attack.solves,
        "chosen": attack.table("cuts").to_dict("records"),
        "unmet": attack.table("unmet").to_dict("records"),
    }


def _broken(
    asked: Asked,
    study: Study,
    network: Network,
    stops: tuple[CutOff, ...],
    reserve: Reserve | None,
    data: dict[str, Any],
    say: Say,
) -> Answer:
    floor = _floor(asked.floor or "")
    threat = Threat(
        network=network, candidates=stops, weeks=asked.weeks, periods=PERIODS, scope=study.scope()
    )  # fmt: skip
    found = mildest_break(
        threat, floor=floor, members=study.members, reserve=reserve, time_limit_s=asked.time_limit_s, say=say
    )  # fmt: skip
    held = "" if reserve is None else f" though {money(reserve.usd)} USD of reserve are held"
    lines = [_broken_told(found, floor, data, held)]
    if found.broken:
        rows = [(cut.name, money(cut.own_usd)) for cut in found.cuts]
        lines += ["", columns(pd.DataFrame(rows, columns=["cut off", "its author loses (USD)"]))]
    lines += ["", *_assumed(asked, study, 1.0)]
    values = {
        **data,
        "floor": {"tier": floor.tier, "served": floor.served},
        "broken": found.broken,
        "chosen": [cut.name for cut in found.cuts],
        "least": found.least_price,
        "unmet": found.unmet,
        "own_usd": found.own_usd,
        "status": found.status.name,
        "solves": found.solves,
    }
    return Answer(text="\n".join(lines), data=_plain(values), tables={"plans": found.plans})


def _broken_told(found: Breaking, floor: Floor, data: dict[str, Any], held: str) -> str:
    asked = f"{floor.served:.4g} of the {floor.tier} demand of {data['members']}"
    if not found.broken:
        return (
            f"None of the {data['candidates']} stops, nor all of them together, break the floor{held}: {asked} can "
            f"still be served; {found.unmet:.2%} stay unmet at worst (proved)."
        )
    fewer = f"no choice of fewer than {math.ceil(found.least_price - 1e-6)} does (proved)"
    return (
        f"It takes {len(found.cuts)} of {data['candidates']} stops to make it impossible to serve {asked}{held}: "
        f"at least {found.unmet:.2%} then stay unmet, whatever anyone does; {fewer}."
    )


def _floor(text: str) -> Floor:
    """`TIER=SHARE` as a floor."""
    tier, sign, served = text.partition("=")
    try:
        return Floor(tier=tier.strip(), served=float(served))
    except ValueError as error:
        told = "" if sign else " (there is no =)"
        raise AskError(
            f"--breaks {text!r}{told}: write it as TIER=SHARE, a share from 0 to 1, for example --breaks defence=0.95"
        ) from error


def _plain(values: dict[str, Any]) -> dict[str, Any]:
    found = plainly(values)
    assert isinstance(found, dict)
    return found
