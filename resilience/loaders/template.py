"""A template for data of one's own: every table with its columns, what they mean, and an example as comments.

Rows that begin with # are comments to `Network.read` and `read_excel`. With the # of the example rows deleted, the
template is a network of three goods that loads and balances; its figures are made up. The meanings begin with two, so
that they stay comments to who deletes the first # of every row.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from resilience import tables
from resilience.errors import AskError, MissingExtraError
from resilience.formats import workbook

WORKBOOK = "network.xlsx"
README = """# Data of your own

Each .csv is one table; network.xlsx, if it is here, holds the same tables as sheets: use either. goods and producers
are required. Rows that begin with # are comments: the second row, with ##, says what each column means, the rows below
it are an example with made-up figures, to be tried by deleting their #. Fill rows in below, leave blank what you do not
know (the default is used), and delete the files that you do not need.

Places are ISO 3166 alpha-3 codes of countries, or firms (then places.csv gives each its country). Give every figure
that matters a row in figures: where it is from, how far to trust it, and how low and high it could be.

    resilience check FOLDER      every fault, with its remedy; of a workbook: check FOLDER/network.xlsx
    resilience show FOLDER       what the network holds, and what is assumed
    resilience metrics FOLDER    its structure

Studies name a folder. `resilience new-data NEW_FOLDER --workbook network.xlsx` makes one of a filled workbook.
"""
EXAMPLE: Mapping[str, tuple[Mapping[str, Any], ...]] = {
    "goods": (
        {"good": "acid", "name": "Etching acid", "tier": "material", "unit": "kg", "usd_per_unit": 4, "cycle_weeks": 1,
         "shelf_life_weeks": 26},
        {"good": "weak_acid", "name": "Weaker acid", "tier": "material", "unit": "kg", "usd_per_unit": 3},
        {"good": "chip", "name": "Chip", "tier": "chip", "unit": "thousand", "usd_per_unit": 500, "cycle_weeks": 12},
    ),
    "places": (
        {"place": "JPN", "name": "Japan"},
        {"place": "acme", "country": "TWN", "name": "Acme Foundry"},
        {"place": "USA", "name": "United States"},
    ),
    "producers": (
        {"good": "acid", "place": "JPN", "output_per_week": 100, "surge": 1.1},
        {"good": "weak_acid", "place": "USA", "output_per_week": 10},
        {"good": "chip", "place": "acme", "output_per_week": 50},
    ),
    "needs": ({"good": "chip", "input": "acid", "units": 2, "kind": "consumed", "essential": 1},),
    "substitutes": (
        {"user": "chip", "input": "acid", "substitute": "weak_acid", "units": 1.2, "most": 0.1, "qualify_weeks": 26},
    ),
    "lanes": (
        {"good": "acid", "origin": "JPN", "destination": "acme", "transit_weeks": 2, "routes": "taiwan_ports"},
        {"good": "weak_acid", "origin": "USA", "destination": "acme", "transit_weeks": 4},
        {"good": "chip", "origin": "acme", "destination": "USA", "transit_weeks": 1},
    ),
    "demand": (
        {"good": "chip", "place": "USA", "tier": "essential", "units_per_week": 50, "usd_per_unit_unmet": 5000},
        {"good": "weak_acid", "place": "USA", "tier": "other", "units_per_week": 10, "usd_per_unit_unmet": 3},
    ),
    "stocks": ({"good": "acid", "place": "acme", "weeks": 4},),
    "blocs": ({"bloc": "partners", "country": "USA"}, {"bloc": "partners", "country": "JPN"}),
    "sources": ({"source_id": "my_report", "title": "Title of the report", "licence": "single figures cited"},),
    "figures": (
        {"table": "stocks", "key": "acid/acme", "column": "weeks", "value": 4, "unit": "weeks", "year": 2025, "low": 2,
         "high": 8, "source_id": "my_report", "confidence": "assumed", "note": "made up for this template"},
    ),
}  # fmt: skip


def write_template(folder: str | Path) -> tuple[Path, ...]:
    """Write the tables as CSV, and as a workbook if xlsxwriter is installed. Returns the paths written.

    Raises
    ------
    AskError
        If the folder holds anything, or cannot be written.
    """
    folder = Path(folder)
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise AskError(f"{folder} is there already and not empty. Give another name, or move it away")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        written = [folder / "README.md"]
        written[0].write_text(README, "utf-8")
        for name, schema in tables.schemas().items():
            written.append(folder / f"{name}.csv")
            with written[-1].open("w", newline="", encoding="utf-8") as file:
                csv.writer(file, lineterminator="\n").writerows([schema.columns, *_comments(schema)])
        with suppress(MissingExtraError):  # the folder alone will do
            written.append(write_workbook_template(folder / WORKBOOK))
    except OSError as error:
        raise AskError(f"Cannot write {folder}: {error.strerror or error}. Give another folder") from error
    return tuple(written)


def write_workbook_template(path: str | Path) -> Path:
    """Write the template as an Excel workbook, a sheet a table.

    Raises
    ------
    MissingExtraError
        If xlsxwriter is not installed.
    """
    with workbook(Path(path)) as book:
        bold, grey = book.add_format({"bold": True}), book.add_format({"font_color": "#666666", "text_wrap": True})
        for name, schema in tables.schemas().items():
            sheet = book.add_worksheet(name)
            sheet.freeze_panes(1, 0)
            sheet.set_column(0, len(schema.columns) - 1, 18)
            sheet.write_row(0, 0, schema.columns, bold)
            for number, row in enumerate(_comments(schema), 1):
                sheet.write_row(number, 0, row, grey)
    return Path(path)


def _comments(schema: tables.Schema) -> Iterator[list[Any]]:
    """What each column means, then the example: rows whose first cell begins with #."""
    first, *others = map(_meaning, schema.fields)
    yield [f"{2 * tables.COMMENT} {first}", *others]
    for example in EXAMPLE[schema.name]:
        first, *others = (example.get(name, "") for name in schema.columns)
        yield [f"{tables.COMMENT} {first}", *others]


def _meaning(field: tables.Field) -> str:
    limits = f"; one of {', '.join(field.choices)}" if field.choices else ""
    unit = f" [{field.unit}]" if field.unit else ""
    blank = "" if field.default in (None, "") else f"; blank: {field.default}"
    return f"{field.description}{unit}{limits}{'; required' if field.required else blank}"
