"""The five files of the ETO Chip Explorer, read and checked: every fault, once.

Join on ids: names differ between the files. Shares are rounded to whole percents, and those below one are shown as one.
Where countries and companies both carry shares they tell of the same output twice.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

import networkx as nx
import pandas as pd

from resilience import tables
from resilience.errors import DataError, Fault, near

COLUMNS = {
    "inputs": ("input_id", "input_name", "type", "stage_id", "market_share_chart_global_market_size_info"),
    "providers": ("provider_id", "provider_name", "provider_type", "country"),
    "provision": ("provider_id", "provided_id", "provided_name", "share_provided", "negligible_market_share"),
    "sequence": ("input_id", "goes_into_id", "is_type_of_id"),
    "stages": ("stage_id", "stage_name"),
}
REFERENCES = (  # file, column, and the columns where its ids are told
    ("inputs", "stage_id", (("stages", "stage_id"),)),
    ("provision", "provider_id", (("providers", "provider_id"),)),
    ("provision", "provided_id", (("inputs", "input_id"), ("stages", "stage_id"))),
    ("sequence", "input_id", (("inputs", "input_id"),)),
    ("sequence", "goes_into_id", (("inputs", "input_id"),)),
    ("sequence", "is_type_of_id", (("inputs", "input_id"),)),
)
TYPES = ("process", "tool_resource", "material_resource", "ultimate_output")
COUNTRY_CODES = {"MAL": "MYS"}  # the one code of theirs that is not ISO 3166
PERCENT = re.compile(r"(\d+(?:\.\d+)?)\s*%")


@dataclass(frozen=True, kw_only=True)
class Form:
    """The five files as tidy frames.

    `inputs` by id: name, type, stage_id, market (free text). `provision`: good, place, share (0 to 1, or missing),
    company, negligible. `sequence`: input, good. `links`: good, is_type_of. `repeated`, `renamed` and `recoded` say
    what was mended.
    """

    inputs: pd.DataFrame
    provision: pd.DataFrame
    sequence: pd.DataFrame
    links: pd.DataFrame
    repeated: pd.DataFrame
    renamed: pd.DataFrame
    recoded: pd.Series


def read_form(folder: Path) -> Form:
    """The five files in `folder`.

    Raises
    ------
    DataError
        Naming every fault with file, row, column, value, rule and remedy.
    """
    raw, faults = _read_files(folder)
    if not faults:
        faults = [
            *_unknown_ids(raw),
            *_repeated_ids(raw),
            *_unknown_types(raw),
            *_broken_shares(raw),
            *_type_rings(raw),
        ]
    if faults:
        raise DataError(f"{folder} does not hold the five files of the ETO Chip Explorer", faults)
    inputs = raw["inputs"].set_index("input_id").rename_axis("good")
    inputs.columns = pd.Index(["name", "type", "stage_id", "market"])
    provision, repeated, renamed, recoded = _provision(raw, inputs)
    sequence = raw["sequence"].rename(columns={"goes_into_id": "good", "input_id": "input"})
    links = raw["sequence"].rename(columns={"input_id": "good", "is_type_of_id": "is_type_of"})
    return Form(
        inputs=inputs,
        provision=provision,
        sequence=sequence.loc[sequence["good"] != "", ["input", "good"]].drop_duplicates(ignore_index=True),
        links=links.loc[links["is_type_of"] != "", ["good", "is_type_of"]].drop_duplicates(ignore_index=True),
        repeated=repeated,
        renamed=renamed,
        recoded=recoded,
    )


def _read_files(folder: Path) -> tuple[dict[str, pd.DataFrame], list[Fault]]:
    raw: dict[str, pd.DataFrame] = {}
    faults: list[Fault] = []
    for name, columns in COLUMNS.items():
        path = folder / f"{name}.csv"
        if not path.is_file():
            remedy = "Copy the five files into one folder: inputs, providers, provision, sequence, stages"
            faults.append(Fault(file=path.name, rule="missing file", remedy=remedy))
            continue
        frame, broken = tables.read_text(path)
        faults += broken
        missing = [column for column in columns if column not in frame.columns]
        if frame.columns.size:
            faults += [
                Fault(file=path.name, column=column, rule="missing column", remedy=near(column, frame.columns))
                for column in missing
            ]
        if not missing:
            raw[name] = frame[list(columns)]
    return raw, faults


def _unknown_ids(raw: dict[str, pd.DataFrame]) -> list[Fault]:
    faults = []
    for name, column, told in REFERENCES:
        known = set[str]().union(*(raw[other][target] for other, target in told))
        cells = raw[name][column]
        where = " or ".join(f"{other}.csv" for other, _ in told)
        for row in cells.index[(cells != "") & ~cells.isin(known)]:
            rule = f"unknown id: no such row in {where}"
            remedy = near(cells[row], known)
            faults.append(Fault(file=f"{name}.csv", row=row, column=column, value=cells[row], rule=rule, remedy=remedy))
    return faults


def _repeated_ids(raw: dict[str, pd.DataFrame]) -> list[Fault]:
    faults = []
    for name in ("inputs", "providers", "stages"):
        column = COLUMNS[name][0]
        ids = raw[name][column]
        for row in ids.index[ids.duplicated() | (ids == "")]:
            rule, remedy = "this id already stands in a row above", "Keep one row for each id"
            if not ids[row]:
                rule, remedy = "must not be blank", "Give each row an id"
            faults.append(Fault(file=f"{name}.csv", row=row, column=column, value=ids[row], rule=rule, remedy=remedy))
    return faults


def _unknown_types(raw: dict[str, pd.DataFrame]) -> list[Fault]:
    cells = raw["inputs"]["type"]
    remedy = f"Use one of: {', '.join(TYPES)}"
    return [
        Fault(file="inputs.csv", row=row, column="type", value=cells[row], rule="unknown type of input", remedy=remedy)
        for row in cells.index[~cells.isin(TYPES)]
    ]


def _type_rings(raw: dict[str, pd.DataFrame]) -> list[Fault]:
    links = raw["sequence"].loc[raw["sequence"]["is_type_of_id"] != "", ["input_id", "is_type_of_id"]]
    graph = nx.DiGraph(list(links.itertuples(index=False, name=None)))
    rule, remedy = "these inputs are types of each other", "Delete one of the links"
    return [
        Fault(file="sequence.csv", column="is_type_of_id", value=", ".join(sorted(ring)), rule=rule, remedy=remedy)
        for ring in nx.strongly_connected_components(graph)
        if len(ring) > 1 or any(graph.has_edge(good, good) for good in ring)
    ]


def _broken_shares(raw: dict[str, pd.DataFrame]) -> list[Fault]:
    rows = raw["provision"]
    given = rows[rows["share_provided"] != ""].drop_duplicates(["provider_id", "provided_id", "share_provided"])
    faults = []

    def blame(where: pd.Index, rule: str, remedy: str) -> None:
        for row in where:
            value = given.at[row, "share_provided"]
            faults.append(
                Fault(file="provision.csv", row=row, column="share_provided", value=value, rule=rule, remedy=remedy)
            )

    shares = given["share_provided"].map(_percent)
    blame(shares.index[shares.isna()], "not a percentage from 0 to 100", "Write it like 43%, or leave it blank")
    twice = given.duplicated(["provider_id", "provided_id"])
    blame(given.index[twice], "another share of the same provider stands in a row above", "Keep one of them")
    return faults


def _percent(text: str) -> float | None:
    found = PERCENT.fullmatch(text)
    return float(found[1]) / 100 if found and float(found[1]) <= 100 else None


def _provision(
    raw: dict[str, pd.DataFrame], inputs: pd.DataFrame
) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame, pd.Series]:
    rows = raw["provision"].sort_values("share_provided", ascending=False, kind="stable")  # rows with a share go first
    twice = rows.duplicated(["provider_id", "provided_id"])
    repeated = rows.loc[twice, ["provider_id", "provided_id"]]
    rows = rows[~twice].sort_index()
    names = rows["provided_id"].map(inputs["name"])
    renamed = rows.assign(kept=names)[names.notna() & (names != rows["provided_name"])]
    renamed = renamed[["provided_id", "provided_name", "kept"]].drop_duplicates(ignore_index=True)
    who = raw["providers"].set_index("provider_id").loc[rows["provider_id"]].set_index(rows.index)
    company = who["provider_type"] != "country"
    place = who["country"].where(company, who["provider_name"]).where(lambda code: code != "", "Various")
    foreign = place[place.isin(COUNTRY_CODES)]
    provision = pd.DataFrame({
        "good": rows["provided_id"],
        "place": place.replace(COUNTRY_CODES),
        "share": rows["share_provided"].map(_percent).astype("float64"),
        "company": company,
        "negligible": rows["negligible_market_share"] != "",
    })  # fmt: skip
    return provision, repeated, renamed, foreign.value_counts()
