"""Work in folders of its own: the bodies of run, compare and resume, and of stress where years are drawn."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from resilience import formats
from resilience.balance import balance
from resilience.cli.answer import Answer
from resilience.cli.catalogue import find_study
from resilience.cli.compare import compared
from resilience.cli.stressed import many_told
from resilience.cli.text import columns
from resilience.compare import scores
from resilience.drawing import drawn
from resilience.engine import parse
from resilience.errors import AskError, RunError
from resilience.folder import COMPARISONS, MANIFEST, RUNS, STRESSES, UNFINISHED, newest, next_folder, refuse_used
from resilience.formats import plainly
from resilience.result import Result
from resilience.risk import Expectation
from resilience.runs import Answered, Asked, AskedStress, Comparing, Unfinished, answer, begin, take_up
from resilience.runs.asked import Question
from resilience.shown import HEADS
from resilience.stating import refuse_unfit
from resilience.stress import Stress
from resilience.study import Study
from resilience.study.changes import named, parsed

Say = Callable[[str], None]
FRESH = 25  # a fresh sample has this part of the years drawn, and at least
FEWEST = 20
DRAWN_GAP = 0.005  # drawn years are a sample: to prove more than this of one is to prove noise
LINES = 12  # of the ranking, and of failures


class Work:
    """A run that a command waits for, so that Ctrl-C can leave it in order."""

    def __init__(self) -> None:
        self.going: Unfinished | None = None

    def run(
        self,
        name: str,
        changes: Sequence[str],
        out: Path | None,
        *,
        say: Say,
        draws: int | None = None,
        seed: int = 1,
        engine: str = "serial",
        also: Sequence[str] = (),
        data_draws: int = 0,
        data_foresight: bool = False,
        minutes: float | None = None,
    ) -> Answered:
        """The answer to a study, in its folder; with `draws`, over years drawn in place of its own scenarios.

        With `data_draws`, its headline has an interval over so many draws of the data; with `minutes`, sizing stops
        after so many and takes the best reserve found, and no fresh samples of years are sized for an interval.
        """
        study = _asked(name, changes, out, engine=engine, also=also, say=say)
        if data_draws and study.sweep is not None:
            raise AskError(f"{study.name} has a sweep: draw the data for one of its points, with --set and no [sweep]")
        settings: dict[str, Any] = {"minutes": minutes, "data_draws": data_draws, "data_foresight": data_foresight}
        if draws is not None:
            say(f"drawing {draws:,} years")
            study, years = _drawn(study, draws, seed), _fresh(study, draws)
            settings |= {"gap": DRAWN_GAP, "years": years if minutes is None else 0}
        asked = Asked.of(study, engine=engine, also=tuple(also), **settings)
        self.going = _begun(out, RUNS, study.name, asked)
        return answer(self.going, say=say)

    def compare(
        self,
        name: str,
        changes: Sequence[str],
        out: Path | None,
        *,
        comparing: Comparing,
        say: Say,
        engine: str = "serial",
        also: Sequence[str] = (),
    ) -> Answered:
        """Policies put side by side on a study's years, in a folder."""
        study = _asked(name, changes, out, engine=engine, also=also, say=say)
        if comparing.ratings:
            scores.read(comparing.ratings, study.network())  # every fault of every file, before a folder is begun
        asked = Asked.of(study, engine=engine, also=tuple(also), comparing=comparing)
        self.going = _begun(out, COMPARISONS, study.name, asked)
        return answer(self.going, say=say)

    def stress(self, stress: Stress, out: Path | None, *, say: Say, engine: str = "serial") -> Answered:
        """What drawn years lose, in a folder."""
        parse(engine)
        if out is not None:
            refuse_used(out)
        say("looking at what it rests on")
        asked = AskedStress.of(stress, engine=engine)
        self.going = _begun(out, STRESSES, stress.folder().name, asked)
        return answer(self.going, say=say)

    def resume(self, name: str, *, say: Say, engine: str | None = None) -> Answered:
        """The answer to a run that was stopped."""
        asked = None if engine is None else parse(engine)
        say("looking at what is there")
        self.going = take_up(find_unfinished(name))
        return answer(self.going, say=say, engine=asked)

    def stopped(self) -> str:
        """What to say when the work is given up; what is finished is left in order."""
        if self.going is None:
            return "the work was given up, and nothing was left."
        if not self.going.kept:
            self.going.abandon()
            return "nothing was finished yet, and nothing was left."
        told = self.going.how_to_go_on()
        self.going.leave()
        return told


def _asked(name: str, changes: Sequence[str], out: Path | None, *, engine: str, also: Sequence[str], say: Say) -> Study:
    """The study; what is wrong with the words beside it is told before the work, not after it."""
    parse(engine)
    for form in also:
        formats.require(form)
    say("reading the study")
    study = changed(find_study(name), changes)
    if out is not None:
        refuse_used(out)
    if changes:  # a run keeps the changed text, not what changed it: told here, it is told as it was typed
        refuse_unfit(study, study.network())
    return study


def _begun(out: Path | None, parent: Path, name: str, asked: Question) -> Unfinished:
    """The run in the folder that is asked for, or in the first in `parent` that nobody takes before us."""
    if out is not None:
        return begin(out, asked)
    while True:
        folder = next_folder(parent, name)
        try:
            return begin(folder, asked)
        except RunError:
            if not folder.exists():
                raise


def _drawn(study: Study, draws: int, seed: int) -> Study:
    return drawn(study, balance(study.network()).network, draws=draws, seed=seed)


def _fresh(study: Study, draws: int) -> int:
    """Years in each fresh sample; none where no interval is defined."""
    meant = isinstance(study.sizing.risk, Expectation) and not study.sizing.floors and study.sweep is None
    return max(draws // FRESH, FEWEST) if meant else 0


def changed(study: Study, changes: Sequence[str]) -> Study:
    """A study with `key=value` words put in, which errors name as `--set key=value`."""
    return study.having(parsed(changes), named=named(changes)) if changes else study


def find_unfinished(name: str) -> Path:
    """The folder of a run: as given, or the newest unfinished one of a study (of a stress: a dataset) of that name.

    Raises
    ------
    RunError
        If there is none.
    """
    among = (RUNS, COMPARISONS, STRESSES)
    begun = (Path(name) / UNFINISHED).is_dir()
    found = Path(name) if begun else newest(name, UNFINISHED, lacking=MANIFEST, among=among)
    if found is None and not Path(name).is_dir():
        places = ", ".join(str(one) for one in among)
        raise RunError(f"{name} is no folder, and no unfinished run of that name stands in {places}")
    return found or Path(name)


def finished(name: str) -> Answer | None:
    """What to say of a run that is finished already; None of others."""
    if not (Path(name) / MANIFEST).is_file():
        return None
    return Answer(text=f"The run in {name} is finished: there is nothing to go on with.", data={"folder": name})


def told(done: Answered) -> Answer:
    """What a run says, once it stands in its folder."""
    files = {path.name: str(path) for path in sorted(done.folder.iterdir())}
    where = {"folder": str(done.folder), "files": files}
    if done.result is not None:
        text = [*_answer(done.result), *_failed(done)]
        text.append(f"Everything is in {done.folder}; open {done.folder / 'report.html'}")
        return Answer(text="\n".join(text), data={**done.result.to_json(), **where})
    if done.compared is not None:
        text = [compared(done.compared), "", *_failed(done), f"Everything is in {done.folder}"]
        return Answer(text="\n".join(text), data={**done.compared.to_json(), **where})
    if done.stressed is not None:
        text = [many_told(done.stressed).text, "", *_failed(done), f"Everything is in {done.folder}"]
        return Answer(text="\n".join(text), data={**done.stressed.to_json(), **where})
    assert done.points is not None
    shown = done.points.drop(columns=["bound_usd", "gap", "status"], errors="ignore")
    text = [columns(shown), "", *_failed(done), f"Each point has a folder with its report in {done.folder}"]
    points = plainly(done.points.to_dict("records"))
    return Answer(text="\n".join(text), data={"points": points, "failures": done.failures.to_dict("records"), **where})


def _failed(done: Answered) -> list[str]:
    if not len(done.failures):
        return []
    why = done.failures.columns[-1]
    table = columns(done.failures.assign(**{why: done.failures[why].str.partition("\n")[0]}).head(LINES))
    return ["Failed (failures.csv has the whole reason):", table, ""]


def _answer(result: Result) -> list[str]:
    parts = [result.headline(), ""]
    summary = result.summary()
    if len(summary):
        parts += [columns(summary.rename(columns=HEADS)), ""]
    if len(result.sizing.measures):
        parts += ["Stock and measures by what each costs for the loss it avoids, what is bought first:"]
        parts += [columns(result.table("ranking").rename(columns=HEADS).head(LINES)), ""]
    parts += [*result.findings(), ""]
    others = result.study.losses.others
    if others != 1:
        parts.append(f"Losses outside {result.study.members} count {others:g}.")
    return parts
