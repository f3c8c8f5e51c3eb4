"""A network as a folder of CSV files and their descriptor."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from resilience import tables
from resilience.errors import DataError, Fault, misspelt


def tables_in(folder: Path) -> tuple[dict[str, pd.DataFrame], dict[str, Any], list[Fault]]:
    """The tables that a folder holds as text, what it says of itself, and what could not be read."""
    if not folder.is_dir():
        remedy = "Give the folder that holds goods.csv and producers.csv"
        raise DataError("Cannot read a network", [Fault(file=str(folder), rule="no such folder", remedy=remedy)])
    raw, faults = {}, []
    for table in tables.schemas():
        path = folder / f"{table}.csv"
        if path.is_file():
            raw[table], broken = tables.read_text(path)
            faults += broken
    strangers = {path.stem: path.name for path in sorted(folder.glob("*.csv")) if path.stem not in tables.schemas()}
    for stem, table in misspelt(strangers, tables.schemas()).items():
        remedy = f"Did you mean {table}.csv?"
        faults.append(Fault(file=strangers[stem], rule="a file of this name is not read", remedy=remedy))
    about, broken = _package(folder / "datapackage.json")
    return raw, about, faults + broken


def write_tables(name: str, frames: Mapping[str, pd.DataFrame], about: Mapping[str, Any], folder: Path) -> Path:
    """Write the tables that hold rows, and their descriptor; the folder."""
    folder.mkdir(parents=True, exist_ok=True)
    package = tables.descriptor() | {key: value for key, value in about.items() if key != "resources"}
    package["name"] = name
    held = [table for table, schema in tables.schemas().items() if len(frames[table]) or schema.required]
    package["resources"] = [resource for resource in package["resources"] if resource["name"] in held]
    for resource in package["resources"]:
        kept = [key for key in resource["schema"]["foreignKeys"] if key["reference"]["resource"] in held]
        resource["schema"]["foreignKeys"] = kept
    for table in held:
        tables.write_table(frames[table], tables.schemas()[table], folder / f"{table}.csv")
    (folder / "datapackage.json").write_text(json.dumps(package, indent=1) + "\n", encoding="utf-8")
    return folder


def _package(path: Path) -> tuple[dict[str, Any], list[Fault]]:
    """What a folder says of itself, without the resources (this version's descriptor stands for those)."""
    if not path.is_file():
        return {}, []
    try:
        found = json.loads(path.read_text("utf-8-sig"))
    except (UnicodeDecodeError, json.JSONDecodeError) as error:
        remedy = "Correct it, or delete it: the tables can be read without it"
        return {}, [Fault(file=path.name, value=str(error), rule="not JSON", remedy=remedy)]
    return {key: value for key, value in found.items() if key not in ("resources", "profile", "$schema")}, []
