"""Run a study, and read, show and save what comes out."""

from __future__ import annotations

import html
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypedDict

import numpy as np
import pandas as pd

from resilience import formats
from resilience.balance import balance
from resilience.drawing import fresh_years
from resilience.engine import Engine
from resilience.errors import AskError, ScenarioError, near
from resilience.folder import write_run
from resilience.knowledge import Knowledge, know, sentences
from resilience.network import Network
from resilience.provenance import Provenance, checksum, command, versions
from resilience.scenario import ScenarioSet
from resilience.sized import goods, shortfall
from resilience.sizing.size import PROVED, Sizing, solve_sizing
from resilience.sizing.stated import Stated, state_sizing
from resilience.solver import Method, version
from resilience.study import Study

if TYPE_CHECKING:
    import xarray

Say = Callable[[str], None]
ROWS = 12  # of a summary
SHOWN = 5  # failed scenarios in a headline
FAST = Method(algorithm="ipm", crossover=False)  # an inner point proves its bound as well as a corner, far sooner


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

    def headline(self) -> str:
        """The answer in a sentence or two."""
        return " ".join([self._answer(), *self._left_out()])

    def _left_out(self) -> list[str]:
        count = len(self.failures)
        if not count:
            return []
        names = ", ".join(self.failures["scenario"].head(SHOWN)) + (", ..." if count > SHOWN else "")
        what = "1 scenario failed and counts" if count == 1 else f"{count} scenarios failed and count"
        return [f"{what} as a year without an event: {names}."]

    def _answer(self) -> str:
        sizing, owner = self.sizing, self.study.members or "each country"
        before, after = sizing.without_reserve_usd, sizing.objective_usd - sizing.holding_usd_per_year
        after -= sizing.measures_usd_per_year
        weighed = _WEIGHED.get(type(self.study.sizing.risk).__name__, "weighed")
        held = self.table("goods")
        if held.empty and not sizing.measures["bought"].any():
            return f"Nothing is worth holding for {owner}: the {weighed} loss stays at {money(before)} USD a year."
        cut = 1.0 - after / before if before > 0 else 0.0
        count = f"{len(held)} {'good' if len(held) == 1 else 'goods'}"
        losses = self.sizing.losses.assign(usd=self.sizing.losses["loss_usd"] * self.sizing.losses["probability"])
        left = losses.sort_values(["usd", "scenario"], ascending=[False, True]).iloc[0]
        beside = self._beside()
        stock = (
            f"A reserve of {count} worth {money(sizing.reserve.usd)} USD for {owner} costs "
            f"{money(sizing.holding_usd_per_year)} USD a year to hold and"
        )
        said = f"No stock for {owner}: {beside}" if held.empty else f"{stock}, with {beside}," if beside else stock
        return (
            f"{said} lowers the {weighed} loss from "
            f"{money(before)} to {money(after)} USD a year ({cut:.0%} less); no reserve is more than "
            f"{max(100 * sizing.gap, 0.001):.2g} % cheaper. Most of what is left comes from {left['scenario']}: "
            f"{money(float(left['usd']))} USD a year."
        )

    def _beside(self) -> str:
        """What is bought beside stock, in words."""
        bought = self.sizing.measures[self.sizing.measures["bought"] > 0]
        named = ", ".join(bought["measure"])
        return f"{named} for {money(self.sizing.measures_usd_per_year)} USD a year" if named else ""

    def summary(self) -> pd.DataFrame:
        """What to hold, dearest first: at most 12 rows, the last of which gathers the goods that did not fit.

        Columns as in `table("goods")`. Losses outside the members count as the study says, in every figure of loss.
        """
        goods = self.table("goods")
        if len(goods) <= ROWS:
            return goods
        shown, rest = goods.iloc[: ROWS - 1], goods.iloc[ROWS - 1 :]
        added = rest[["reserve_usd", "holding_usd_per_year", "avoided_usd_per_year"]].sum()
        last = {"good": f"{len(rest)} more goods", "unit": "", "held_at": "", **added}
        return pd.concat([shown, pd.DataFrame([last])], ignore_index=True)[goods.columns]

    def findings(self) -> list[str]:
        """How far the answer is proved and what else is known of it, a sentence each."""
        risk = self.study.risk(self.network)
        return sentences(self.knowledge, self.sizing, risk, money)

    def table(self, name: str) -> pd.DataFrame:
        """One of the tables as a tidy frame.

        goods (what to hold of each good, with its worth), reserve (by store), losses (by scenario), shortfall (what
        stays short, with the reserve and without), marginal_value (by store), ranges (what else would do at little more
        cost), without_good (at what cost, without each good), simulated (losses as simulated beside the program's),
        credit (loss avoided by scenario and good), measures (what is bought beside stock), ranking (stock and measures
        by cost for each USD of loss avoided), unmet and unmet_without (week by week), adjustments (what balancing
        changed), failures, summary; and, where asked for, information, known_years, frontier, calibrated, calibration,
        interval.
        """
        known: dict[str, Callable[[], pd.DataFrame]] = {
            "summary": self.summary,
            "goods": partial(goods, self),
            "shortfall": partial(shortfall, self),
            "adjustments": self.adjustments.copy,
            "failures": self.failures.copy,
        }
        known |= {table: partial(self.sizing.table, table) for table in _OF_SIZING}
        known |= {table: frame.copy for table, frame in self.knowledge.tables().items()}
        if name not in known:
            raise AskError(f"A result has no table {name!r}. {near(name, known)}")
        return known[name]()

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
            "tables": {name: len(table) for name, table in tables.items()},
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
        shown = [self.summary(), *([self.table("ranking")] if len(self.sizing.measures) else [])]
        tables = "".join(table.to_html(index=False, float_format=money) for table in shown)
        return f"<p>{html.escape(self.headline())}</p>{tables}"


class Files(TypedDict):
    """What a run's folder holds."""

    study: str
    tables: Mapping[str, pd.DataFrame]
    manifest: Mapping[str, Any]
    report: Callable[[Path], object] | None


class Plots:
    """The functions of `resilience.plot`, with the result filled in."""

    def __init__(self, result: Result) -> None:
        self._result = result

    def __getattr__(self, name: str) -> Callable[..., Any]:
        plot = import_module("resilience.plot")
        if name not in plot.__all__:
            raise AttributeError(f"A result has no plot {name!r}. {near(name, plot.__all__)}")
        return partial(getattr(plot, name), self._result)

    def __dir__(self) -> list[str]:
        return list(import_module("resilience.plot").__all__)


def run(
    study: Study,
    *,
    say: Say | None = None,
    method: Method | None = None,
    gap: float = PROVED,
    engine: Engine | None = None,
    years: int = 0,
) -> Result:
    """Answer a study.

    Parameters
    ----------
    say
        Called with a line of text as work proceeds.
    method
        How the solver works; an interior point by default, whose bound is certified all the same.
    gap, engine
        Of studies too large to be solved as one program: where to stop, and where scenarios are solved.
    years
        Of studies whose years were drawn from the dataset's hazards: how many to draw for each of the fresh samples
        that tell how far the reserve may be from the best for all years. 0: it is not told.

    Raises
    ------
    AskError
        If the study does not fit its network; it names every fault with its line.
    DataError
        If the network breaks its rules.
    InfeasibleError
        If no reserve meets the floors within the budget.
    """
    say = say or (lambda text: None)
    method = method or FAST
    if study.sweep is not None:
        count = len(study.points())
        raise AskError(f"{study.name} has a sweep of {count} points: run each of study.points(), or `resilience run`")
    read = inputs(study)
    network, adjustments = _balanced(study, say)
    stated = state(study, network, say=say)
    try:
        sizing, failed = solve_sizing(stated, method=method, gap=gap, engine=engine, say=say), failures({})
    except ScenarioError as error:
        study, failed = study.leaving_out(error.failed), failures(error.failed)
        if not study.scenario:
            raise
        stated = state(study, network, say=say)
        sizing = solve_sizing(stated, method=method, gap=gap, engine=engine, say=say)

    def fresh(sample: int) -> Stated:
        drawn = fresh_years(study, network, years=years, sample=sample)
        return state(study, network, scenarios=drawn)

    knowledge = know(
        study, network, stated, sizing, fresh=fresh if years else None, method=method, gap=gap, engine=engine, say=say
    )
    say("writing up")
    return Result(
        study=study,
        network=network,
        sizing=sizing,
        knowledge=knowledge,
        provenance=_provenance(study, read, sizing, method),
        adjustments=adjustments,
        failures=failed,
    )


def failures(failed: Mapping[str, str]) -> pd.DataFrame:
    """Scenarios that gave no answer, with the reason of each: columns scenario, reason."""
    return pd.DataFrame({"scenario": list(failed), "reason": list(failed.values())}, dtype="str")


def state(
    study: Study, network: Network | None = None, *, scenarios: ScenarioSet | None = None, say: Say | None = None
) -> Stated:
    """A study's program before it is solved, over other scenarios than its own where they are given."""
    say = say or (lambda text: None)
    if network is None:
        network, _ = _balanced(study, say)
    faults = study.faults(network)
    if faults:
        raise AskError(f"The study {study.name} does not fit its network {network.name!r}", faults)
    return state_sizing(
        network,
        scenarios or study.scenarios,
        weeks=study.weeks,
        risk=study.risk(network),
        budget_usd=study.sizing.budget_usd,
        floors=[floor.build() for floor in study.sizing.floors],
        limits=study.sizing.limits,
        measures=study.measure,
        members=study.members,
        goods=study.sizing.goods,
        release=study.release.build(),
        periods=study.periods.build(),
        weights=study.weights(network),
        scope=study.scope(),
        say=say,
    )


def money(usd: float) -> str:
    """An amount a person can read.

    >>> money(27_767_279.0), money(1.5e9), money(950.0), money(0.25)
    ('27.8 million', '1.5 billion', '950', '0.25')
    """
    if not math.isfinite(usd):
        return ""
    for size, word in ((1e12, "trillion"), (1e9, "billion"), (1e6, "million")):
        if abs(usd) >= 0.9995 * size:
            return f"{usd / size:.3g} {word}" if abs(usd) < 999.5 * size else f"{usd / size:,.0f} {word}"
    return f"{usd:,.0f}" if abs(usd) >= 100 else f"{usd:.3g}"


def plainly(value: object) -> object:
    """`value` as JSON knows it: no numpy types, no tuples, null for what is not a number."""
    if isinstance(value, dict):
        return {str(key): plainly(entry) for key, entry in value.items()}
    if isinstance(value, list | tuple):
        return [plainly(entry) for entry in value]
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value


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
_WEIGHED = {
    "Expectation": "expected",
    "CVaR": "risk-weighed",
    "WorstCase": "worst",
    "TotalVariation": "robust expected",
    "ByFootprint": "robust expected",
}


def _balanced(study: Study, say: Say) -> tuple[Network, pd.DataFrame]:
    say(f"reading the network {study.dataset!r}")
    network = study.network()
    say(f"balancing {len(network.goods)} goods over {len(network.lanes)} lanes")
    found = balance(network)
    return found.network, found.adjustments


def inputs(study: Study) -> dict[str, str]:
    """Every file that an answer rests on, with its SHA-256."""
    folder = study.folder()
    files = sorted(path for path in folder.iterdir() if path.suffix in (".csv", ".json"))
    return {"study.toml": study.checksum(), **{f"{folder.name}/{path.name}": checksum(path) for path in files}}


def _provenance(study: Study, read: Mapping[str, str], sizing: Sizing, method: Method) -> Provenance:
    return Provenance(
        study=study.name,
        dataset=study.dataset,
        inputs=read,
        versions=versions(),
        seed=study.seed,
        solver=f"HiGHS {version()}, {method.algorithm}{'' if method.crossover else ' without crossover'}",
        status=sizing.status.name.lower(),
        gap=sizing.gap,
        command=command(),
    )
