"""Past events held against what a network says: the body of backtest."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from resilience.cli.answer import Answer
from resilience.cli.catalogue import find_network
from resilience.cli.text import columns
from resilience.errors import AskError, near
from resilience.formats import plainly
from resilience.history import backtest, load

Say = Callable[[str], None]


def backtested(dataset: str, *, names: Sequence[str], say: Say) -> Answer:
    """Shipped events (all, or those named) simulated on the network of their day, beside what was reported.

    Raises
    ------
    AskError
        If no event has one of the names.
    """
    say(f"reading {dataset}")
    network = find_network(dataset)
    events = {event.name: event for event in load()}
    if strange := [f"no event {name!r}. {near(name, events)}" for name in names if name not in events]:
        raise AskError("Cannot test against these events", strange)
    chosen = [events[name] for name in names or events]
    table = backtest(network, chosen, told=lambda alike: say(f"simulating {alike}"))
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
