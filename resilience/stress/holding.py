"""The reserve that a run sized, to be held against other scenarios."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from resilience.errors import AskError
from resilience.folder import read_csv
from resilience.network import Network
from resilience.policy import Reserve
from resilience.study import Study, read_release


def reserve_of(run: Path, network: Network, release: Path | None = None) -> Reserve:
    """The reserve in the folder of a run, on `network`, under the run's rule of release or that of a file.

    Raises
    ------
    AskError
        If it lacks a column.
    """
    rows = read_csv(run / "reserve.csv")
    strange = sorted({"good", "place", "owner", "units"} - set(rows.columns))
    if strange:
        raise AskError(f"{run / 'reserve.csv'} has no column {', '.join(strange)}")
    rows["units"] = rows["units"].astype(np.float64)
    rule = read_release(release) if release else Study.read(run / "study.toml").release.build()
    return Reserve.of(network, rows, release=rule)
