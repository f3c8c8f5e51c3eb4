"""Trade in goods by HS code from downloads of UN Comtrade Plus, with both sides' word reconciled.

A flow is told up to twice: by the exporter (free on board, to the last known destination) and by the importer (with
freight and insurance, from the country of origin). The rule here:

    exporter's = domestic exports (DX), else exports less re-exports (X - RX)
    importer's = imports (M) / cif_over_fob
    flow       = sqrt(exporter's x importer's) where both are told, their range from the lesser to the greater;
                 else the one that is told

The mean is of ratios because the two differ by factors, and neither side is trusted more. Re-exports are kept apart:
who only passes goods on makes none. Codes are text. "Other Asia, not elsewhere specified" (490) is read as Taiwan,
which the UN does not list; in practice it stands for little else.

Download from <https://comtradeplus.un.org>: annual, HS, with descriptions. Its terms limit passing data on.

Reference for the factor: International Monetary Fund, Direction of Trade Statistics Yearbook 2017 (imports CIF / 1.06).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import cast

import numpy as np
import pandas as pd

from resilience.errors import AskError, DataError, Fault, near
from resilience.loaders import comtrade_form as form

WEEKS = 52.0
CIF_OVER_FOB = 1.06
DOUBTFUL = 2.0  # past this ratio of the two sides' word, a pair is told in the notes
PAGES = (500, 100_000, 250_000)  # rows at which the preview and the site's services cut a download off
SOURCE = {
    "source_id": "un_comtrade",
    "title": "UN Comtrade Database",
    "publisher": "United Nations Statistics Division",
    "address": "https://comtradeplus.un.org",
    "licence": "UN Comtrade policy on use and re-dissemination",
}
Notes = list[tuple[str, str, float, str]]


@dataclass(frozen=True, kw_only=True, eq=False)
class Trade:
    """Trade of one year, reconciled, and what was done to get it.

    `flows` has columns good, origin, destination, usd_per_year (FOB, goods made at the origin), low, high,
    exporter_usd, importer_usd (each side's word, FOB; NaN where silent), kg_per_year (as the exporter has it, else the
    importer), share_of_imports. `reexports` has good, place, destination, usd_per_year. `shares` has good, place, share
    (of world exports), low, high. `notes` has what (dropped, filled, adjusted, kept), where, value, why.
    """

    year: int
    flows: pd.DataFrame
    reexports: pd.DataFrame
    notes: pd.DataFrame

    @property
    def shares(self) -> pd.DataFrame:
        """Each place's share of world exports of a good: a stand-in for its share of output, blind to use at home."""
        exported = self.flows.groupby(["good", "origin"])["usd_per_year"].sum()
        shares = exported / exported.groupby(level="good").transform("sum")
        return shares.rename("share").rename_axis(["good", "place"]).reset_index()

    @property
    def imports(self) -> pd.DataFrame:
        """What each place imports: good, place, units_per_week. Add usd_per_unit_unmet to use it as demand."""
        bought = self.flows.groupby(["good", "destination"])["usd_per_year"].sum() / WEEKS
        return bought.rename("units_per_week").rename_axis(["good", "place"]).reset_index()

    @property
    def frames(self) -> dict[str, pd.DataFrame]:
        """goods, producers, lanes, figures, sources for `Network.from_frames`; a unit is one USD of the year, FOB.

        Output is what is exported: what a place makes and uses itself is in no trade record.
        """
        lanes = self.flows[["good", "origin", "destination"]].assign(flow_per_week=self.flows["usd_per_year"] / WEEKS)
        made = lanes.groupby(["good", "origin"])["flow_per_week"].sum()
        producers = made.rename("output_per_week").rename_axis(["good", "place"]).reset_index()
        goods = pd.DataFrame({"good": sorted(set(lanes["good"]))})
        basis = "goods exported from where they are made, USD free on board (UN Comtrade)"
        return {
            "goods": goods.assign(unit=f"USD of {self.year}, free on board", usd_per_unit=1.0, basis=basis),
            "producers": producers,
            "lanes": lanes,
            "figures": self._figures(),
            "sources": pd.DataFrame([SOURCE]),
        }

    def _figures(self) -> pd.DataFrame:
        """The evidence for flows and for the outputs they add up to."""
        flows = self.flows
        both = flows["exporter_usd"].notna() & flows["importer_usd"].notna()
        who = np.where(flows["exporter_usd"].notna(), "told by the exporter alone", "told by the importer alone")
        weekly = flows[["usd_per_year", "low", "high"]].rename(columns={"usd_per_year": "value"}) / WEEKS
        made = weekly.groupby([flows["good"], flows["origin"]]).sum().reset_index()
        parts = [
            weekly.assign(
                table="lanes", column="flow_per_week", key=flows["good"] + "/" + flows["origin"] + "/"
                + flows["destination"], confidence=np.where(both, "reported", "estimated"),
                note=np.where(both, "between what exporter and importer tell", who),
            ),
            made[["value", "low", "high"]].assign(
                table="producers", column="output_per_week", key=made["good"] + "/" + made["origin"],
                confidence="estimated", note="all it exports, ranging as if all flows erred one way; not its own use",
            ),
        ]  # fmt: skip
        figures = pd.concat(parts, ignore_index=True)
        one = figures["low"] == figures["high"]  # one side's word alone tells no range
        figures[["low", "high"]] = figures[["low", "high"]].mask(one)
        return figures.assign(unit="USD a week", year=str(self.year), source_id=SOURCE["source_id"])


def read_comtrade(
    *paths: str | Path,
    goods: Mapping[str, str] | None = None,
    year: int | None = None,
    revision: str | None = None,
    cif_over_fob: float = CIF_OVER_FOB,
) -> Trade:
    """Trade in one year from CSV downloads, reconciled.

    Parameters
    ----------
    paths
        One or more files, as downloads are cut in pieces.
    goods
        The good that each HS code stands for; codes left out are dropped. None: every code is a good of its own, `hs`
        and its digits. [keys: text of 2, 4 or 6 digits]
    year
        Which year, if the files hold several.
    revision
        Read rows of this revision of the HS alone (H0 to H6).
    cif_over_fob
        What imports are divided by. [at least 1]

    Raises
    ------
    DataError
        If the files break their form, naming every fault.
    AskError
        If an argument is out of its range, or a code is not in the files.

    Do not read exports as output: what is made and used at home crosses no border. Value that passes through an
    entrepot may be told twice, by the exporter to the entrepot and by the importer from the origin; `reexports` shows
    where.
    """
    if not paths or not 1 <= cif_over_fob < np.inf:
        raise AskError(f"read_comtrade was given {len(paths)} files and cif_over_fob={cif_over_fob!r}. "
                       "Give at least one file and a ratio of at least 1")  # fmt: skip
    rows, faults = form.read_rows([Path(path) for path in paths])
    notes: Notes = []
    if not faults:
        rows = _picked(rows, goods, notes)
        rows, faults = _one_year(rows, year, revision, notes)
    if not faults:
        rows = _countries(rows, notes)
        rows, faults = _single(rows, notes)
    if not faults and rows.empty:
        remedy = "Download exports and imports by partner, not World alone"
        faults = [Fault(file=Path(paths[0]).name, rule="no flow between two countries", remedy=remedy)]
    if faults:
        raise DataError("Cannot read trade from UN Comtrade", faults)
    flows, reexports = _reconciled(rows, cif_over_fob, notes)
    table = pd.DataFrame(notes, columns=["what", "where", "value", "why"])
    return Trade(
        year=int(rows["year"].iloc[0]),
        flows=flows,
        reexports=reexports,
        notes=table.sort_values(["what", "where", "why"], ignore_index=True),
    )


def _picked(rows: pd.DataFrame, goods: Mapping[str, str] | None, notes: Notes) -> pd.DataFrame:
    """The rows of the codes that are asked for, each with its good."""
    for count in PAGES:
        if len(rows) == count:
            notes.append(("kept", "files", float(count), "exactly as many rows as a download may have: it may be cut"))
    if goods is None:
        named = {code: f"hs{code}" for code in rows["code"].unique() if code != form.EVERYTHING}
    else:
        wrong = [f"{code!r}: {near(str(code), rows['code'])}" for code in goods if code not in set(rows["code"])]
        if not goods or not all(goods.values()):
            raise AskError(f"read_comtrade was given goods={dict(goods)!r}. Name the good that each HS code stands for")
        if wrong:
            raise AskError("These HS codes are not in the files (codes are text, with their leading zeros)", wrong)
        named = dict(goods)
    pairs = [(part, whole) for part in named for whole in named if part != whole and part.startswith(whole)]
    nested = [(part, whole) for part, whole in pairs if goods is None or named[part] == named[whole]]
    if nested:
        raise AskError("These codes are part of others, and would count twice. Choose with goods={code: good}",
                       [f"{part} is part of {whole}" for part, whole in nested])  # fmt: skip
    left = ~rows["code"].isin(list(named))
    for code, part in rows[left].groupby("code"):
        notes.append(("dropped", str(code), float(len(part)), "rows of a code that no good was asked for"))
    return rows[~left].assign(good=rows["code"].map(named))


def _one_year(
    rows: pd.DataFrame, year: int | None, revision: str | None, notes: Notes
) -> tuple[pd.DataFrame, list[Fault]]:
    faults = []
    for column, asked, what in (("year", year, "year"), ("revision", revision, "revision of the HS")):
        held = sorted(rows[column].unique())
        if asked is not None:
            if asked not in held:
                raise AskError(f"No rows of {what} {asked!r} in the files. They hold {', '.join(map(str, held))}")
            left = rows[column] != asked
            if left.any():
                notes.append(("dropped", "files", float(left.sum()), f"rows of another {what} than {asked}"))
            rows = rows[~left]
        elif column == "year" and len(held) > 1:
            first = rows.iloc[0]
            faults.append(Fault(
                file=first["file"], column="refYear", value=", ".join(map(str, held)), rule="several years",
                remedy=f"Choose one with year={held[-1]}",
            ))  # fmt: skip
    for name, part in rows.groupby("revision"):
        told = f"rows by {form.REVISIONS[str(name)]} codes ({name})"
        mixed = "; a code may mean other goods under another revision" if len(part) < len(rows) else ""
        notes.append(("kept", str(name), float(len(part)), told + mixed))
    return rows, faults


def _countries(rows: pd.DataFrame, notes: Notes) -> pd.DataFrame:
    """Rows between two countries."""
    taiwan = (rows[["reporter_code", "partner_code"]] == form.TAIWAN).any(axis=1)
    if taiwan.any():
        why = "rows of Other Asia, not elsewhere specified (490), read as Taiwan"
        notes.append(("adjusted", "TWN", float(taiwan.sum()), why))
    either = rows[["reporter_code", "partner_code"]]
    strange = ~(rows["reporter"].str.fullmatch(form.COUNTRY) & rows["partner"].str.fullmatch(form.COUNTRY))
    tried = (
        ("partner World", rows["partner_code"] == form.WORLD, "rows of the total over partners"),
        ("groups", either.isin(form.GROUPS).any(axis=1), "rows of a group of countries, whose members report too"),
        ("no country", strange, "rows of areas without a country (bunkers, free zones, not elsewhere specified)"),
        ("home", rows["reporter"] == rows["partner"], "rows of a country with itself (goods that came back)"),
        ("parts", rows["flow"].isin(["FM", "RM", "MIP", "XIP", "MOP", "XOP"]), "rows of flows that M and X contain"),
        ("zero", rows["usd"] == 0, "rows without value"),
    )
    for where, left, why in tried:
        gone = left.reindex(rows.index)
        if gone.any():
            notes.append(("dropped", where, float(gone.sum()), f"{why}; {rows.loc[gone, 'usd'].sum():,.0f} USD"))
        rows = rows[~gone]
    return rows


def _single(rows: pd.DataFrame, notes: Notes) -> tuple[pd.DataFrame, list[Fault]]:
    """One row a flow: totals stand for their parts, and what is given twice must agree."""
    parts = ~rows["whole"]
    key = rows[form.KEY].apply(tuple, axis=1) if len(rows) else pd.Series(dtype=object)
    orphans = parts & ~key.isin(set(key[~parts]))
    rule = "parts without their total (by second partner, customs procedure or mode of transport)"
    remedy = "Download totals: partner2 World, customs C00, mode of transport 0"
    first = rows[orphans].drop_duplicates(["file", "flow", "code"])[["file", "row", "reporter", "partner"]]
    faults = [Fault(file=file, row=row, value=f"{reporter} to {partner}", rule=rule, remedy=remedy)
              for file, row, reporter, partner in first.itertuples(index=False, name=None)]  # fmt: skip
    if (parts & ~orphans).any():
        why = "rows by second partner, customs procedure or mode of transport: their total is there"
        notes.append(("dropped", "parts of totals", float((parts & ~orphans).sum()), why))
    rows = rows[~parts]
    again = rows.duplicated([*form.KEY, "revision", "usd"])
    if again.any():
        notes.append(("dropped", "repeated", float(again.sum()), "rows given twice, with the same value"))
    rows = rows[~again]
    twice = rows[rows.duplicated(form.KEY)][["file", "row", "reporter", "partner", "flow", "code", "usd"]]
    for file, row, reporter, partner, flow, code, usd in twice.itertuples(index=False, name=None):
        faults.append(Fault(
            file=file, row=row, column="primaryValue", value=usd,
            rule=f"{reporter} tells its {form.FLOWS[flow]} of {code} with {partner} twice, and not the same",
            remedy="Keep one; if the HS revisions differ, choose with revision=",
        ))  # fmt: skip
    return rows, faults


def _reconciled(rows: pd.DataFrame, cif_over_fob: float, notes: Notes) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Flows and re-exports by the rule atop this module."""
    ends = ["good", "reporter", "partner"]
    told = rows.pivot_table(index=ends, columns="flow", values="usd", aggfunc="sum")
    told = told.reindex(columns=["X", "DX", "RX", "M"])
    domestic = told["DX"].fillna(told["X"] - told["RX"].fillna(0.0))
    over = domestic < 0
    if over.any():
        why = "pairs whose re-exports exceed their exports: nothing of their own is left"
        notes.append(("adjusted", "re-exports", float(over.sum()), why))
    apart = told["DX"].notna() | told["RX"].notna()
    for good, silent in (told["X"].notna() & ~apart).groupby(level="good"):
        if silent.any():
            why = "pairs whose exporter tells no re-exports apart: taken as made there"
            notes.append(("kept", str(good), float(silent.sum()), why))
    flows = pd.DataFrame({
        "exporter_usd": _by_origin(domestic.where(domestic > 0), importers=False),
        "importer_usd": _by_origin(told["M"] / cif_over_fob, importers=True),
    })  # fmt: skip
    flows = flows.dropna(how="all").sort_index()
    sides = flows[["exporter_usd", "importer_usd"]]
    flows["low"], flows["high"] = sides.min(axis=1), sides.max(axis=1)
    flows.insert(0, "usd_per_year", np.sqrt(flows["low"] * flows["high"]))
    _note_sides(flows, cif_over_fob, notes)
    flows["kg_per_year"] = _weights(rows, ends).reindex(flows.index)
    flows["share_of_imports"] = flows["usd_per_year"] / flows.groupby(["good", "destination"])[
        "usd_per_year"
    ].transform("sum")
    reexports = told["RX"].dropna().rename("usd_per_year").rename_axis(["good", "place", "destination"])
    return flows.reset_index(), reexports.reset_index()


def _note_sides(flows: pd.DataFrame, cif_over_fob: float, notes: Notes) -> None:
    for good, part in flows.groupby(level="good"):
        both = part["exporter_usd"].notna() & part["importer_usd"].notna()
        for side, silent in (("exporter", part["exporter_usd"].isna()), ("importer", part["importer_usd"].isna())):
            if silent.any():
                worth = part.loc[silent, "usd_per_year"].sum() / part["usd_per_year"].sum()
                why = f"flows on which the {side} is silent: the other side's word ({worth:.1%} of value)"
                notes.append(("filled", str(good), float(silent.sum()), why))
        if both.any():
            ratio = (part["high"] / part["low"])[both]
            apart, (_, origin, end) = int((ratio > DOUBTFUL).sum()), cast("tuple[str, str, str]", ratio.idxmax())
            why = (f"flows told by both sides: geometric mean, imports / {cif_over_fob:g}; {apart} differ by more "
                   f"than {DOUBTFUL:g} times, at most {ratio.max():.1f} times ({origin} to {end})")  # fmt: skip
            notes.append(("adjusted", str(good), float(both.sum()), why))


def _weights(rows: pd.DataFrame, ends: list[str]) -> pd.Series:
    """Net weight by good, origin and destination: all that leaves, else what arrives; NaN if a code is silent."""
    weight = {
        flow: rows[rows["flow"] == flow].groupby(ends)["kg"].agg(lambda kg: kg.sum(skipna=False)) for flow in ("X", "M")
    }
    return _by_origin(weight["X"], importers=False).combine_first(_by_origin(weight["M"], importers=True))


def _by_origin(told: pd.Series, *, importers: bool) -> pd.Series:
    """What reporters tell (by good, reporter, partner), by good, origin and destination."""
    turned = told.swaplevel("reporter", "partner") if importers else told
    return turned.rename_axis(["good", "origin", "destination"])
