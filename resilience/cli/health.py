"""Is this installation sound: the body of doctor."""

from __future__ import annotations

import sys
import tomllib
from importlib.util import find_spec

import numpy as np
from scipy import sparse

from resilience import controls, datasets, models
from resilience.cli.answer import Answer
from resilience.errors import ResilienceError
from resilience.library import shelf
from resilience.provenance import versions
from resilience.solver import LinearProgram, solve

EXTRAS = {  # an extra, and a module it brings
    "arrays": "xarray",
    "cluster": "distributed",
    "excel": "openpyxl",
    "interactive": "plotly",
    "mrio": "pymrio",
    "notebook": "jupyterlab",
    "parquet": "duckdb",
    "sensitivity": "SALib",
}


def examined() -> Answer:
    """Versions, a solver check, where data lies, which extras are there."""
    solver = _solver_check()
    shelves = {name: str(shelf(name)) for name in ("datasets", "models")}
    broken = {}
    shipped = dict.fromkeys(models.names(), models.load) | dict.fromkeys(controls.names(), controls.load)
    for name, load in shipped.items():
        try:
            load(name)
        except (ResilienceError, tomllib.TOMLDecodeError) as error:
            broken[name] = str(error)
    extras = {name: find_spec(module) is not None for name, module in EXTRAS.items()}
    missing = [name for name, held in extras.items() if not held]
    ok = solver == "ok" and not broken and bool(datasets.names())
    lines = [f"{'python' if name == 'python' else name}: {version}" for name, version in versions().items()]
    lines += [f"solver check (two lines, known answer): {solver}"]
    lines += [f"{name}: {path}" for name, path in shelves.items()]
    lines += [
        f"datasets held: {', '.join(datasets.names()) or 'NONE'}",
        f"models held: {', '.join(shipped) or 'none'}",
    ]
    lines += [f"model {name} is broken: {told}" for name, told in broken.items()]
    lines.append(f"extras here: {', '.join(name for name, held in extras.items() if held) or 'none'}")
    if missing:
        lines.append(
            f'extras not here: {", ".join(missing)}. To add one: pip install "supply-resilience[{missing[0]}]"'
        )
    lines.append("All is well." if ok else "Something is wrong: see above.")
    data = {
        "ok": ok,
        "versions": versions(),
        "platform": sys.platform,
        "solver_check": solver,
        "shelves": shelves,
        "datasets": datasets.names(),
        "models": list(shipped),
        "broken": broken,
        "extras": extras,
    }
    return Answer(text="\n".join(lines), data=data)


def _solver_check() -> str:
    """Least x + 2 y with x + y >= 1 and y >= 0.25: 1.25."""
    program = LinearProgram(
        cost=np.array([1.0, 2.0]),
        matrix=sparse.csc_matrix([[1.0, 1.0], [0.0, 1.0]]),
        row_lower=np.array([1.0, 0.25]),
        row_upper=np.full(2, np.inf),
        column_lower=np.zeros(2),
        column_upper=np.full(2, np.inf),
    )
    try:
        objective = solve(program).objective
    except ResilienceError as error:
        return f"failed: {error}"
    return "ok" if abs(objective - 1.25) < 1e-9 else f"failed: 1.25 expected, {objective!r} found"
