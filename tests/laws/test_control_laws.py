"""What holds of every control, on random networks of one target and a few suppliers."""

from dataclasses import replace
from itertools import combinations

import numpy as np
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from resilience import Network
from resilience.controls import Control, Reach, Setting
from resilience.controls.effect import effects
from resilience.controls.ground import prepare
from resilience.sharing.game import Game, is_monotone

SUPPLIERS = ("JPN", "KOR", "NLD", "USA")


def supplied(seed, *, spare):
    """Two tools that a chip fab in China needs, from up to four suppliers each, who have something to spare or not."""
    rng = np.random.default_rng(seed)
    makers, lanes = [], []
    for good in ("etch", "litho"):
        chosen = sorted(rng.choice(SUPPLIERS, rng.integers(1, 5), replace=False))
        for place, share in zip(chosen, rng.dirichlet(np.ones(len(chosen))), strict=True):
            surge = float(rng.choice([1.0, 1.4])) if spare else 1.0
            makers.append({"good": good, "place": place, "share": share, "surge": surge})
            lanes.append({"good": good, "origin": place, "destination": "CHN", "limit_factor": 1.5 if spare else 1.0,
                          "transit_weeks": int(rng.integers(0, 3))})  # fmt: skip
    makers.append({"good": "chip", "place": "CHN", "share": 1.0, "surge": 1.0})
    kinds = [str(kind) for kind in rng.choice(["consumed", "capital"], 2)]
    return Network.from_frames(
        goods={"good": ["etch", "litho", "chip"], "usd_per_unit": [3.0, 8.0, 1.0]},
        producers=makers,
        needs={"good": ["chip"] * 2, "input": ["etch", "litho"], "units": [1.0, 0.5], "kind": kinds},
        lanes=lanes,
        demand={"good": ["chip"], "place": ["CHN"], "units_per_week": [10.0], "usd_per_unit_unmet": [2.0]},
        stocks={"good": ["etch", "litho"], "place": ["CHN"] * 2, "weeks": rng.choice([0.0, 2.0], 2)},
        places={"place": [*SUPPLIERS, "CHN"]},
    )


def quick(examples):
    """Few examples each run, and no shrinking: a random seed has no smaller one."""
    phases = (Phase.explicit, Phase.reuse, Phase.generate)
    return settings(max_examples=examples, deadline=None, phases=phases, suppress_health_check=[HealthCheck.too_slow])


def denials(network, control, *, reach=(), coalitions=((), ("USA",), ("JPN", "NLD"), SUPPLIERS)):
    """What each of these coalitions of the suppliers denies."""
    ground = prepare(network, [control], Setting(weeks=12, reach=reach))
    return effects(ground, coalitions), ground


EVERY = [who for size in range(5) for who in combinations(SUPPLIERS, size)]
CONTROL = Control(coalition=SUPPLIERS, target="CHN", good=("etch", "litho"), first_week=2)


@quick(2)
@given(st.integers(0, 10_000), st.sampled_from([0.0, 0.3]), st.sampled_from([0.0, 0.2]))
def test_a_larger_coalition_never_denies_less_where_nobody_has_anything_to_spare(seed, licensed, leaked):
    found, _ = denials(
        supplied(seed, spare=False), replace(CONTROL, licensed=licensed, leaked=leaked),
        reach=(Reach(country="USA", place="JPN", good="etch", share=0.5),), coalitions=EVERY,
    )  # fmt: skip
    worth = {tuple(sorted(who)): one.denied for who, one in found.items()}
    assert is_monotone(Game.from_function(SUPPLIERS, lambda who: worth[tuple(sorted(who))]))
    assert all(one.part("backfilled") < 1e-9 for one in found.values())


@quick(2)
@given(st.integers(0, 10_000))
def test_a_control_that_licenses_everything_has_no_effect(seed):
    found, _ = denials(supplied(seed, spare=True), replace(CONTROL, licensed=1.0))
    for one in found.values():
        assert one.denied == pytest.approx(0.0, abs=1e-9)
        assert one.trade["lost_usd"].abs().max() < 1e-6
        assert one.output["lost"].abs().max() < 1e-9
        assert one.unmet_usd.abs().max() < 1e-6


@quick(2)
@given(st.integers(0, 10_000))
def test_what_is_denied_or_unwanted_is_need_less_supply_and_no_more_is_denied_than_is_governed(seed):
    found, ground = denials(supplied(seed, spare=True), CONTROL)
    for who, one in found.items():
        trade = one.trade[one.trade["controlled"]].groupby("good")
        sold = trade["sold_usd"].sum() if len(one.trade) else 0.0
        closed = trade.apply(lambda rows, who=who: rows.loc[rows["country"].isin(who), "calm_usd"].sum())
        assert np.allclose(closed / one.goods["need_usd"], one.goods["governed"])
        assert (one.goods["denied"] <= one.goods["governed"] + 1e-9).all()
        assert (one.goods["unwanted"] >= 0).all()
        under_way = ground.network.lanes.set_index("good")["transit_weeks"].groupby("good").max()
        slow = under_way.reindex(one.goods.index) > 0
        direct = 1 - sold / one.goods["need_usd"]  # what leaves and what arrives differ only where goods travel
        assert np.allclose(direct[~slow], (one.goods["denied"] + one.goods["unwanted"])[~slow])
