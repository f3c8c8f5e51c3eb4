"""Scenarios in, traces out: blocks of scenarios that fit the cache, run one after the other."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np

from resilience.disruption import Shock
from resilience.errors import AskError
from resilience.network import Network
from resilience.physics import Physics, physics
from resilience.policy import Reserve
from resilience.scenario import Scenario, ScenarioSet
from resilience.simulate.behaviour import Behaviour
from resilience.simulate.engine import Engine, Fastest, Plain
from resilience.simulate.holdings import check_reserves, holdings
from resilience.simulate.layout import Layout, layout
from resilience.simulate.records import Records, records
from resilience.simulate.shocks import gather
from resilience.simulate.slips import decided
from resilience.simulate.tally import Tally
from resilience.simulate.trace import Traces, traces

FULL_BY_DEFAULT = 8  # scenarios up to which full traces are kept unasked
TOGETHER = 32  # scenarios in a block: their state fits a core's cache on networks of a thousand points
WORTH_COMPILING = 32  # scenarios: fewer are done in NumPy before numba has loaded

Told = Callable[[int, int], None]


def simulate(
    network: Network,
    scenarios: Scenario | ScenarioSet | Sequence[Scenario],
    *,
    weeks: int = 104,
    reserve: Reserve | Sequence[Reserve] | None = None,
    behaviour: Behaviour | None = None,
    seed: int = 0,
    weights: Mapping[str, float] | None = None,
    full: bool | None = None,
    engine: Engine | None = None,
    told: Told | None = None,
) -> Traces:
    """What happens in each scenario, week by week, under how firms and states behave.

    Not a forecast of prices, and no plan: `best_response` gives the least loss that any behaviour could reach. Firms
    act on what they see and never on what is announced: a scenario's `notice_weeks` helps the planner alone.

    Parameters
    ----------
    weeks
        Horizon, from week 1.
    reserve
        One reserve, or several with their own release rules.
    behaviour
        One choice of each kind; `Behaviour()` by default.
    seed
        For what is drawn by lot: by how many weeks a decision slips, where a reserve's `Release` has a `Slip`.
    weights
        How much losses count by country or bloc (default: one everywhere).
    full
        Keep every quantity of every week: by default for up to eight scenarios. A hundred thousand would not fit.
    engine
        `Plain()` or `Kernel()`; by default the first for few scenarios, the second for many. Answers agree to 1e-12.
    told
        Called after each block with scenarios done and scenarios in all.

    Raises
    ------
    AskError
        Where a scenario or a reserve names what the network does not have, begins past the horizon, or the
        calm week cannot
        repeat because goods wait for each other within one week.
    BalanceError
        Where the network does not balance.

    >>> network = Network.from_frames(
    ...     goods={"good": ["chip"]}, producers={"good": ["chip"], "place": ["TWN"], "output_per_week": [10.0]},
    ...     demand={"good": ["chip"], "place": ["TWN"], "units_per_week": [10.0], "usd_per_unit_unmet": [5.0]},
    ...     stocks={"good": ["chip"], "place": ["TWN"], "weeks": [1.0]})
    >>> from resilience.disruption import Outage
    >>> simulate(network, Scenario(name="stop", disruptions=(Outage(weeks=3),)), weeks=8).loss.round(3)
              unmet_usd  missing_usd  drawn_usd
    scenario
    stop          100.0         10.0        0.0
    """
    chosen = _as_tuple(scenarios)
    laws = physics(network, weights=weights)
    plan, behaviour = layout(laws), behaviour or Behaviour()
    engine = engine or (Fastest() if len(chosen) >= WORTH_COMPILING else Plain())
    reserves = check_reserves(reserve)
    held = holdings(laws, reserves, weeks=weeks, behaviour=behaviour)
    refuse_what_cannot_repeat(plan)
    keep = len(chosen) <= FULL_BY_DEFAULT if full is None else full
    tally = Tally(physics=laws, held=held)
    calm = Shock.none(laws.network, weeks)
    kept: dict[str, tuple[Scenario, Records, int]] = {}
    for first in range(0, len(chosen), TOGETHER):
        block = chosen[first : first + TOGETHER]
        shocks = gather(laws, block, weeks, calm=calm)
        found = records(laws, held, weeks=weeks, scenarios=len(block), full=keep)
        engine.run(plan, behaviour, decided(held, reserves, block, seed=seed), shocks, found)
        tally.add(found, shocks.onset, np.array([scenario.probability for scenario in block]))
        if keep:
            kept |= {scenario.name: (scenario, found, column) for column, scenario in enumerate(block)}
        if told is not None:
            told(first + len(block), len(chosen))
    return traces(tally, behaviour, chosen, kept, weeks=weeks)


def _as_tuple(scenarios: Scenario | ScenarioSet | Sequence[Scenario]) -> tuple[Scenario, ...]:
    found = (scenarios,) if isinstance(scenarios, Scenario) else tuple(scenarios)
    if not found:
        raise AskError("simulate was given no scenarios; for the calm, give Scenario(name='calm')")
    names = [scenario.name for scenario in found]
    twice = sorted({name for name in names if names.count(name) > 1}) if len(set(names)) < len(names) else []
    if twice:
        raise AskError("Scenarios need names of their own", [f"{name!r} stands more than once" for name in twice])
    return found


def refuse_what_cannot_repeat(plan: Layout) -> None:
    """Raise if a calm week would not repeat: a point is to pass on or use what only reaches it later in the week."""
    laws: Physics = plan.physics
    size = len(laws.points)
    slow = laws.transit > 0
    arriving = np.bincount(laws.destination[slow], weights=laws.flow[slow], minlength=size)
    there = laws.stock + arriving + np.bincount(laws.made_at, weights=laws.output * ~plan.ring, minlength=size)
    leaving = plan.asked - plan.local
    slack = 1e-7 * np.maximum(plan.asked, 1e-12)
    stuck = leaving + np.maximum(plan.local - plan.at_once, 0.0) > there + slack
    if stuck.any():
        named = [f"{row.good} at {row.place}" for row in laws.points[stuck].itertuples()]
        remedy = "Give these stock points a week of stock, or a lane or good in the ring a transit or cycle week"
        raise AskError(f"A calm week cannot repeat: goods wait for each other within the week. {remedy}", named)
