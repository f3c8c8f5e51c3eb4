import pytest

from resilience import datasets, views
from resilience.report.scale import AsTheyAre
from resilience.report.world import SMALL, atlas, world


def test_every_country_of_the_chips_is_on_the_map():
    places = datasets.load("chips").places
    assert set(places["country"]) <= set(atlas()["countries"])


def test_outlines_lie_within_the_map_and_none_runs_across_it():
    about = atlas()["about"]
    for name, outline in atlas()["countries"].items():
        for ring in outline["rings"]:
            across, down = ring[::2], ring[1::2]
            assert min(across) >= 0
            assert max(across) <= about["width"]
            assert min(down) >= 0
            assert max(down) <= about["height"]
            assert max(across) - min(across) < about["width"] / 2, name  # cut where the map ends
            assert ring[:2] == ring[-2:]


@pytest.mark.parametrize(("country", "x", "y"), [("SGP", 103.8, 1.3), ("ZAF", 25.0, -29.0), ("ISL", -18.6, 65.0)])
def test_a_country_stands_where_it_lies(country, x, y):
    """Equal Earth, worked anew: 0 degrees north is 0.5 of the height of the whole globe, 180 east its edge."""
    from math import asin, cos, radians, sin, sqrt

    angle = asin(sqrt(3) / 2 * sin(radians(y)))
    a = (1.340264, -0.081106, 0.000893, 0.003796)
    across = 2 * sqrt(3) * radians(x) * cos(angle)
    across /= 3 * (9 * a[3] * angle**8 + 7 * a[2] * angle**6 + 3 * a[1] * angle**2 + a[0])
    up = a[3] * angle**9 + a[2] * angle**7 + a[1] * angle**3 + a[0] * angle
    # the ends of the map are those of its outlines: measured by two places far apart
    points = {name: atlas()["countries"][name]["point"] for name in (country, "ECU")}
    size = 960 / (2 * 2 * sqrt(3) * radians(180) / (3 * 1.340264))
    assert points[country][0] == pytest.approx(480 + size * across, abs=6)
    assert points["ECU"][1] - points[country][1] == pytest.approx(size * up, abs=10)


def test_small_countries_are_points_and_stores_are_rings(known):
    drawn = world(views.exposure(known), views.stores_by_country(known), AsTheyAre())
    lands = {land.country: land for land in drawn.lands}
    assert set(lands) == {"JPN", "SGP", "TWN"}
    assert lands["SGP"].path == ""
    assert lands["SGP"].point == tuple(atlas()["countries"]["SGP"]["point"])
    assert lands["JPN"].point is None
    assert atlas()["countries"]["TWN"]["pixels"] < SMALL
    assert lands["TWN"].point is not None
    assert {store.told.split()[0] for store in drawn.stores} <= {"Aland", "Beland"}
    assert drawn.told.startswith("Largest share of its demand at stake: ")


def test_a_country_the_map_does_not_know_is_told(result):
    drawn = world(views.exposure(result), views.stores_by_country(result), AsTheyAre())
    assert drawn.missing == ("A", "B", "C")
    assert drawn.lands == ()
