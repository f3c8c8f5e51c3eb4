"""Each limit on a reserve against an answer worked by hand, and what an ask that cannot be met says."""

from dataclasses import replace
from functools import cache

import pytest
from small_networks import by_clarabel, gas

from resilience import Network, Outage, Scenario, size_reserve
from resilience.errors import AskError, InfeasibleError
from resilience.policy import Reserve
from resilience.risk import CVaR, Expectation, TotalVariation, Wasserstein, WorstCase
from resilience.sizing.ground import Ground
from resilience.sizing.limits import (
    Capacity,
    CostShare,
    Cover,
    Days,
    Earmark,
    FillPace,
    NetImports,
    Units,
    Usd,
    Use,
    build_up,
    kept,
)
from resilience.sizing.reserve import Chance, Floor
from resilience.sizing.stated import state_sizing
from resilience.solver import solve

# On `gas` ten units a week are lost for k weeks with chance p; without limits 60 are held, at 1 USD each (test_size).
CHANCES = {2: 0.10, 4: 0.05, 6: 0.03, 8: 0.01}
OUTAGES = [Scenario(name=f"{k} weeks", probability=p, disruptions=(Outage(weeks=k),)) for k, p in CHANCES.items()]
RARE = [Scenario(name="rare", probability=1e-4, disruptions=(Outage(weeks=2),))]  # nothing is worth holding for it


@cache
def two_countries(*, private_weeks=0.0, price=1.0):
    """Ten units a week wanted in A, which makes four, and twenty in B, which makes 26 and ships six to A."""
    return Network.from_frames(
        goods={"good": ["gas"], "usd_per_unit": [price], "holding_share_per_year": [0.5]},
        producers={"good": ["gas"] * 2, "place": ["A", "B"], "output_per_week": [4.0, 26.0]},
        lanes={"good": ["gas"], "origin": ["B"], "destination": ["A"]},
        demand={"good": ["gas"] * 2, "place": ["A", "B"], "units_per_week": [10.0, 20.0], "usd_per_unit_unmet": 21.0},
        stocks={"good": ["gas"], "place": ["A"], "weeks": [private_weeks]},
        blocs={"club": ["A", "B"]},
    )


def held(network, scenarios, *limits, members=None):
    """Units held by owner."""
    return answer(state_sizing(network, scenarios, weeks=12, limits=limits, members=members))


def on_gas(*limits, holding=0.5, floors=()):
    """Units held by owner on `gas`, stated once for all limits."""
    stated = gas_stated(holding)
    ground = Ground(laws=stated.laws, rows=stated.rows, point=stated.cases[0].stores.point)
    terms = replace(stated.terms, limits=kept(limits, ground), floors=tuple(floors))
    return answer(replace(stated, terms=terms))


@cache
def gas_stated(holding):
    return state_sizing(gas(holding=holding), OUTAGES, weeks=12)


def answer(stated):
    units = stated.joined.held(solve(stated.joined.program).x) * stated.laws.scale[stated.cases[0].stores.point]
    by_owner = stated.rows.assign(units=units).groupby("owner")["units"].sum().round(4)
    return by_owner[by_owner > 0].to_dict()


@pytest.mark.parametrize(
    ("limit", "units"),
    [
        (Cover(days=56), 80.0),  # eight weeks of ten
        (Cover(days=28), 60.0),  # four weeks: less than is worth holding anyway
        (Earmark(owner="A", at_least=Units(units=75)), 75.0),
        (Earmark(owner="A", at_most=Units(units=25)), 25.0),
        (Earmark(owner="A", at_least=Days(days=49)), 70.0),
        (Earmark(owner="A", at_most=Usd(usd=15)), 15.0),
        (FillPace(share_per_year=0.05), 26.0),  # a twentieth of 520 units a year
        (FillPace(share_per_year=0.05, years=2), 52.0),
        (FillPace(share_per_year=0.05, years=3), 60.0),
        (Capacity(place="A", at_most=Units(units=35)), 35.0),
        (Capacity(place="A", at_most=Usd(usd=45), goods="gas"), 45.0),
        (Capacity(place="club", at_most=Days(days=21)), 30.0),
    ],
)
def test_a_limit_binds_where_it_says(limit, units):
    assert on_gas(limit) == {"A": pytest.approx(units)}


def test_cover_of_net_imports_counts_what_comes_from_outside():
    assert held(two_countries(), RARE, Cover(days=70, base=NetImports())) == {"A": 60.0}  # B makes more than it uses
    assert held(two_countries(), RARE, Cover(days=70)) == {"A": 100.0, "B": 200.0}


def test_a_pool_covers_its_members_together():
    assert held(two_countries(), RARE, Cover(days=70), members="club") == {"club": 300.0}
    assert held(two_countries(), RARE, Cover(days=70, base=NetImports()), members="club") == {}


def test_private_stock_counts_towards_cover_only_if_told_so():
    network = two_countries(private_weeks=3.0)
    assert held(network, RARE, Cover(days=70, owners="A")) == {"A": 100.0}
    assert held(network, RARE, Cover(days=70, owners="A", private_counts=True)) == {"A": 70.0}
    assert held(network, RARE, Cover(days=21, owners="A", private_counts=True)) == {}


def test_an_earmark_gives_a_member_stores_of_its_own_beside_the_pool():
    limits = [Earmark(owner="A", at_least=Days(days=14)), Cover(days=7, owners="club")]
    assert held(two_countries(), RARE, *limits, members="club") == {"A": 20.0, "club": 30.0}


def test_shares_of_the_cost_bind_at_both_ends():
    network = two_countries(price=2.0)
    covered = Cover(days=7, base=Use())  # at least 10 for A and 20 for B, of which A's is a third
    assert held(network, RARE, covered, CostShare(owner="A", at_least=0.5)) == {"A": 20.0, "B": 20.0}
    assert held(network, RARE, covered, CostShare(owner="B", at_least=0.8)) == {"A": 10.0, "B": 40.0}
    assert held(network, RARE, covered, CostShare(owner="A", at_most=0.2)) == {"A": 10.0, "B": 40.0}


def test_a_perishable_is_turned_over_by_the_use_of_its_owner_in_all_its_stores_together():
    network = two_countries()
    network = network.with_table("goods", network.goods.assign(shelf_life_weeks=2.0))
    stops = [Scenario(name="stop", probability=0.5, disruptions=(Outage(weeks=8),))]
    assert held(network, stops, members="club") == {"club": 60.0}  # two weeks of thirty, not two stores of sixty each
    assert held(network, stops) == {"A": 20.0, "B": 40.0}


@pytest.mark.parametrize(
    ("within", "units"),
    [
        (WorstCase(), 80.0),  # all of the longest outage
        (Chance(probability=0.99), 60.0),  # the longest, 0.01, may be missed
        (Chance(probability=0.95), 40.0),  # it and the next, 0.04, may be
        (Chance(probability=0.91), 20.0),
        (Chance(probability=0.81), 0.0),
        (Expectation(), 80.0),  # all of the demand on average is all of it always
    ],
)
def test_a_floor_with_a_chance_covers_the_cheapest_scenarios_that_reach_it(within, units):
    floor = Floor(tier="essential", served=1.0, within=within)
    assert on_gas(holding=50.0, floors=[floor]).get("A", 0.0) == pytest.approx(units, abs=1e-3)


def test_floors_by_mean_and_by_tail_mean_are_kept_to_the_unit():
    # Twelve weeks want 120. With x from 40 to 60 held, 0.03 years lack 60 - x and 0.01 lack 80 - x.
    def floor(within, lacking):
        return Floor(tier="essential", served=1.0 - lacking / 120, within=within)

    on_average = floor(Expectation(), 0.03 * 15 + 0.01 * 35)
    in_the_tail = floor(CVaR(tail=0.04), (0.03 * 15 + 0.01 * 35) / 0.04)
    misjudged = floor(TotalVariation(radius=0.02), 0.03 * 15 + 0.03 * 35)  # 0.02 of calm years turn into the worst
    for asked in (on_average, in_the_tail, misjudged):
        assert on_gas(holding=50.0, floors=[asked]) == {"A": 45.0}


def test_a_sizing_with_a_chance_still_prices_what_it_holds():
    floor = Floor(tier="essential", served=0.9, within=Chance(probability=0.9))
    sizing = size_reserve(gas(), OUTAGES, weeks=12, budget_usd=30.0, floors=[floor])
    assert sizing.gap < 1e-6
    assert sizing.marginal_value["saved_usd_per_unit"].iloc[0] == pytest.approx(0.09 * 20)


def test_names_that_no_store_bears_are_told_all_at_once():
    limits = [
        Cover(days=60, goods=("gass", "oil"), owners="B"),
        FillPace(share_per_year=0.1, goods="gas"),
        Capacity(place="AA", at_most=Units(units=1)),
        Earmark(owner="clbu", at_least=Usd(usd=1)),
    ]
    with pytest.raises(AskError) as caught:
        size_reserve(two_countries(), RARE, weeks=12, limits=limits, members="club")
    told = "\n".join(caught.value.faults)
    assert "limit 1, Cover: no store has the good 'gass'. Did you mean gas?" in told
    assert "limit 1, Cover: no store has the good 'oil'. Known: gas" in told
    assert "limit 3, Capacity: no store has the place 'AA'" in told
    assert "limit 4, Earmark: no store has the owner 'clbu'. Did you mean club?" in told
    assert len(caught.value.faults) == 4


def test_a_good_that_is_there_but_may_not_be_held_is_told_so():
    with pytest.raises(AskError, match=r"'xenon'\. It cannot be stored, no member uses it, or `goods` leaves it out"):
        size_reserve(gas(goods=("neon", "xenon")), RARE, weeks=9, goods=["neon"], limits=[Cover(days=1, goods="xenon")])


@pytest.mark.parametrize(
    ("build", "told"),
    [
        (lambda: Cover(days=-1), "days is -1"),
        (lambda: FillPace(share_per_year=float("inf"), years="two"), "share_per_year is inf"),
        (lambda: Earmark(owner="A"), "neither at_least nor at_most"),
        (lambda: CostShare(owner="A", at_least=0.6, at_most=0.5), "0 <= at_least <= at_most <= 1"),
        (lambda: Units(units=-2), "units is -2"),
        (lambda: Days(days=True), "days is True"),
        (lambda: Usd(usd=None), "usd is None"),
        (lambda: Chance(probability=0), "probability is 0"),
    ],
)
def test_a_limit_that_makes_no_sense_is_refused(build, told):
    with pytest.raises(AskError) as caught:
        build()
    assert told in str(caught.value)


FLOOR = Floor(tier="essential", served=0.95)  # over twelve weeks: six of 120 unmet at most, so 74 held


@pytest.mark.parametrize(
    ("ask", "changes"),
    [
        (
            {"limits": [Capacity(place="A", at_most=Units(units=50))], "floors": [FLOOR]},
            (
                "lower `served` of the floor under essential demand from 0.95 to 0.7500",
                "raise `at_most` of the storage of gas at A from 50 to 74 units",
            ),
        ),
        (
            {"limits": [FillPace(share_per_year=0.05, years=2), Cover(days=60)]},
            (
                "raise `share_per_year` of the fill pace of gas from 0.05 to 0.08242",  # 600 / 7 of 1040
                "lower `days` of the cover of gas for A from 60 to 36.4",
            ),
        ),
        (
            {"limits": [Earmark(owner="A", at_least=Days(days=42))], "budget_usd": 45.0},
            ("raise `budget_usd` from 45 to 60", "lower `at_least` of the earmark of gas for A from 42 to 31.5 days"),
        ),
        (
            {
                "floors": [Floor(tier="essential", served=0.95, within=Chance(probability=0.97))],
                "budget_usd": 40.0,
            },
            (
                "raise `budget_usd` from 40 to 54",
                "lower `served` of the floor under essential demand from 0.95 to 0.8333",
                "lower `probability` of the floor under essential demand from 0.97 to 0.96",
            ),
        ),
    ],
)
def test_an_ask_that_cannot_be_met_names_each_limit_with_its_least_change(ask, changes):
    with pytest.raises(InfeasibleError) as caught:
        size_reserve(gas(), OUTAGES, weeks=12, **ask)
    assert caught.value.limits == changes
    assert "Any one of these changes" in str(caught.value)


def test_a_perishable_that_cannot_cover_so_many_days_says_so():
    network = gas()
    network = network.with_table("goods", network.goods.assign(shelf_life_weeks=3.0))
    with pytest.raises(InfeasibleError) as caught:
        size_reserve(network, OUTAGES, weeks=12, limits=[Cover(days=28)])
    assert caught.value.limits == (
        "raise `shelf_life_weeks` of gas held by A, which its use must turn over from 3 to 4",
        "lower `days` of the cover of gas for A from 28 to 21",
    )


def test_where_no_limit_alone_is_enough_the_least_changes_together_are_told_and_do():
    network = gas(goods=("neon", "xenon"))
    limits = [
        Cover(days=56, goods="neon"), Capacity(place="A", at_most=Units(units=60), goods="neon"),
        Cover(days=56, goods="xenon"), Capacity(place="A", at_most=Units(units=70), goods="xenon"),
    ]  # fmt: skip
    with pytest.raises(InfeasibleError) as caught:
        size_reserve(network, RARE, weeks=9, limits=limits)
    assert "no change of one alone is enough" in str(caught.value)
    assert caught.value.limits == (  # twenty of 80 days is a quarter of them, but a third of sixty units
        "lower `days` of the cover of neon for A from 56 to 42",
        "lower `days` of the cover of xenon for A from 56 to 49",
    )


def test_one_figure_that_asks_for_several_goods_gives_way_as_one():
    network = gas(goods=("argon", "neon", "xenon"))
    limits = [
        Cover(days=56), Capacity(place="A", at_most=Units(units=60), goods="neon"),
        Capacity(place="A", at_most=Units(units=70), goods="xenon"),
    ]  # fmt: skip
    with pytest.raises(InfeasibleError) as caught:
        size_reserve(network, RARE, weeks=9, limits=limits)
    assert caught.value.limits == (
        "lower `days` of the cover of neon for A from 56 to 42",
        "the storage of neon at A: no change of it alone is enough",
    )


def test_a_missed_share_of_the_cost_is_told_in_usd():
    limits = [Cover(days=7), CostShare(owner="A", at_most=0.25), Capacity(place="B", at_most=Units(units=20))]
    with pytest.raises(InfeasibleError) as caught:
        size_reserve(two_countries(price=2.0), RARE, weeks=12, limits=limits)  # 20 USD of 60 is 5 more than a quarter
    assert "let the share of A in the purchase value (at most 0.25) be missed by 5 USD" in caught.value.limits


def test_a_reserve_builds_up_at_its_pace_until_it_is_full():
    network = gas(goods=("neon", "xenon"))
    rows = [{"good": good, "place": "A", "owner": "A", "units": units} for good, units in (("neon", 60), ("xenon", 10))]
    grown = build_up(network, Reserve.of(network, rows), share_per_year=0.05).set_index(["year", "good"])["units"]
    assert grown.to_dict() == pytest.approx(
        {(1, "neon"): 26, (1, "xenon"): 10, (2, "neon"): 52, (2, "xenon"): 10, (3, "neon"): 60, (3, "xenon"): 10}
    )
    with pytest.raises(AskError, match="no pace"):
        build_up(network, Reserve.of(network, rows), share_per_year=0.0)


def test_all_limits_at_once_have_the_same_answer_from_a_solver_of_another_family():
    limits = [
        Cover(days=14, base=NetImports()), Earmark(owner="A", at_least=Days(days=5)), FillPace(share_per_year=0.1),
        Capacity(place="B", at_most=Usd(usd=90)), CostShare(owner="A", at_most=0.4),
    ]  # fmt: skip
    stated = state_sizing(
        two_countries(), OUTAGES, weeks=9, limits=limits, members="club", budget_usd=150.0,
        risk=Wasserstein(radius=0.05, points=((2.0,), (4.0,), (6.0,), (8.0,))),
        floors=[Floor(tier="essential", served=0.5, within=within) for within in (CVaR(tail=0.1), WorstCase())],
    )  # fmt: skip
    found = solve(stated.joined.program)
    assert found.bound == pytest.approx(found.objective, rel=1e-6)
    assert by_clarabel(stated.joined.program) == pytest.approx(found.objective, rel=1e-6)
