"""Figures on matplotlib axes: each function takes what it shows and axes, and returns the axes.

Of a study's answer: `result.plot.losses()` is `plot.losses(result)`. A run that was read back will do
(`resilience.runs.saved.read`). Of other answers: `burden`, `coalitions` and `backtests` take what those questions
return, or its rows from an answer.json. They show what the report shows, from the same frames. Without axes a figure
of fitting size is made. `scale` tells amounts as they are, or as indices
(`resilience.report.scale.Indices.of(result)`). Matplotlib is imported when a figure is first drawn.
"""

from resilience.plot.beside import backtests, burden, coalitions
from resilience.plot.run import (
    exposure,
    frontier,
    layers,
    losses,
    marginal_value,
    reserve_by_good,
    reserve_by_place,
    unmet_bands,
    unmet_over_time,
)

__all__ = [
    "backtests",
    "burden",
    "coalitions",
    "exposure",
    "frontier",
    "layers",
    "losses",
    "marginal_value",
    "reserve_by_good",
    "reserve_by_place",
    "unmet_bands",
    "unmet_over_time",
]
