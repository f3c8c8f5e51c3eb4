"""What ships and what it says of itself: the bodies of list, show, check and new."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from resilience import datasets, models, views
from resilience.amounts import money
from resilience.balance import balance
from resilience.cli.answer import Answer
from resilience.cli.text import columns
from resilience.errors import AskError, DataError, RunError, near
from resilience.formats import plainly
from resilience.library import CONTROLS, held, kind_of
from resilience.loaders import read_excel
from resilience.network import CONFIDENCES, Network
from resilience.stating import refuse_unfit
from resilience.study import Study

if TYPE_CHECKING:
    from resilience.controls.study import ControlStudy

COUNTED = (
    "goods",
    "producers",
    "needs",
    "substitutes",
    "lanes",
    "demand",
    "stocks",
    "places",
    "blocs",
    "figures",
    "sources",
)


def find_network(name: str) -> Network:
    """The shipped dataset of that name, or the network in that folder or workbook."""
    return read_excel(name) if _is_book(name) else Network.read(datasets.find(name))


def _is_book(name: str) -> bool:
    return name.endswith(".xlsx") and Path(name).is_file()


def find_study(name: str) -> Study:
    """The shipped model of that name, or the study in that file."""
    if name in models.names() or name in _about_controls_shipped():
        return models.load(name)
    if _about_controls(name):
        raise AskError(f"{name} is about export controls, not a reserve study. Try: resilience controls {name}")
    if name.endswith(".toml") or Path(name).is_file():
        return Study.read(name)
    if name in datasets.names() or Path(name).is_dir():
        raise AskError(
            f"{name} is a network, not a study. Give a TOML file that asks about it (`resilience new NAME "
            f"--from MODEL` writes one), or a model. {near(name, models.names())}"
        )
    raise AskError(f"No model is called {name!r}, and no such file is here. {near(name, models.names())}")


def find_fitting(name: str) -> tuple[Study, Network]:
    """The same with its network, once it is seen that they fit: every fault is told, with its line."""
    study = find_study(name)
    network = study.network()
    refuse_unfit(study, network)
    return study, network


def members_of(study: Study, named: Sequence[str]) -> Sequence[str]:
    """Whose reserve it is: those named on the command line, or else the study's members.

    Raises
    ------
    AskError
        If neither names any.
    """
    if not named and study.members is None:
        raise AskError(f"The study {study.name} names no members. Give it `members`, or give --members")
    return named or [str(study.members)]


def listed() -> Answer:
    """The shipped datasets, models and ratings of countries with their titles."""
    from resilience.compare import scores  # half of what compares, which other commands here need not wait for

    networks = [(name, str(_said(name).get("title", ""))) for name in datasets.names()]
    studies = [(name, models.load(name).title) for name in models.names()]
    contests = [(name, _find_controls(name).title) for name in _about_controls_shipped()]
    rated = [(name, scores.title(name)) for name in scores.names()]
    kinds = (("Datasets", networks), ("Models", studies), ("Export controls", contests), ("Ratings", rated))
    lines = []
    for kind, rows in kinds:
        width = max((len(name) for name, _ in rows), default=0)
        rows = rows or [("none", "")]
        lines += [f"{kind}:", *(f"  {name:<{width}}  {title}".rstrip() for name, title in rows)]
    lines.append(
        "`resilience show NAME` describes one; `resilience run MODEL` and `resilience controls NAME` answer one."
    )
    keys = ("datasets", "models", "controls", "ratings")
    data = {key: [{"name": name, "title": title} for name, title in rows]
            for key, (_, rows) in zip(keys, kinds, strict=True)}  # fmt: skip
    return Answer(text="\n".join(lines), data=data)


def shown(name: str, *, table: str | None, licences: bool) -> Answer:
    """A description of a dataset or a study."""
    if _about_controls(name):
        if licences:
            raise AskError(f"{name} has no licences of its own: they belong to its dataset")
        from resilience.cli.controls import described

        return described(_find_controls(name), table)
    known_study = name in models.names() or name.endswith(".toml")
    if known_study and name not in datasets.names():
        study = find_study(name)
        if licences:
            raise AskError(
                f"{name} is a study: licences belong to its dataset. Try: resilience show {study.dataset} --licences"
            )
        return _study(study, table)
    if not known_study and name not in datasets.names() and not Path(name).is_dir() and not _is_book(name):
        shipped = [*datasets.names(), *models.names(), *_about_controls_shipped()]
        raise AskError(
            f"No dataset or model is called {name!r}, and no such folder or file is here", [near(name, shipped)]
        )
    network = find_network(name)
    if licences:
        return _licences(network)
    if table is not None:
        return _frame(table, network.table(table))
    return _network(network)


def checked(path: str) -> Answer:
    """Every fault of a folder or a study; of a study, also how it fits its network."""
    faults: list[str] = []
    try:
        if _about_controls(path):
            asked = _find_controls(path)
            network = balance(asked.network()).network
            faults = asked.faults(network)
            many = f"{len(asked.coalition)} coalitions and {len(asked.step)} steps over {asked.weeks} weeks"
            good = f"{path}: fits its network {network.name!r}; {many}."
        elif (
            path in models.names()
            or path.endswith(".toml")
            or (path not in datasets.names() and Path(path).is_file() and not _is_book(path))
        ):
            study = find_study(path)
            network = study.network()
            faults = study.faults(network)
            points = f", at {len(study.points()):,} points of a sweep" if study.sweep else ""
            many = f"{len(study.scenario)} scenarios over {study.weeks} weeks{points}"
            good = f"{path}: fits its network {network.name!r}; {many}."
        else:
            network = find_network(path)
            good = f"{path}: no faults. {network!r}"
        if not faults:
            balance(network)
    except DataError as error:
        faults = [str(fault) for fault in error.faults]
    except AskError as error:
        faults = list(error.faults) or [error.what]
    if not faults:
        return Answer(text=good, data={"ok": True, "checked": path, "faults": []})
    count = f"{len(faults)} {'fault' if len(faults) == 1 else 'faults'}"
    lines = "\n".join(f"  {number}. {fault}" for number, fault in enumerate(faults, 1))
    return Answer(text=f"{path}: {count}\n{lines}", data={"ok": False, "checked": path, "faults": faults})


def copied(name: str, source: str, out: Path) -> Answer:
    """A study under a new name, its comments kept."""
    about_controls = _about_controls(source)
    study = _find_controls(source) if about_controls else find_study(source)
    path = out / f"{name.removesuffix('.toml')}.toml"
    if path.exists():
        raise RunError(f"{path} is there already. Give another name, or move it away.")
    named = [line for line in study.text.splitlines() if line.replace(" ", "").startswith("name=")]
    text = study.text.replace(named[0], f'name = "{path.stem}"', 1)
    type(study).from_text(text, shown=str(path))
    if study.dataset not in datasets.names():  # a folder, seen from the old place
        text = text.replace(f'"{study.dataset}"', f'"{study.folder().resolve().as_posix()}"', 1)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
    except OSError as error:
        raise RunError(f"Cannot write {path}: {error.strerror or error}") from error
    verb = "controls" if about_controls else "run"
    then = f"Change it, then: resilience check {path} and resilience {verb} {path}"
    return Answer(text=f"Written {path}, a copy of {study.name}. {then}", data={"file": str(path), "from": study.name})


def _about_controls(name: str) -> bool:
    path = Path(name)
    return name in _about_controls_shipped() or (path.is_file() and kind_of(path) == CONTROLS)


def _about_controls_shipped() -> list[str]:
    return sorted(held("models", CONTROLS))


def _find_controls(name: str) -> ControlStudy:
    from resilience.cli.controls import find_controls  # which imports sharing and adversary: not for every command

    return find_controls(name)


def _said(name: str) -> dict[str, Any]:
    """What a shipped dataset's descriptor says, without reading its tables."""
    path = datasets.folder(name) / "datapackage.json"
    found = json.loads(path.read_text("utf-8-sig")) if path.is_file() else {}
    return dict(found)


def _frame(name: str, table: pd.DataFrame) -> Answer:
    text = table.to_csv(index=False, lineterminator="\n").rstrip("\n")
    return Answer(text=text, data={"table": name, "rows": plainly(table.to_dict("records"))}, tables={name: table})


def _licences(network: Network) -> Answer:
    cited = network.figures["source_id"].value_counts()
    sources = network.sources.assign(figures=lambda rows: rows["source_id"].map(cited).fillna(0).astype(int))
    table = sources.sort_values(["licence", "source_id"])[
        ["source_id", "publisher", "year", "figures", "licence", "address"]
    ]
    about = network.about.get("licenses", [])
    compiled = ", ".join(str(entry.get("title", entry.get("name", ""))) for entry in about if isinstance(entry, dict))
    head = (
        f"{network.name}: compiled under {compiled or 'no stated licence'}; {len(table)} sources, each under its own:"
    )
    text = "\n".join([head, columns(table.drop(columns="address"))])
    data = {"dataset": network.name, "compiled_under": compiled, "sources": plainly(table.to_dict("records"))}
    return Answer(text=text, data=data, tables={"licences": table})


def _network(network: Network) -> Answer:
    counts = {name: len(network.table(name)) for name in COUNTED} | {"blocs": len(network.blocs)}
    countries = int(network.places["country"].nunique())
    figures = network.figures
    vintage = figures["year"].dropna().astype(int).value_counts().sort_index(ascending=False)
    coverage = _coverage(figures)
    assumed = views.assumed(network)
    title = str(network.about.get("title", ""))
    lines = [f"{network.name}{': ' if title else ''}{title}"]
    lines.append("Counts: " + ", ".join(f"{count:,} {name}" for name, count in counts.items() if count))
    lines.append(f"Places lie in {countries} countries. Blocs: {', '.join(network.blocs) or 'none'}")
    if len(figures):
        older = int(vintage.iloc[6:].sum())
        years = [f"{year}: {count:,}" for year, count in vintage.head(6).items()] + (
            [f"older: {older:,}"] if older else []
        )
        lines.append(f"Vintage (figures by year): {', '.join(years)}")
        lines += ["", "Figures by confidence:", columns(coverage)]
        lines += [
            "",
            "Assumed figures, the widest first (range x weekly value of the good it speaks of):",
            columns(assumed),
        ]
    else:
        lines.append("No figure has evidence: the table figures is empty.")
    lines.append("\nMore: --table NAME, --licences, --json; `resilience metrics` for its structure.")
    data = {
        "dataset": network.name,
        "title": title,
        "counts": counts,
        "countries": countries,
        "blocs": {name: list(members) for name, members in network.blocs.items()},
        "vintage": {str(year): int(count) for year, count in vintage.items()},
        "coverage": plainly(coverage.to_dict("records")),
        "assumed": plainly(assumed.to_dict("records")),
    }
    return Answer(text="\n".join(lines), data=data, tables={"coverage": coverage, "assumed": assumed})


def _coverage(figures: pd.DataFrame) -> pd.DataFrame:
    """Figures by table and confidence, and in all."""
    found = pd.crosstab(figures["table"], figures["confidence"]).reindex(columns=list(CONFIDENCES), fill_value=0)
    found.loc["all"] = found.sum()
    found["assumed_share"] = (found["assumed"] / found.sum(axis=1)).round(2)
    return found.rename_axis(columns=None).reset_index()


def _study(study: Study, table: str | None) -> Answer:
    rows = [
        {
            "scenario": entry.name,
            "probability": entry.probability,
            "disruptions": "; ".join(_short(record) for record in entry.disruptions),
            "note": entry.note,
            "source": entry.source,
        }
        for entry in study.scenario
    ]
    scenarios = pd.DataFrame(rows)
    if table is not None:
        if table != "scenarios":
            raise AskError(
                f"A study has one table, scenarios, not {table!r}. For data: resilience show {study.dataset}"
            )
        return _frame("scenarios", scenarios)
    budget = f"at most {money(study.sizing.budget_usd)} USD" if study.sizing.budget_usd is not None else "no limit"
    calm = f"{study.scenarios.undisturbed:.1%}"
    lines = [
        f"{study.name}: {study.title}".rstrip(": "),
        *([study.question] if study.question else []),
        f"Dataset {study.dataset}; members {study.members or 'each country for itself'}; {study.weeks} weeks; "
        f"seed {study.seed}; budget: {budget}; losses outside the members count {study.losses.others:g}.",
        "",
        columns(scenarios[["scenario", "probability", "disruptions"]]),
        f"Chance of a year with none of these: {calm}. Reasons and sources: --table scenarios.",
    ]
    values = study.model_dump(mode="json", include={"name", "title", "question", "dataset", "weeks", "seed", "members"})
    return Answer(text="\n".join(lines), data={**values, "scenarios": rows}, tables={"scenarios": scenarios})


def _short(record: dict[str, Any]) -> str:
    """A disruption in a few words."""
    named = {key: value for key, value in record.items() if key not in ("kind", "recovery", "first_week")}
    words = [f"{key} {'+'.join(map(str, value)) if isinstance(value, list) else value}" for key, value in named.items()]
    return f"{record['kind']} ({', '.join(words)})"
