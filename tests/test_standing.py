"""Programs that stay in the solver: an inner point that proves nothing is taken to a corner, unless it will do."""

import numpy as np
import pytest
from scipy import sparse

from resilience.solver import LinearProgram, Method, Status, solve
from resilience.standing import Standing


def ill_scaled(seed):
    """Four equations in eight columns, of sizes from a thousandth to a thousand; there is a plan, by how it is made."""
    rng, rows, columns = np.random.default_rng(seed), 4, 8
    size = 10.0 ** rng.uniform(-3, 3, (rows, columns))
    upper = 10.0 ** rng.uniform(-3, 3, columns)
    inside = upper * rng.random(columns)
    matrix = size * rng.choice([-1.0, 0.0, 1.0], (rows, columns))
    sides = matrix @ inside
    return LinearProgram(
        cost=10.0 ** rng.uniform(-3, 3, columns), matrix=sparse.csc_matrix(matrix), row_lower=sides, row_upper=sides,
        column_lower=np.zeros(columns), column_upper=upper,
    )  # fmt: skip


@pytest.mark.parametrize("seed", [168, 731, 1734])  # HiGHS 1.15 ends each within, "Unknown"; of 731 it has no plan then
def test_an_answer_that_is_not_proved_from_within_is_taken_to_a_corner(seed):
    program = ill_scaled(seed)
    found = Standing(program).inner()
    assert found.status is Status.OPTIMAL
    assert found.objective == pytest.approx(solve(program, Method(algorithm="simplex")).objective, rel=1e-9)


@pytest.mark.parametrize("seed", [168, 731, 1734])
def test_where_it_will_do_roughly_a_plan_is_enough_and_is_not_called_the_best(seed):
    program = ill_scaled(seed)
    found, least = Standing(program).inner(roughly=True), solve(program, Method(algorithm="simplex")).objective
    assert program.matrix @ found.x == pytest.approx(program.row_lower, rel=1e-6, abs=1e-6)
    assert found.status is Status.FEASIBLE or found.objective == pytest.approx(least, rel=1e-9)
    assert found.objective >= least * (1 - 1e-6)
