"""The three ways functions are compiled here, under types that a checker can follow."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar, cast

from numba import njit

Function = TypeVar("Function", bound=Callable[..., object])

APART: dict[str, Any] = {  # nothing calls these from Python: without wrappers they compile in a third of the time
    "error_model": "numpy",
    "nogil": True,
    "_nrt": False,
    "no_cpython_wrapper": True,
    "no_cfunc_wrapper": True,
}
INNER: dict[str, Any] = {**APART, "forceinline": True}  # a call that hands on a hundred arrays costs half a microsecond
OUTER: dict[str, Any] = {"error_model": "numpy", "nogil": True, "_nrt": False, "no_cfunc_wrapper": True, "cache": True}


def inner(function: Function) -> Function:
    """Compiled into the compiled functions that call it: every week needs it."""
    return cast(Function, njit(**INNER)(function))


def apart(function: Function) -> Function:
    """Compiled once, to be called by compiled functions only: long, and not needed by every week."""
    return cast(Function, njit(**APART)(function))


def outer(function: Function) -> Function:
    """Compiled, and kept on disk for the next run."""
    return cast(Function, njit(**OUTER)(function))
