"""Who pays for a common reserve: the body of share."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from resilience.amounts import money
from resilience.cli.answer import Answer
from resilience.cli.catalogue import find_fitting, members_of
from resilience.cli.text import columns
from resilience.errors import AskError
from resilience.formats import plainly
from resilience.network import Network
from resilience.periods import Coarsening, Periods
from resilience.risk import Expectation
from resilience.sharing.burden import (
    Burden,
    BurdenRule,
    ByLeastCore,
    ByNucleolus,
    ByShapley,
    InProportion,
    arrangements,
    burden,
    departures,
    import_weights,
    joiners,
    to_keep_all,
    use_weights,
)
from resilience.sharing.coalitions import Coalitions
from resilience.sharing.market import alliance
from resilience.study import Study

Say = Callable[[str], None]
RULES = ("nucleolus", "shapley", "least-core", "use", "imports", "weights")
COARSE = Coarsening(steps=((2, 2), (1, 4), (1, 8)))  # for a first look: a hundred programs are to be solved
PERIODS = {
    False: "Periods are the study's own.",
    True: "Periods are of two, four and then eight weeks, which hides what is lost within them.",
}
SHOWN = 5  # coalitions that would leave


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What the command was asked."""

    study: str
    rule: str
    members: Sequence[str]
    joining: Sequence[str]
    weights: Path | None
    pairs: int
    departures: bool
    coarse: bool


def shared(asked: Asked, *, say: Say) -> Answer:
    """The burden of a study's common reserve by one rule, with who would leave; whoever joins bears its part."""
    study, network = find_fitting(asked.study)
    base = sorted(network.countries(*members_of(study, asked.members)))
    joining = _joining(network, base, asked.joining)
    among = _coalitions(study, network, [*base, *joining], coarse=asked.coarse, say=say)
    found = burden(among, _rule(asked, network, among))
    shares = found.table.set_index("member")["cost_usd"]
    tables = {"burden": found.table, "arrangements": arrangements(among), "leavers": _told(found)}
    if not found.stable:
        tables["to_keep_all"] = to_keep_all(among, shares).rename_axis("member").rename("gets_usd").reset_index()
    if joining:
        tables["joiners"] = joiners(among, base)
    if asked.departures:
        say("what departures cost")
        tables["departures"] = departures(among, shares)
    words = sentences(found, tables, asked.rule)
    heads = {
        "burden": f"What each member pays, USD a year, by {asked.rule}:",
        "arrangements": "The same members under other arrangements, USD a year:",
        "leavers": "Coalitions that would pay less on their own:",
        "to_keep_all": "The least side payments that would keep everybody (received above zero), USD a year:",
        "joiners": "What it is worth that each of these joins the others:",
        "departures": "What the rest loses if one leaves, or stays and sends nothing in a crisis, USD a year:",
    }
    parts = [f"{study.title}", "", *words, ""]
    for name, head in heads.items():
        if name in tables and len(tables[name]):
            parts += [head, columns(_rounded(tables[name].head(SHOWN) if name == "leavers" else tables[name])), ""]
    parts.append(
        f"{len(among.found)} of {2 ** len(among.members) - 1:,} coalitions were solved, each cost proved to within "
        f"{money(max(among.width_usd, 1.0))} USD a year; floors under the rest prove what is said. Outsiders are left "
        f"as the market has them: what the reserve does for them is not counted. {PERIODS[asked.coarse]}"
    )
    left = _left_out(study, among.together.reserve.usd)
    if left:
        parts.append(f"Left out, though the study sets it: {', '.join(left)}.")
    data: dict[str, object] = {
        "study": study.name, "members": list(among.members), "rule": asked.rule, "stable": found.stable,
        "undecided": found.undecided, "solved": len(among.found), "width_usd": among.width_usd, "sentences": words,
        "left_out": left,
    }  # fmt: skip
    data |= {name: plainly(table.to_dict("records")) for name, table in tables.items()}
    return Answer(text="\n".join(parts), data=data, tables=tables)


def _joining(network: Network, base: Sequence[str], named: Sequence[str]) -> list[str]:
    """Who is not in yet, of the countries whose joining is to be valued."""
    found = [name for name in network.countries(*named) if name not in base]
    if named and not found:
        raise AskError(f"--join {', '.join(named)}: already among the members, {', '.join(base)}. Name others")
    return found


def _coalitions(study: Study, network: Network, members: Sequence[str], *, coarse: bool, say: Say) -> Coalitions:
    periods: Periods = COARSE if coarse else study.periods.build()
    found = alliance(
        network, study.scenarios, members=members, weeks=study.weeks, goods=study.sizing.goods,
        release=study.release.build(), periods=periods, scope=study.scope(), say=say,
    )  # fmt: skip
    return Coalitions(alliance=found, say=say)


def _left_out(study: Study, held_usd: float) -> list[str]:
    """What the study asks of its sizing and a game of coalitions leaves out."""
    asked = study.sizing
    budget_usd = math.inf if asked.budget_usd is None else asked.budget_usd
    set_here = {
        "budget_usd, which the reserve held in common exceeds": held_usd > budget_usd,
        "floors": bool(asked.floors),
        "limits": bool(asked.limits),
        "risk": asked.risk != Expectation(),
        "measures": bool(study.measure),
        "losses.others": study.losses.others != 1.0,
        "the sweep": study.sweep is not None,
    }
    return [name for name, is_set in set_here.items() if is_set]


def _rule(asked: Asked, network: Network, coalitions: Coalitions) -> BurdenRule:
    goods = sorted(coalitions.together.reserve.table()["good"].unique())
    rules: Mapping[str, Callable[[], BurdenRule]] = {
        "nucleolus": ByNucleolus,
        "shapley": lambda: ByShapley(pairs=asked.pairs or None),
        "least-core": ByLeastCore,
        "use": lambda: InProportion(weights=use_weights(network, coalitions.members, goods)),
        "imports": lambda: InProportion(weights=import_weights(network, coalitions.members, goods)),
        "weights": lambda: InProportion(weights=_read(asked.weights)),
    }
    return rules[asked.rule]()


def _read(path: Path | None) -> dict[str, float]:
    """Weights from a CSV with columns member and weight: GDP, or whatever the reader has a source for."""
    if path is None:
        raise AskError("--rule weights needs --weights FILE.csv with the columns member and weight")
    try:
        rows = pd.read_csv(path, dtype=str, keep_default_na=False)[["member", "weight"]]
    except (OSError, KeyError, ValueError) as error:
        raise AskError(f"Cannot read weights from {path}: {error}. Give columns member and weight") from error
    weights = pd.to_numeric(rows["weight"], errors="coerce")
    faults = [
        f"row {row}: weight is {told!r}: it must be a number, 0 or more"
        for row, (told, weight) in enumerate(zip(rows["weight"], weights, strict=True), 2)
        if not weight >= 0
    ]
    faults += [
        f"row {row}: member {told!r} stands there twice"
        for row, (told, again) in enumerate(zip(rows["member"], rows["member"].duplicated(), strict=True), 2)
        if again
    ]
    if faults:
        raise AskError(f"Cannot read weights from {path}", faults)
    return dict(zip(rows["member"], weights.astype(float), strict=True))


def _told(found: Burden) -> pd.DataFrame:
    return found.leavers.assign(coalition=found.leavers["coalition"].map(", ".join))


def _rounded(table: pd.DataFrame) -> pd.DataFrame:
    """USD without cents."""
    usd = {str(name): table[name].round() + 0.0 for name in table.columns if str(name).endswith("_usd")}
    return table.assign(**usd)


def sentences(found: Burden, tables: Mapping[str, pd.DataFrame], rule: str) -> list[str]:
    """What the tables mean, in words."""
    ways = tables["arrangements"].set_index("arrangement")
    cost = ways["cost_usd"].to_dict()
    held = float(ways["holding_usd"].to_dict()["pooled"])
    pays = found.table.set_index("member")["pays_usd"].sort_values(ascending=False)
    most, least = (float(pays.iloc[end]) for end in (0, -1))
    paid = (
        f"{pays.index[-1]} is paid {money(-least)} to stay" if least < 0 else f"{pays.index[-1]} least ({money(least)})"
    )
    words = [
        f"Holding in common costs {len(pays)} members {money(float(cost['pooled']))} USD a year ({money(held)} to "
        f"hold, the rest is loss that remains); each alone they would bear {money(float(cost['autarky']))}, with no "
        f"reserve {money(float(cost['no reserve']))}.",
        f"By {rule}, {pays.index[0]} pays most towards it ({money(most)} USD a year) and {paid}. Payments divide the "
        f"{money(float(cost['autarky'] - cost['pooled']))} that holding in common saves against each alone, and not "
        "only what holding costs.",
    ]
    if found.stable:
        words.append("No member and no group of members would pay less on its own: the division is proved to hold.")
    elif len(found.leavers):
        first = found.leavers.iloc[0]
        words.append(
            f"It does not hold: {' and '.join(first.coalition)} would pay {money(first.gain_usd)} USD a year less on "
            f"their own ({len(found.leavers)} such groups found{', more are possible' if found.undecided else ''})."
        )
    else:
        words.append(f"Whether it holds is open: {found.undecided} groups could not be ruled out.")
    if "to_keep_all" in tables:
        moved = tables["to_keep_all"]["gets_usd"].clip(lower=0.0).sum()
        words.append(f"Side payments of {money(float(moved))} USD a year in all would keep everybody.")
    if "joiners" in tables:
        saved = tables["joiners"].set_index("joins")["saves_usd"].to_dict()
        words += [f"{name} joining saves {money(float(usd))} USD a year, between it and the members."
                  for name, usd in saved.items()]  # fmt: skip
    return words
