"""The arrays of a part of a network are the page of that part, to the last bit."""

import networkx as nx
import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from random_networks import random_network, random_reserve, random_scenario, seeds

from resilience.periods import Coarsening
from resilience.physics import physics
from resilience.sizing.case import build_case
from resilience.sizing.compiled import Compiler
from resilience.sizing.program import response_program
from resilience.sizing.scope import closed
from resilience.stores import stores


def same(one, other):
    assert one.columns == other.columns
    assert one.rows == other.rows
    assert (one.program.matrix != other.program.matrix).nnz == 0
    for side in ("cost", "row_lower", "row_upper", "column_lower", "column_upper"):
        np.testing.assert_allclose(getattr(one.program, side), getattr(other.program, side), rtol=1e-12, atol=1e-12)


@settings(max_examples=10, deadline=None)
@given(seeds, st.integers(2, 5), st.integers(1, 4), st.booleans())
def test_rows_and_columns_of_a_part_are_the_page_of_the_part(seed, goods, places, ring):
    network = random_network(seed, goods, places, ring)
    scenario, reserve = random_scenario(seed + 1, network), random_reserve(seed + 2, network)
    laws, held = physics(network), None
    if reserve is not None:
        held = stores(laws, reserve.table(), weeks=12, release=reserve.release)
    case = build_case(laws, scenario, weeks=12, held=held, periods=Coarsening(steps=((4, 1), (1, 3))))
    pick = np.random.default_rng(seed).choice(sorted(network.goods["good"]))
    kept = closed(network, {str(pick)})
    part, cut = Compiler().part(case, kept)
    assert set(part.physics.network.goods["good"]) == kept
    same(cut, response_program(part).compiled())


@settings(max_examples=10, deadline=None)
@given(seeds, st.integers(2, 6), st.integers(1, 4))
def test_what_is_closed_downstream_holds_all_that_is_made_of_it(seed, goods, places):
    network = random_network(seed, goods, places)
    graph = nx.DiGraph(network.needs[["input", "good"]].itertuples(index=False, name=None))
    for good in network.goods["good"]:
        below = nx.descendants(graph, good) if good in graph else set()
        assert closed(network, {good}) == below | {good}
    assert closed(network, set()) == frozenset()
