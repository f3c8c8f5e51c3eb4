"""A finished run read back from its folder, to be written up again; and the answers of other commands beside it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from resilience.amounts import Money, money, said
from resilience.answering import inputs
from resilience.balance import balance
from resilience.errors import AskError, RunError, near
from resilience.folder import AGAIN, MANIFEST, UNFINISHED, read_csv, read_json
from resilience.network import Network
from resilience.result import SAVED
from resilience.study import Study
from resilience.written import text_in

KEPT = ("study", "dataset", "inputs", "versions", "seed", "solver", "status", "gap", "rows", "columns", "command",
        "answer", "told", "tables", "words")  # fmt: skip
BESIDE = {"compare": "policies", "share": "burden", "controls": "coalitions", "backtest": "backtest"}  # and its table


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class Saved:
    """What `resilience.reading.Reading` asks for, from files: tables have nine digits of the answer's figures."""

    folder: Path
    study: Study
    network: Network
    provenance: Mapping[str, Any]
    tables: Mapping[str, pd.DataFrame]

    def figures(self) -> Mapping[str, float]:
        """The answer as a few figures, USD and USD a year."""
        found: Mapping[str, float] = self.provenance["answer"]
        return found

    def headline(self, money: Money = money) -> str:
        """The answer in a sentence or two; `money` says how amounts are told."""
        return said(self.provenance["told"]["headline"], money)

    def findings(self, money: Money = money) -> list[str]:
        """How far the answer is proved and what else is known of it, a sentence each."""
        return [said(one, money) for one in self.provenance["told"]["findings"]]

    def table_names(self) -> tuple[str, ...]:
        """The tables in the folder."""
        return tuple(self.tables)

    def table(self, name: str) -> pd.DataFrame:
        """One of them; a copy."""
        if name not in self.tables:
            raise AskError(f"The run in {self.folder} has no table {name!r}. {near(name, self.tables)}")
        return self.tables[name].copy()

    def __repr__(self) -> str:
        return f"Run of {self.study.name!r} in {self.folder}: {self.headline()}"


def read(folder: str | Path) -> Saved:
    """The finished run in `folder`.

    Raises
    ------
    RunError
        If there is none, it is a sweep, or what it rests on has changed since.
    """
    folder = Path(folder)
    if not (folder / MANIFEST).is_file():
        told = f"Go on with it first: resilience resume {folder}" if (folder / UNFINISHED).is_dir() else (
            "Give the folder that `resilience run` names at its end"
        )  # fmt: skip
        raise RunError(f"{folder} holds no finished run. {told}")
    manifest = read_json(folder / MANIFEST)
    if "points" in manifest:
        raise RunError(f"{folder} holds a sweep. Give the folder of one of its points, as {folder / 'point-1'}")
    if "policies" in manifest:
        raise RunError(f"{folder} holds a comparison of policies. Give the folder of a run, `resilience run`, for that")
    if "hazards" in manifest:
        raise RunError(f"{folder} holds a stress of drawn years. Give the folder of a run, `resilience run`, for that")
    _refuse_older(folder, manifest)
    study = _study(folder, manifest)
    words = manifest["words"]
    tables = {name: _table(folder / f"{name}.csv", set(words[name]), rows) for name, rows in manifest["tables"].items()}
    network = balance(study.network()).network
    return Saved(folder=folder, study=study, network=network, provenance=manifest, tables=tables)


def beside(saved: Saved) -> dict[str, Mapping[str, Any]]:
    """Answers that other commands wrote into folders of the run's folder (`--out RUN/share`), by command.

    Raises
    ------
    RunError
        If one answers another study or rests on another dataset.
    """
    found: dict[str, Mapping[str, Any]] = {}
    for path in sorted(saved.folder.glob("*/answer.json")):
        answer = read_json(path)
        kind = next((kind for kind, table in BESIDE.items() if table in answer), None)
        if kind is None:
            continue
        for key, ours in (("study", saved.study.name), ("dataset", saved.study.dataset)):
            if answer.get(key, ours) != ours:
                raise RunError(
                    f"{path} is of the {key} {answer[key]!r}, the run of {ours!r}: they make no report together. "
                    "Move that folder away"
                )
        if kind in found:
            raise RunError(f"{saved.folder} has two answers of `resilience {kind}`: move one of their folders away")
        found[kind] = answer
    return found


def _refuse_older(folder: Path, manifest: Mapping[str, Any]) -> None:
    """Complain of a run from before something was kept that is read here; what to keep is said in one place each."""
    lacking = [key for key in KEPT if key not in manifest]
    lacking += [f"the table {name}" for name in SAVED if name not in manifest.get("tables", ())]
    if lacking:
        by = manifest.get("versions", {}).get("supply-resilience", "which is not said")
        raise RunError(
            f"The run in {folder} was written by an older version ({by}) and cannot be written up by this one: it "
            f"lacks {', '.join(lacking)}. Its report.html, its tables and `resilience diff` still serve. For a new "
            "report run its study anew, from where its data are seen: "
            f"resilience run {folder / 'study.toml'} --out {folder}-again"
        )


def _study(folder: Path, manifest: Mapping[str, Any]) -> Study:
    """The study with its dataset where it was: shipped, or seen from here or from a folder above the run's."""
    text = text_in(folder / "study.toml", "the study")
    places = [None, *(parent / "study.toml" for parent in (Path.cwd(), *folder.resolve().parents[:3]))]
    changed: list[str] = []
    for place in places:
        study = Study.from_text(text, path=place)
        try:
            now = inputs(study)
        except AskError:
            continue
        changed = [name for name, checksum in manifest["inputs"].items() if now.get(name) != checksum]
        if not changed:
            return study
    if changed:
        raise RunError(
            f"The run in {folder} rests on data that has changed since: {', '.join(changed)}. Put back what it was, "
            "or run it anew"
        )
    raise RunError(
        f"The run in {folder} rests on the dataset {manifest['dataset']!r}, which is not to be seen from here. Call "
        "from the folder where the study lies"
    )


def _table(path: Path, words: set[str], rows: int) -> pd.DataFrame:
    """A table of the run with its numbers as numbers and its truths as truths."""
    table = read_csv(path)
    if len(table) != rows or not words <= set(table.columns):
        raise RunError(f"{path} is not the table of {rows:,} rows that the run wrote. {AGAIN}")
    for name in table.columns:
        if name in words:
            continue
        truths = table[name].isin(["True", "False"])
        if len(table) and truths.all():
            table[name] = table[name] == "True"
        else:
            table[name] = pd.to_numeric(table[name], errors="raise").astype(float)
    return table
