"""Small contests: a transport program whose lanes can be cut, at random; and networks whose makers and lanes can be."""

import numpy as np
from scipy import sparse

from resilience import Network
from resilience.adversary import CutOff
from resilience.adversary.contest import Contest, Hit
from resilience.disruption import ExportControl, Outage
from resilience.solver import LinearProgram


def three_gases():
    """A makes ten chips a week, from ten units of each of two gases; gas comes from B (8) and C (2), argon from C."""
    return Network.from_frames(
        goods={"good": ["chip", "gas", "argon"], "usd_per_unit": [20.0, 2.0, 1.0]},
        producers={"good": ["chip", "gas", "gas", "argon"], "place": ["A", "B", "C", "C"],
                   "output_per_week": [10.0, 8.0, 2.0, 10.0]},
        needs={"good": ["chip", "chip"], "input": ["gas", "argon"], "units": [1.0, 1.0]},
        lanes={"good": ["gas", "gas", "argon"], "origin": ["B", "C", "C"], "destination": ["A", "A", "A"]},
        demand={"good": ["chip"], "place": ["A"], "units_per_week": [10.0], "usd_per_unit_unmet": [100.0]},
        stocks={"good": ["argon"], "place": ["A"], "weeks": [3.0]},
    )  # fmt: skip


def transport(seed: int, *, cuts: int, sources: int = 3, sinks: int = 3) -> Contest:
    """Sources ship to sinks over bounded lanes; what a sink lacks is paid for. Each cut-off closes or narrows lanes."""
    rng = np.random.default_rng(seed)
    lanes = sources * sinks
    supply, wanted = rng.uniform(2, 8, sources), rng.uniform(1, 5, sinks)
    out = np.kron(np.eye(sources), np.ones(sinks))
    into = np.kron(np.ones(sources), np.eye(sinks))
    matrix = np.block([[out, np.zeros((sources, sinks))], [into, np.eye(sinks)]])
    upper = np.concatenate([rng.uniform(1, 6, lanes), wanted])
    program = LinearProgram(
        cost=np.concatenate([rng.uniform(0, 1, lanes), rng.uniform(5, 50, sinks)]),
        matrix=sparse.csc_matrix(matrix),
        row_lower=np.concatenate([np.full(sources, -np.inf), wanted]),
        row_upper=np.concatenate([supply, np.full(sinks, np.inf)]),
        column_lower=np.zeros(lanes + sinks),
        column_upper=upper,
    )
    hits = []
    for _ in range(cuts):
        struck = np.sort(rng.choice(lanes, rng.integers(1, 4), replace=False))
        hits.append(Hit(columns=struck, upper=upper[struck] * rng.choice([0.0, 0.0, 0.3])))
    return Contest(program=program, hits=tuple(hits), own=rng.uniform(0, 10, cuts))


def candidates_of(network, seed: int, *, most: int = 8) -> tuple[CutOff, ...]:
    """Up to `most` stops: of a good's exports from a country, or of a maker, all from week 2 and of some weeks each."""
    rng = np.random.default_rng(seed)
    country = network.places.set_index("place")["country"]
    lanes = network.lanes.assign(origin=network.lanes["origin"].map(country))
    lanes = lanes[lanes["origin"] != lanes["destination"].map(country)]
    pairs = [("lane", *pair) for pair in dict.fromkeys(zip(lanes["good"], lanes["origin"], strict=True))]
    pairs += [("maker", *pair) for pair in zip(network.producers["good"], network.producers["place"], strict=True)]
    chosen = rng.choice(len(pairs), min(most, len(pairs)), replace=False)
    found = []
    for kind, good, place in (pairs[at] for at in chosen):
        spell = {"first_week": 2, "weeks": int(rng.integers(1, 9))}
        stop = (
            ExportControl(good=good, exporter=place, **spell)
            if kind == "lane"
            else Outage(good=good, place=place, **spell)
        )
        found.append(CutOff(name=f"{kind} {good} {place}", disruptions=(stop,), own_usd=float(rng.integers(1, 20))))
    return tuple(found)
