"""What comes out of a study: read it, show it, save it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any, NotRequired, TypedDict

import pandas as pd

from resilience import formats, shown
from resilience.amounts import Money, left_open, money
from resilience.data_interval import Foresight, data_interval
from resilience.errors import AskError, near
from resilience.folder import write_run
from resilience.formats import plainly
from resilience.headline import headline
from resilience.knowledge import Knowledge, behaviour_with, sentences
from resilience.network import Network
from resilience.provenance import Provenance
from resilience.sized import goods, missing, shortfall
from resilience.sizing.size import Sizing
from resilience.study import Study

if TYPE_CHECKING:
    import xarray

ROWS = 12  # of a summary


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class Result:
    """A study's answer. It is inert: frames, numbers and where they came from.

    Read `headline()` and `summary()` first; `table(name)` gives each tidy frame, `plot.<name>()` each figure, and
    `save(folder)` writes all of it. `network` is balanced; `adjustments` says what balancing had to change; `failures`
    (columns scenario, reason) which scenarios gave no answer: `study` is without them, and so is every figure.
    """

    study: Study
    network: Network
    sizing: Sizing
    knowledge: Knowledge
    provenance: Provenance
    adjustments: pd.DataFrame
    failures: pd.DataFrame = field(default_factory=lambda: failures({}))

    def headline(self, money: Money = money) -> str:
        """The answer in a sentence or two; `money` says how amounts are told."""
        return headline(
            self.study,
            self.sizing,
            simulated=self.knowledge.simulated,
            failed=self.failures,
            data=self.knowledge.data,
            risk=self.study.risk(self.network),
            money=money,
        )

    def summary(self) -> pd.DataFrame:
        """What to hold, dearest first: at most 12 rows, the last of which gathers the goods that did not fit.

        Columns as in `table("goods")`. Losses outside the members count as the study says, in every figure of loss.
        """
        goods = self.table("goods")
        if len(goods) <= ROWS:
            return goods
        first, rest = goods.iloc[: ROWS - 1], goods.iloc[ROWS - 1 :]
        added = rest[[name for name in goods.columns if name.endswith(("_usd", "_usd_per_year"))]].sum()
        last = {"good": f"{len(rest)} more goods", "unit": "", "held_at": "", **added}
        return pd.concat([first, pd.DataFrame([last])], ignore_index=True)[goods.columns]

    def findings(self, money: Money = money) -> list[str]:
        """How far the answer is proved and what else is known of it, a sentence each."""
        risk = self.study.risk(self.network)
        return sentences(self.knowledge, self.sizing, risk, money)

    def over_data(
        self, *, draws: int = 20, foresight: Foresight | None = None, say: Callable[[str], None] = lambda text: None
    ) -> Result:
        """The same, its headline with an interval for what the ranges of the data make of it.

        Each draw simulates the study with and without the reserve, which stays as it is, and with `foresight` solves it
        too; errors as of `resilience.data_interval.data_interval`.
        """
        bought = self.sizing.bought(self.study.measure)
        behaviour = behaviour_with(self.network, bought)
        found = data_interval(
            self.study, self.sizing.reserve, bought=bought, behaviour=behaviour, draws=draws, foresight=foresight,
            say=say,
        )  # fmt: skip
        return replace(self, knowledge=replace(self.knowledge, data=found))

    def table(self, name: str) -> pd.DataFrame:
        """One of the tables as a tidy frame.

        goods (what to hold of each good, with its worth), reserve (by store), losses (by scenario), shortfall (what
        stays short, with the reserve and without), missing (the same of stock at the horizon), marginal_value (by
        store), ranges (what else would do at little more cost), without_good (at what cost, without each good),
        simulated (losses as simulated beside the program's), credit (loss avoided by scenario and good), measures (what
        is bought beside stock), ranking (stock and measures by cost for each USD of loss avoided), unmet and
        unmet_without (week by week), adjustments (what balancing changed), failures, summary; and, where asked for,
        information, known_years, frontier, calibrated, calibration, interval, data_interval, data_figures.
        """
        known = self._makers()
        if name not in known:
            raise AskError(f"A result has no table {name!r}. {near(name, known)}")
        return known[name]()

    def table_names(self) -> tuple[str, ...]:
        """The tables there are."""
        return tuple(self._makers())

    def _makers(self) -> dict[str, Callable[[], pd.DataFrame]]:
        known: dict[str, Callable[[], pd.DataFrame]] = {
            "summary": self.summary,
            "goods": partial(goods, self.network, self.sizing),
            "shortfall": partial(shortfall, self.study, self.network, self.sizing),
            "missing": partial(missing, self.study, self.network, self.sizing),
            "adjustments": self.adjustments.copy,
            "failures": self.failures.copy,
        }
        known |= {table: partial(self.sizing.table, table) for table in _OF_SIZING}
        known |= {table: frame.copy for table, frame in self.knowledge.tables().items()}
        return known

    def to_json(self) -> dict[str, Any]:
        """The answer as plain values, as `resilience run --json` prints it."""
        sizing = self.sizing
        answer = {
            "study": self.study.name,
            "seed": self.study.seed,
            "headline": self.headline(),
            "scenarios": sizing.losses.to_dict("records"),
            "sizing": {
                "status": sizing.status.name.lower(),
                "objective_usd": sizing.objective_usd,
                "bound_usd": sizing.bound_usd,
                "gap": sizing.gap,
                "how": sizing.how,
                "holding_usd_per_year": sizing.holding_usd_per_year,
                "without_reserve_usd": sizing.without_reserve_usd,
                "reserve": sizing.reserve.table().to_dict("records"),
                "marginal_value": sizing.marginal_value[sizing.marginal_value["units"] > 0].to_dict("records"),
                "ranges": sizing.ranges[sizing.ranges["units"] > 0].to_dict("records"),
                "without_good": sizing.without_good.to_dict("records"),
                "measures": sizing.measures.to_dict("records"),
                "ranking": sizing.ranking.to_dict("records"),
            },
            "findings": self.findings(),
            "failures": self.failures.to_dict("records"),
            "knowledge": {name: table.to_dict("records") for name, table in self.knowledge.tables().items()},
            "summary": self.summary().to_dict("records"),
        }
        plain = plainly(answer)
        assert isinstance(plain, dict)
        return plain

    def save(self, folder: str | Path) -> Path:
        """Write tables, study, manifest and report into a new folder; all of it or nothing.

        Raises
        ------
        RunError
            If the folder holds anything already, or the disk gives out.
        """
        return write_run(Path(folder), **self.files())

    def by(self, command: str) -> Result:
        """The same, said to come from another command: that which began a run, where another went on with it."""
        return replace(self, provenance=replace(self.provenance, command=command))

    def files(self) -> Files:
        """What `save` writes, for others who write it."""
        from resilience.report import write_report

        tables = self.tables()
        manifest = {
            **self.provenance,
            "answer": self.figures(),
            "told": {"headline": self.headline(left_open), "findings": self.findings(left_open)},
            "tables": {name: len(table) for name, table in tables.items()},
            "words": {name: _words(table) for name, table in tables.items()},
        }
        return Files(
            study=self.study.text,
            tables=tables,
            manifest={key: plainly(value) for key, value in manifest.items()},
            report=partial(write_report, self),
        )

    def tables(self) -> dict[str, pd.DataFrame]:
        """Every table that is saved, by name."""
        failed = {"failures": self.failures} if len(self.failures) else {}
        return {name: self.table(name) for name in (*SAVED, *self.knowledge.tables())} | failed

    def to_parquet(self, folder: str | Path) -> list[Path]:
        """Every table as a Parquet file in a folder; needs the extra `parquet`."""
        return self._written("parquet", folder)

    def to_excel(self, folder: str | Path) -> list[Path]:
        """Every table as a sheet of tables.xlsx in a folder; needs the extra `excel`."""
        return self._written("excel", folder)

    def _written(self, form: str, folder: str | Path) -> list[Path]:
        formats.require(form)
        Path(folder).mkdir(parents=True, exist_ok=True)
        return formats.FORMS[form](self.tables(), Path(folder))

    def to_xarray(self) -> xarray.Dataset:
        """The figures as labelled arrays (see `resilience.formats.dataset`); needs the extra `arrays`."""
        return formats.dataset(self.tables(), {"study": self.study.name, "headline": self.headline()})

    def figures(self) -> dict[str, float]:
        """The answer as a few figures, in USD and USD a year: what runs are compared by."""
        sizing = self.sizing
        return {
            "objective_usd": sizing.objective_usd,
            "bound_usd": sizing.bound_usd,
            "reserve_usd": sizing.reserve.usd,
            "holding_usd_per_year": sizing.holding_usd_per_year,
            "loss_usd": sizing.objective_usd - sizing.holding_usd_per_year,
            "without_reserve_usd": sizing.without_reserve_usd,
        }

    @property
    def plot(self) -> Plots:
        """Figures: `result.plot.<name>(ax=None)` returns matplotlib axes."""
        return Plots(self)

    def __repr__(self) -> str:
        return f"Result of {self.study.name!r}: {self.headline()}"

    def _repr_html_(self) -> str:
        tables = [self.summary(), *([self.table("ranking")] if len(self.sizing.measures) else [])]
        told = [table.rename(columns=shown.HEADS) for table in tables]
        return shown.answer(self.headline(), *told, findings=self.findings())


class Files(TypedDict):
    """What a run's folder holds; `answer` is what `--json` prints, where a report beside it reads that."""

    study: str
    tables: Mapping[str, pd.DataFrame]
    manifest: Mapping[str, Any]
    report: Callable[[Path], object] | None
    answer: NotRequired[Mapping[str, Any]]


class Plots:
    """The functions of `resilience.plot`, with the result filled in."""

    def __init__(self, result: Result) -> None:
        self._result = result

    def __getattr__(self, name: str) -> Callable[..., Any]:
        plot = import_module("resilience.plot.run")
        if name not in plot.__all__:
            raise AttributeError(f"A result has no plot {name!r}. {near(name, plot.__all__)}")
        return partial(getattr(plot, name), self._result)

    def __dir__(self) -> list[str]:
        return list(import_module("resilience.plot.run").__all__)


def _words(table: pd.DataFrame) -> list[str]:
    """Columns that hold words: in a CSV nothing tells a good called 1 from a number."""
    return [name for name in table.columns if not pd.api.types.is_numeric_dtype(table[name])]


def failures(failed: Mapping[str, str]) -> pd.DataFrame:
    """Scenarios that gave no answer, with the reason of each: columns scenario, reason."""
    return pd.DataFrame({"scenario": list(failed), "reason": list(failed.values())}, dtype="str")


_OF_SIZING = (
    "reserve", "losses", "marginal_value", "ranges", "without_good", "credit", "measures", "ranking", "unmet",
    "unmet_without",
)  # fmt: skip
SAVED = (
    "summary",
    "goods",
    "reserve",
    "losses",
    "shortfall",
    "missing",
    "marginal_value",
    "ranges",
    "without_good",
    "credit",
    "measures",
    "ranking",
    "unmet",
    "unmet_without",
    "adjustments",
)
