"""How a simulated disruption, or many, are told in a terminal and in JSON."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from resilience.amounts import money
from resilience.cli.answer import Answer
from resilience.cli.text import columns
from resilience.formats import plainly
from resilience.physics import Floats
from resilience.scenario import Scenario
from resilience.simulate import Traces
from resilience.simulate.measures import NOTHING
from resilience.stress import Stressed
from resilience.stress.answer import parts

TIERS = ("defence", "essential", "other")  # of use, as they are shown
ROWS = 26  # weeks shown one by one; more are gathered
GATHERED = 4
SHOWN = 12
WIDE = 60  # letters of a scenario's name
UNSHOWN = ("weeks_to_recover", "triangle_weeks")  # in files and JSON only


def one_told(scenario: Scenario, bare: Traces, held: Traces | None, data: Mapping[str, Any]) -> Answer:
    """One scenario: the loss by part, the shortfall by week and tier, what ran dry first, and why."""
    weekly, dry = _weekly(bare), bare.table("ran_dry").drop(columns="scenario")
    loss = parts(bare.loss.iloc[0], None if held is None else held.loss.iloc[0], "loss_usd")
    measured = bare.measured.iloc[0]
    story = _story(bare)
    tiers = sorted(set(bare.physics.network.demand["tier"]), key=_rank)
    lines = [
        _headline(scenario, bare, weekly),
        f"From {data['scenarios_from']}; chance {scenario.probability:.3g} a year.",
        "",
        "Loss (USD):",
        columns(loss.assign(**{name: loss[name].map(money) for name in loss.columns[1:]})),
        _least(data),
        "",
    ]
    if len(weekly):
        shown = _gathered(weekly) if weekly["week"].nunique() > ROWS else weekly
        lines += [
            "Shortfall by week and tier of use (million USD at stake; share of that tier's demand, by value):",
            columns(_wide(shown, tiers)),
            "",
        ]
    if held is not None:
        kept = _weekly(held)
        lines += [
            "The same with the reserve:",
            columns(_wide(_gathered(kept), tiers)) if len(kept) else "nothing unmet",
            "",
        ]
    if len(dry):
        lines += ["First goods to run out of stock, and where (dearest use first):", columns(_first(dry)), ""]
    if story:
        lines += ["Why, at the place that lost most:", *story, ""]
    lines.append("--json prints every week; --out DIR writes weekly.csv, ran_dry.csv and more.")
    values = {
        **data,
        "scenario": scenario.to_record(),
        "loss_usd": float(bare.loss_usd.iloc[0]),
        "loss": loss.to_dict("records"),
        "measures": measured.to_dict(),
        "shortfall": weekly.to_dict("records"),
        "unmet": bare.unmet.drop(columns="scenario").to_dict("records"),
        "ran_dry": dry.to_dict("records"),
        "story": story,
    }
    tables = {"loss": loss, "weekly": weekly, "shortfall": bare.table("shortfall"), "ran_dry": dry}
    if held is not None:
        values |= {
            "loss_with_reserve_usd": float(held.loss_usd.iloc[0]),
            "shortfall_with_reserve": kept.to_dict("records"),
        }
        tables |= {"weekly_with_reserve": kept}
    return Answer(text="\n".join(lines), data=_plain(values), tables=tables)


def many_told(done: Stressed) -> Answer:
    """Many scenarios: the loss of a year as a distribution, and where its tail comes from."""
    found, said = done.bare, done.told
    share = f"{found.tail:.0%}"
    heads = {
        "parts": "Mean loss of a year by part (USD):",
        "quantiles": "Loss that a year does not exceed with the chance `level` (USD):",
        "tails": "Mean loss of the worst years (USD), and how many scenarios that rests on:",
        "depths": "Chance of a year with a week at least so short (share of demand unmet, by value):",
        "goods": f"Finished goods by demand unmet in the worst {share} of years (USD a year):",
        "drivers": f"What drives the worst {share} of years (a year with two causes counts under both):",
        "worst": "The worst single scenarios:",
    }
    lines = [
        f"{said['dataset']}, {found.scenarios:,} scenarios from {said['scenarios_from']}, {said['weeks']} weeks each: "
        f"a year loses {money(found.mean_usd)} USD on average; {found.short:.1%} of years leave some demand unmet, and "
        f"{1 - found.disturbed:.1%} pass without any event.",
        "",
    ]
    for name, frame in done.frames().items():
        lines += [heads[name], columns(_short(frame.head(SHOWN))), ""]
    if (hidden := len(found.drivers) - SHOWN) > 0:
        lines.append(f"{hidden} more causes: --json or --out DIR.")
    lines.append("Every scenario counts with its weight; the rest of the chance is the year without an event, loss 0.")
    lines += _failed(done.failures)
    return Answer(text="\n".join(lines), data=done.to_json(), tables=done.tables())


def _failed(failures: pd.DataFrame) -> list[str]:
    if failures.empty:
        return []
    count = "1 scenario" if len(failures) == 1 else f"{len(failures):,} scenarios"
    return [f"{count} could not be simulated; their chance counts as years without an event."]


def _headline(scenario: Scenario, traces: Traces, weekly: pd.DataFrame) -> str:
    measured = traces.measured.iloc[0]
    begin = f"{scenario.name} on {traces.physics.network.name}, {traces.weeks} weeks: "
    loss = f"a loss of {money(float(traces.loss_usd.iloc[0]))} USD"
    if weekly.empty:
        return f"{begin}{loss}; no demand goes unmet."
    first, last = int(weekly["week"].min()), int(weekly["week"].max())
    ends = f"to week {last}" if np.isfinite(measured["weeks_to_recover"]) else "beyond the horizon"
    deep = f"{measured['depth']:.2g}" if measured["depth"] < 1e-3 else f"{measured['depth']:.1%}"
    return f"{begin}{loss}; demand goes unmet from week {first} {ends}, at worst {deep} of a week's value."


def _least(data: Mapping[str, Any]) -> str:
    return (
        "The least loss that any behaviour could reach takes an optimisation, on chips of minutes: in Python, "
        f"best_response(network, scenario, weeks={data['weeks']}).loss_usd."
    )


def _weekly(traces: Traces) -> pd.DataFrame:
    """Week and tier of use: units are of different goods, so the value at stake and its share of the tier's."""
    demand, laws = traces.physics.network.demand, traces.physics
    ((_, records, column),) = traces.full.values()
    own = records.short[:, :, column] * laws.scale[laws.wanted_at, None]
    stake = demand["usd_per_unit_unmet"].to_numpy()
    rows: list[dict[str, Any]] = []
    tier = demand["tier"].to_numpy()
    weeks: dict[str, tuple[Floats, float]] = {}
    for name in sorted(set(tier), key=_rank):
        mine = tier == name
        at_stake = float((stake[mine] * demand["units_per_week"].to_numpy()[mine]).sum())
        weeks[name] = stake[mine] @ own[mine], at_stake
    for week in range(traces.weeks):
        for name, (usd, at_stake) in weeks.items():
            if usd[week] > NOTHING * at_stake:
                share = float(usd[week]) / at_stake
                rows.append({"week": week + 1, "tier": name, "usd": float(usd[week]), "share_of_tier": share})
    return pd.DataFrame(rows, columns=["week", "tier", "usd", "share_of_tier"])


def _rank(tier: str) -> tuple[int, str]:
    return (TIERS.index(tier) if tier in TIERS else len(TIERS)), tier


def _gathered(weekly: pd.DataFrame) -> pd.DataFrame:
    """Four weeks in a row: what was lost added up, shares of those weeks' demand."""
    group = (weekly["week"] - 1) // GATHERED
    found = weekly.groupby([group.rename("group"), "tier"])[["usd", "share_of_tier"]].sum().reset_index()
    first = found["group"] * GATHERED + 1
    found["share_of_tier"] /= GATHERED
    return found.assign(week=first.astype(str) + "-" + (first + GATHERED - 1).astype(str))


def _wide(weekly: pd.DataFrame, tiers: Sequence[str]) -> pd.DataFrame:
    """A row a week (or weeks), two columns a tier."""
    order = list(dict.fromkeys(weekly["week"]))
    parts = {"week": [str(week) for week in order]}
    for tier in tiers:
        mine = weekly[weekly["tier"] == tier].set_index("week").reindex(order)
        parts[tier] = list((mine["usd"] / 1e6).fillna(0.0).round(1))
        parts[f"{tier} share"] = [f"{share:.2%}" for share in mine["share_of_tier"].fillna(0.0)]
    return pd.DataFrame(parts)


def _first(dry: pd.DataFrame) -> pd.DataFrame:
    """The first goods: a row for each good, with the places where it ran out in its first week."""
    rows = []
    for good, at in dry.groupby("good", sort=False):
        week = int(at["week"].iloc[0])
        places = list(at.loc[at["week"] == week, "place"])
        more = f" and {len(places) - 4} more" if len(places) > 4 else ""
        rows.append({"week": week, "good": good, "tier": at["tier"].iloc[0], "at": ", ".join(places[:4]) + more,
                     "later at": f"{len(at) - len(places)} more"})  # fmt: skip
    return pd.DataFrame(rows[:SHOWN])


def _story(traces: Traces) -> list[str]:
    """The causal chain at the place that lost most."""
    lost = traces.table("shortfall").groupby("place")["usd"].sum()
    if lost.empty:
        return []
    story = traces.explain(str(lost.sort_values(ascending=False, kind="stable").index[0]))
    return [] if story.steps.empty else repr(story).split("\n")


def _short(frame: pd.DataFrame) -> pd.DataFrame:
    """Money and chances as people read them."""
    shown = frame[[name for name in frame.columns if name not in UNSHOWN]].copy()
    if "scenario" in shown:
        shown["scenario"] = [f"{name[:WIDE]}..." if len(name) > WIDE else name for name in shown["scenario"]]
    for name in shown.columns:
        if name.endswith("_usd"):
            shown[name] = shown[name].map(money)
        elif name in ("level", "share_of_a_week_unmet", "worst_share_of_years"):
            shown[name] = shown[name].map("{:.4g}".format)
        elif name.startswith("share") or name in ("chance_per_year", "probability", "depth"):
            shown[name] = [f"{value:.2g}" if 0 < value < 1e-4 else f"{value:.2%}" for value in shown[name]]
    return shown


def _plain(values: Mapping[str, Any]) -> dict[str, Any]:
    found = plainly(dict(values))
    assert isinstance(found, dict)
    return found
