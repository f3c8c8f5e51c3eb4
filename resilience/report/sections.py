"""What the report says, in reading order: a section is a function of a reading, or none if it holds nothing for it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from resilience.reading import Reading
from resilience.report import beside as beside_
from resilience.report.blocks import Section
from resilience.report.grounds import caution, data, network, other_data, provenance, scenarios
from resilience.report.holding import budgets, known, margins, ranked, reserve, summary
from resilience.report.losing import exposed, loss_by_scenario, missing, over_time, still_short
from resilience.report.scale import AsTheyAre

FIRST = (summary, caution, reserve, ranked, loss_by_scenario, over_time, exposed, still_short, missing, budgets,
         margins, known, other_data)  # fmt: skip
LAST = (network, scenarios, data, provenance)


def sections(reading: Reading, scale: AsTheyAre, beside: Mapping[str, Mapping[str, Any]]) -> list[Section]:
    """Every section that there is something for; `beside` has the answers of other commands, by command."""
    others = [section(beside[kind], scale) for kind, section in beside_.KINDS.items() if kind in beside]
    every = [
        *(section(reading, scale) for section in FIRST),
        *others,
        *(section(reading, scale) for section in LAST),
    ]
    return [section for section in every if section and (section.words or section.blocks)]
