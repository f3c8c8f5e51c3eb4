"""Published recovery curves: BoARIO (spjuhel/BoARIO, boario/utils/recovery_functions.py), reproduced by running it.

What is left of an initial 100 after t periods, with a recovery time tau of 60. Its S-shape is a logistic curve and ours
a polynomial, so the two meet only at the start and at half time; its linear curve turns negative past tau, ours stops.
"""

import numpy as np
import pytest

from resilience.recovery import Exponential, Linear, SCurve

TAU, AFTER = 60, np.array([0.0, 1, 5, 10, 30, 45, 60, 90, 180])
LINEAR = [100, 98.33333333333333, 91.66666666666666, 83.33333333333334, 50, 25, 0, -50, -200]
CONVEX = [100, 98.33333333333333, 91.93985326646089, 84.52936618658357, 60.39803893781186, 46.939045781837976,
          36.47923107533437, 22.032740189094817, 4.854416402401538]  # fmt: skip
CONVEX_FOUR_TIMES = [100, 93.49815586419751, 71.4521374790554, 51.05407950325832, 13.307342998476408, 4.854416402401538,
                     1.7708537767909907, 0.2356535860790509, 0.0005553261263191666]  # fmt: skip
S_SHAPE_AT_START_AND_HALF_TIME = {0.0: 100.0, 30.0: 50.0}


def test_linear_meets_the_published_curve_up_to_its_end():
    assert 100 * Linear(weeks=TAU).remaining(AFTER) == pytest.approx(np.maximum(LINEAR, 0.0), rel=1e-9, abs=1e-12)


@pytest.mark.parametrize(("curve", "scale"), [(CONVEX, 1), (CONVEX_FOUR_TIMES, 4)])
def test_exponential_meets_the_published_curve(curve, scale):
    half_life = np.log(0.5) / np.log(1 - 1 / TAU) / scale
    assert 100 * Exponential(half_life_weeks=half_life).remaining(AFTER) == pytest.approx(np.array(curve), rel=1e-9)


def test_s_curve_meets_the_published_one_where_both_are_fixed():
    after = np.array(list(S_SHAPE_AT_START_AND_HALF_TIME))
    expected = np.array(list(S_SHAPE_AT_START_AND_HALF_TIME.values()))
    assert 100 * SCurve(weeks=TAU).remaining(after) == pytest.approx(expected, rel=1e-9)
