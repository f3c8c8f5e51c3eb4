import matplotlib as mpl
import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
from matplotlib.figure import Figure

from resilience import Network, Outage, Scenario, plot, sharing, views
from resilience.answering import run
from resilience.errors import AskError
from resilience.plot.run import NOTHING_UNMET
from resilience.plot.run import __all__ as of_a_run
from resilience.report.scale import AsTheyAre, Indices
from resilience.report.world import atlas
from resilience.study import Study

mpl.use("Agg")


@pytest.mark.parametrize("name", of_a_run)
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


def test_where_nothing_goes_unmet_the_figure_says_so(tiny):
    harmless = {"kind": "outage", "good": "gas", "weeks": 4, "lost": 0.0}
    result = run(Study.read(tiny).having({"scenario.gas_stops.disruptions": [harmless]}))
    axes = plot.unmet_over_time(result, Figure().subplots(), scenario="gas_stops")
    assert len(plot.unmet_over_time(result, Figure().subplots(), scenario="chips_stop").texts) == 0
    assert [text.get_text() for text in axes.texts] == [NOTHING_UNMET]


def test_an_unknown_scenario_is_answered_with_the_closest(result):
    with pytest.raises(AskError, match="Did you mean gas_stop"):
        plot.unmet_over_time(result, Figure().subplots(), scenario="gas_stopp")


MEMBERS = [
    {"member": "A", "pays_usd": 60.0, "loss_usd": 20.0, "cost_usd": 80.0},
    {"member": "B", "pays_usd": -10.0, "loss_usd": 100.0, "cost_usd": 90.0},
]
COALITIONS = [
    {"coalition": "alone", "denied": 0.1, "backfilled": 0.8, "leaked": 0.0, "effective": False},
    {"coalition": "both", "denied": 0.7, "backfilled": 0.2, "leaked": 0.1, "effective": True},
]
OUTCOMES = [
    {"event": "fire", "what": "share lost", "low": 0.1, "high": 0.3, "simulated": 0.2, "verdict": "met"},
    {"event": "fire", "what": "weeks", "low": 10.0, "high": 20.0, "simulated": 500.0, "verdict": "too high"},
    {"event": "flood", "what": "share lost", "low": 0.0, "high": 0.0, "simulated": 0.0, "verdict": "met"},
    {"event": "flood", "what": "price", "low": None, "high": None, "simulated": None, "verdict": "not simulated"},
]


@pytest.mark.parametrize(
    ("draw", "rows"), [(plot.burden, MEMBERS), (plot.coalitions, COALITIONS), (plot.backtests, OUTCOMES)]
)
def test_figures_of_other_answers_take_their_rows_and_axes(draw, rows):
    given = Figure().subplots()
    assert draw(rows, given) is given
    assert draw(rows) is not given
    plt.close("all")


def test_who_is_compensated_stands_left_of_zero_and_a_loss_begins_at_zero_then():
    bars = plot.burden(MEMBERS, Figure().subplots()).patches
    assert [bar.get_width() for bar in bars] == [-10.0, 60.0, 100.0, 20.0]  # B bears most
    assert [bar.get_x() for bar in bars] == [0.0, 0.0, 0.0, 60.0]


def test_bars_of_a_coalition_add_up_to_what_became_of_the_need():
    axes = plot.coalitions(COALITIONS, Figure().subplots())
    ends = [bar.get_x() + bar.get_width() for bar in axes.patches]
    assert ends == pytest.approx([70.0, 10.0, 90.0, 90.0, 100.0, 90.0])
    assert [label.get_text() for label in axes.get_yticklabels()] == ["both *", "alone"]


def test_outcomes_lie_where_they_fall_in_the_reported_range_and_far_ones_at_the_edge():
    table = views.against_reports(pd.DataFrame(OUTCOMES))
    assert table["at"].tolist() == pytest.approx([0.5, 1.0 + views.FAR, 0.5])
    assert table["off"].tolist() == [0, 1, 0]


def test_answers_as_they_come_from_python_are_drawn_too():
    members = ["JPN", "KOR"]
    network = Network.from_frames(
        goods={"good": ["gas"], "usd_per_unit": [1.0], "holding_share_per_year": [0.5]},
        producers={"good": "gas", "place": members, "output_per_week": 10.0},
        demand={"good": "gas", "place": members, "units_per_week": 10.0, "usd_per_unit_unmet": 21.0},
        blocs={"two": members},
    )
    stops = [Scenario(name=place, probability=0.1, disruptions=(Outage(place=place, weeks=4),)) for place in members]
    asked = sharing.Coalitions(alliance=sharing.alliance(network, stops, members="two", weeks=6))
    found = sharing.burden(asked, sharing.InProportion(weights={"JPN": 1, "KOR": 1}))
    axes = plot.burden(found, Figure().subplots())
    assert [bar.get_width() for bar in axes.patches[:2]] == pytest.approx(found.table["pays_usd"].tolist())
