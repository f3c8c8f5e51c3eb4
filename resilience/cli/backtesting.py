"""Past events held against what a network says: the body of backtest."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from resilience.cli.answer import Answer
from resilience.cli.catalogue import find_network
from resilience.cli.text import columns
from resilience.formats import plainly
from resilience.history import backtest

Say = Callable[[str], None]


def tested(dataset: str, *, say: Say) -> Answer:
    """Each shipped event simulated on the network of its day, beside what was reported."""
    say(f"reading {dataset}")
    network = find_network(dataset)
    table = backtest(network, told=lambda names: say(f"simulating {names}"))
    table[["low", "high"]] = table[["low", "high"]].astype(float)
    met, asked = int((table["verdict"] == "met").sum()), int((table["verdict"] != "not simulated").sum())
    shown = table.drop(columns=["low", "high"])
    text = [
        f"{met} of {asked} reported outcomes are met.",
        "",
        columns(shown),
        "",
        "A met outcome is no proof: several effects are reported as none. docs/explain/validity.md reads the rest.",
    ]
    table["simulated"] = table["simulated"].replace(np.inf, np.nan)
    data = {"dataset": dataset, "met": met, "asked": asked, "backtest": plainly(table.to_dict("records"))}
    return Answer(text="\n".join(text), data=data, tables={"backtest": table})
