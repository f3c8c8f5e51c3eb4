"""Cuts on disk, so that a search that was stopped goes on where it was: plain arrays, nothing that runs when read."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from resilience.errors import AskError
from resilience.sizing.lshaped.plans import Plan
from resilience.sizing.lshaped.pool import Pool, rounded
from resilience.solver import LinearProgram

CUTS = ("weights", "slopes", "sides")
PLANS = ("takes", "measured", "serves")


def fingerprint(first: LinearProgram, pools: Sequence[Pool]) -> str:
    """What tells one two-stage program from another: its first stage, structures and scenarios."""
    told = hashlib.sha256(repr((CUTS, PLANS)).encode())
    programs = [first, *(pool.structure.program for pool in pools)]
    for program in programs:
        for part in (program.matrix.indptr, program.matrix.indices, program.matrix.data, program.cost):
            told.update(np.ascontiguousarray(part).data)
    for pool in pools:
        for part in (pool.structure.values, pool.structure.tie.data, pool.structure.columns):
            told.update(np.ascontiguousarray(part).data)
    for part in (first.row_lower, first.row_upper, first.column_lower, first.column_upper):
        told.update(np.ascontiguousarray(part).data)
    return told.hexdigest()


def save(path: Path, first: LinearProgram, pools: Sequence[Pool]) -> None:
    """Write what the pools know."""
    arrays = {f"{number}_{part}": np.array(getattr(pool, part)) for number, pool in enumerate(pools) for part in CUTS}
    for number, pool in enumerate(pools):
        arrays |= {f"{number}_{part}": np.array([getattr(plan, part) for plan in pool.plans.known]) for part in PLANS}
    with path.open("wb") as file:
        np.savez_compressed(file, allow_pickle=False, program=np.array(fingerprint(first, pools)), **arrays)


def load(path: Path, first: LinearProgram, pools: Sequence[Pool]) -> None:
    """Put into the pools what a file holds.

    Raises
    ------
    AskError
        If the file is of another program, or no such file at all.
    """
    try:
        with np.load(path, allow_pickle=False) as kept:
            arrays = dict(kept)
    except (OSError, ValueError) as error:
        raise AskError(f"Cannot read cuts from {path}: {error}. Delete it to begin anew") from error
    if str(arrays.get("program")) != fingerprint(first, pools):
        raise AskError(f"{path} holds cuts of another program. Delete it, or name another file")
    for number, pool in enumerate(pools):
        for row in zip(*(arrays[f"{number}_{part}"] for part in CUTS), strict=True):
            pool.seen[rounded(np.concatenate(row))] = len(pool)
            pool.keep(*row)
        for takes, measured, serves in zip(*(arrays[f"{number}_{part}"] for part in PLANS), strict=True):
            pool.plans.learn(Plan(takes=takes, measured=measured, serves=serves))
