import numpy as np
import pytest
from table_tops import fire, network, stop

from resilience import Outage, Scenario, best_response, models, simulate
from resilience.errors import AskError
from resilience.exercise import Notification, notification, prepare
from resilience.exercise.notification import six_items
from resilience.exercise.options import options, outcome
from resilience.periods import Coarsening


def by_key(exercise, column):
    return exercise.outcomes_table().set_index("option")[column]


def test_waiting_loses_what_a_hand_works_out(exercise):
    """From week 2 to week 12 B makes nothing, at 2 x 500 + 4 x 100 USD a week: eleven weeks, all of it in the pair."""
    assert by_key(exercise, "members_usd")["nothing"] == pytest.approx(11 * 1400)
    assert by_key(exercise, "others_usd")["nothing"] == 0.0
    assert by_key(exercise, "drawn_usd")["nothing"] == 0.0


def test_the_supposed_reserve_is_sixty_days_of_what_is_struck_on_day_0(exercise):
    held = exercise.reserve.table()
    assert dict(zip(held["owner"], held["units"], strict=True)) == pytest.approx({"A": 4 * 60 / 7, "B": 6 * 60 / 7})
    assert list(held["days"]) == pytest.approx([60.0, 60.0])


def test_a_reserve_released_at_once_fills_the_weeks_it_lasts(exercise):
    """Sixty days of B's gas last 8 4/7 of the eleven weeks that are short; what is drawn costs 2 USD a unit."""
    assert by_key(exercise, "members_usd")["now"] == pytest.approx((11 - 60 / 7) * 1400)
    assert by_key(exercise, "drawn_usd")["now"] == pytest.approx(6 * 60 / 7 * 2)


def test_a_reserve_released_late_comes_nine_weeks_and_a_delivery_after_day_0(exercise):
    """Day 60 lies in week 9, so what is decided then leaves after nine weeks, and arrives a week later, in week 11."""
    assert by_key(exercise, "members_usd")["later"] == pytest.approx(9 * 1400)


def test_help_brings_what_the_other_member_holds(exercise):
    """A's 34 units, which its own users do not need, reach B; only the weeks before the decision are lost."""
    assert by_key(exercise, "members_usd")["help"] < by_key(exercise, "members_usd")["later"]
    assert by_key(exercise, "drawn_usd")["help"] > by_key(exercise, "drawn_usd")["later"]


def test_rationing_by_tier_spares_defence_when_some_is_left():
    """Half of B's lines burn for three weeks: three chips for two of defence and four others."""
    burning = Scenario(name="fire", disruptions=(fire(1),))
    wait, by_tier = (
        outcome(network(), burning, option, weeks=5, members=("A", "B"), days=(15,)).by_tier.to_dict()
        for option in options(network(), None, members="pair")[:2]
    )
    assert wait == pytest.approx({"defence": 3 * 1 * 500.0, "other": 3 * 2 * 100.0})
    assert by_tier == pytest.approx({"other": 3 * 3 * 100.0})


def test_an_option_loses_what_the_simulation_of_it_loses(exercise):
    one = next(one for one in exercise.outcomes if one.option.key == "help")
    traces = simulate(network(), stop(), weeks=13, reserve=one.option.reserve, behaviour=one.option.behaviour)
    assert one.loss_usd == pytest.approx(float(traces.loss_usd.iloc[0]))


def test_the_least_loss_is_the_best_response_and_no_option_beats_it(exercise):
    floors, table = exercise.floors.set_index("reserve")["loss_usd"], by_key(exercise, "loss_usd")
    assert floors["none"] == pytest.approx(best_response(network(), stop(), weeks=13).loss_usd, rel=1e-6)
    assert floors["none"] <= table[["nothing", "by_tier", "switch"]].min() * (1 + 1e-9)
    assert floors["at once"] <= table["now"] * (1 + 1e-9)


def test_without_a_bloc_or_anything_to_store_no_reserve_is_released_and_nobody_is_asked():
    made = network()
    goods = made.goods
    goods["storable"] = False
    bare = made.with_tables({"goods": goods, "stocks": made.stocks[:0]})
    found = prepare(bare, Scenario(name="one", disruptions=(Outage(good="gas", weeks=2),)), weeks=9)
    assert found.reserve is None
    assert found.members == ("A", "B")
    assert list(by_key(found, "loss_usd").index) == ["nothing", "by_tier", "switch"]
    assert list(found.floors["reserve"]) == ["none"]


def test_a_horizon_that_ends_before_the_last_day_is_refused():
    with pytest.raises(AskError, match=r"day 60 of 'twelve_weeks_without' ends week 8. Give at least that"):
        prepare(network(), stop(), weeks=7)


def test_the_member_with_most_unmet_notifies_and_asks_for_thirty_days_of_use(exercise):
    asked = notification(network(), exercise.situations[1], members=("A", "B"))
    assert asked.member == "Beland"
    assert "worth USD 1,400" in asked.impact
    assert "Gas 0 days" in asked.impact
    assert asked.sectors == ("Chip",)
    assert f"Gas {6 * 30 / 7:.1f} (kg)" in asked.help_sought
    assert [head[0] for head, _ in six_items(asked)] == list("123456")


def test_a_notification_that_leaves_something_out_is_refused():
    with pytest.raises(AskError) as caught:
        Notification(
            member="B", impact=" ", cause="fire", expected_weeks=0, sectors=(), measures_taken="none", help_sought=""
        )
    assert len(caught.value.faults) == 4


def test_a_shipped_scenario_is_played_on_the_shipped_network():
    """The year's ban on gallium, cut to the weeks that are played; the least loss in one period."""
    study = models.load("gallium_germanium")
    whole = study.network()
    goods = ["gallium", "germanium", "compound_wafer"]
    found = prepare(
        whole, study.scenarios["gallium_ban_on_allies"], members="trilateral", weeks=9,
        release=study.release.build(), periods=Coarsening(steps=((1, 9),)),
    )  # fmt: skip
    assert set(found.reserve.table()["good"]) == set(goods)
    assert np.allclose(found.reserve.table()["days"], 60.0)
    cover = [now.cover.set_index(["good", "country"])["days"] for now in found.situations]
    assert (cover[3].loc["gallium"].sort_index() < cover[0].loc["gallium"].sort_index()).all()
    assert found.situations[3].announced[0].startswith("Exports of ")
