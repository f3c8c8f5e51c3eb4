"""The door to the solver, and each trap that lies behind it."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import sparse
from scipy.optimize import linprog

from resilience.errors import AskError, InfeasibleError, SolverError
from resilience.sizing.statement import Statement, total
from resilience.solver import (
    INNER,
    LARGE,
    LinearProgram,
    Method,
    Status,
    certified_bound,
    conflict,
    loaded,
    relative_gap,
    settled,
    solve,
    suited,
)


def program(cost, rows, lower, upper, *, most=10.0, integer=None):
    count = len(cost)
    return LinearProgram(
        cost=np.array(cost, dtype=float),
        matrix=sparse.csc_matrix(np.array(rows, dtype=float).reshape(-1, count)),
        row_lower=np.array(lower, dtype=float),
        row_upper=np.array(upper, dtype=float),
        column_lower=np.zeros(count),
        column_upper=np.full(count, most),
        integer=integer,
    )


def knapsacks(size=60, rows=12, seed=1):
    """Equality knapsacks of the Cornuejols-Dawande kind: tiny to state, hopeless to branch on."""
    rng = np.random.default_rng(seed)
    weights = rng.integers(0, 100, (rows, size)).astype(float)
    slack = np.hstack([weights, np.eye(rows), -np.eye(rows)])
    cost = np.concatenate([np.zeros(size), np.ones(2 * rows)])
    half = np.floor(weights.sum(axis=1) / 2)
    whole = np.concatenate([np.ones(size, dtype=bool), np.zeros(2 * rows, dtype=bool)])
    found = program(cost, slack, half, half, most=1.0, integer=whole)
    return LinearProgram(**{**vars(found), "column_upper": np.concatenate([np.ones(size), np.full(2 * rows, 1e4)])})


def test_a_small_program_is_solved_with_its_bound_and_duals():
    found = solve(program([1, 2], [[1, 1]], [3], [np.inf]))
    assert found.status is Status.OPTIMAL
    assert found.x.tolist() == pytest.approx([3.0, 0.0])
    assert found.objective == pytest.approx(3.0)
    assert found.bound == pytest.approx(3.0)
    assert found.row_dual.tolist() == pytest.approx([1.0])


@pytest.mark.parametrize("algorithm", ["choose", "simplex", "ipm"])
def test_whole_numbers_stay_whole_whatever_the_algorithm_and_have_duals_once_settled(algorithm):
    asked = program([3, 1], [[1, 1]], [2.5], [np.inf], integer=np.array([True, False]))
    asked = LinearProgram(**{**vars(asked), "column_upper": np.array([10.0, 1.0])})
    found = solve(asked, Method(algorithm=algorithm))
    assert found.x.tolist() == pytest.approx([2.0, 0.5])
    linear = solve(settled(asked, found.x), Method(algorithm=algorithm))
    assert linear.objective == pytest.approx(found.objective)
    assert linear.row_dual.tolist() == pytest.approx([1.0])  # one more is met by the second, now that the first stands


def test_a_time_stopped_integer_program_does_not_read_optimal():
    found = solve(knapsacks(), Method(time_limit_s=1.0))
    assert found.status is Status.TIME_LIMIT
    assert found.bound < found.objective
    assert found.gap > 0


def test_an_infeasible_program_raises_and_never_reads_zero():
    with pytest.raises(InfeasibleError, match="Loosen"):
        solve(program([1, 1], [[1, 1], [1, 1]], [5, -np.inf], [np.inf, 3]))


def test_the_conflict_of_an_infeasible_program_is_named_and_not_empty():
    rows, _ = conflict(program([1, 1], [[1, 1], [1, 1], [1, 0]], [5, -np.inf, 0], [np.inf, 3, 9]))
    assert rows == [0, 1]


def test_an_unbounded_program_says_that_something_is_missing():
    with pytest.raises(SolverError, match="a price or a limit is missing"):
        solve(program([-1], [[0.0]], [0], [0], most=np.inf))


def test_an_empty_objective_is_solved_not_failed_late():
    found = solve(program([0, 0], [[1, 1]], [3], [np.inf]))
    assert found.status is Status.OPTIMAL
    assert found.objective == 0.0


def test_a_program_without_rows_is_solved():
    empty = LinearProgram(
        cost=np.ones(2), matrix=sparse.csc_matrix((0, 2)), row_lower=np.zeros(0), row_upper=np.zeros(0),
        column_lower=np.full(2, 1.5), column_upper=np.full(2, 4.0),
    )  # fmt: skip
    assert solve(empty).objective == pytest.approx(3.0)


def test_data_that_could_not_be_trusted_are_refused_with_their_ratio():
    with pytest.raises(SolverError, match=r"ratio of 1.0e\+15"):
        solve(program([1, 1], [[1e-9, 1e6]], [1], [np.inf]))
    with pytest.raises(SolverError, match="holds NaN"):
        solve(program([math.nan, 1], [[1, 1]], [1], [np.inf]))


def test_the_solver_holds_the_program_to_the_bit():
    rows = [[1, 0, 2.5], [0, 0, 0], [-3, 1 / 3, 0]]
    asked = program([1, 2, 1e-7], rows, [3, -np.inf, 0], [np.inf, 1, 0], integer=np.array([False, True, False]))
    asked.column_lower[1], asked.column_upper[2] = -np.inf, np.inf
    model = loaded(asked, Method()).getLp()
    kept = sparse.csc_matrix((model.a_matrix_.value_, model.a_matrix_.index_, model.a_matrix_.start_), (3, 3))
    assert (kept != asked.matrix).nnz == 0
    held = model.row_lower_, model.row_upper_, model.col_cost_, model.col_lower_, model.col_upper_
    given = asked.row_lower, asked.row_upper, asked.cost, asked.column_lower, asked.column_upper
    assert [list(part) for part in held] == [list(part) for part in given]
    assert [kind.name for kind in model.integrality_] == ["kContinuous", "kInteger", "kContinuous"]


@pytest.mark.parametrize("short", ["cost", "row_lower", "row_upper", "column_lower", "column_upper"])
def test_arrays_that_do_not_fit_are_refused_before_the_solver_reads_past_their_ends(short):
    asked = program([1, 2], [[1, 1]], [3], [np.inf])
    with pytest.raises(SolverError, match="do not fit together"):
        solve(LinearProgram(**{**vars(asked), short: getattr(asked, short)[:-1]}))


def test_nothing_is_printed(capfd):
    solve(program([1, 2], [[1, 1]], [3], [np.inf]))
    solve(program([1, 2], [[1, 1]], [3], [np.inf], integer=np.array([True, True])))
    shown = capfd.readouterr()
    assert (shown.out, shown.err) == ("", "")


def test_names_that_collide_in_pulp_stay_apart_here():
    statement = Statement("names")
    first, second = (statement.variables(block, np.full(1, 9.0))[0] for block in ("x-1", "x_1"))
    statement.minimise(total([(1.0, first), (5.0, second)]))
    statement.keep("rows", [first + second >= 3, second >= 1])
    compiled = statement.compiled()
    found = solve(compiled.program)
    assert compiled.block(found.x, "x-1").tolist() == pytest.approx([2.0])
    assert compiled.block(found.x, "x_1").tolist() == pytest.approx([1.0])


def test_a_statement_keeps_whole_numbers_whole():
    statement = Statement("whole")
    count = statement.variables("count", np.full(1, 9.0), whole=True)[0]
    statement.minimise(total([(1.0, count)]))
    statement.keep("rows", [2 * count >= 3])
    assert solve(statement.compiled().program).x.tolist() == pytest.approx([2.0])


def test_a_gap_is_infinite_until_both_ends_are_known():
    assert relative_gap(math.inf, 3.0) == math.inf
    assert relative_gap(3.0, -math.inf) == math.inf
    assert relative_gap(4.0, 3.0) == 0.25


def test_an_unknown_algorithm_is_refused():
    with pytest.raises(AskError, match="use choose, simplex or ipm"):
        Method(algorithm="barrier")


def test_a_large_program_is_solved_within_unless_told_otherwise_to_the_same_cost():
    width, pairs = LARGE + 2, LARGE // 2 + 1
    asked = LinearProgram(
        cost=np.tile([1.0, 2.0], pairs),
        matrix=sparse.csc_matrix(sparse.kron(sparse.identity(pairs), [[1.0, 1.0]])),
        row_lower=np.ones(pairs),
        row_upper=np.full(pairs, np.inf),
        column_lower=np.zeros(width),
        column_upper=np.full(width, 10.0),
    )
    found = solve(asked)
    assert (found.bound, found.objective) == pytest.approx((pairs, pairs), rel=1e-5)
    assert solve(asked, Method(algorithm="simplex")).objective == pytest.approx(pairs)
    assert (suited(LARGE), suited(LARGE + 1)) == (Method(), INNER)


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10_000))
def test_answers_agree_with_scipy_and_any_duals_bound_them(seed):
    rng = np.random.default_rng(seed)
    rows = rng.normal(size=(4, 6)).round(2)
    inside = rng.uniform(0, 5, 6)
    asked = program(rng.normal(size=6).round(2), rows, rows @ inside - 1, rows @ inside + 1)
    found = solve(asked)
    judge = linprog(
        asked.cost,
        A_ub=np.vstack([rows, -rows]),
        b_ub=np.concatenate([asked.row_upper, -asked.row_lower]),
        bounds=(0, 10),
        method="highs-ds",
    )
    assert found.objective == pytest.approx(judge.fun, abs=1e-7)
    assert found.bound == pytest.approx(found.objective, abs=1e-6)
    assert certified_bound(asked, rng.normal(size=4)) <= found.objective + 1e-9
