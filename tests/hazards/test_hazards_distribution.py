import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from resilience.errors import AskError
from resilience.hazards import Beta, Choice, Fixed, LogNormal, Triangular

PEERS = [
    (Triangular(low=1, mode=2, high=5), stats.triang(0.25, loc=1, scale=4)),
    (LogNormal(median=3, spread=0.7), stats.lognorm(0.7, scale=3)),
    (Beta(alpha=2, beta=5), stats.beta(2, 5)),
    (Beta(alpha=2, beta=5, low=-1, high=3), stats.beta(2, 5, loc=-1, scale=4)),
]
ALL = [ours for ours, _ in PEERS] + [Fixed(value=2), Choice(values=(1, 4, 9)), LogNormal(median=3, spread=2, most=8)]


@pytest.mark.parametrize(("ours", "theirs"), PEERS, ids=[repr(ours) for ours, _ in PEERS])
def test_quantiles_are_those_of_scipy(ours, theirs):
    chances = np.linspace(0.001, 0.999, 31)
    assert [ours.at(chance) for chance in chances] == pytest.approx(theirs.ppf(chances), rel=1e-9, abs=1e-12)


@pytest.mark.parametrize("ours", ALL, ids=repr)
@given(one=st.floats(0, 1, exclude_max=True), other=st.floats(0, 1, exclude_max=True))
def test_a_value_never_falls_as_its_chance_rises(ours, one, other):
    low, high = sorted((one, other))
    assert ours.at(low) <= ours.at(high) + 1e-9


def test_a_choice_falls_by_its_weights():
    found = [Choice(values=(4, 12, 26), weights=(5, 3, 2)).at((n + 0.5) / 1000) for n in range(1000)]
    assert [found.count(value) for value in (4, 12, 26)] == [500, 300, 200]


@pytest.mark.parametrize(
    ("build", "told"),
    [
        (lambda: Triangular(low=2, mode=1, high=3), "in this order"),
        (lambda: LogNormal(median=0, spread=1), "median is 0"),
        (lambda: Beta(alpha=0, beta=1), "above 0"),
        (lambda: Choice(values=(2, 1)), "rising order"),
        (lambda: Choice(values=(1, 2), weights=(1,)), "one for each value"),
    ],
)
def test_a_wrong_figure_is_told(build, told):
    with pytest.raises(AskError, match=told):
        build()
