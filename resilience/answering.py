"""Answer a study: read and balance its network, state its program, solve it, and see what is known of the answer."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial

from resilience.drawing import fresh_years
from resilience.engine import Engine
from resilience.errors import AskError, ScenarioError
from resilience.knowledge import know
from resilience.network import Network
from resilience.provenance import Provenance, checksum, command, dataset_files, versions
from resilience.result import Result, failures
from resilience.sizing.size import PROVED, Sizing, solve_sizing
from resilience.sizing.stated import Stated
from resilience.solver import INNER, Method, version
from resilience.stating import balanced, state
from resilience.study import Study

Say = Callable[[str], None]


def run(
    study: Study,
    *,
    say: Say | None = None,
    method: Method | None = None,
    gap: float = PROVED,
    engine: Engine | None = None,
    time_limit_s: float = math.inf,
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
    time_limit_s
        Seconds by the clock after which the best reserve so far is taken (see `size_reserve`); what is known of it
        beyond its size, and the writing up, come on top.
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
    SolverError
        If time was up before any reserve was found.
    """
    say = say or (lambda text: None)
    method = method or INNER
    if study.sweep is not None:
        count = len(study.points())
        raise AskError(f"{study.name} has a sweep of {count} points: run each of study.points(), or `resilience run`")
    read = inputs(study)
    network, adjustments = balanced(study, say)
    found = size(study, network, method=method, gap=gap, engine=engine, time_limit_s=time_limit_s, say=say)
    study, stated, sizing = found.study, found.stated, found.sizing

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
        failures=failures(found.failed),
    )


@dataclass(frozen=True, kw_only=True, eq=False)
class Attempt:
    """A sizing, and the study and program that it answers: those without the scenarios that gave no answer (`failed`,
    with the reason of each).
    """

    study: Study
    stated: Stated
    sizing: Sizing
    failed: Mapping[str, str]


def size(
    study: Study,
    network: Network,
    *,
    method: Method = INNER,
    gap: float = PROVED,
    engine: Engine | None = None,
    time_limit_s: float = math.inf,
    say: Say = lambda text: None,
) -> Attempt:
    """Size a study's reserve on its balanced network; once more without the scenarios that cannot be answered.

    Raises
    ------
    InfeasibleError
        If no reserve meets the floors within the budget.
    ScenarioError
        If no scenario gave an answer.
    """
    failed: Mapping[str, str] = {}
    solve = partial(solve_sizing, method=method, gap=gap, engine=engine, time_limit_s=time_limit_s, say=say)
    stated = state(study, network, say=say)
    try:
        sizing = solve(stated)
    except ScenarioError as error:
        failed, study = error.failed, study.leaving_out(error.failed)
        if not study.scenario:
            raise
        stated = state(study, network, say=say)
        sizing = solve(stated)
    return Attempt(study=study, stated=stated, sizing=sizing, failed=failed)


def inputs(study: Study) -> dict[str, str]:
    """Every file that an answer rests on, with its SHA-256."""
    files = dataset_files(study.folder())
    return {"study.toml": study.checksum(), **{name: checksum(path) for name, path in files.items()}}


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
        rows=sizing.size[0],
        columns=sizing.size[1],
        command=command(),
    )
