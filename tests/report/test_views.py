import pandas as pd
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
    assert table["without_demand"].tolist() == pytest.approx([10_500 / 10_530, 1.0, 0.0], abs=1e-6)


def test_a_good_leads_with_its_best_place_once(result):
    table = views.marginal(result)
    assert sorted(table["good"]) == ["chip", "gas"]
    assert table["ratio"].tolist() == pytest.approx([1.0, 1.0], abs=1e-3)


def test_places_without_a_name_keep_their_id(result):
    places = result.network.places["place"]
    assert views.place_names(result.network, places).tolist() == ["Aland", "Beland", "C"]


def test_coverage_ends_in_all_tables(result):
    assert views.coverage(result.network).iloc[-1].tolist() == ["all tables", 0, 1, 0, 1, 2]


def test_the_ledger_adds_up_to_the_shortfall_and_counts_days_of_that_use(result):
    table = views.ledger(result, "gas_stop")
    short = result.table("shortfall")
    short = short[short["scenario"] == "gas_stop"]
    assert table["without_usd"].sum() == pytest.approx(short["without_usd"].sum(), rel=1e-6)
    essential = table.set_index("tier").loc["essential"]  # 18 a week are wanted
    assert essential["without_days"] == pytest.approx(7 * essential["without_units"] / 18.0)
    assert table[["first_week", "last_week"]].to_numpy().tolist() == [[1, 12]] * len(table)


def test_weeks_taken_together_are_parted_between_periods():
    rows = pd.DataFrame({"week": [9, 30], "weeks": [8, 8], "units": [80.0, 8.0], "usd": [8.0, 8.0]})
    parted = views._week_by_week(rows, 33)
    assert parted.groupby("period")["units"].sum().to_dict() == pytest.approx({0: 50.0, 1: 30.0, 2: 8.0})
    assert parted["week"].max() == 33


def test_bands_hold_the_scenarios_by_their_chances(result):
    """Gas 0.1, strike 0.2, fire 0.05 of 0.35: the fire alone is less than a tenth of nothing, the gas stop is not."""
    table, weekly = views.bands(result, reserve=False), views.unmet_by_week(result, reserve=False)
    chance = {"gas_stop": 0.1, "short_strike": 0.2, "chip_fire": 0.05}
    mean = sum(weekly[name] * share / 0.35 for name, share in chance.items())
    assert table["mean"].tolist() == pytest.approx(mean.tolist())
    assert table["most"].tolist() == pytest.approx(weekly.max(axis=1).tolist())
    assert table["high"][4] == pytest.approx(weekly["gas_stop"][4])  # short with 0.286, more than a tenth
    assert table["high"][8] == 0
    assert (table["low"] == 0).all()


def test_exposure_is_what_is_expected_to_go_unmet_of_a_year(known):
    table = views.exposure(known).set_index("country")
    unmet = known.table("shortfall").assign(chance=lambda rows: rows["scenario"].map(
        known.table("losses").set_index("scenario")["probability"]))  # fmt: skip
    assert table["without_usd"].sum() == pytest.approx((unmet["without_usd"] * unmet["chance"]).sum(), rel=1e-6)
    wanted = {"JPN": 8 * 100 + 2 * 300, "SGP": 10 * 100, "TWN": 10 * 50}
    for country, usd in wanted.items():
        assert table.loc[country, "share"] == pytest.approx(table.loc[country, "without_usd"] / (52 * usd))
    assert views.stores_by_country(known)["usd"].sum() == pytest.approx(known.sizing.reserve.usd)
