"""Effects worked by hand on networks of two suppliers and one target."""

from dataclasses import replace

import pytest
from controlled import ALONE, EIGHT, FAB, HALFWAY, STAR, THREE_AND_GAS

from resilience import Network, simulate
from resilience.controls import Control, LostOutput, OwnProduction, Reach, Setting, Stated, effect, least_loss
from resilience.controls.effect import effects, harm
from resilience.controls.ground import prepare
from resilience.disruption import ExportControl
from resilience.errors import AskError
from resilience.scenario import Scenario
from resilience.simulate import Behaviour
from resilience.simulate.behaviour import Contract

BAN = Control(coalition="USA", target="CHN", good="tool", first_week=3)


@pytest.fixture(scope="module")
def ban():
    return effect(STAR, BAN, setting=EIGHT)


def test_the_ban_is_backfilled_by_what_others_can_spare(ban):
    # Week 3: six of ten are gone; Japan ships its three. From then on half of each order moves to who delivers, and
    # Japan's works follow last week's orders (3, then 5.25), so that week 4 is as week 3. From week 5: 4.5 and no more.
    assert ban.weekly.loc["tool"].round(12).tolist() == [0, 0, 0.6, 0.6, 0.45, 0.45, 0.45, 0.45]
    account = ban.goods.loc["tool"]
    assert account["need_usd"] == pytest.approx(6 * 10 * 2)
    assert account["governed"] == pytest.approx(0.6)
    assert account["backfilled"] == pytest.approx(4 * 1.5 / 60)
    assert account["denied"] == pytest.approx(0.5)
    assert (account["admitted"], account["leaked"], account["own"]) == pytest.approx((0, 0, 0))
    assert account["hit_week"] == 1
    assert ban.denied == pytest.approx(0.5)


def test_the_target_goes_short_of_what_is_denied(ban):
    assert ban.unmet_usd.to_dict() == pytest.approx({"CHN": 0.5 * 60 * 1.0, "JPN": 0.0, "USA": 0.0})


def test_revenue_moves_from_the_member_to_the_backfiller(ban):
    sales = ban.trade.set_index("country")
    assert sales["calm_usd"].to_dict() == pytest.approx({"USA": 6 * 6 * 2.0, "JPN": 6 * 3 * 2.0})
    assert ban.lost_revenue_usd.to_dict() == pytest.approx({"USA": 72.0, "JPN": -4 * 1.5 * 2.0})
    assert ban.other_revenue_usd.empty


def test_plants_stand_idle_once_the_week_already_planned_is_over(ban):
    assert ban.idle.set_index("country")["idle_usd"].to_dict() == pytest.approx({"USA": 5 * 6 * 2.0, "JPN": -12.0})


def test_what_is_licensed_and_what_leaks_are_told_apart():
    loyal = replace(EIGHT, behaviour=Behaviour(rationing=Contract()))
    found = effect(STAR, replace(BAN, licensed=0.25, leaked=0.1), setting=loyal)
    account = found.goods.loc["tool"]
    assert account[["governed", "admitted", "leaked", "backfilled", "denied"]].tolist() == pytest.approx(
        [0.6, 0.6 * 0.25, 0.6 * 0.1, 0.0, 0.6 * 0.65]
    )
    assert found.lost_revenue_usd["USA"] == pytest.approx(0.65 * 72)


def test_a_reach_governs_what_members_firms_make_elsewhere():
    arm = Reach(country="USA", place="JPN", good="tool", share=1.0)
    found = effect(STAR, BAN, setting=replace(EIGHT, reach=(arm,)))
    assert found.goods.loc["tool", "governed"] == pytest.approx(0.9)
    assert found.denied == pytest.approx(0.9)
    assert found.lost_revenue_usd.to_dict() == pytest.approx({"USA": 72.0, "JPN": 36.0})


def test_the_targets_own_plants_come_late():
    plants = OwnProduction(good="tool", share=0.2, build_weeks=2, ramp_weeks=2)
    found = effect(ALONE, replace(BAN, first_week=1), setting=replace(EIGHT, own=(plants,)))
    assert found.weekly.loc["tool"].round(12).tolist() == [0.9, 0.9, 0.8, 0.7, 0.7, 0.7, 0.7, 0.7]
    assert found.goods.loc["tool", "own"] == pytest.approx((1 + 5 * 2) / 80)
    without = effect(ALONE, replace(BAN, first_week=1), setting=EIGHT)
    assert without.denied == pytest.approx(0.9)


def test_tools_bite_slowly_after_what_is_under_way_and_in_stock():
    found = effect(FAB, replace(BAN, first_week=2), setting=Setting(weeks=8))
    # Shipped in week 1, the last tool arrives in week 3; stock covers week 4; then 0.9, 0.81, 0.729, 0.6561 are left.
    assert found.weekly.loc["tool"].tolist() == pytest.approx([0, 0, 0, 1, 1, 1, 1, 1])
    lost = found.output.loc["chip"]
    assert lost["lost"] == pytest.approx((0.1 + 0.19 + 0.271 + 0.3439) / 7)
    assert lost["lost_at_end"] == pytest.approx(0.3439)
    assert lost["hit_week"] == 4  # week 5
    assert lost["calm_usd"] == pytest.approx(7 * 10 * 5.0)
    assert LostOutput().of(found) == pytest.approx(lost["lost"])
    assert LostOutput(good=("chip",)).of(found) == pytest.approx(lost["lost"])
    assert found.goods.loc["tool", "hit_week"] == 3


def test_an_output_that_is_not_made_of_controlled_goods_cannot_be_measured():
    found = effect(FAB, replace(BAN, first_week=2), setting=Setting(weeks=4))
    with pytest.raises(AskError, match=r"(?s)CHN makes no such goods.*'chop': Did you mean chip"):
        LostOutput(good=("chop",)).of(found)


def test_what_the_target_buys_less_since_it_makes_less_is_not_denied():
    both = Network.from_frames(
        goods={"good": ["etch", "litho", "chip"], "usd_per_unit": [2.0, 3.0, 9.0]},
        producers={"good": ["etch", "litho", "chip"], "place": ["USA", "JPN", "CHN"], "output_per_week": [10.0] * 3},
        needs={"good": ["chip"] * 2, "input": ["etch", "litho"], "units": [1.0, 1.0]},
        lanes={"good": ["etch", "litho"], "origin": ["USA", "JPN"], "destination": ["CHN"] * 2},
        demand={"good": ["chip"], "place": ["CHN"], "units_per_week": [10.0], "usd_per_unit_unmet": [7.0]},
    )  # fmt: skip
    asked = [Control(coalition=who, target="CHN", good=good) for who, good in (("USA", "etch"), ("JPN", "litho"))]
    found = effects(prepare(both, asked, EIGHT), [{"USA"}])[frozenset({"USA"})].goods
    assert found["denied"].to_dict() == pytest.approx({"etch": 1.0, "litho": 0.0}, abs=1e-12)
    assert found.loc["litho", "unwanted"] > 0.5  # no chip is made, and soon no litho is ordered
    assert found.loc["etch", "unwanted"] == pytest.approx(0.0)


def test_a_control_may_take_effect_later_than_the_horizon_begins_and_nothing_moves_before():
    found = effect(STAR, replace(BAN, first_week=8), setting=EIGHT)
    assert found.weekly.loc["tool"].round(12).tolist() == [0] * 7 + [0.6]
    assert found.goods.loc["tool", "need_usd"] == pytest.approx(20.0)
    with pytest.raises(AskError, match="begins in week 9, past the horizon of 8 weeks"):
        effect(STAR, replace(BAN, first_week=9), setting=EIGHT)


def test_controls_on_what_nobody_ships_are_refused_with_those_who_do():
    with pytest.raises(AskError, match=r"close no lane\. CHN gets tool from JPN, USA"):
        effect(STAR, replace(BAN, coalition=("CHN",)), setting=EIGHT)
    with pytest.raises(AskError, match="have one target, not CHN, USA"):
        effect(STAR, BAN, replace(BAN, target="USA"), setting=EIGHT)


def test_an_effect_is_the_simulators_own(ban):
    scenario = Scenario(name="ban", disruptions=(ExportControl(exporter="USA", importer="CHN", first_week=3, weeks=6),))
    traces = simulate(STAR, scenario, weeks=8, behaviour=HALFWAY)
    assert ban.unmet_usd["CHN"] == pytest.approx(traces.table("shortfall")["usd"].sum())
    shipped = traces.table("flows").query("week >= 3").groupby("origin")["units"].sum() * 2.0
    assert ban.trade.set_index("country").loc["JPN", "sold_usd"] == pytest.approx(shipped["JPN"])


def test_nobody_and_no_behaviour_loses_less_than_the_program():
    control = replace(BAN, first_week=1)
    bound = least_loss(STAR, control, setting=EIGHT)
    # With foresight Japan sends 4.5 from the first week: 4.5 of ten are short for eight weeks, at 1 USD.
    assert bound.loss_usd == pytest.approx(8 * 4.5, rel=1e-6)
    assert bound.bound_usd <= bound.loss_usd + 1e-6
    assert effect(STAR, control, setting=EIGHT).unmet_usd["CHN"] > bound.loss_usd


def test_retaliation_is_aimed_at_those_who_take_part():
    back = Stated(imposed=(ExportControl(good="gas", exporter="CHN", weeks=8, first_week=2),))
    tools = Control(coalition=("USA", "JPN"), target="CHN", good="tool")
    ground = prepare(THREE_AND_GAS, [tools], replace(EIGHT, retaliation=back))
    found = harm(ground, [{"USA"}, {"USA", "JPN"}, {"USA", "KOR"}, set()])
    hurt = {"+".join(sorted(who)): one.unmet_usd[["JPN", "USA"]].round(9).tolist() for who, one in found.items()}
    assert hurt == {"USA": [0.0, 7 * 4 * 10.0], "JPN+USA": [280.0, 280.0], "KOR+USA": [0.0, 280.0], "": [0.0, 0.0]}
    assert back.disruptions(THREE_AND_GAS, ["KOR"]) == ()  # who buys no gas cannot be hurt by it


def test_any_object_with_the_one_method_may_retaliate():
    class AgainstJapanAlone:
        def disruptions(self, network, members):
            return [ExportControl(good="gas", exporter="CHN", importer="JPN", weeks=8)]

    tools = Control(coalition="USA", target="CHN", good="tool")
    ground = prepare(THREE_AND_GAS, [tools], replace(EIGHT, retaliation=AgainstJapanAlone()))
    assert harm(ground, [{"USA"}])[frozenset({"USA"})].unmet_usd["JPN"] == pytest.approx(8 * 4 * 10.0)


def test_a_setting_that_cannot_be_is_refused():
    with pytest.raises(AskError, match=r"(?s)weeks is 0.*bite is 0"):
        Setting(weeks=0, bite=0)
