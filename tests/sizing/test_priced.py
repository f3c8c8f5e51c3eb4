"""A program kept in the solver answers as a fresh one, and its prices are lines that hold."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import sparse

from resilience.errors import InfeasibleError
from resilience.sizing.sddp.priced import Priced
from resilience.solver import LinearProgram, solve


def program(cost, rows, lower, upper):
    count = len(cost)
    return LinearProgram(
        cost=np.array(cost, dtype=float), matrix=sparse.csc_matrix(np.array(rows, dtype=float)),
        row_lower=np.array(lower, dtype=float), row_upper=np.array(upper, dtype=float),
        column_lower=np.zeros(count), column_upper=np.full(count, 10.0),
    )  # fmt: skip


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10_000))
def test_it_answers_as_a_fresh_program_whatever_is_changed_or_added(seed):
    rng = np.random.default_rng(seed)
    rows, more = rng.normal(size=(4, 6)).round(2), rng.normal(size=(2, 6)).round(2)
    inside = rng.uniform(0, 5, 6)
    asked = program(rng.normal(size=6).round(2), rows, rows @ inside - 1, rows @ inside + 1)
    kept = Priced(asked)
    kept.solve()
    cost = rng.normal(size=2).round(2)
    kept.charge(np.array([1, 4]), cost)
    kept.bound(np.array([0]), inside[:1], inside[:1])
    kept.move(np.array([2]), rows[2:3] @ inside - 3, rows[2:3] @ inside + 2)
    kept.add(sparse.csr_matrix(more), more @ inside - 1, np.full(2, np.inf))
    lower = np.concatenate([rows @ inside - np.array([1, 1, 3, 1]), more @ inside - 1])
    upper = np.concatenate([rows @ inside + np.array([1, 1, 2, 1]), np.full(2, np.inf)])
    fresh = program(asked.cost, np.vstack([rows, more]), lower, upper)
    fresh.cost[[1, 4]] = cost
    fresh.column_lower[0] = fresh.column_upper[0] = inside[0]
    expected, found = solve(fresh), kept.solve()
    assert found.objective == pytest.approx(expected.objective, abs=1e-7)
    assert kept.price(found.row_dual)[0] == pytest.approx(expected.objective, abs=1e-6)
    price, reduced = kept.price(rng.normal(size=6))  # any duals at all: the line holds for every value of the column
    for value in rng.uniform(0, 10, 3):
        kept.bound(np.array([0]), np.array([value]), np.array([value]))
        try:
            assert price + reduced[0] * (value - inside[0]) <= kept.solve().objective + 1e-7
        except InfeasibleError:
            continue


def test_it_begins_like_another_that_has_learnt_more():
    asked = program([1, 2], [[1, 1]], [3], [np.inf])
    first, second = Priced(asked), Priced(replace(asked, row_lower=np.array([4.0])))
    first.add(sparse.csr_matrix([[1.0, 0.0]]), np.array([-np.inf]), np.array([1.0]))
    assert first.solve().x.tolist() == pytest.approx([1.0, 2.0])
    second.begin_like(first)
    assert second.solve().x.tolist() == pytest.approx([4.0, 0.0])
