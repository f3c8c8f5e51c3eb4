import numpy as np
import pandas as pd
import pytest
from scipy import stats

from resilience.balance import balance, is_balanced
from resilience.errors import AskError, BalanceError
from resilience.network import Network
from resilience.uncertainty import correlation_interval, draw, figures_that_matter


def gas(figures=None, **lanes):
    """Two makers of gas, two users: what A and B send to C and D is unknown unless `lanes` says."""
    ends = {"good": "gas", "origin": ["A", "A", "B", "B"], "destination": ["C", "D", "C", "D"]}
    evidence = {} if figures is None else {
        "figures": pd.DataFrame(figures, columns=["table", "key", "column", "value", "low", "high", "confidence"])
        .assign(source_id="us", note="judged"),
        "sources": {"source_id": ["us"], "title": ["Ours"], "licence": ["CC BY 4.0"]},
    }  # fmt: skip
    return Network.from_frames(
        goods={"good": ["gas"], "usd_per_unit": [2.0]},
        producers={"good": "gas", "place": ["A", "B"], "share": [0.75, 0.25], "surge": [1.2, 1.5]},
        lanes={**ends, **lanes},
        demand={"good": "gas", "place": ["C", "D"], "units_per_week": [60.0, 40.0], "usd_per_unit_unmet": 1.0},
        **evidence,
    )


RANGED = [
    ("goods", "gas", "usd_per_unit", 2.0, 1.0, 4.0, "assumed"),
    ("producers", "gas/A", "surge", 1.2, 1.0, 1.4, "assumed"),
    ("producers", "gas/B", "surge", 1.5, 1.1, 1.9, "estimated"),
    ("demand", "gas/C/essential", "units_per_week", 60.0, 50.0, 70.0, "reported"),
]


def flows(network):
    return network.lanes["flow_per_week"].to_numpy()


def test_without_ranges_or_unknown_lanes_a_draw_is_the_balanced_network():
    stated = gas(flow_per_week=[45.0, 30.0, 15.0, 10.0])
    for network, spread in ((stated, 1.0), (gas(), 0.0)):
        assert draw(network, np.random.default_rng(3), lane_spread=spread) == balance(network).network


def test_a_draw_is_the_same_for_the_same_seed_and_another_for_another():
    first, again, other = (draw(gas(RANGED), np.random.default_rng(seed)).checksum() for seed in (5, 5, 6))
    assert first == again != other


def test_unknown_lanes_vary_while_makers_and_users_keep_their_totals():
    calm = balance(gas()).network
    drawn = [draw(gas(), np.random.default_rng(seed)) for seed in range(5)]
    for network in drawn:
        assert is_balanced(network)
        assert network.producers["output_per_week"].tolist() == pytest.approx([75.0, 25.0])
    first = np.array([flows(network)[0] for network in drawn])
    assert np.ptp(first) > 2
    assert (first < flows(calm)[0]).any()
    assert (first > flows(calm)[0]).any()


def test_a_lane_that_leans_carries_what_its_odds_say():
    # one maker abroad, one at home: at D, lanes from A and B stand 75 to 25; A leans threefold, makers give way at C
    network = gas().with_table("demand", gas().demand.assign(units_per_week=[1e9, 1e-3]))
    lanes = network.lanes
    leaning = pd.Series(np.where((lanes["origin"] == "A") & (lanes["destination"] == "D"), 3.0, 1.0), lanes.index)
    leant = balance(network, leaning=leaning).network.lanes.set_index(["origin", "destination"])["flow_per_week"]
    assert leant["A", "D"] / leant["B", "D"] == pytest.approx(3 * 0.75 / 0.25, rel=1e-6)
    with pytest.raises(AskError, match="above 0"):
        balance(network, leaning=leaning * 0)


def test_known_lanes_do_not_lean():
    network = gas(share_of_use=[0.7, None, None, None])
    for seed in range(5):
        assert flows(draw(network, np.random.default_rng(seed)))[0] == pytest.approx(42.0)


def test_the_figure_an_answer_is_made_of_ranks_first_and_the_idle_ones_do_not_stand_out():
    found = figures_that_matter(
        gas(RANGED), lambda network: float(network.goods["usd_per_unit"].iloc[0]), np.random.default_rng(1), draws=16
    )
    top = found.figures.iloc[0]
    assert (top["table"], top["column"], top["correlation"]) == ("goods", "usd_per_unit", 1.0)
    assert found.figures["clear"].tolist() == [True] + [False] * 7  # 3 more figures, 4 lanes
    assert found.assumed["key"].tolist() == ["gas"]
    assert top["moves"] > 0.5
    assert found.stated == 2.0
    low, high = found.interval()
    assert 1.0 < low < 2.0 < high < 4.0
    assert "1 of 8 figures clearly move it, 1 of them assumed or missing" in repr(found)


def test_correlations_are_spearman_s():
    seen = []

    def answer(network):
        drawn = network.producers.set_index("place")["surge"]
        seen.append((drawn["A"], drawn["B"], drawn["A"] - 0.5 * drawn["B"]))
        return seen[-1][2]

    found = figures_that_matter(gas(RANGED), answer, np.random.default_rng(2), draws=10)
    a, b, answers = np.array(seen[:10]).T
    rows = found.figures.set_index("key")["correlation"]
    assert rows["gas/A"] == pytest.approx(stats.spearmanr(a, answers).statistic)
    assert rows["gas/B"] == pytest.approx(stats.spearmanr(b, answers).statistic)
    assert rows["gas/B"] < 0


def test_missing_shares_matter_by_the_odds_they_lean():
    # with both margins met one number is free: the odds ratio, lifted by AC and BD and lowered by AD and BC
    found = figures_that_matter(gas(), lambda network: float(flows(network)[0]), np.random.default_rng(4), draws=40)
    assert set(found.figures["confidence"]) == {"missing"}
    signs = np.sign(found.figures.set_index("key")["correlation"]).to_dict()
    assert signs == {"gas/A/C": 1, "gas/A/D": -1, "gas/B/C": -1, "gas/B/D": 1}
    assert found.figures["correlation"].abs().between(0.2, 0.8).all()
    assert len(found.assumed)


def test_more_draws_begin_with_the_same_ones():
    def answer(network):
        return float(network.goods["usd_per_unit"].iloc[0])

    few, many = (figures_that_matter(gas(RANGED), answer, np.random.default_rng(9), draws=n).answers for n in (10, 11))
    assert few.tolist() == many[:10].tolist()


def test_an_answer_that_never_moves_has_no_figure_that_matters():
    found = figures_that_matter(gas(RANGED), lambda network: 1.0, np.random.default_rng(1), draws=10)
    assert not found.figures["clear"].any()
    assert (found.figures["correlation"] == 0).all()


def test_the_interval_holds_the_true_rank_correlation_as_often_as_it_says():
    rng, truth, draws, held = np.random.default_rng(12), 0.6, 50, 0
    rank_truth = 6 / np.pi * np.arcsin(truth / 2)  # of a bivariate normal
    for _ in range(400):
        x = rng.standard_normal(draws)
        y = truth * x + np.sqrt(1 - truth**2) * rng.standard_normal(draws)
        low, high = correlation_interval(np.array([stats.spearmanr(x, y).statistic]), draws, level=0.9)
        held += low[0] <= rank_truth <= high[0]
    assert 0.86 <= held / 400 <= 0.94


def test_what_cannot_be_asked_is_refused_with_the_reason():
    rng = np.random.default_rng(1)
    with pytest.raises(AskError, match="at least 10 draws"):
        figures_that_matter(gas(RANGED), flows, rng, draws=5)
    with pytest.raises(AskError, match="no figure with low and high"):
        figures_that_matter(gas(), flows, rng, lane_spread=0)
    with pytest.raises(AskError, match="not a number on 10 of 10"):
        figures_that_matter(gas(RANGED), lambda network: np.nan, rng, draws=10)
    with pytest.raises(AskError, match="lane_spread is -1"):
        draw(gas(), rng, lane_spread=-1)
    with pytest.raises(AskError, match="Draw first"):
        draw(balance(gas()).network, rng)
    lopsided = gas([("producers", "gas/A", "share", 0.75, 0.0, 0.76, "assumed")], share_of_use=[0.75, 0.75, None, None])
    with pytest.raises(BalanceError):
        figures_that_matter(lopsided, lambda network: 1.0, rng, draws=10, tolerance=0.001)
