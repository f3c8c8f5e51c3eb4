"""Coalitions of three suppliers who can make no more: what is denied adds up, so that all can be worked by hand."""

from dataclasses import replace
from itertools import combinations, permutations

import pytest
from controlled import EIGHT, STAR, THREE, THREE_AND_GAS

from resilience.controls import Control, Question, Stated, weigh
from resilience.controls.sentence import sentences
from resilience.disruption import ExportControl
from resilience.errors import AskError

SHARES = {"USA": 0.5, "JPN": 0.3, "KOR": 0.2}
BACK = Stated(imposed=(ExportControl(good="gas", exporter="CHN", weeks=8),))
CONTROL = Control(coalition=("USA", "JPN", "KOR"), target="CHN", good="tool")
COALITIONS = {"alone": ("USA",), "pair": ("USA", "JPN"), "rest": ("JPN", "KOR"), "all": ("USA", "JPN", "KOR", "CHN")}


def question(**changed):
    return Question(**{"controls": (CONTROL,), "coalitions": COALITIONS, "setting": EIGHT, "effective": 0.7,
                       "reference": "pair", **changed})  # fmt: skip


@pytest.fixture(scope="module")
def found():
    return weigh(
        THREE_AND_GAS,
        question(setting=replace(EIGHT, retaliation=BACK), margin=0.5, value_usd={"JPN": 1000.0, "USA": 100.0}),
    )


def test_each_coalition_denies_what_its_members_ship(found):
    assert found.table["effect"].to_dict() == pytest.approx({"alone": 0.5, "pair": 0.8, "rest": 0.5, "all": 1.0})
    assert found.table["denied"].equals(found.table["governed"])  # nobody has anything to spare
    assert found.players == ("JPN", "KOR", "USA")
    assert found.table["members"].to_dict() == {
        "alone": "USA",
        "pair": "JPN+USA",
        "rest": "JPN+KOR",
        "all": "JPN+KOR+USA",
    }
    assert found.table["effective"].to_dict() == {"alone": False, "pair": True, "rest": False, "all": True}


def test_members_lose_their_sales_and_what_retaliation_takes(found):
    sold = {"alone": 5, "pair": 8, "rest": 5, "all": 10}
    assert found.table["lost_revenue_usd"].to_dict() == pytest.approx(
        {name: units * 2.0 * 8 for name, units in sold.items()}
    )
    struck = {"alone": 1, "pair": 2, "rest": 1, "all": 2}  # those of them who buy gas
    assert found.table["retaliation_usd"].to_dict() == pytest.approx(
        {name: who * 4 * 10.0 * 8 for name, who in struck.items()}
    )


def test_the_least_that_is_enough_is_what_enumeration_finds(found):
    wins = [set(who) for size in range(1, 4) for who in combinations(sorted(SHARES), size)
            if sum(SHARES[one] for one in who) >= 0.7 - 1e-9]  # fmt: skip
    least = [who for who in wins if not any(other < who for other in wins)]
    assert sorted(map(sorted, least)) == sorted(map(sorted, found.minimal)) == [["JPN", "USA"], ["KOR", "USA"]]


def test_power_is_that_of_the_game_counted_directly(found):
    orders = list(permutations(sorted(SHARES)))
    pivots = dict.fromkeys(SHARES, 0)
    for order in orders:
        reached = 0.0
        for who in order:
            if reached < 0.7 - 1e-9 <= reached + SHARES[who]:
                pivots[who] += 1
            reached += SHARES[who]
    assert found.power["shapley_shubik"].to_dict() == pytest.approx({who: n / len(orders) for who, n in pivots.items()})
    assert found.power["shapley"].to_dict() == pytest.approx(SHARES)  # denial adds up, so that each brings its own
    assert found.power["alone"].to_dict() == pytest.approx(SHARES)
    assert found.power["banzhaf"].to_dict() == pytest.approx({"USA": 3 / 4, "JPN": 1 / 4, "KOR": 1 / 4})


def test_refusal_takes_away_what_the_member_brings_and_compensation_makes_it_indifferent(found):
    table = found.refusals
    assert table["effect_lost"].to_dict() == pytest.approx({"JPN": 0.3, "USA": 0.5})
    assert table["effect_without"].to_dict() == pytest.approx({"JPN": 0.5, "USA": 0.3})
    assert table["revenue_usd"].to_dict() == pytest.approx({"JPN": 3 * 2.0 * 8, "USA": 5 * 2.0 * 8})
    assert table["harm_usd"].to_dict() == pytest.approx({"JPN": 320.0, "USA": 320.0})
    assert table["value_usd"].to_dict() == pytest.approx({"JPN": 300.0, "USA": 50.0})
    wanted = {"JPN": 0.5 * 48 + 320 - 300, "USA": 0.5 * 80 + 320 - 50}
    assert table["compensation_usd"].to_dict() == pytest.approx(wanted)


def test_a_joiner_stops_backfilling():
    found = weigh(STAR, Question(
        controls=(Control(coalition=("USA", "JPN"), target="CHN", good="tool", first_week=3),),
        coalitions={"alone": ("USA",), "both": ("USA", "JPN")}, setting=EIGHT,
    ))  # fmt: skip
    assert found.reference == "both"
    assert found.game.worth(["USA"]) == pytest.approx(0.5)
    assert found.game.worth(["JPN", "USA"]) == pytest.approx(0.9)
    # Japan gives up three a week for six weeks, and the four weeks of one and a half it would have sold besides.
    assert found.refusals.loc["JPN", "revenue_usd"] == pytest.approx(36.0 + 12.0)


def test_the_sentence_says_what_was_computed(found):
    assert sentences(found) == (
        "all (JPN+KOR+USA) denies 100.0% of CHN's need of the controlled good over weeks 1 to 8, by value, against "
        "50.0% by alone (USA). To reach 70% of what JPN, KOR and USA reach together, the least that is enough is "
        "JPN+USA or KOR+USA; all of them need USA. USA decides in 67% of the orders in which they may join. pair "
        "without USA would reach 30.0%."
    )


def test_the_sentence_says_so_when_the_first_is_as_good_as_any_and_when_nobody_does_anything():
    strong = weigh(THREE, question(coalitions={"USA": ("USA",), "rest": ("JPN",)}, reference="rest", effective=0.5))
    assert sentences(strong).startswith("No other coalition does more than USA, which denies 50.0% of CHN's need")
    assert (
        "To reach 50% of what JPN, KOR and USA reach together, the least that is enough is USA or JPN+KOR."
        in sentences(strong)
    )
    open_ = replace(CONTROL, licensed=1.0)
    idle = weigh(THREE, question(controls=(open_,)))
    assert sentences(idle) == "None of these coalitions has an effect on CHN."
    assert idle.minimal == ()
    assert (idle.power == 0).all(axis=None)
    assert not idle.table["effective"].any()


def test_where_all_are_needed_the_sentence_says_that_and_who_gains_by_joining_asks_for_nothing():
    whole = weigh(THREE, question(effective=1.0, value_usd={"JPN": 1e6}))
    assert whole.minimal == (("JPN", "KOR", "USA"),)
    assert "To reach 100% of what JPN, KOR and USA reach together, all of them are needed." in sentences(whole)
    assert "JPN, KOR and USA each decide in 33% of the orders" in sentences(whole)
    assert whole.refusals.loc["JPN", "compensation_usd"] == 0.0
    assert whole.refusals.loc["USA", "compensation_usd"] == pytest.approx(80.0)  # revenue counts whole unless stated


def test_a_measure_is_any_object_with_the_one_method():
    class Weeks:
        def of(self, effect):
            return float((effect.weekly.loc["tool"] > 0.4).sum()) / effect.weeks

    found = weigh(THREE, question(measure=Weeks()))
    assert found.table["effect"].to_dict() == {"alone": 1.0, "pair": 1.0, "rest": 1.0, "all": 1.0}
    assert "has an effect of 100.0% on CHN" in sentences(found)


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"reference": "al"}, "reference 'al' is no coalition"),
        ({"effective": 0}, "effective is 0"),
        ({"margin": 2}, "margin is 2"),
        ({"value_usd": {"JPN": -1.0}}, "value_usd of JPN is -1.0"),
        ({"coalitions": {}}, "coalitions names none"),
        ({"coalitions": {"none": ()}}, "coalition 'none' has no members"),
        ({"controls": ()}, "controls names none"),
    ],
)
def test_a_question_that_cannot_be_is_refused(changed, told):
    with pytest.raises(AskError, match=told):
        question(**changed)


def test_too_many_players_are_refused_with_their_names():
    many = [f"S{number}" for number in range(11)]
    makers = THREE.producers.iloc[:0].reindex(range(11))
    network = THREE.with_tables({
        "producers": makers.assign(good="tool", place=many, output_per_week=1.0, surge=1.0),
        "lanes": THREE.lanes.iloc[:0].reindex(range(11)).assign(good="tool", origin=many, destination="CHN"),
        "demand": THREE.demand.assign(units_per_week=11.0),
        "places": THREE.places.iloc[:0],
    })  # fmt: skip
    control = replace(CONTROL, coalition=tuple(many))
    with pytest.raises(AskError, match=r"11 countries could close a lane.*name at most 10"):
        weigh(network, question(controls=(control,), coalitions={"all": tuple(many)}, reference="all"))


def test_nobody_who_ships_is_told():
    with pytest.raises(AskError, match="Nobody who may join ships any of the controlled goods"):
        weigh(THREE_AND_GAS, question(controls=(replace(CONTROL, coalition=("CHN",)),)))
