import matplotlib as mpl
import matplotlib.pyplot as plt
import numpy as np
import pytest
from matplotlib.figure import Figure

from resilience import plot, views
from resilience.errors import AskError
from resilience.report.scale import AsTheyAre, Indices
from resilience.report.world import atlas

mpl.use("Agg")


@pytest.mark.parametrize("name", plot.__all__)
def test_each_figure_takes_axes_and_returns_them(known, name):
    own = getattr(known.plot, name)()
    given = Figure().subplots()
    assert own is not given
    assert getattr(plot, name)(known, given) is given
    plt.close("all")


def test_what_was_not_asked_for_is_not_drawn(result):
    with pytest.raises(AskError, match="add knowledge"):
        result.plot.frontier()


def test_a_figure_tells_amounts_as_indices_where_it_is_asked_to(known):
    plain, redacted = (
        plot.losses(known, Figure().subplots(), scale=scale) for scale in (AsTheyAre(), Indices.of(known))
    )
    assert (plain.get_xlabel()[:10], redacted.get_xlabel()[:13]) == ("loss (USD ", "loss (points)")
    parts = [np.array([bar.get_width() for bar in axes.patches]) for axes in (plain, redacted)]
    assert parts[1] / parts[1].max() == pytest.approx(parts[0] / parts[0].max())
    assert not np.isclose(parts[0].max(), parts[1].max())


def test_the_map_has_small_countries_as_points(known):
    axes = plot.exposure(known, Figure().subplots())
    singapore = atlas()["countries"]["SGP"]
    assert singapore["rings"] == []
    assert singapore["point"] in [points.get_offsets()[0].tolist() for points in axes.collections]


def test_bars_are_what_the_tables_say(result):
    axes = plot.reserve_by_good(result, Figure().subplots())
    assert [bar.get_width() for bar in axes.patches] == pytest.approx(views.reserve_by_good(result)["reserve_usd"])


def test_an_unknown_scenario_is_answered_with_the_closest(result):
    with pytest.raises(AskError, match="Did you mean gas_stop"):
        plot.unmet_over_time(result, Figure().subplots(), scenario="gas_stopp")
