"""What a stress asks, in the words it was asked in, and the files that its answer rests on."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import tomli_w

from resilience import datasets, hazards
from resilience.balance import balance
from resilience.errors import AskError
from resilience.network import Network
from resilience.provenance import checksum, dataset_files

METHODS = ("stratified", "plain", "sobol", "importance")
TOLD = ("dataset", "weeks", "scenario", "scenarios", "hazards", "draws", "seed", "method", "reserve", "release")
OF_DRAWS = ("draws", "method")  # mean nothing without hazards


@dataclass(frozen=True, kw_only=True)
class Stress:
    """Which network, which scenarios, for how long, and with which reserve under which rule.

    Scenarios are one by name, those of a file, or `draws` years drawn by `method` from hazards (all, some by name, or
    those of a file). Names of files and folders are seen from the folder `place`. `reserve` is what the person who asks
    calls it, `run` the folder of the run that sized it.
    """

    dataset: str
    weeks: int = 104
    scenario: str | None = None
    scenarios: str | None = None
    hazards: str | None = None
    draws: int = 1000
    seed: int = 1
    method: str = METHODS[0]
    reserve: str | None = None
    run: str | None = None
    release: str | None = None
    place: str = ""

    @property
    def text(self) -> str:
        """As TOML, which says nothing of where it was asked."""
        silent = () if self.hazards is not None else OF_DRAWS
        values = {key: getattr(self, key) for key in TOLD if key not in silent}
        return tomli_w.dumps({key: value for key, value in values.items() if value is not None})

    def at(self, name: str) -> Path:
        """A file or folder that is asked about."""
        return Path(self.place) / name

    def folder(self) -> Path:
        """Where the network's files lie: a shipped dataset, or a folder."""
        return datasets.find(self.dataset, place=Path(self.place))

    def network(self) -> Network:
        """The network, balanced."""
        return balance(Network.read(self.folder())).network

    def hazards_in(self) -> Path:
        """The file of the hazards that years are drawn from.

        Raises
        ------
        AskError
            If none ship for the dataset.
        """
        assert self.hazards is not None
        if self.hazards.endswith(".toml"):
            return self.at(self.hazards)
        shipped = hazards.shipped()
        if self.dataset not in shipped:
            has = ", ".join(hazards.names())
            told = f"No hazards ship for {self.dataset!r} (for {has} they do). Give your own: --hazards FILE.toml"
            raise AskError(told)
        return shipped[self.dataset]

    def rests_on(self) -> dict[str, str]:
        """Every file that the answer rests on, with its SHA-256 as it is now.

        Raises
        ------
        AskError
            If one cannot be read.
        """
        files = dataset_files(self.folder())
        if self.hazards is not None:
            files["hazards.toml"] = self.hazards_in()
        if self.scenarios is not None:
            files["scenarios.toml"] = self.at(self.scenarios)
        if self.run is not None:
            files |= {f"reserve/{name}": self.at(self.run) / name for name in ("reserve.csv", "study.toml")}
        if self.release is not None:
            files["release.toml"] = self.at(self.release)
        try:
            return {name: checksum(files[name]) for name in sorted(files)}
        except OSError as error:
            raise AskError(f"Cannot read {error.filename}: {error.strerror or error}") from error
