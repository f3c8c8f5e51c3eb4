import pytest

from resilience import views


def test_unmet_weeks_add_up_to_the_table(result):
    weekly = views.unmet_by_week(result, reserve=False)
    assert len(weekly) == result.study.weeks
    assert weekly["gas_stop"].sum() == pytest.approx(12_000.0)
    parts = [views.unmet_by_week(result, reserve=False, members=inside)["gas_stop"].sum() for inside in (True, False)]
    assert parts == pytest.approx([9_000.0, 3_000.0])


def test_what_stays_short_is_told_for_members_and_others(result):
    table = views.still_short(result).set_index(["scenario", "tier"])
    assert table.loc[("gas_stop", "essential"), "members_without_usd"] == pytest.approx(9_000.0)
    assert table.loc[("gas_stop", "other"), "others_without_usd"] == pytest.approx(3_000.0)
    assert table.loc[("gas_stop", "other"), "others_usd"] == 0
    assert ("short_strike", "other") not in table.index


def test_losses_come_gravest_first_and_avoid_what_is_avoided(result):
    table = views.losses(result)
    assert table["scenario"].tolist() == ["gas_stop", "chip_fire", "short_strike"]
    assert table["avoided_usd"].tolist()[2] == 0


def test_a_good_leads_with_its_best_place_once(result):
    table = views.marginal(result)
    assert sorted(table["good"]) == ["chip", "gas"]
    assert table["ratio"].tolist() == pytest.approx([1.0, 1.0], abs=1e-3)


def test_places_without_a_name_keep_their_id(result):
    places = result.network.places["place"]
    assert views.place_names(result.network, places).tolist() == ["Aland", "Beland", "C"]


def test_coverage_ends_in_all_tables(result):
    assert views.coverage(result.network).iloc[-1].tolist() == ["all tables", 0, 1, 0, 1, 2]
