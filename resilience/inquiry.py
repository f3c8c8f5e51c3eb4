"""A question about one network that a TOML file asks: what studies and questions about controls have in common.

The file is read, checked in one pass and told every fault of it with its line (`written`); then it is held against the
network it names, for what only the network can say.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, ClassVar, Self

from pydantic import Field, PrivateAttr, ValidationError

from resilience import datasets
from resilience.errors import AskError
from resilience.lines import lines_of
from resilience.network import Network
from resilience.written import Source, Table, text_in, told, values_in

MOST_WEEKS = 5_200  # a century: more is a slip, and arrays by week would not fit


class Inquiry(Table):
    """The keys that every such file has, and where each stands. Read it as a `Study` or a `ControlStudy`."""

    WHAT: ClassVar[str]  # what errors call it, as in "the study"
    SHOWN: ClassVar[str]  # what they call its text where that is in no file

    name: str = Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]*$")
    title: str = ""
    question: str = ""
    dataset: str
    weeks: int = Field(default=104, ge=1, le=MOST_WEEKS)
    source: str = ""
    notes: str = ""

    _text: str = PrivateAttr(default="")
    _path: Path | None = PrivateAttr(default=None)
    _source: Source = PrivateAttr(default_factory=lambda: Source(shown="text"))

    @classmethod
    @abstractmethod
    def tables(cls) -> Mapping[tuple[str, ...], type[Table]]:
        """Where each of its tables stands, for the keys it knows."""

    @classmethod
    def read(cls, path: str | Path) -> Self:
        """The one in a TOML file.

        Raises
        ------
        AskError
            Naming every fault with its line.
        """
        path = Path(path)
        return cls.from_text(text_in(path, cls.WHAT), path=path)

    @classmethod
    def from_text(cls, text: str, *, path: Path | None = None, shown: str = "") -> Self:
        """The one that TOML text describes; `path` is where it stands, `shown` what errors call it."""
        shown = shown or (str(path) if path else cls.SHOWN)
        return cls._checked(values_in(text, shown, cls.WHAT), text, path, Source(shown=shown, lines=lines_of(text)))

    @classmethod
    def _checked(cls, values: dict[str, Any], text: str, path: Path | None, source: Source) -> Self:
        try:
            found = cls.model_validate(values)
        except ValidationError as error:
            what = f"{_capital(cls.WHAT)} {source.shown} cannot be read{' as changed' if source.given else ''}"
            raise AskError(what, told(error, source, cls.tables())) from error
        found._text, found._path, found._source = text, path, source
        return found

    @property
    def text(self) -> str:
        """The TOML it was read from."""
        return self._text

    @property
    def path(self) -> Path | None:
        """The file it was read from, if any."""
        return self._path

    def where(self, *path: str | int) -> str:
        """What errors call a key: file, line and key, or the change that put it in."""
        return self._source.where(*path)

    def folder(self) -> Path:
        """Where the network's files lie: the folder `dataset` names, seen from the file, or a shipped dataset.

        Raises
        ------
        AskError
            If there is neither.
        """
        place = self.path.parent if self.path else Path()
        what = f"{_capital(self.WHAT)} {self.name}"
        return datasets.seen_from(place, self.dataset, what=what, where=self.where("dataset"))

    def network(self) -> Network:
        """The network it asks about, checked."""
        return Network.read(self.folder())

    def refused(self, act: Callable[[], object], *path: str | int) -> list[str]:
        """What is wrong with the key at `path`, told with its line, if `act` says that something is."""
        try:
            act()
        except AskError as error:
            return [f"{self.where(*path)}: {'; '.join([error.what, *error.faults])}"]
        return []

    def too_late(self, first_week: int, *path: str | int, who: str = "") -> list[str]:
        """What is wrong with what begins at `first_week`, if that is past the horizon."""
        if first_week <= self.weeks:
            return []
        past = f"begins in week {first_week}, past the horizon of {self.weeks} weeks. Raise `weeks`."
        return [f"{self.where(*path)}: {who}{past}"]


def _capital(words: str) -> str:
    return words[:1].upper() + words[1:]
