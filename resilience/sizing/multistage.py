"""A reserve over years: when to fill it, when to let go of it, and when to fill it again, under a changing world.

`size_reserve` asks what to hold if all of it stood from the first day. Here stock is a state carried over years: bought
as fast as markets allow, drawn on when a scenario strikes, refilled or not. The answer is a rule, told as a table: in
this state of the world, with this much in store, buy so much. Years and their program: `years.py`; the solver: `sddp`.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import product

import numpy as np
import pandas as pd

from resilience.balance import balance
from resilience.errors import AskError, near
from resilience.network import Network
from resilience.periods import Periods
from resilience.physics import Floats, physics
from resilience.policy import Release
from resilience.scenario import Scenario, ScenarioSet
from resilience.sizing.scope import Downstream, Scope
from resilience.sizing.sddp import BoundStalls, Graph, Passes, Policy, Step, Stop, Trained, path_cost, train, walk
from resilience.sizing.sddp.stopping import LOOK
from resilience.sizing.world import World
from resilience.sizing.years import QUIET, Holding, Pace, holding, network_goods, year_programs, years_graph
from resilience.solver import Method, relative_gap

ENOUGH: tuple[Stop, ...] = (BoundStalls(over=20, by=1e-4), Passes(most=200))
COVER_DAYS = (0.0, 30.0, 60.0, 90.0, 180.0)
ROWS = 12  # of a summary
DONE = ["good", "stock_units", "stock_days", "buy_units", "release_units", "left_units", "left_days"]
Say = Callable[[str], None]


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class Years:
    """The rule for a reserve over years, what it costs and how far it is proved.

    Money is USD of the first year, over all years: purchases, upkeep and losses, later years discounted, less what
    stands at the end at its price. No rule costs less than `bound_usd` on average; this one costs `simulated_usd` by
    the mean of sampled paths, corrected by what the same paths cost with no reserve (see `corrected`); the true mean
    lies in `interval_usd` with 95 % confidence, by the normal law: too narrow where a few rare years bear most of the
    cost. `without_usd` is the mean cost with no reserve at all. Tables: policy, paths, world.
    """

    bound_usd: float
    simulated_usd: float
    interval_usd: tuple[float, float]
    without_usd: float
    status: str
    policy: pd.DataFrame
    paths: pd.DataFrame
    world: pd.DataFrame
    passes: int
    seconds: float  # of processor time

    @property
    def gap(self) -> float:
        """(simulated - bound) / simulated, at least 0: sampling alone can make the mean fall below the bound."""
        return relative_gap(self.simulated_usd, self.bound_usd)

    def table(self, name: str) -> pd.DataFrame:
        """One of the tables as a tidy frame.

        policy
            For each year ("any" where they go on for ever), state, event of the year (quiet, or a scenario) and good,
            and each level of stock at the start of the year, the others at their mean on the paths: what to buy, what
            is released, and what is left. Columns stock_days and left_days are days of members' use.
        paths
            What the rule did on each sampled path.
        world
            The states, how much of all years each is in the long run, and how likely each event is there.
        """
        known = {"policy": self.policy, "paths": self.paths, "world": self.world}
        if name not in known:
            raise AskError(f"A rule over years has no table {name!r}. {near(name, known)}")
        return known[name].copy()

    def summary(self) -> pd.DataFrame:
        """What stands and is bought in quiet years, by good and state, as means over the paths; at most 12 rows."""
        quiet = self.paths[self.paths["event"] == QUIET]
        columns = ["stock_days", "buy_units", "left_days"]
        return quiet.groupby(["good", "state"], sort=False)[columns].mean().reset_index().head(ROWS)

    def __repr__(self) -> str:
        low, high = self.interval_usd
        return (
            f"Years: {self.simulated_usd:,.0f} USD (95 %: {low:,.0f} to {high:,.0f}), bound {self.bound_usd:,.0f}, "
            f"{self.without_usd:,.0f} without a reserve; {self.status}"
        )


def multistage_reserve(
    network: Network,
    scenarios: ScenarioSet | Sequence[Scenario],
    *,
    world: World,
    members: str,
    years: int | None = 10,
    discount_rate: float = 0.03,
    goods: Sequence[str] | None = None,
    pace: Pace | None = None,
    stock: Mapping[str, float] | None = None,
    weeks: int = 52,
    release: Release | None = None,
    periods: Periods | None = None,
    scope: Scope | None = None,
    cover_days: Sequence[float] = COVER_DAYS,
    paths: int = 200,
    stop: Stop | Sequence[Stop] = ENOUGH,
    rng: np.random.Generator,
    method: Method | None = None,
    say: Say = lambda text: None,
) -> Years:
    """The rule for buying and releasing a reserve with the least mean discounted cost over years.

    Within a year the response to a scenario knows all of that year, as in `size_reserve`; from year to year nothing is
    known but chances. Do not use it to place stock among members (each good stands as their use does), nor with more
    than a few goods: cuts, and the table, grow with each. Where neither world nor pace changes anything, `size_reserve`
    gives the same at less cost. Measures are not chosen here: build them in with `mitigation.with_measures`.

    Parameters
    ----------
    world
        States of the world and the scenarios' chances in each.
    members
        Bloc or country that holds, in one pool.
    years
        How many; None for ever, which gives one rule for all years and needs a discount rate above 0.
    discount_rate
        A year. It charges the capital in stock, so that upkeep is the network's holding share less it, at least 0.
    goods
        Goods that may be held; all storable ones by default.
    pace
        Most that may be bought a year; a year of the world's use by default.
    stock
        Units of each good at the start; none by default.
    weeks, periods, release, scope
        As for `size_reserve`, within the year that a scenario strikes; what it takes past `weeks` is not counted.
    cover_days
        Levels of stock in the table of the policy. Every second path of learning begins at one of them.
    paths
        How many to simulate.
    stop
        When to stop learning: see `resilience.sizing.sddp.stopping`.

    Raises
    ------
    AskError
        If the world names a scenario that is not there, or years do not end and nothing fades.

    >>> from resilience import Network, Scenario
    >>> from resilience.disruption import Outage
    >>> from resilience.sizing.world import world_of
    >>> network = Network.from_frames(
    ...     goods={"good": ["gas"], "usd_per_unit": [1.0], "holding_share_per_year": [0.5]},
    ...     producers={"good": ["gas"], "place": ["A"], "output_per_week": [10.0]},
    ...     demand={"good": ["gas"], "place": ["A"], "units_per_week": [10.0], "usd_per_unit_unmet": [21.0]})
    >>> stop = Scenario(name="stop", probability=0.1, disruptions=(Outage(weeks=4),))
    >>> world = world_of([stop], multiples={"calm": 1, "tense": 2}, moves=[[0.8, 0.2], [0.5, 0.5]])
    >>> found = multistage_reserve(network, [stop], world=world, members="A", years=3, weeks=8,
    ...     cover_days=[0, 14, 28], paths=20, rng=np.random.default_rng(1))
    >>> rows = found.table("policy").query("year == '1' and state == 'calm' and event == 'quiet'")
    >>> rows[["stock_days", "buy_units", "left_days"]].round(1).to_numpy().tolist()
    [[0.0, 40.0, 28.0], [14.0, 20.0, 28.0], [28.0, 0.0, 28.0]]
    """
    started = time.process_time()
    chosen = ScenarioSet(scenarios=tuple(scenarios))
    _refuse(chosen, world, years, discount_rate)
    laws = physics(balance(network).network)
    held = holding(
        laws, members=members, goods=network_goods(laws.network, goods), pace=pace or Pace(),
        discount_rate=discount_rate, weeks=weeks,
    )  # fmt: skip
    met = [scenario for scenario in chosen if any(state.chances.get(scenario.name, 0.0) for state in world.states)]
    say(f"stating {len(met)} scenarios")
    programs = year_programs(
        laws, held, met, weeks=weeks, release=release or Release(), periods=periods, scope=scope or Downstream()
    )
    start = np.array([(stock or {}).get(good, 0.0) for good in held.goods]) / held.scale
    graph = years_graph(held, programs, world, years=years, discount=1.0 / (1.0 + discount_rate), start=start)
    grid = [np.minimum(days / 7.0 * held.use, held.most) for days in cover_days]  # where the table will be read
    trained = train(graph, rng=rng, stop=stop, method=method, others=grid, say=say)
    say(f"simulating {paths} paths")
    walks = [walk(trained.policy, rng) for _ in range(paths)]
    return _answer(trained, walks, held, world, years, cover_days, started)


def _refuse(chosen: ScenarioSet, world: World, years: int | None, discount_rate: float) -> None:
    names = {scenario.name for scenario in chosen}
    faults = [
        f"{state.name}: the world gives a chance to {name!r}, which is not among the scenarios. {near(name, names)}"
        for state in world.states
        for name in state.chances
        if name not in names
    ]
    if not discount_rate >= 0:
        faults.append(f"discount_rate is {discount_rate!r}: it must be 0 or more")
    if years is None and not discount_rate > 0:
        faults.append("years that go on for ever need a discount_rate above 0")
    if years is not None and years < 1:
        faults.append(f"years is {years!r}: it must be 1 or more")
    if faults:
        raise AskError("A reserve over these years cannot be planned", faults)


def _answer(
    trained: Trained,
    walks: Sequence[Sequence[Step]],
    held: Holding,
    world: World,
    years: int | None,
    cover_days: Sequence[float],
    started: float,
) -> Years:
    graph, alone = trained.policy.graph, _alone(trained.policy)
    without = _without(graph, alone)
    costs = np.array([path_cost(path) for path in walks])
    bare = np.array([sum(step.weight * alone[step.node][step.outcome] for step in path) for path in walks])
    mean, margin = corrected(costs, bare, without)
    paths = _paths(graph, held, walks, years)
    return Years(
        bound_usd=trained.bound * held.usd,
        simulated_usd=mean * held.usd,
        interval_usd=((mean - margin) * held.usd, (mean + margin) * held.usd),
        without_usd=without * held.usd,
        status=trained.status,
        policy=_policy(trained.policy, held, paths, years, cover_days),
        paths=paths,
        world=_world(world),
        passes=len(trained.progress.bounds),
        seconds=time.process_time() - started,
    )


def corrected(costs: Floats, bare: Floats, known: float) -> tuple[float, float]:
    """Mean of `costs` and half its 95 % interval, corrected by `bare`, a cost of the same paths whose mean is known.

    Paths that met more than their share of costly years show it in both, so what `bare` is off by, times the slope of
    one on the other, is taken off (a control variate: P. Glasserman (2003), Monte Carlo Methods in Financial
    Engineering, section 4.1).

    >>> corrected(np.array([1.0, 3.0, 5.0]), np.array([2.0, 6.0, 10.0]), 4.0)
    (2.0, 0.0)
    """
    spread = float(bare.var())
    slope = float(np.cov(costs, bare, bias=True)[0, 1]) / spread if spread > 0 else 0.0
    left = costs - slope * (bare - known)
    return float(left.mean()), LOOK * float(left.std(ddof=1)) / math.sqrt(len(left))


def _alone(policy: Policy) -> list[list[float]]:
    """For each node and outcome, the loss of its year with nothing held."""
    graph = policy.graph
    count, known = len(graph.states), dict[tuple[int, str], float]()
    found: list[list[float]] = []
    for number, node in enumerate(graph.nodes):
        found.append([])
        for w, outcome in enumerate(node.outcomes):
            key = id(outcome.program.matrix), outcome.name
            if key not in known:
                x = policy.decide(number, w, np.zeros(count)).x
                known[key] = float(outcome.program.cost[3 * count :] @ x[3 * count :])
            found[-1].append(known[key])
    return found


def _without(graph: Graph, alone: Sequence[Sequence[float]]) -> float:
    """Mean discounted loss with nothing ever held: years added up by the chance to be in each node."""
    yearly = [
        sum(outcome.probability * loss for outcome, loss in zip(node.outcomes, losses, strict=True))
        for node, losses in zip(graph.nodes, alone, strict=True)
    ]
    ahead = np.eye(len(yearly)) - graph.discount * graph.moves
    return float(graph.first @ np.linalg.solve(ahead, np.array(yearly)))


def _rows(held: Holding, arrives: Floats, x: Floats) -> list[tuple[object, ...]]:
    """What one year does with each good, in own units and days of members' use: a row each of `DONE`."""
    count = len(held.goods)
    left, bought = (np.maximum(x[k * count : (k + 1) * count], 0.0) for k in (1, 2))  # -0.0 reads badly
    day = np.where(held.use > 0, held.use / 7.0, np.inf)
    drawn = np.maximum(arrives + bought - left, 0.0)
    columns = (
        arrives * held.scale,
        arrives / day,
        bought * held.scale,
        drawn * held.scale,
        left * held.scale,
        left / day,
    )
    return list(zip(held.goods, *(column.tolist() for column in columns), strict=True))


def _labels(graph: Graph, node: int, outcome: int, years: int | None) -> tuple[str, str, str]:
    """Year, state and event."""
    year, _, state = graph.nodes[node].name.partition(" ")
    return "any" if years is None else year, state, graph.nodes[node].outcomes[outcome].name


def _paths(graph: Graph, held: Holding, walks: Sequence[Sequence[Step]], years: int | None) -> pd.DataFrame:
    rows = [
        (number, at, *_labels(graph, step.node, step.outcome, years)[1:], *done, step.decision.cost * held.usd)
        for number, path in enumerate(walks, 1)
        for at, step in enumerate(path, 1)
        for done in _rows(held, step.arrives, step.decision.x)
    ]
    return pd.DataFrame(rows, columns=["path", "year", "state", "event", *DONE, "year_usd"])


def _policy(
    policy: Policy, held: Holding, paths: pd.DataFrame, years: int | None, cover_days: Sequence[float]
) -> pd.DataFrame:
    """What the rule does over a grid of stocks, one good at a time, the others at their mean on the paths."""
    graph, rows = policy.graph, []
    for number, node in enumerate(graph.nodes):
        for w in range(len(node.outcomes)):
            labels = _labels(graph, number, w, years)
            usual = _usual(held, paths, labels)
            for g, days in product(range(len(held.goods)), cover_days):
                state = usual.copy()
                state[g] = min(days / 7.0 * held.use[g], held.most[g])
                rows.append((*labels, *_rows(held, state, policy.decide(number, w, state).x)[g]))
    return pd.DataFrame(rows, columns=["year", "state", "event", *DONE])


def _usual(held: Holding, paths: pd.DataFrame, labels: tuple[str, str, str]) -> Floats:
    """Mean stock of each good at the start of such years on the paths; of all years where there was none such."""
    year, state, _ = labels
    rows = paths[paths["state"] == state]
    if year != "any":
        rows = rows[rows["year"] == int(year)]
    rows = rows if len(rows) else paths
    return rows.groupby("good")["stock_units"].mean()[list(held.goods)].to_numpy() / held.scale


def _world(world: World) -> pd.DataFrame:
    shares = world.long_run()
    rows = [
        (state.name, shares[state.name], state.price_multiple, event, chance, state.assumed or world.assumed)
        for state in world.states
        for event, chance in {"quiet": 1.0 - sum(state.chances.values()), **state.chances}.items()
    ]
    columns = ["state", "share_of_years", "price_multiple", "event", "chance_per_year", "assumed"]
    return pd.DataFrame(rows, columns=columns)
