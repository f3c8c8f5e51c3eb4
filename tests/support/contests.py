"""Small contests: a transport program whose lanes can be cut, at random; and networks whose makers and lanes can be."""

import numpy as np
from scipy import sparse

from resilience import Network
from resilience.adversary import CutOff, Threat
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


def against(stops):
    """These stops as a threat to the three gases, over eight weeks."""
    return Threat(network=three_gases(), candidates=stops, weeks=8)


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


def dualised(contest: Contest, *, most: int, dearest: float) -> LinearProgram:
    """The worst `most` cut-offs by the dual of the defender's program, each dual of a struck bound times its choice.

    `dearest` must be more than any such dual; of `transport`, what a unit lacking costs. The least is minus the harm.
    Columns: of each row, the dual of its lower and of its upper side; of each column, that of its upper bound; products
    of choice and dual; choices.
    """
    program, hits = contest.program, contest.hits
    height, width = program.shape
    low, high = np.isfinite(program.row_lower), np.isfinite(program.row_upper)
    pairs = [(cut, at, column) for cut, hit in enumerate(hits) for at, column in enumerate(hit.columns)]
    spared = np.array([program.column_upper[column] - hits[cut].upper[at] for cut, at, column in pairs])
    of_column = sparse.coo_matrix(
        (np.ones(len(pairs)), ([c for *_, c in pairs], range(len(pairs)))), (width, len(pairs))
    )
    of_cut = sparse.coo_matrix((np.full(len(pairs), -dearest), (range(len(pairs)), [cut for cut, *_ in pairs])),
                               (len(pairs), len(hits)))  # fmt: skip
    side, rest = sparse.csc_matrix(program.matrix.T), [len(pairs), len(hits)]

    def none(rows: int, columns: int) -> sparse.csc_matrix:
        return sparse.csc_matrix((rows, columns))

    matrix = sparse.vstack([
        sparse.hstack([side, -side, -sparse.identity(width), *(none(width, n) for n in rest)]),
        sparse.hstack([none(width, 2 * height), -sparse.identity(width), of_column, none(width, len(hits))]),
        sparse.hstack([none(len(pairs), 2 * height + width), sparse.identity(len(pairs)), of_cut]),
        sparse.hstack([none(1, 2 * height + width + len(pairs)), np.ones((1, len(hits)))]),
    ], format="csc")  # fmt: skip
    upper = np.concatenate([
        np.where(low, np.inf, 0.0), np.where(high, np.inf, 0.0),
        np.full(width + len(pairs), np.inf), np.ones(len(hits)),
    ])  # fmt: skip
    return LinearProgram(
        cost=-np.concatenate([
            np.where(low, program.row_lower, 0.0), np.where(high, -program.row_upper, 0.0),
            -program.column_upper, spared, np.zeros(len(hits)),
        ]),
        matrix=matrix,
        row_lower=np.full(matrix.shape[0], -np.inf),
        row_upper=np.concatenate([program.cost, np.zeros(width + len(pairs)), [most]]),
        column_lower=np.zeros(matrix.shape[1]),
        column_upper=upper,
        integer=np.arange(matrix.shape[1]) >= matrix.shape[1] - len(hits),
    )  # fmt: skip


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
