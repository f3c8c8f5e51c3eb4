"""The arrays of a part of a network are the page of that part, but for rounding."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from random_networks import random_network, random_reserve, random_scenario, seeds

from resilience.disruption import Outage
from resilience.periods import Coarsening
from resilience.physics import physics
from resilience.scenario import Scenario
from resilience.sizing.case import build_case
from resilience.sizing.compiled import Compiler, column_masks, each_compiled, kept, row_masks
from resilience.sizing.program import response_program
from resilience.sizing.scope import Downstream
from resilience.stores import stores

PERIODS = Coarsening(steps=((4, 1), (1, 3)))


def part_and_whole(seed, network, *, serves_late=False):
    """A random scenario, and perhaps a reserve, on a network and on what is made of one of its goods."""
    scenario, reserve = random_scenario(seed + 1, network), random_reserve(seed + 2, network)
    pick = str(np.random.default_rng(seed).choice(sorted(network.goods["good"])))
    kept = Downstream().goods(Scenario(name="stop", disruptions=(Outage(good=pick),)).shock(network, 12))
    whole, part = physics(network), physics(network.only(kept), usd=physics(network).usd)
    shock, cases = scenario.shock(network, 12), []
    for laws in (part, whole):
        held = None
        if reserve is not None:
            rows = reserve.table()
            held = stores(laws, rows[rows["good"].isin(laws.network.goods["good"])], weeks=12, release=reserve.release)
        cases.append(
            build_case(laws, scenario, weeks=12, held=held, periods=PERIODS, shock=shock, serves_late=serves_late)
        )
    return cases


def same(one, other):
    assert one.columns == other.columns
    assert one.rows == other.rows
    for part in ("indptr", "indices"):
        np.testing.assert_array_equal(getattr(one.program.matrix, part), getattr(other.program.matrix, part))
    np.testing.assert_allclose(one.program.matrix.data, other.program.matrix.data, rtol=1e-12)
    for side in ("cost", "row_lower", "row_upper", "column_lower", "column_upper"):
        np.testing.assert_allclose(getattr(one.program, side), getattr(other.program, side), rtol=1e-12, atol=1e-12)


@settings(max_examples=10, deadline=None)
@given(seeds, st.integers(2, 5), st.integers(1, 4), st.booleans(), st.booleans())
def test_rows_and_columns_of_a_part_are_the_page_of_the_part(seed, goods, places, ring, late):
    part, whole = part_and_whole(seed, random_network(seed, goods, places, ring), serves_late=late)
    same(Compiler().part(part, whole), response_program(part).compiled())


def test_cases_are_stated_alike_however_they_are_come_by():
    network = random_network(5, 5, 3)
    part, whole = part_and_whole(5, network)
    again = replace(part, physics=replace(part.physics))  # another part: two are worth a statement of the whole
    parts, blocks = zip(*each_compiled((case, whole) for case in (part, again, whole, part)), strict=True)
    assert parts == (part, again, whole, part)
    assert blocks[0].program.matrix is blocks[3].program.matrix  # scenarios of one part share their coefficients
    for block in blocks:
        case = whole if block.program.shape == response_program(whole).compiled().program.shape else part
        same(block, response_program(case).compiled())


@settings(max_examples=5, deadline=None)
@given(seeds, st.integers(2, 4), st.integers(2, 4), st.booleans())
def test_other_transit_is_the_page_of_that_transit(seed, goods, places, ring):
    network = random_network(seed, goods, places, ring)
    part, whole = part_and_whole(seed, network)
    rng = np.random.default_rng(seed)
    held_up = np.arange(whole.grid.weeks) < rng.integers(1, 12)
    longer = [
        replace(case, lag=case.lag + rng.integers(0, 4, len(case.lag))[:, None] * held_up) for case in (part, whole)
    ]
    parts = Compiler()
    for case in (whole, longer[1], whole):
        same(parts.compile(case), response_program(case).compiled())
    later = replace(longer[0], lag=longer[1].lag[kept(part, whole)["lane"]])
    same(parts.part(later, longer[1]), response_program(later).compiled())
    assert len(parts.kin) == 1


def test_a_block_that_parts_do_not_name_is_refused():
    part, whole = part_and_whole(5, random_network(5, 5, 3))
    columns, rows = column_masks(part, whole), row_masks(part, whole)
    del columns["replaced"]
    with pytest.raises(ValueError, match="without its blocks replaced"):
        response_program(whole).compiled().only(columns=columns, rows=rows)
