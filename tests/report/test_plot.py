import matplotlib as mpl
import matplotlib.pyplot as plt
import pytest
from matplotlib.figure import Figure

from resilience import plot, views
from resilience.errors import AskError

mpl.use("Agg")


@pytest.mark.parametrize("name", plot.__all__)
def test_each_figure_takes_axes_and_returns_them(result, name):
    own = getattr(result.plot, name)()
    given = Figure().subplots()
    assert own is not given
    assert getattr(plot, name)(result, given) is given
    plt.close("all")


def test_bars_are_what_the_tables_say(result):
    axes = plot.reserve_by_good(result, Figure().subplots())
    assert [bar.get_width() for bar in axes.patches] == pytest.approx(views.reserve_by_good(result)["reserve_usd"])


def test_an_unknown_scenario_is_answered_with_the_closest(result):
    with pytest.raises(AskError, match="Did you mean gas_stop"):
        plot.unmet_over_time(result, Figure().subplots(), scenario="gas_stopp")
