import pandas as pd
import pytest

from resilience.errors import AskError
from resilience.network import Network
from resilience.policy import Release, Reserve


@pytest.fixture(scope="module")
def network():
    """Gas at 3 dollars: 14 a week used in Japan, 7 in America, for their chips; a service that cannot be stored."""
    return Network.from_frames(
        goods={"good": ["chip", "gas", "service"], "usd_per_unit": [9.0, 3.0, 1.0], "storable": [True, True, False]},
        places={"place": ["KUMAMOTO", "OITA", "USA"], "country": ["JPN", "JPN", "USA"]},
        blocs={"quad": ["USA", "JPN"]},
        producers={"good": ["chip", "chip", "gas", "service"], "place": ["KUMAMOTO", "USA", "OITA", "USA"],
                   "output_per_week": [7.0, 3.5, 21.0, 1.0]},
        needs={"good": ["chip"], "input": ["gas"], "units": [2.0]},
        lanes={"good": ["gas", "gas"], "origin": ["OITA", "OITA"], "destination": ["KUMAMOTO", "USA"]},
        demand={"good": ["chip", "chip", "service"], "place": ["KUMAMOTO", "USA", "USA"],
                "units_per_week": [7.0, 3.5, 1.0], "usd_per_unit_unmet": 1.0},
    )  # fmt: skip


def held(network, *rows):
    return Reserve.of(network, [dict(zip(("good", "place", "owner", "units"), row, strict=True)) for row in rows])


def test_days_are_of_the_owners_use_and_usd_at_base_prices(network):
    reserve = held(
        network,
        ("gas", "KUMAMOTO", "JPN", 14.0),  # a week of Japan's 14
        ("gas", "USA", "quad", 14.0),  # of the 21 of both
        ("gas", "OITA", "USA", 14),  # stored abroad, of America's 7
        ("chip", "USA", "quad", 0.0),
    )
    table = reserve.table()
    assert table["days"].tolist() == pytest.approx([7.0, 14 / 3, 14.0, 0.0])
    assert table["usd"].tolist() == [42.0, 42.0, 42.0, 0.0]
    assert reserve.usd == 126.0


def test_what_the_owner_does_not_use_has_no_days(network):
    network = network.with_table("demand", network.demand.query("place != 'KUMAMOTO'"))
    network = network.with_table("producers", pd.DataFrame(
        {"good": ["chip", "gas", "service"], "place": ["USA", "OITA", "USA"], "output_per_week": [3.5, 7.0, 1.0]}
    ))  # fmt: skip
    network = network.with_table("lanes", network.lanes.query("destination == 'USA'"))
    assert held(network, ("gas", "OITA", "JPN", 5.0)).table()["days"].isna().all()


def test_an_empty_reserve_is_a_reserve(network):
    reserve = held(network)
    assert reserve.usd == 0.0
    assert list(reserve.table().columns) == ["good", "place", "owner", "units", "usd", "days"]


def test_every_fault_is_told_at_once(network):
    with pytest.raises(AskError, match="This reserve cannot be held") as caught:
        held(
            network,
            ("gaz", "USA", "USA", 1.0),
            ("gas", "KUMAMOTOO", "JPN", 1.0),
            ("gas", "USA", "squad", 1.0),
            ("service", "USA", "USA", 1.0),
            ("gas", "USA", "USA", -1.0),
            ("gas", "USA", "USA", float("nan")),
            ("gas", "USA", "USA", float("inf")),
            ("gas", "USA", "USA", "ten"),
        )
    faults = caught.value.faults
    expected = ["Did you mean gas", "Did you mean KUMAMOTO", "Did you mean quad", "service cannot be stored", "-1.0",
                "nan", "inf", "'ten'"]  # fmt: skip
    assert len(faults) == len(expected)
    for number, (fault, words) in enumerate(zip(faults, expected, strict=True), 1):
        assert fault.startswith(f"row {number}: ")
        assert words in fault


def test_a_reserve_stays_as_it_is(network):
    rows = pd.DataFrame({"good": ["gas"], "place": ["USA"], "owner": ["USA"], "units": [7.0]})
    reserve = Reserve.of(network, rows)
    rows.loc[0, "units"] = 99.0
    table = reserve.table()
    table.loc[0, "units"] = 99.0
    assert reserve.table()["units"].tolist() == [7.0]


def test_holdings_without_usd_and_days_are_refused():
    with pytest.raises(AskError, match=r"lack the columns usd, days; build it with Reserve.of"):
        Reserve(holdings=pd.DataFrame(columns=["good", "place", "owner", "units"]))


def test_the_first_arrival_waits_for_decision_and_delivery():
    assert Release().first_arrival == 0
    assert Release(decision_weeks=2, delivery_weeks=3, pooled_weeks=4).first_arrival == 5


def test_a_release_tells_every_fault_at_once():
    with pytest.raises(AskError) as caught:
        Release(decision_weeks=-1, delivery_weeks=0.5, pooled_weeks=float("inf"), rate_per_week=0.0)
    assert [fault.split()[0] for fault in caught.value.faults] == [
        "decision_weeks", "delivery_weeks", "pooled_weeks", "rate_per_week",
    ]  # fmt: skip
