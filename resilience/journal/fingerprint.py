"""One digest for whatever is equal, in any process: what a task, a message or a program is filed under.

Pickled bytes will not do: they depend on which parts are one object, and sets of words come in another order in every
process.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Set
from dataclasses import fields, is_dataclass
from functools import partial
from pathlib import PurePath
from types import BuiltinFunctionType, FunctionType
from typing import Any

import numpy as np
import pandas as pd
from scipy import sparse


def fingerprint(*values: object) -> bytes:
    """SHA-256 of the values: of dataclasses their type and the fields that count in comparisons, of frames and arrays
    what they hold, of mappings also the order, of functions the name.

    >>> fingerprint({"a", "b"}) == fingerprint({"b", "a"}), fingerprint(1) == fingerprint(1.0)
    (True, False)
    """
    return _Digester().of(values)


class _Digester:
    """Remembers what it met, since large parts are often shared."""

    def __init__(self) -> None:
        self.met: dict[int, tuple[object, bytes]] = {}

    def of(self, value: object) -> bytes:
        known = self.met.get(id(value))
        if known is not None:
            return known[1]
        told = hashlib.sha256(type(value).__qualname__.encode())
        for part in self._parts(value):
            told.update(part)
        self.met[id(value)] = (value, told.digest())  # the value is held so that its id stays its own
        return told.digest()

    def _parts(self, value: Any) -> Iterable[bytes]:
        if value is None or isinstance(value, bool | int | float | complex | str | PurePath):
            yield repr(value).encode()
        elif isinstance(value, bytes):
            yield value
        elif isinstance(value, np.ndarray) and not value.dtype.hasobject:
            yield f"{value.dtype.str}{value.shape}".encode()
            yield np.ascontiguousarray(value).tobytes()
        elif isinstance(value, np.ndarray):
            yield from (str(value.shape).encode(), self.of(value.tolist()))
        elif sparse.issparse(value):
            yield from map(self.of, _arrays(value))
        elif isinstance(value, pd.DataFrame | pd.Series | pd.Index):
            yield from map(self.of, _columns(value))
        elif isinstance(value, type | FunctionType | BuiltinFunctionType):
            yield f"{value.__module__}.{value.__qualname__}".encode()
        elif isinstance(value, Mapping):
            yield from (self.of(part) for pair in value.items() for part in pair)
        elif isinstance(value, Set):
            yield from sorted(map(self.of, value))
        elif isinstance(value, list | tuple):
            yield from map(self.of, value)
        elif isinstance(value, partial):
            yield from map(self.of, (value.func, value.args, value.keywords))
        elif is_dataclass(value):
            yield from (self.of(getattr(value, entry.name)) for entry in fields(value) if entry.compare)
        else:
            yield from map(self.of, value.__reduce_ex__(4))


def _arrays(value: Any) -> Iterable[object]:
    """A sparse matrix as arrays; it also remembers things of itself, as it happens to be asked."""
    rows = value.tocsr()
    return rows.shape, rows.indptr, rows.indices, rows.data


def _columns(value: pd.DataFrame | pd.Series | pd.Index) -> Iterable[object]:
    """A frame as plain lists and arrays."""
    if isinstance(value, pd.DataFrame):
        return [list(value.columns), value.index, *(value.iloc[:, at].to_numpy() for at in range(value.shape[1]))]
    index = [] if isinstance(value, pd.Index) else [value.index]
    return [value.name, str(value.dtype), *index, value.to_numpy()]
