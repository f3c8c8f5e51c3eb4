"""The two ways functions are compiled here, under types that a checker can follow."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar, cast

from numba import njit

Function = TypeVar("Function", bound=Callable[..., object])

INNER: dict[str, Any] = {  # nothing calls these from Python: without wrappers they compile in a third of the time
    "error_model": "numpy",
    "nogil": True,
    "no_cpython_wrapper": True,
    "no_cfunc_wrapper": True,
}
OUTER: dict[str, Any] = {"error_model": "numpy", "nogil": True, "no_cfunc_wrapper": True, "cache": True}


def inner(function: Function) -> Function:
    """Compiled, to be called by compiled functions only."""
    return cast(Function, njit(**INNER)(function))


def outer(function: Function) -> Function:
    """Compiled, and kept on disk for the next run."""
    return cast(Function, njit(**OUTER)(function))
