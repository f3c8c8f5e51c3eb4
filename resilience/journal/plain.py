"""Reading answers back without trusting the file: only data can come out of it.

A pickle may name any function to be called while it is read, and a run's folder may come from anybody. So names are
looked up in a short list: arrays, frames and plain values, and this package's dataclasses and choices.

Where pyarrow is installed pandas keeps strings in its buffers, whose readers trust what they are given. So strings are
written one by one, and take the form that is usual wherever they are read.
"""

from __future__ import annotations

import io
import pickle
from dataclasses import is_dataclass
from enum import Enum
from importlib import import_module
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

KNOWN = {
    "builtins": {"bytearray", "complex", "frozenset", "range", "set", "slice"},
    "collections": {"Counter", "OrderedDict", "defaultdict", "deque"},
    "datetime": {"date", "datetime", "timedelta", "timezone"},
    "numpy": {"dtype", "ndarray"},
    "numpy._core.multiarray": {"_reconstruct", "scalar"},
    "numpy._core.numeric": {"_frombuffer"},
    "pandas": {"DataFrame", "Index", "MultiIndex", "RangeIndex", "Series", "StringDtype"},
    "pandas._libs.internals": {"_unpickle_block"},
    "pandas._libs.arrays": {"__pyx_unpickle_NDArrayBacked"},
    "pandas.arrays": {"StringArray"},
    "pandas.core.arrays.string_": {"StringArray", "StringDtype"},
    "pandas.core.frame": {"DataFrame"},
    "pandas.core.indexes.base": {"Index", "_new_Index"},
    "pandas.core.indexes.multi": {"MultiIndex"},
    "pandas.core.indexes.range": {"RangeIndex"},
    "pandas.core.internals.managers": {"BlockManager", "SingleBlockManager"},
    "pandas.core.series": {"Series"},
    "resilience.journal.plain": {"strings"},
    "scipy.sparse._csc": {"csc_matrix"},
    "scipy.sparse._csr": {"csr_matrix"},
}


def written(value: object) -> bytes:
    """A value as bytes that `read` knows."""
    data = io.BytesIO()
    _Writer(data, pickle.HIGHEST_PROTOCOL).dump(value)
    return data.getvalue()


def read(data: bytes) -> Any:
    """The value.

    Raises
    ------
    pickle.UnpicklingError
        If it asks for anything but data.
    """
    return _Reader(io.BytesIO(data)).load()


def strings(values: NDArray[np.object_]) -> Any:
    """Strings and gaps as a column of a frame holds them here."""
    return pd.array(values, dtype="str")


class _Writer(pickle.Pickler):
    def reducer_override(self, value: object) -> Any:
        if isinstance(value, pd.arrays.ArrowStringArray):
            return strings, (np.asarray(value, dtype=np.object_),)
        return NotImplemented


class _Reader(pickle.Unpickler):
    def find_class(self, module: str, name: str) -> Any:
        if name in KNOWN.get(module, ()):
            return getattr(import_module(module), name)
        if module.partition(".")[0] == "resilience" and "." not in name:
            found = getattr(import_module(module), name, None)
            if isinstance(found, type) and (is_dataclass(found) or issubclass(found, Enum)):
                return found
        raise pickle.UnpicklingError(f"{module}.{name} is no plain data")
