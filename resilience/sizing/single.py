"""Each scenario's sizing program by itself, for methods that put scenarios together in their own way.

With losses weighed by their mean and nothing else asked of years together, a sizing falls into one program a year:

    least  holding @ held + loss      with the limits on what is held, and the response program of the year

each weighed by the year's chance, the same `held` in all. The calm year, which has what is left of the probability,
has a program without a response. Other measures and floors bind years to one another, so their programs are refused.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from resilience.errors import AskError
from resilience.risk import Expectation
from resilience.sizing.stated import Stated
from resilience.solver import LinearProgram, write

CALM = "calm year"
NEVER = 1e-12  # a chance that is what rounding leaves of none


@dataclass(frozen=True, kw_only=True, eq=False)
class Single:
    """The program of one year; its first `shared` columns are decided before the year is known."""

    scenario: str
    probability: float
    program: LinearProgram
    shared: int


def separable(stated: Stated) -> bool:
    """Whether the sizing falls into one program a year."""
    return isinstance(stated.terms.risk, Expectation) and not stated.terms.floors


def singles(stated: Stated) -> Iterator[Single]:
    """The program of each year, the calm one last.

    Scenarios that were simulated and found to lose nothing have no program of their own: they are calm years too.

    Raises
    ------
    AskError
        If the risk measure or a floor binds years to one another.
    """
    if not separable(stated):
        raise AskError("Only a sizing by expected loss without floors falls into one program a scenario")
    shared = stated.first.columns["held"][0].stop
    numbers = stated.terms.blocks
    for block, number in enumerate(numbers.tolist()):
        scenario = stated.scenarios.scenarios[number]
        program = _alone(stated, [block]).joined.program
        yield Single(scenario=scenario.name, probability=scenario.probability, program=program, shared=shared)
    calm = 1.0 - float(stated.terms.probabilities[numbers].sum())
    if calm > NEVER:
        yield Single(scenario=CALM, probability=calm, program=_alone(stated, []).joined.program, shared=shared)


def _alone(stated: Stated, blocks: list[int]) -> Stated:
    """The same ask of a year that is sure to come: that of one block or, without any, the calm year."""
    terms = replace(
        stated.terms, probabilities=np.ones(len(blocks)), largest_loss=stated.terms.largest_loss[blocks], live=None
    )
    return replace(
        stated,
        terms=terms,
        cases=[stated.cases[block] for block in blocks],
        blocks=[stated.blocks[block] for block in blocks],
        mine=[stated.mine[block] for block in blocks],
    )


def write_singles(stated: Stated, folder: Path) -> list[Path]:
    """A file pair a year: scenarioN.mps and scenarioN_nonants.json, which names the columns shared by all years.

    The form is the one that mpi-sppy 0.14 reads with `--mps-files-directory` (B. Knueven et al. (2023), A parallel
    hub-and-spoke system for large-scale scenario-based optimization under uncertainty, Mathematical Programming
    Computation 15).
    """
    folder.mkdir(parents=True, exist_ok=True)
    files = []
    for number, single in enumerate(singles(stated)):
        files.append(write(single.program, folder / f"scenario{number}.mps"))
        shared = [f"c{n}" for n in range(single.shared)]
        told = {
            "scenarioData": {"name": single.scenario, "scenProb": single.probability},
            "treeData": {
                "globalNodeCount": 1,
                "nodes": {"ROOT": {"serialNumber": 0, "condProb": 1.0, "nonAnts": shared}},
            },
        }
        (folder / f"scenario{number}_nonants.json").write_text(json.dumps(told, indent=1) + "\n", "utf-8")
    return files
