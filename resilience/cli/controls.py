"""Coalitions of export controls side by side: the body of controls."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from resilience import controls, models
from resilience.amounts import money
from resilience.balance import balance
from resilience.cli.answer import Answer
from resilience.cli.text import columns
from resilience.controls.sentence import sentences
from resilience.controls.study import ControlStudy
from resilience.controls.tables import CoalitionTable
from resilience.disruption import ExportControl
from resilience.disruption.selected import named
from resilience.errors import AskError, near
from resilience.formats import plainly
from resilience.network import Network
from resilience.scenario import Scenario

Say = Callable[[str], None]
SHARES = ("effect", "denied", "governed", "admitted", "backfilled", "leaked", "own", "unwanted", "lost", "lost_at_end",
          "effect_without", "effect_lost", "alone", "shapley", "shapley_shubik", "banzhaf")  # fmt: skip
SHOWN = 12


def find_controls(name: str) -> ControlStudy:
    """The shipped question of that name, or the one in that file."""
    if name in controls.names():
        return controls.load(name)
    if name in models.names():
        raise AskError(f"{name} is a reserve study, not about controls. Try: resilience run {name}")
    if _is_study(Path(name)):
        raise AskError(f"{name} is a reserve study, not about controls. Try: resilience run {name}")
    if name.endswith(".toml") or Path(name).is_file():
        return ControlStudy.read(name)
    told = near(name, controls.names())
    raise AskError(f"No question about controls is called {name!r}, and no such file is here. {told}")


def _is_study(path: Path) -> bool:
    """Whether a file has scenarios and no kind; of what cannot be read its reader says why."""
    try:
        found = tomllib.loads(path.read_text("utf-8-sig"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError):
        return False
    return "scenario" in found and "kind" not in found


def weighed(name: str, *, coalitions: Sequence[str] = (), weeks: int | None = None, say: Say) -> Answer:
    """The answer of `resilience controls`."""
    study = _changed(find_controls(name), coalitions, weeks)
    say(f"reading and balancing {study.dataset}")
    network = balance(study.network()).network
    _refuse_strangers(coalitions, network)
    if faults := study.faults(network):
        raise AskError(f"The controls {study.name} do not fit their network", faults)
    past = study.history()
    history = None if past is None else controls.weigh(network, past, say=say)
    answer = controls.weigh(network, study.asked(), say=say)
    titles = {entry.name: entry.title for entry in study.step if entry.title}
    lines = [f"{study.name}: {study.title}".rstrip(": "), *([study.question] if study.question else []), ""]
    if history is not None:
        lines += ["What was done, each step on top of those before:", sentences(history), ""]
        lines += [columns(_side(history)), *(f"  {step}: {title}" for step, title in titles.items()), ""]
        lines += _members_told(history)
    lines += [f"The same control ({_control(study)}) by each coalition:", sentences(answer), ""]
    lines += [columns(_side(answer)), ""]
    if idle := [f"{one}: {', '.join(who)}" for one, who in _bystanders(answer).items()]:
        lines += [
            f"Members who ship none of these goods to {study.target}, and bring consent alone: {'; '.join(idle)}.",
            "",
        ]
    lines += _members_told(answer)
    lines += _retaliation_told(study, answer)
    lines += _goods_told(answer)
    lines += _reading(study)
    data = _data(study, answer, history)
    return Answer(text="\n".join(lines).rstrip(), data=data, tables=_tables(answer, history))


def described(study: ControlStudy, table: str | None) -> Answer:
    """What a question about controls says of itself: the body of show."""
    rows = [{"step": entry.name, "member": "+".join(entry.member), "first_week": entry.first_week,
             "good": ", ".join(entry.good), "confidence": entry.confidence, "note": entry.note, "source": entry.source}
            for entry in study.step]  # fmt: skip
    steps = pd.DataFrame(rows, columns=["step", "member", "first_week", "good", "confidence", "note", "source"])
    if table is not None:
        if table != "steps":
            raise AskError(f"A question about controls has one table, steps, not {table!r}")
        text = steps.to_csv(index=False, lineterminator="\n").rstrip("\n")
        return Answer(text=text, data={"table": table, "rows": rows}, tables={"steps": steps})
    lines = [
        f"{study.name}: {study.title}".rstrip(": "),
        *([study.question] if study.question else []),
        f"Dataset {study.dataset}; target {study.target}; {study.weeks} weeks; {_control(study)}.",
        "",
        columns(
            pd.DataFrame([{"coalition": entry.name, "members": "+".join(entry.member)} for entry in study.coalition])
        ),
        *(["", columns(steps.drop(columns=["note", "source"]))] if rows else []),
        f"Reasons and sources: --table steps. To weigh it: resilience controls {study.name}",
    ]
    values = study.model_dump(mode="json", include={"kind", "name", "title", "question", "dataset", "target", "weeks"})
    coalitions = {entry.name: list(entry.member) for entry in study.coalition}
    return Answer(
        text="\n".join(lines), data={**values, "coalitions": coalitions, "steps": rows}, tables={"steps": steps}
    )


def _refuse_strangers(coalitions: Sequence[str], network: Network) -> None:
    """Complain of every coalition of the command line with a member that the network does not have."""
    faults = []
    for one in coalitions:
        try:
            network.countries(*one.split("+"))
        except AskError as error:
            faults.append(f"--coalition {one}: {error.what}")
    if faults:
        raise AskError("These coalitions cannot be put beside the others", faults)


def _changed(study: ControlStudy, coalitions: Sequence[str], weeks: int | None) -> ControlStudy:
    """The study with more coalitions, written as USA+JPN, and another horizon."""
    known = {entry.name for entry in study.coalition}
    if empty := [one for one in coalitions if not all(one.split("+"))]:
        raise AskError(f"--coalition {empty[0]!r}: write countries or blocs with a + between them, as USA+JPN")
    more = tuple(
        CoalitionTable(name=one, member=tuple(one.split("+"))) for one in dict.fromkeys(coalitions) if one not in known
    )
    changes: dict[str, Any] = {"coalition": (*study.coalition, *more)}
    return study.model_copy(update=changes if weeks is None else {**changes, "weeks": weeks})


def _control(study: ControlStudy) -> str:
    goods, first = study.control.good, study.control.first_week
    more = f" and {len(goods) - 6} more" if len(goods) > 6 else ""
    return f"of {', '.join(goods[:6])}{more}, from week {first}"


def _side(found: controls.Weighed) -> pd.DataFrame:
    """Coalitions side by side, as people read them."""
    table = found.table
    names = ["members", "denied", "governed", "backfilled", "leaked", "own", "most_hit", "lost", "hit_weeks",
             "lost_revenue_usd", "idle_usd", "retaliation_usd", "effective"]  # fmt: skip
    if (table["effect"] - table["denied"]).abs().max() > 1e-9:
        names.insert(1, "effect")
    shown = _shown(table[names].reset_index())
    shown["effective"] = ["yes" if enough else "no" for enough in table["effective"]]
    return shown.rename(columns={"effective": "enough", "hit_weeks": "weeks until hit"})


def _members_told(found: controls.Weighed) -> list[str]:
    """Power, and what refusal does and costs."""
    return [
        "Who is needed (power over reaching the level; `shapley` shares out the effect):",
        columns(_shown(found.power.rename_axis("member").reset_index())),
        "",
        f"If a member of {found.reference} refused, and what would make it indifferent (USD over all weeks):",
        columns(_shown(found.refusals.drop(columns="effective").reset_index())),
        "",
    ]


def _retaliation_told(study: ControlStudy, found: controls.Weighed) -> list[str]:
    """What the target was found to stop, where it was left to seek its best answer."""
    if study.retaliation is None or study.retaliation.best is None:
        return []
    best, answer = study.retaliation.best, study.retaliation.best.build(study.target)
    sought = [answer.sought(found.network, found.members[name]) for name in found.imposed]
    stops = {name: [good for one in imposed if isinstance(one, ExportControl) for good in sorted(named(one.good))]
             for name, imposed in found.imposed.items()}  # fmt: skip
    table = pd.DataFrame({
        "coalition": list(stops),
        "stops": [", ".join(goods) or "nothing" for goods in stops.values()],
        "retaliation_usd": found.table["retaliation_usd"].reindex(list(stops)).to_numpy(),
        "at_least_usd": [one.harm_usd for one in sought],
        "at_most_usd": [one.bound_usd for one in sought],
    })  # fmt: skip
    return [
        f"{study.target}'s best answer (at most {best.count} of its exports to members stopped, {best.stop_weeks} "
        f"weeks from week {best.first_week} on):",
        columns(_shown(table)),
        f"`retaliation_usd` is simulated, beside the control. The search weighs {best.weeks} weeks without a control,",
        f"others' losses at {answer.others:.0%}: at best behaviour these cost `at_least_usd`, and no other such stops",
        "cost more than `at_most_usd`.",
        "",
    ]


def _goods_told(found: controls.Weighed) -> list[str]:
    """The account of need by good and the losses by output, for the coalition of reference."""
    effect = found.effect(found.reference)
    lost = effect.output[effect.output["lost_at_end"].abs() > 5e-4].sort_values("lost", ascending=False, kind="stable")
    sales = effect.trade.assign(size=effect.trade["lost_usd"].abs())
    sales = sales.sort_values(["size", "country", "good"], ascending=[False, True, True]).head(SHOWN)
    kept = ["country", "good", "calm_usd", "sold_usd", "lost_usd"]
    return [
        f"{found.reference}, shares of need by good (governed less all up to denied):",
        columns(_shown(effect.goods.reset_index())),
        "",
        f"Output that {found.target} loses under {found.reference} (share of starts, and in the last week):",
        columns(_shown(lost.reset_index())) if len(lost) else "none",
        "",
        f"Sales to {found.target} that change most under {found.reference} (USD; below 0: gained):",
        columns(_shown(sales[kept])),
        "",
    ]


def _reading(study: ControlStudy) -> list[str]:
    margin = study.margin.share if study.margin else 1.0
    return [
        f"Compensation counts {margin:.0%} of the sales to the target (all goods) that joining loses, and unmet demand",
        "at home, retaliation included; it takes off what the member would itself pay for the effect it adds, as",
        "stated, and leaves other motives out. Sales are booked where goods leave, not where the firm has its seat.",
        "--json gives every figure; --out DIR writes the tables, week by week too.",
    ]


def _bystanders(found: controls.Weighed) -> dict[str, list[str]]:
    return {
        name: sorted(set(who) - set(found.players))
        for name, who in found.members.items()
        if set(who) - set(found.players)
    }


def _shown(frame: pd.DataFrame) -> pd.DataFrame:
    """Shares as per cent, money in words."""
    shown = frame.copy()
    for name in shown.columns:
        if name in SHARES:
            shown[name] = [f"{value:.1%}" if abs(value) >= 5e-4 else "0%" for value in shown[name]]
        elif str(name).endswith("_usd"):
            shown[name] = [money(value) if abs(value) >= 1.0 else "0" for value in shown[name]]
    return shown


def _tables(found: controls.Weighed, history: controls.Weighed | None) -> dict[str, pd.DataFrame]:
    """The frames that --out writes: those of every coalition, with its name."""
    tables: dict[str, pd.DataFrame] = {}
    for before, one in (("", found), *((("steps_", history),) if history is not None else ())):
        tables |= {
            f"{before}coalitions": one.table.reset_index(),
            f"{before}power": one.power.reset_index(),
            f"{before}refusals": one.refusals.reset_index(),
        }
        for name in ("goods", "output", "trade", "idle"):
            tables[f"{before}{name}"] = _stacked({who: _flat(getattr(one.effect(who), name)) for who in one.members})
        weekly = {who: _flat(one.effect(who).weekly).melt("good", value_name="denied") for who in one.members}
        tables[f"{before}weekly"] = _stacked(weekly)
    return tables


def _stacked(frames: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """A frame of every coalition, with the coalition's name in front."""
    stacked = pd.concat([frame.assign(coalition=name) for name, frame in frames.items()], ignore_index=True)
    return stacked[["coalition", *[name for name in stacked.columns if name != "coalition"]]]


def _flat(frame: pd.DataFrame) -> pd.DataFrame:
    return frame if frame.index.name is None else frame.reset_index()


def _data(study: ControlStudy, found: controls.Weighed, history: controls.Weighed | None) -> Mapping[str, Any]:
    values: dict[str, Any] = {
        "controls": study.name, "dataset": study.dataset, "target": study.target, "weeks": study.weeks, **_told(found),
        "steps": None if history is None else _told(history),
    }  # fmt: skip
    plain = plainly(values)
    assert isinstance(plain, dict)
    return plain


def _told(found: controls.Weighed) -> dict[str, Any]:
    effect = found.effect(found.reference)
    return {
        "sentence": sentences(found),
        "coalitions": found.table.reset_index().to_dict("records"),
        "members": {name: list(who) for name, who in found.members.items()},
        "players": list(found.players),
        "power": found.power.reset_index().to_dict("records"),
        "reference": found.reference,
        "refusals": found.refusals.reset_index().to_dict("records"),
        "minimal": [list(one) for one in found.minimal],
        "imposed": {
            name: Scenario(name=name, disruptions=imposed).to_record().get("disruptions", [])
            for name, imposed in found.imposed.items()
        },
        "goods": effect.goods.reset_index().to_dict("records"),
        "output": effect.output.reset_index().to_dict("records"),
        "trade": effect.trade.to_dict("records"),
        "idle": effect.idle.to_dict("records"),
    }
