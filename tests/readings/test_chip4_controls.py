"""A second reading of models/chip4_controls.toml, written from its sources and not from the file."""

from datetime import date

import pytest

from resilience import controls, datasets
from resilience.balance import balance

FIRST_DAY = date(2022, 10, 7)  # CSIS: the day the American rule was issued
STEPS = {  # who joined, when, and which of the dataset's tools the rule touches
    "october_2022": ("USA", FIRST_DAY, {"cmp", "deposition", "etch", "implant", "metrology"}),
    # DIGITIMES on METI's list: film formation, exposure, etching, inspection; in force on 23 July 2023
    "july_2023": ("JPN", date(2023, 7, 23), {"deposition", "etch", "immersion", "metrology"}),
    # Expeditors on the Dutch decree: scanners, atomic layer deposition, epitaxy; in force on 1 September 2023
    "september_2023": ("NLD", date(2023, 9, 1), {"deposition", "immersion"}),
}
ADVANCED = {"fab_logic_10_22", "fab_memory"}  # what China makes of the classes that the rules aim at


def week(day):
    return (day - FIRST_DAY).days // 7 + 1


@pytest.fixture(scope="module")
def study():
    return controls.load("chip4_controls")


@pytest.fixture(scope="module")
def network():
    return balance(datasets.load("chips")).network


@pytest.fixture(scope="module")
def legacy(network):
    """The share of China's need of each tool that is for fabs the rules leave alone."""
    made = network.producers[network.producers["place"] == "CHN"].merge(network.needs, on="good")
    made["need"] = made["units"] * made["output_per_week"]
    whole = made.groupby("input")["need"].sum()
    return (
        1 - made[made["good"].isin(ADVANCED)].groupby("input")["need"].sum().reindex(whole.index, fill_value=0) / whole
    )


def test_the_steps_were_taken_by_these_on_these_days_for_these_tools(study):
    assert [entry.name for entry in study.step] == list(STEPS)
    for entry in study.step:
        member, day, tools = STEPS[entry.name]
        assert entry.member == (member,)
        assert entry.first_week == week(day)
        assert set(entry.good) == {f"tool_{tool}" for tool in tools}


def test_what_is_licensed_is_the_need_of_fabs_that_the_rules_leave_alone(study, legacy):
    for entry in (study.control, *study.step):
        for good, share in entry.licensed.items():
            assert share == pytest.approx(legacy[good], abs=0.005)


def test_american_makers_are_all_there_is_of_these_tools_in_singapore_and_malaysia(study, network):
    (arm,) = study.reach
    made = network.producers.pivot_table(index="good", columns="place", values="output_per_week", aggfunc="sum")
    for good in arm.good:  # half stays at home, 38 % stand in Singapore, 12 % in Malaysia
        assert made.at[good, "SGP"] / made.at[good, "USA"] == pytest.approx(38 / 50, rel=1e-3)
        assert made.at[good, "MYS"] / made.at[good, "USA"] == pytest.approx(12 / 50, rel=1e-3)


def test_china_answered_with_gallium_and_germanium_as_its_customs_reported(study):
    kilograms = {52: 250, 56: 1530, 65: 1214, 78: 5175}  # October, November, first quarter's March, April
    imposed = study.retaliation.stated()
    assert imposed[0].first_week == week(date(2023, 8, 1))
    assert (imposed[0].licensed, imposed[0].weeks) == (0, 9)  # to the end of September
    for one in imposed[1:]:
        assert one.licensed == pytest.approx(kilograms[one.first_week] / 5611, abs=0.0005)
        assert one.exporter == "CHN"


def test_a_fab_in_china_took_675_days(study):
    (plants,) = study.own
    assert plants.build_weeks == 675 // 7


def test_the_file_fits_its_network_and_names_the_coalitions_that_are_debated(study, network):
    assert study.faults(network) == []
    asked = study.asked()
    members = asked.members(network)
    assert set(members["us_jp_kr"]) == {"USA", "JPN", "KOR"}
    assert set(members["chip4"]) == {"USA", "JPN", "KOR", "TWN"}
    assert set(members["quad"]) == {"USA", "JPN", "IND", "AUS"}
    assert "NLD" not in members["ipef"]
    assert "TWN" not in members["ipef"]
    assert set(members["us_jp_nl"]) <= set(members["allies"])
    assert asked.players(network) == ("JPN", "KOR", "MYS", "NLD", "SGP", "USA")
