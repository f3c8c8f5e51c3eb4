"""Random networks and scenarios for the laws: cycles in lanes, zero stocks, zero demand, single suppliers,
tools, rings.
"""

import numpy as np
import pandas as pd
from hypothesis import strategies as st

from resilience.balance import balance
from resilience.disruption import DemandSurge, ExportControl, Hoarding, Outage, RouteClosure, StockLoss
from resilience.errors import AskError, BalanceError
from resilience.network import Network
from resilience.physics import physics
from resilience.policy import Refill, Release, Reserve, Serves, Slip
from resilience.recovery import Exponential, Linear, Step
from resilience.scenario import Scenario
from resilience.simulate.behaviour import (
    Backlogged,
    BaseStock,
    Behaviour,
    ByContribution,
    ByNeed,
    ByStake,
    ByUse,
    Contract,
    CoverBelow,
    CrowdedOut,
    Declared,
    EarmarkFirst,
    EqualDays,
    FixedBaseStock,
    Panic,
    PriceAbove,
    Proportional,
    Qualified,
    Qualify,
    Tranches,
)
from resilience.simulate.layout import layout
from resilience.simulate.run import refuse_what_cannot_repeat

TIERS = ("raw", "material", "tool", "chip")
USES = ("defence", "essential", "other")


def random_network(seed: int, goods: int, places: int, ring: bool = False) -> Network:
    """A balanced network of up to goods x places stock points; a good needs some of those before it.

    With `ring`, nothing takes a week to make and a good before the last needs a little of the last, which is well
    stocked wherever it is made or used. Where a maker ships so much and uses so little that even this does not bridge
    a week, `simulate` refuses the ring; where a unit takes more than itself round it, nothing balances. The network
    then comes without it.
    """
    rng = np.random.default_rng(seed)
    names = [f"g{n}" for n in range(goods)]
    spots = [f"P{n}" for n in range(places)]
    rows: dict[str, list[dict[str, object]]] = {
        k: [] for k in ("goods", "producers", "needs", "substitutes", "lanes", "demand", "stocks")
    }
    makers = {good: sorted(rng.choice(spots, rng.integers(1, places + 1), replace=False)) for good in names}
    users: dict[str, set[str]] = {good: set() for good in names}
    for n, good in enumerate(names):
        rows["goods"].append({
            "good": good, "tier": TIERS[min(n, 3)], "usd_per_unit": float(rng.choice([0.01, 1.0, 500.0])),
            "cycle_weeks": 0 if ring else int(rng.choice([0, 0, 1, 3])), "storable": bool(rng.random() < 0.85),
        })  # fmt: skip
        for before in names[:n]:
            if rng.random() < 0.5:
                capital = rng.random() < 0.3
                rows["needs"].append({
                    "good": good, "input": before, "units": float(rng.choice([0.02, 1.0, 30.0])),
                    "kind": "capital" if capital else "consumed",
                    "essential": float(rng.choice([0.0, 0.3, 1.0, 1.0])) if not capital else 1.0,
                    "wear_per_week": 0.05, "regrow_per_week": float(rng.choice([0.0, 0.02, 0.05])),
                })  # fmt: skip
                users[before] |= set(makers[good])
        wanted = {names[-1]} | {g for g in (good,) if rng.random() < 0.3}
        if good in wanted:
            for place in rng.choice(spots, rng.integers(1, places + 1), replace=False):
                for tier in rng.choice(USES, rng.integers(1, 3), replace=False):
                    rows["demand"].append({
                        "good": good, "place": place, "tier": tier, "units_per_week": float(rng.choice([0.0,
                        3.0, 40.0])),
                        "usd_per_unit_unmet": float(rng.choice([10.0, 2000.0])),
                    })  # fmt: skip
                users[good].add(str(place))
    _let_goods_stand_in(rows, names, makers, users, np.random.default_rng([seed, 1]))
    if ring:
        _close_a_ring(rows, names, makers, users)
    for good in names:
        weight = rng.dirichlet(np.ones(len(makers[good])))
        for place, share in zip(makers[good], weight, strict=True):
            rows["producers"].append(
                {"good": good, "place": place, "share": share, "surge": float(rng.choice([1.0, 1.3]))}
            )
        for user in sorted(users[good]):
            for place in makers[good]:
                if place != user and (user not in makers[good] or rng.random() < 0.6):
                    rows["lanes"].append({
                        "good": good, "origin": place, "destination": user, "transit_weeks": int(rng.choice([0,
                        0, 1, 4])),
                        "routes": str(rng.choice(["", "strait"])), "limit_factor": float(rng.choice([1.0, 1.5, 9.0])),
                    })  # fmt: skip
        rows["stocks"] += [
            {"good": good, "place": place, "weeks": 60.0 if bridging else float(rng.choice([0.0, 0.5, 2.0, 8.0]))}
            for bridging in [ring and good == names[-1]]
            for place in sorted(users[good] | set(makers[good]))
            if rng.random() < 0.7 or bridging
        ]
    storable = {row["good"]: row["storable"] for row in rows["goods"]}
    rows["stocks"] = [row for row in rows["stocks"] if storable[row["good"]]]
    frames = {name: pd.DataFrame(found) for name, found in rows.items() if found}
    stated = Network.from_frames(blocs={"all": spots, "some": spots[:2]}, **frames)
    try:
        network = balance(stated, tolerance=np.inf).network
    except BalanceError:
        if not ring:
            raise
        return random_network(seed, goods, places)
    return random_network(seed, goods, places) if ring and not repeats(network) else network


def repeats(network: Network) -> bool:
    """Whether `simulate` takes the network."""
    try:
        refuse_what_cannot_repeat(layout(physics(network)))
    except AskError:
        return False
    return True


def _let_goods_stand_in(rows, names, makers, users, rng):
    """Some inputs, and some finished goods, can be replaced by goods that stand before their user."""
    wanted = pd.DataFrame(rows["demand"]).groupby("good")["place"].agg(set)
    pairs = [(row["good"], row["input"], makers[row["good"]]) for row in rows["needs"] if row["kind"] == "consumed"]
    pairs += [("final", good, sorted(places)) for good, places in wanted.items()]
    for user, good, places in pairs:
        before = names[: names.index(good if user == "final" else user)]
        chosen = [other for other in before if other != good and rng.random() < 0.35]
        most = float(rng.choice([0.1, 1.0])) / max(len(chosen), 1)
        for other in chosen:
            users[other] |= {str(place) for place in places}
            rows["substitutes"].append({
                "user": user, "input": good, "substitute": other, "units": float(rng.choice([0.1, 1.0, 4.0])),
                "most": most, "qualify_weeks": float(rng.choice([0.0, 1.0, 2.5, 6.0])),
            })  # fmt: skip


def _close_a_ring(rows, names, makers, users):
    """The first good that the last is made of takes a tenth, in all, of what the last puts out."""
    size = len(names)
    taken = np.zeros((size, size))
    for need in rows["needs"]:
        taken[names.index(need["input"]), names.index(need["good"])] = need["units"]
    asked = np.linalg.inv(np.eye(size) - taken)[:, -1]
    before = [n for n in range(size - 1) if asked[n] > 0]
    if before:
        first = before[0]
        rows["needs"].append({
            "good": names[first], "input": names[-1], "units": 0.1 / asked[first], "kind": "consumed",
            "essential": 1.0, "wear_per_week": 0.05, "regrow_per_week": 0.0,
        })  # fmt: skip
        users[names[-1]] |= set(makers[names[first]])
        rows["goods"][-1]["storable"] = True


def random_scenario(seed: int, network: Network, *, name: str = "shock") -> Scenario:
    """One to three disruptions of any kind, somewhere in the first weeks."""
    rng = np.random.default_rng(seed)
    goods, countries = sorted(network.goods["good"]), sorted(network.places["country"])
    found = []
    for _ in range(rng.integers(1, 4)):
        spell = {
            "first_week": int(rng.integers(1, 6)),
            "weeks": float(rng.choice([1, 2.5, 6, 30])),
            "recovery": [Step(), Linear(weeks=3), Exponential(half_life_weeks=2)][rng.integers(3)],
        }
        good, country = str(rng.choice(goods)), str(rng.choice(countries))
        share = float(rng.choice([0.3, 1.0]))
        makers, lanes, demand = network.producers, network.lanes, network.demand
        kind = rng.integers(6)
        if kind == 0:
            found.append(Outage(good=good, lost=share, **spell))
        elif kind == 1:
            place = str(rng.choice(sorted(makers["place"])))
            found.append(Outage(place=place, lost=share, **spell))
        elif kind == 2 and len(lanes):
            lane = lanes.iloc[int(rng.integers(len(lanes)))]
            found.append(ExportControl(good=lane["good"], exporter=lane["origin"], licensed=1 - share, **spell))
        elif kind == 3 and (lanes["routes"] == "strait").any():
            found.append(
                RouteClosure(route="strait", open_share=1 - share, added_weeks=int(rng.integers(0, 4)), **spell)
            )
        elif kind == 4 and len(demand):
            found.append(DemandSurge(tier=str(rng.choice(sorted(demand["tier"]))), factor=1.0 + share, **spell))
        elif kind == 5:
            found.append(StockLoss(good=good, lost=share, **spell))
            found.append(
                Hoarding(country=country, extra_weeks=3.0, **spell) if country in set(makers["place"]) else found[-1]
            )
        else:
            found.append(Outage(good=good, lost=share, **spell))
    return Scenario(name=name, disruptions=tuple(found), notice_weeks=int(rng.integers(0, 3)))


def random_reserve(seed: int, network: Network) -> Reserve | None:
    """Some stores, some a country's own and some pooled; nothing where nothing can be held."""
    rng = np.random.default_rng(seed)
    goods = network.goods.set_index("good")
    points = network.points
    points = points[points["good"].map(goods["storable"])]
    if points.empty:
        return None
    rows = points.sample(n=min(len(points), 4), random_state=int(rng.integers(2**31)))
    owners = [str(rng.choice([place, "all", "some"])) for place in rows["place"]]
    world = network.demand["units_per_week"].sum() + 1.0
    held = rows.assign(owner=owners, units=rng.uniform(0, 5 * world, len(rows)) * rng.choice([0.1, 1.0]))
    release = Release(
        decision_weeks=int(rng.integers(0, 3)), delivery_weeks=int(rng.integers(0, 3)),
        pooled_weeks=int(rng.integers(0, 2)),
        rate_per_week=float(rng.choice([0.1, 1.0])),
        **random_rules(rng, sorted(network.places["country"])),
    )  # fmt: skip
    return Reserve.of(network, held, release=release)


def random_rules(rng: np.random.Generator, countries: list[str]) -> dict[str, object]:
    """What a release may say beyond its delays, each half of the time."""
    shares = {country: float(rng.uniform(0, 1)) for country in countries}
    rules = {
        "refill": Refill(
            per_week=float(rng.choice([0.1, 1.0])), after_weeks=int(rng.integers(1, 3)),
            cover_days=float(rng.choice([0.0, 5.0])),
        ),
        "whom": Serves(
            tiers=tuple(tier for tier in USES if rng.random() < 0.5) or ("defence",), industry=bool(rng.random() < 0.5)
        ),
        "slip": Slip(weeks=(0, 1, 3), chances=(0.5, 0.25, 0.25)),
        "trigger": [Tranches(), Tranches(steps=((45.0, 0.2), (20.0, 0.5), (2.0, 0.9))), Declared()][rng.integers(3)],
        "allocation": [
            ByContribution(), ByContribution(shares=shares), EarmarkFirst(), EarmarkFirst(shares=shares), ByNeed(),
        ][rng.integers(5)],
    }  # fmt: skip
    return {name: rule for name, rule in rules.items() if rng.random() < 0.5}


MIXES = (
    Behaviour(),
    Behaviour(rationing=EqualDays(), unmet=Backlogged(), switching=Qualify(weeks=4), substitution=Qualified()),
    Behaviour(
        rationing=Contract(),
        ordering=Panic(),
        trigger=CoverBelow(days=60),
        allocation=ByUse(),
        substitution=Qualified(),
    ),
    Behaviour(
        rationing=Proportional(), ordering=BaseStock(), private=CrowdedOut(), trigger=PriceAbove(), allocation=ByStake()
    ),
    Behaviour(
        ordering=FixedBaseStock(),
        unmet=Backlogged(lapse_per_week=0.0),
        final=Backlogged(lapse_per_week=0.2),
        substitution=Qualified(),
    ),
)  # together every behaviour that ships, each in a mix

seeds = st.integers(0, 2**31 - 1)
sizes = st.tuples(seeds, st.integers(1, 5), st.integers(1, 6), st.booleans())  # seed, goods, places, ring
wide = st.tuples(seeds, st.integers(4, 8), st.integers(8, 25), st.booleans())  # up to 200 stock points
