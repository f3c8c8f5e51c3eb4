"""Downloads of UN Comtrade, read and checked: every fault, once for each value that breaks a rule.

The form is the CSV of Comtrade Plus (and of its API, with descriptions): one row a period, reporter, partner, flow and
commodity code. Rows by second partner, customs procedure or mode of transport are parts of a total that is there too.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from resilience.errors import Fault, near

COLUMNS = {  # theirs, and ours
    "refYear": "year",
    "reporterCode": "reporter_code",
    "reporterISO": "reporter",
    "flowCode": "flow",
    "partnerCode": "partner_code",
    "partnerISO": "partner",
    "classificationCode": "revision",
    "cmdCode": "code",
    "primaryValue": "usd",
}
TOTALS = {"partner2Code": "0", "customsCode": "C00", "motCode": "0", "mosCode": "0"}  # the code that is the whole
FLOWS = {
    "M": "imports",
    "X": "exports",
    "DX": "domestic exports",
    "RX": "re-exports",
    "FM": "foreign imports",
    "RM": "re-imports",
    "MIP": "imports for inward processing",
    "XIP": "exports after inward processing",
    "MOP": "imports after outward processing",
    "XOP": "exports for outward processing",
}
REVISIONS = {"H0": 1992, "H1": 1996, "H2": 2002, "H3": 2007, "H4": 2012, "H5": 2017, "H6": 2022}
WORLD, TAIWAN, GROUPS = "0", "490", ("97",)  # 97: the European Union as one
OLD = "Trade Flow Code"  # a column of the site before this one
EVERYTHING = "TOTAL"  # the code of all goods together
COUNTRY = re.compile(r"[A-Z]{3}")
KEY = ["year", "flow", "code", "reporter", "partner"]


def read_rows(paths: Sequence[Path]) -> tuple[pd.DataFrame, list[Fault]]:
    """All rows of the files in our words, and every cell that breaks the form.

    Columns year, reporter, partner (ISO 3166 alpha-3), their codes, flow, revision, code (text), usd, kg (NaN where not
    told), whole (False for parts of a total), file, row.
    """
    found, faults = [], []
    for path in paths:
        raw, broken = _cells(path)
        if not broken:
            broken = [*_missing_columns(raw, path.name), *_wrong_cells(raw, path.name)]
        faults += broken
        if not broken:
            found.append(_typed(raw, path.name))
    return (pd.concat(found, ignore_index=True) if found else pd.DataFrame()), faults


def _cells(path: Path) -> tuple[pd.DataFrame, list[Fault]]:
    """The cells as text by row number. The site writes UTF-8 or Latin-1, and rows may end in a comma."""
    if not path.is_file():
        return pd.DataFrame(), [Fault(file=str(path), rule="no such file", remedy="Give the CSV that you downloaded")]
    content = path.read_bytes()
    if b"\0" in content:
        remedy = "Download CSV (a zip or a workbook must be unpacked or saved as CSV first)"
        return pd.DataFrame(), [Fault(file=path.name, rule="not a text file", remedy=remedy)]
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = content.decode("latin-1")
    rows = list(csv.reader(io.StringIO(text, newline="")))
    header = [_their(cell.strip()) for cell in rows[0]] if rows else []
    if any(header) and not {*header} & {*COLUMNS, OLD}:
        remedy = "It may be a page with an error, or saved from a spreadsheet: download it again, as CSV"
        told = Fault(file=path.name, row=1, value=text.lstrip()[:40], rule="no download of Comtrade", remedy=remedy)
        return pd.DataFrame(), [told]
    if not any(header) or len(rows) < 2:
        return pd.DataFrame(), [Fault(file=path.name, rule="no rows", remedy="Download it again, with fewer filters")]
    kept, numbers, faults = [], [], []
    for number, row in enumerate(rows[1:], 2):
        if not any(cell.strip() for cell in row):
            continue
        if len(row) < len(header) or any(cell.strip() for cell in row[len(header) :]):
            rule = f"the row has {len(row)} cells where the header has {len(header)}"
            remedy = "Download it again: the file was cut or edited"
            faults.append(Fault(file=path.name, row=number, value=",".join(row)[:60], rule=rule, remedy=remedy))
            continue
        kept.append([cell.strip() for cell in row[: len(header)]])
        numbers.append(number)
    return pd.DataFrame(kept, columns=header, index=numbers, dtype="str"), faults


def _their(name: str) -> str:
    """A column's name as the site writes it now; some downloads begin it with a capital."""
    small = name[:1].lower() + name[1:]
    return small if small in {*COLUMNS, *TOTALS, "aggrLevel", "freqCode", "netWgt"} else name


def _missing_columns(raw: pd.DataFrame, file: str) -> list[Fault]:
    header = list(map(str, raw.columns))
    if OLD in header:
        rule = "the form of the old Comtrade site"
        return [Fault(file=file, row=1, rule=rule, remedy="Download it from comtradeplus.un.org")]
    return [
        Fault(file=file, row=1, column=name, rule="missing column", remedy=_found_instead(name, header))
        for name in COLUMNS
        if name not in header
    ]


def _found_instead(name: str, header: list[str]) -> str:
    close = near(name, header)
    return close if close.startswith("Did") else "Download all columns, with descriptions"


def _wrong_cells(raw: pd.DataFrame, file: str) -> list[Fault]:
    if not set(COLUMNS) <= set(raw.columns):
        return []
    code, usd = raw["cmdCode"], pd.to_numeric(raw["primaryValue"], errors="coerce")
    digits = code.str.fullmatch(r"\d+")
    length = code.str.len()
    level = pd.to_numeric(raw["aggrLevel"], errors="coerce") if "aggrLevel" in raw else pd.Series(np.nan, raw.index)
    lost = digits & (~length.isin([2, 4, 6]) | (level.isin([2, 4, 6]) & (level != length)))
    monthly = raw["freqCode"] != "A" if "freqCode" in raw else pd.Series(False, raw.index)
    country = ~raw["partnerCode"].isin([WORLD, TAIWAN])
    tried = (
        ("refYear", ~raw["refYear"].str.fullmatch(r"\d{4}"), "not a year", "Download it again"),
        ("freqCode", monthly, "not yearly data", "Download annual data (freqCode A)"),
        ("flowCode", ~raw["flowCode"].isin(list(FLOWS)), "unknown flow", f"Known: {', '.join(FLOWS)}"),
        ("classificationCode", ~raw["classificationCode"].isin(list(REVISIONS)), "not the Harmonized System",
         "Download with HS (H0 to H6, or as reported)"),
        ("cmdCode", ~(digits | (code == EVERYTHING)), "not an HS code", "Digits, or TOTAL"),
        ("cmdCode", lost, "HS codes have 2, 4 or 6 digits: a leading zero was lost",
         "Download it again, and do not save it from a spreadsheet"),
        ("primaryValue", ~(usd >= 0) | ~np.isfinite(usd), "not a value in USD of at least 0", "Download it again"),
        ("reporterISO", (raw["reporterISO"] == "") & (raw["reporterCode"] != TAIWAN), "no country",
         "Download with descriptions (includeDesc=True in the API)"),
        ("partnerISO", (raw["partnerISO"] == "") & country, "no country",
         "Download with descriptions (includeDesc=True in the API)"),
    )  # fmt: skip
    return [
        fault
        for column, wrong, rule, remedy in tried
        if wrong.any()
        for fault in blame(raw, wrong, file, column, rule, remedy)
    ]


def blame(raw: pd.DataFrame, wrong: pd.Series, file: str, column: str, rule: str, remedy: str) -> Iterable[Fault]:
    """One fault for each value at fault, at its first row: a download has a hundred thousand rows."""
    for value, rows in raw.loc[wrong].groupby(column, sort=False):
        more = f" (and {len(rows) - 1} more rows)" if len(rows) > 1 else ""
        shown = str(value) if value != "" else None
        yield Fault(file=file, row=int(rows.index[0]), column=column, value=shown, rule=rule + more, remedy=remedy)


def _typed(raw: pd.DataFrame, file: str) -> pd.DataFrame:
    rows = raw[list(COLUMNS)].rename(columns=COLUMNS)
    whole = pd.Series(True, raw.index)
    for name, total in TOTALS.items():
        if name in raw:
            whole &= raw[name].isin([total, ""])
    kg = pd.to_numeric(raw["netWgt"], errors="coerce") if "netWgt" in raw else pd.Series(np.nan, raw.index)
    for side in ("reporter", "partner"):
        rows[side] = rows[side].mask(rows[f"{side}_code"] == TAIWAN, "TWN")
    return rows.assign(
        year=rows["year"].astype(int), usd=rows["usd"].astype(float), kg=kg.where(kg > 0), whole=whole,
        file=file, row=raw.index,
    )  # fmt: skip
