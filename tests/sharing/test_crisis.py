"""One crisis shared out by every rule, the emergency cycle, and buying: worked by hand."""

from functools import partial

import pytest
from gas_for_three import gas_for_three

from resilience import ExportControl, Outage, Reserve, Scenario
from resilience.errors import AskError
from resilience.sharing import (
    Cycle,
    Notification,
    buying,
    claims_in,
    compared,
    cost_of_delay,
    price_multiple,
    shared_out,
    usual_rules,
)
from resilience.sizing.scope import Downstream

SOLVED = 1e-6  # units, of claims of hundreds: they come from interior points


@pytest.fixture(scope="module")
def network():
    return gas_for_three()


@pytest.fixture(scope="module")
def ban():
    stop = ExportControl(exporter="CHN", importer="club", good="gas", weeks=10)
    return Scenario(name="ban", probability=0.1, disruptions=(stop,))


@pytest.fixture(scope="module")
def claims(network, ban):
    return claims_in(network, ban, "gas", members="club", weeks=20, held={"JPN": 100, "KOR": 50, "USA": 150})


def test_claims_are_what_users_went_without(claims):
    assert claims["member"].tolist() == ["JPN", "KOR", "USA"]
    assert claims["claim"].tolist() == pytest.approx([100, 200, 300])
    assert claims["use_per_day"].tolist() == pytest.approx([10 / 7, 20 / 7, 30 / 7])
    assert claims["stake_usd"].tolist() == pytest.approx([10_000, 20_000, 60_000])
    assert claims["tier"].tolist() == [2, 1, 0]


def test_a_crisis_that_begins_later_claims_no_more(network, claims):
    stop = ExportControl(exporter="CHN", importer="club", good="gas", weeks=10, first_week=5)
    later = claims_in(network, Scenario(name="later", disruptions=(stop,)), "gas", members="club", weeks=24)
    assert later["claim"].tolist() == pytest.approx(claims["claim"].tolist())


def test_every_rule_shares_the_talmuds_claims_as_published(claims):
    gets = shared_out(claims, 300, usual_rules(claims)).pivot(index="rule", columns="member", values="gets")
    published = {
        "pro rata to need": [50, 100, 150], "equal awards": [100, 100, 100], "equal losses": [0, 100, 200],
        "Talmud": [50, 100, 150], "equal days": [50, 100, 150], "tier priority": [0, 0, 300],
        "earmark first": [100, 50, 150], "pro rata to contribution": [100, 50, 150],
        "pro rata to stake": [100 / 3, 200 / 3, 200],
    }  # fmt: skip
    assert set(gets.index) == set(published)
    for rule, shares in published.items():
        assert gets.loc[rule].tolist() == pytest.approx(shares, abs=SOLVED), rule


def test_each_rule_is_told_by_waste_envy_the_worst_off_and_what_it_secures(claims):
    table = compared(claims, 300, usual_rules(claims)).set_index("rule")
    assert (table["waste"] == 0).all()
    assert table["envy"].idxmin() == "equal awards"
    assert table.at["tier priority", "worst_off_member"] == "JPN"
    assert table.at["tier priority", "first_tier_secured"] == pytest.approx(1.0)
    assert table["worst_off_ratio"].max() == table.at["pro rata to need", "worst_off_ratio"] == pytest.approx(0.5)
    assert table.at["tier priority", "stake_secured"] == pytest.approx(2 / 3)
    assert table.at["equal days", "fewest_days"] == pytest.approx(35)


def test_a_delay_costs_what_is_lost_while_nothing_comes(network, ban):
    reserve = Reserve.of(network, [{"good": "gas", "place": p, "owner": "club", "units": 100.0} for p in
                                   ("JPN", "KOR", "USA")])  # fmt: skip
    table = cost_of_delay(network, [ban], reserve, weeks=20).set_index("decision_weeks")["delay_usd"]
    # 300 units serve the USA for ten weeks. Each week of waiting moves 30 of them from uses worth 200 to such worth 100
    # (2 weeks: 60 x 100; 4: 120 x 100). In the last two weeks only 120 can be used: of 60 + 60 the USA's are worth 200.
    assert table[[0, 2, 4]].tolist() == pytest.approx([0, 6_000, 12_000])
    assert table[8] == pytest.approx((300 - 60) * 200 - 60 * 100 - (300 - 120) * 1.0)


def test_the_cycle_is_a_release_rule_in_whole_weeks():
    cycle = Cycle(notice_days=2, meeting_days=15, decision_days=4, delivery_days=8, transport_days=21)
    assert cycle.timeline()["day"].tolist() == [0, 2, 17, 21, 29, 50]
    release = cycle.release()
    assert (release.decision_weeks, release.delivery_weeks, release.pooled_weeks) == (3, 2, 3)
    assert release.first_arrival * 7 >= 29


def test_the_network_meets_within_fifteen_days_or_is_told_so():
    with pytest.raises(AskError, match="15"):
        Cycle(meeting_days=16)


def test_a_notification_says_what_the_others_must_know():
    told = Notification(
        member="KOR", impact="Half of chip output", cause="Export ban on gas", expected_weeks=10, sectors=("chips",),
        measures_taken="Stocks released", help_sought="100 units of gas",
    )  # fmt: skip
    assert told.sectors == ("chips",)
    with pytest.raises(AskError) as error:
        Notification(
            member="KOR",
            impact=" ",
            cause="",
            expected_weeks=0,
            sectors=(),
            measures_taken="None",
            help_sought="Gas",
        )
    assert len(error.value.faults) == 4


def test_buying_apart_at_once_costs_more_and_costs_others_more(network):
    one = Reserve.of(network, [{"good": "gas", "place": "USA", "owner": "USA", "units": 312.0}])
    table = buying(network, together=one, apart=[one, one], years_together=1, years_apart=1, elasticity=0.5).iloc[0]
    assert table["together_price"] == pytest.approx(1.1**2)
    assert table["apart_price"] == pytest.approx(1.2**2)
    assert table["together_usd"] == pytest.approx(312 * 1.21)
    assert table["apart_usd"] == pytest.approx(624 * 1.44)
    assert table["users_save_usd"] == pytest.approx(60 * 52 * (1.44 - 1.21))
    assert price_multiple(0.0, 0.5) == 1.0
    with pytest.raises(AskError):
        price_multiple(0.1, 0.0)


def test_a_reserve_is_held_against_all_that_the_world_makes_and_not_the_networks_part(network):
    one = Reserve.of(network, [{"good": "gas", "place": "USA", "owner": "USA", "units": 2080.0}])
    ask = partial(buying, network, together=one, apart=[one, one], years_together=1, years_apart=1, elasticity=0.5)
    part, whole = ask().iloc[0], ask(world_output={"gas": 41600.0}).iloc[0]  # the network makes 60 * 52 = 3120
    assert part["together_share"] == pytest.approx(2080 / 3120)
    assert part["beyond"]
    assert not whole["beyond"]
    assert whole["together_price"] == pytest.approx(1.05**2)
    assert whole["apart_usd"] == pytest.approx(4160 * 1.1**2)
    assert whole["users_save_usd"] == pytest.approx(41600 * (1.1**2 - 1.05**2))
    with pytest.raises(AskError, match=r"(?s)'gaz'.*Did you mean gas.*'gas': 100 a year is less than the 3,120"):
        ask(world_output={"gaz": 1.0, "gas": 100.0})


def test_claims_are_the_same_downstream_of_the_crisis_and_what_it_leaves_alone_is_refused(network, ban, claims):
    found = claims_in(network, ban, "gas", members="club", weeks=20, scope=Downstream())
    assert found["claim"].tolist() == pytest.approx(claims["claim"].tolist())
    stop = Scenario(name="no chips", disruptions=(Outage(good="chip", place="JPN", weeks=2),))
    with pytest.raises(AskError, match="neither struck"):
        claims_in(network, stop, "gas", members="club", weeks=20, scope=Downstream())
