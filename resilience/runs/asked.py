"""What a run was asked, written before it begins: enough to go on with it, and to see whether it still can be."""

from __future__ import annotations

import json
import math
from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, fields, replace
from pathlib import Path
from typing import Any, ClassVar

from resilience.answering import inputs
from resilience.compare import scores
from resilience.drawing import hazards_of
from resilience.errors import AskError, RunError
from resilience.provenance import checksum, command, versions
from resilience.sizing.size import PROVED
from resilience.stress import Stress
from resilience.study import Study


@dataclass(frozen=True, kw_only=True)
class Comparing:
    """What a comparison of policies is asked beside its study.

    `draws` years from the dataset's hazards in place of its scenarios (None: its scenarios); `seed` for years, lots and
    repetitions; `only` names policies (none: all); `points` of the design that moves the data within its ranges (0: it
    is not moved); `ratings` of countries, by name or file, that change the chances with a `strength`.

    Raises
    ------
    AskError
        If drawn years are to be rated.
    """

    draws: int | None = None
    seed: int = 1
    only: tuple[str, ...] = ()
    points: int = 0
    ratings: tuple[str, ...] = ()
    strength: float = scores.STRENGTH

    def __post_init__(self) -> None:
        if self.ratings and self.draws is not None:
            raise AskError(
                "Ratings change stated chances, and drawn years state none: a year's weight comes from how it was "
                "drawn, and what happens in it may begin in many countries. Leave --draws out, and the study's named "
                "scenarios are rated"
            )


@dataclass(frozen=True, kw_only=True)
class Question(ABC):
    """What any run was asked: the text that states it, and what all of it rests on.

    `engine` is in words (`engine.parse`). `file` is what the text is called in the run's folder.
    """

    file: ClassVar[str]

    text: str
    inputs: Mapping[str, str]
    versions: Mapping[str, str]
    command: str
    engine: str = "serial"

    @abstractmethod
    def rests_on(self) -> dict[str, str]:
        """Every file that the answer rests on, with its SHA-256 as it is now."""

    def to_json(self) -> str:
        """As `read_question` reads it."""
        return json.dumps(asdict(self), indent=1) + "\n"

    def refuse_changed(self, folder: Path) -> None:
        """Complain if what the run rests on is not what it was: old answers and new ones would be of two worlds.

        Raises
        ------
        RunError
            Naming everything that changed.
        """
        found = [
            *_changed("input", self.inputs, self.rests_on()),
            *_changed("version of", self.versions, versions()),
        ]
        if found:
            told = "\n".join(f"  {one}" for one in found)
            raise RunError(
                f"The run in {folder} cannot go on, for it rests on what is no longer there:\n{told}\n"
                "Put back what it was, or begin a new run in another folder."
            )


@dataclass(frozen=True, kw_only=True)
class Asked(Question):
    """A study's text and where its file lies, and the settings of `run`.

    `years` and `gap` as `run` has them, `minutes` its limit of time (none by default); `also` names further forms of
    tables; `data_draws` says over how many draws of the data the answer is told (0: none), `data_foresight` whether its
    losses with perfect foresight are too.
    With `comparing`, the question is not the study's own but which policy is best for it.
    """

    file: ClassVar[str] = "study.toml"

    path: str
    gap: float = PROVED
    minutes: float | None = None
    years: int = 0
    also: tuple[str, ...] = ()
    data_draws: int = 0
    data_foresight: bool = False
    comparing: Comparing | None = None

    @classmethod
    def of(cls, study: Study, *, comparing: Comparing | None = None, **settings: Any) -> Asked:
        """The question, asked here and now."""
        path = "" if study.path is None else str(study.path.resolve())
        if comparing is not None:
            comparing = replace(comparing, ratings=scores.placed(comparing.ratings))
        return cls(
            text=study.text, path=path, inputs=_read(study, comparing), versions=versions(), command=command(),
            comparing=comparing, **settings,
        )  # fmt: skip

    @property
    def time_limit_s(self) -> float:
        """Seconds by the clock that sizing may take."""
        return math.inf if self.minutes is None else 60.0 * self.minutes

    def study(self) -> Study:
        """The study; what differs from its file was put in when the run began."""
        return Study.from_text(self.text, path=Path(self.path) if self.path else None)

    def rests_on(self) -> dict[str, str]:
        """Its study, the dataset, ratings, and where years are yet to be drawn, their hazards too."""
        return _read(self.study(), self.comparing)


@dataclass(frozen=True, kw_only=True)
class AskedStress(Question):
    """What a year may lose on a network (`resilience.stress`)."""

    file: ClassVar[str] = "stress.toml"

    stress: Stress

    @classmethod
    def of(cls, stress: Stress, *, engine: str = "serial") -> AskedStress:
        """The question, asked here and now."""
        return cls(
            text=stress.text, inputs=stress.rests_on(), versions=versions(), command=command(), engine=engine,
            stress=stress,
        )  # fmt: skip

    def rests_on(self) -> dict[str, str]:
        """Network, hazards, and the reserve with its rule."""
        return self.stress.rests_on()


def read_question(text: str, *, where: Path) -> Question:
    """What was written by `Question.to_json`.

    Raises
    ------
    RunError
        If it is not whole.
    """
    try:
        values = json.loads(text)
        kind = AskedStress if "stress" in values else Asked
        known = {entry.name for entry in fields(kind)}
        if set(values) != known:
            raise ValueError(f"its keys are {', '.join(sorted(values))}")
        if kind is AskedStress:
            return AskedStress(**{**values, "stress": Stress(**values["stress"])})
        comparing = values["comparing"]
        if comparing is not None:
            named = {key: tuple(comparing.get(key, ())) for key in ("only", "ratings")}
            comparing = Comparing(**{**comparing, **named})
        return Asked(**{**values, "also": tuple(values["also"]), "comparing": comparing})
    except (ValueError, TypeError, KeyError) as error:
        raise RunError(f"{where} does not say what was asked ({error}). Delete the folder and run anew") from error


def _read(study: Study, comparing: Comparing | None) -> dict[str, str]:
    found = inputs(study)
    if comparing is not None:
        rated = scores.files(comparing.ratings)
        found |= {"hazards.toml": checksum(hazards_of(study))} if comparing.draws is not None else {}
        found |= {f"ratings/{name}.csv": checksum(path) for name, path in rated.items()}
    return found


def _changed(what: str, then: Mapping[str, str], now: Mapping[str, str]) -> Iterator[str]:
    for name in sorted({*then, *now}):
        if then.get(name) != now.get(name):
            before, after = (one[:12] for one in (then.get(name, "not there"), now.get(name, "not there")))
            yield f"{what} {name}: {before} then, {after} now"
