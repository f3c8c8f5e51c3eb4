"""Drawn years simulated in a folder: each block of them is kept as it is finished.

Years are drawn anew when the work goes on, for the same seed draws the same ones; so only what they lost is kept.
"""

from __future__ import annotations

from collections.abc import Callable

from resilience.engine import Engine
from resilience.journal import Kept
from resilience.result import Files
from resilience.runs.asked import AskedStress
from resilience.runs.unfinished import Unfinished
from resilience.stress import Stressed, choose, stressed

Say = Callable[[str], None]


def stressing(going: Unfinished, asked: AskedStress, engine: Engine, say: Say) -> tuple[Stressed, Files]:
    """What drawn years lose, as `going` was asked."""
    stress = asked.stress
    say(f"reading and balancing {stress.dataset}")
    network = stress.network()
    chosen = choose(stress, network, say=say)
    done = stressed(stress, network, chosen, engine=Kept(engine=engine, log=going.log), say=say)
    tables = done.tables()
    manifest = {
        "dataset": network.name,
        "hazards": stress.hazards,
        "inputs": dict(asked.inputs),
        "versions": dict(asked.versions),
        "seed": stress.seed,
        "draws": stress.draws,
        "command": asked.command,
        "answer": done.figures(),
        "tables": {name: len(table) for name, table in tables.items()},
    }
    return done, Files(study=asked.text, tables=tables, manifest=manifest, report=None, answer=done.to_json())
