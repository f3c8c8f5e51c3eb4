"""The back-test: each event simulated on the network of its day, beside what was reported."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

import numpy as np
import pandas as pd

from resilience.history.account import account, measure
from resilience.history.events import Event, Outcome, load, network_of
from resilience.network import Network
from resilience.periods import Coarsening
from resilience.simulate import Behaviour, simulate
from resilience.sizing.response import best_response
from resilience.sizing.scope import Downstream
from resilience.solver import INNER

WEEKS = 60  # every outcome lies within a year and the notice before it
TO_THE_END = 104  # weeks in which losses are counted
COARSE = Coarsening(steps=((4, 1), (4, 2), (1, 4)))
NOTHING = 5e-4  # shown as 0
ROUNDING = 1e-9  # of the largest figure reported of an outcome: what arithmetic leaves of none

Told = Callable[[str], None]


def backtest(
    network: Network,
    events: Iterable[Event] | None = None,
    *,
    behaviour: Behaviour | None = None,
    told: Told | None = None,
) -> pd.DataFrame:
    """Reported and simulated, a row for each outcome: event, what, unit, reported, low, high, simulated, verdict.

    Firms behave as `behaviour` says, by default as `Behaviour()`, and no reserve exists. A verdict is "met" where the
    simulated figure lies from low to high, else "too low", "too high" or "not simulated". Prices are not: the network
    has none that move. What never comes is infinite.

    Do not read a met outcome as proof. Several effects are reported as none, which a network with ample stocks meets
    without being right, and inputs rest on assumptions that the events' files name.
    """
    chosen = load() if events is None else tuple(events)
    rows: dict[str, list[dict[str, object]]] = {}
    for of_the_day, alike in _by_network(network, chosen):
        if told is not None:
            told(", ".join(event.name for event in alike))
        scenarios = [event.scenario for event in alike]
        traces = simulate(of_the_day, scenarios, weeks=WEEKS, behaviour=behaviour, full=True)
        found = {name: traces.table(name) for name in ("starts", "flows", "shortfall")}
        for event in alike:
            own = {name: table[table["scenario"] == event.name] for name, table in found.items()}
            seen = account(traces.physics.network, event.scenario, own, weeks=WEEKS)
            rows[event.name] = []
            for outcome in event.outcomes:
                simulated = measure(seen, outcome.measure, outcome.select) if outcome.measure else np.nan
                simulated = 0.0 if abs(simulated) < ROUNDING * _size(outcome) else simulated
                rows[event.name].append({
                    "event": event.name, "what": outcome.what, "unit": outcome.unit, "reported": outcome.value,
                    "low": outcome.low, "high": outcome.high, "simulated": simulated,
                    "verdict": _verdict(simulated, outcome.low, outcome.high),
                })  # fmt: skip
    return pd.DataFrame([row for event in chosen for row in rows[event.name]])


def losses(network: Network, events: Iterable[Event] | None = None, *, told: Told | None = None) -> pd.DataFrame:
    """Value lost in each event, a row each: simulated, and least, which no behaviour could undercut (billion USD).

    The two ends of what the toolkit says: firms that follow simple rules, and a planner who knows how long it lasts.
    The least loss is solved over periods of up to four weeks with the goods downstream of the blow; it takes minutes.
    """
    chosen = load() if events is None else tuple(events)
    rows = {}
    for of_the_day, alike in _by_network(network, chosen):
        simulated = simulate(of_the_day, [event.scenario for event in alike], weeks=TO_THE_END, full=False).loss_usd
        for event in alike:
            if told is not None:
                told(event.name)
            least = best_response(
                of_the_day, event.scenario, weeks=TO_THE_END, periods=COARSE, scope=Downstream(), method=INNER
            )  # fmt: skip
            rows[event.name] = {
                "event": event.name,
                "simulated_billion_usd": float(simulated[event.name]) / 1e9,
                "least_billion_usd": least.bound_usd / 1e9,
            }
    return pd.DataFrame([rows[event.name] for event in chosen])


def markdown(frame: pd.DataFrame) -> str:
    """A frame of `backtest` or `losses` as the table of a page, numbers to two digits.

    >>> print(markdown(pd.DataFrame({"event": ["a"], "simulated": [0.1234], "reported": [2.5e9]})))
    | event | simulated | reported |
    |---|---|---|
    | a | 0.12 | 2,500 million |
    """
    lines = [list(frame.columns), *(map(_shown, row) for row in frame.itertuples(index=False))]
    shown = ["| " + " | ".join(line) + " |" for line in lines]
    return "\n".join([shown[0], "|---" * len(frame.columns) + "|", *shown[1:]])


def _by_network(network: Network, events: tuple[Event, ...]) -> Iterator[tuple[Network, list[Event]]]:
    """Each network of a day, with the events that share it: events of one day are simulated together."""
    groups: dict[str, list[Event]] = {}
    for event in events:
        groups.setdefault(repr(event.overrides), []).append(event)
    for alike in groups.values():
        yield network_of(alike[0], network), alike


def _size(outcome: Outcome) -> float:
    """The largest figure that was reported of it."""
    told = (outcome.value, outcome.low, outcome.high)
    return max((abs(figure) for figure in told if figure is not None), default=1.0)


def _verdict(simulated: float, low: float | None, high: float | None) -> str:
    if np.isnan(simulated):
        return "not simulated"
    if low is not None and simulated < low:
        return "too low"
    return "too high" if high is not None and simulated > high else "met"


def _shown(value: object) -> str:
    if not isinstance(value, float):
        return "" if value is None else str(value)
    if np.isnan(value):
        return ""
    if np.isinf(value):
        return "never"
    if abs(value) >= 1e5:
        return f"{float(f'{value / 1e6:.2g}'):,g} million"
    return "0" if abs(value) < NOTHING else f"{float(f'{value:.2g}'):,g}"
