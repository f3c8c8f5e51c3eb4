"""Arrays that all look the same to a compiler."""

from __future__ import annotations

from typing import Any, TypeVar

import numpy as np

from resilience.simulate.compiled.tables import Block, Net, Vault

Record = TypeVar("Record", Net, Vault, Block)


def alike(record: Record) -> Record:
    """The record with every array in one piece that may be written to.

    What a frame lends out may be neither, as its columns happen to lie, and for every mixture of such arrays the step
    would be compiled once more, which takes most of a minute.
    """
    return type(record)(*(_alike(part) for part in record))


def _alike(part: Any) -> Any:
    return np.require(part, requirements=("C_CONTIGUOUS", "WRITEABLE")) if isinstance(part, np.ndarray) else part
