"""A run answered in its folder: in one piece, for each point of a sweep, or as policies put side by side."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import pandas as pd

from resilience.answering import run
from resilience.data_interval import Foresight
from resilience.engine import Engine, parse
from resilience.errors import AskError, DataError, InfeasibleError, MissingExtraError, RunError
from resilience.folder import fill, why
from resilience.formats import FORMS
from resilience.journal import Kept, Solved
from resilience.result import Files, Result
from resilience.runs.asked import Asked, AskedStress
from resilience.runs.comparing import Compared, comparing
from resilience.runs.stressing import stressing
from resilience.runs.sweep import sweep
from resilience.runs.unfinished import Unfinished
from resilience.solver import INNER
from resilience.stress import Stressed

Say = Callable[[str], None]
HOPELESS = (AskError, DataError, InfeasibleError, MissingExtraError)  # asked again, the answer would be the same


@dataclass(frozen=True, kw_only=True, eq=False)
class Answered:
    """What came of a run in `folder`: a result, of a sweep the table of its points, of policies that were compared the
    comparison, of drawn years what they lose; and what failed.
    """

    folder: Path
    failures: pd.DataFrame
    result: Result | None = None
    points: pd.DataFrame | None = None
    compared: Compared | None = None
    stressed: Stressed | None = None


def answer(going: Unfinished, *, say: Say, engine: Engine | None = None) -> Answered:
    """Answer a run that was begun or taken up, and write it down.

    What is finished on the way is kept; so if this raises, `take_up` goes on where it was. Only a question that has no
    answer, and one of which nothing was finished, leave nothing.

    Parameters
    ----------
    engine
        Where to do the work, in place of what was asked first; answers do not depend on it.
    """
    try:
        done = _answered(going, engine or parse(going.asked.engine), say)
    except BaseException as error:
        if isinstance(error, HOPELESS) or not going.kept:
            going.abandon()
        else:
            going.leave()
            error.add_note(going.how_to_go_on())
        raise
    going.finish()
    return done


def _answered(going: Unfinished, engine: Engine, say: Say) -> Answered:
    asked = going.asked
    if isinstance(asked, AskedStress):
        stressed, files = stressing(going, asked, engine, say)
        _write(going, files)
        return Answered(folder=going.folder, stressed=stressed, failures=stressed.failures)
    assert isinstance(asked, Asked)
    return _about_study(going, asked, engine, say)


def _about_study(going: Unfinished, asked: Asked, engine: Engine, say: Say) -> Answered:
    study = asked.study()
    if asked.comparing is not None:
        compared, files = comparing(going, asked, engine, say)
        _write(going, files, asked.also)
        return Answered(folder=going.folder, compared=compared, failures=compared.failures)
    if study.sweep is not None:
        points, failures, files = sweep(going, asked, engine, say)
        _write(going, files, asked.also)
        return Answered(folder=going.folder, points=points, failures=failures)
    method = replace(INNER, memory=Solved(log=going.log))
    kept = Kept(engine=engine, log=going.log)
    result = run(
        study, say=say, method=method, gap=asked.gap, engine=kept, time_limit_s=asked.time_limit_s, years=asked.years
    )
    if asked.data_draws:
        foresight = Foresight(method=method, engine=kept) if asked.data_foresight else None
        result = result.over_data(draws=asked.data_draws, foresight=foresight, say=say)
    result = result.by(asked.command)
    _write(going, result.files(), asked.also)
    return Answered(folder=going.folder, result=result, failures=result.failures)


def _write(going: Unfinished, files: Files, also: Sequence[str] = ()) -> None:
    try:
        part = going.ready()
        fill(part, **files, named=going.asked.file)
        for form in also:
            FORMS[form](files["tables"], part)
    except OSError as error:
        raise RunError(why(going.folder, error)) from error
