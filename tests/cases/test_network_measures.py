"""Published answers for measures of networks.

MET-HHI-01: US DOJ, Herfindahl-Hirschman index page; 2023 Merger Guidelines.
NET-KITE-01, NET-FLORENTINE-01: Krackhardt (1990); Padgett and Ansell (1993); values as in networkx' own tests.
RES-TTS-01: model of Simchi-Levi, Schmidt, Wei et al. (2015), Interfaces 45(5); numbers derived by hand, equal by LP.
"""

from __future__ import annotations

import pandas as pd
import pytest

from resilience.metrics import betweenness, concentration, effective_suppliers, time_to_survive
from resilience.network import Network

KITE = "01 02 03 05 13 14 16 23 25 34 35 36 46 56 57 67 78 89"
KITE_BETWEENNESS = [0.023148, 0.023148, 0.0, 0.101852, 0.0, 0.231481, 0.231481, 0.388889, 0.222222, 0.0]
FLORENCE = """Acciaiuoli-Medici Medici-Barbadori Medici-Ridolfi Medici-Tornabuoni Medici-Albizzi Medici-Salviati
Castellani-Peruzzi Castellani-Strozzi Castellani-Barbadori Peruzzi-Strozzi Peruzzi-Bischeri Strozzi-Ridolfi
Strozzi-Bischeri Ridolfi-Tornabuoni Tornabuoni-Guadagni Albizzi-Ginori Albizzi-Guadagni Salviati-Pazzi
Bischeri-Guadagni Guadagni-Lamberteschi"""
FLORENCE_BETWEENNESS = {
    "Acciaiuoli": 0.0, "Medici": 0.521978, "Castellani": 0.054945, "Peruzzi": 0.021978, "Strozzi": 0.102564,
    "Barbadori": 0.093407, "Ridolfi": 0.113553, "Tornabuoni": 0.091575, "Albizzi": 0.212454, "Salviati": 0.142857,
    "Pazzi": 0.0, "Bischeri": 0.104396, "Guadagni": 0.254579, "Ginori": 0.0, "Lamberteschi": 0.0,
}  # fmt: skip


@pytest.mark.parametrize(
    ("shares", "index", "equivalent"),
    [
        ([30, 30, 20, 20], 2600, 3.8461538461538463),
        ([100], 10000, 1),
        ([25, 25, 25, 25], 2500, 4),
        ([40, 30, 20, 10], 3000, 3.3333333333333335),
        ([40, 30, 30], 3400, 1e4 / 3400),  # the last after a merger of its third and fourth: 800 more
    ],
)
def test_herfindahl_of_the_merger_guidelines(shares, index, equivalent):
    assert 1e4 * concentration(pd.Series(shares)) == pytest.approx(index, abs=1e-9)
    assert effective_suppliers(pd.Series(shares)) == pytest.approx(equivalent, abs=1e-9)


def trade_both_ways(edges: list[tuple[str, str]]) -> Network:
    """One good, made and wanted at every node, one unit a week each way along each edge."""
    nodes = sorted({node for edge in edges for node in edge})
    lanes = pd.DataFrame(edges + [edge[::-1] for edge in edges], columns=["origin", "destination"])
    each = {"good": "favour", "place": nodes}
    return Network.from_frames(
        goods={"good": ["favour"]},
        producers=pd.DataFrame({**each, "output_per_week": 20.0}),
        lanes=lanes.assign(good="favour", flow_per_week=1.0),
        demand=pd.DataFrame({**each, "units_per_week": 20.0, "usd_per_unit_unmet": 1.0}),
    )


def test_betweenness_of_the_kite():
    found = betweenness(trade_both_ways([(edge[0], edge[1]) for edge in KITE.split()]))
    assert [found["favour", str(node)] for node in range(10)] == pytest.approx(KITE_BETWEENNESS, abs=1e-5)


def test_betweenness_of_the_florentine_families():
    edges = [(tail, head) for tail, head in (pair.split("-") for pair in FLORENCE.split())]
    found = betweenness(trade_both_ways(edges))
    assert found.droplevel("good").to_dict() == pytest.approx(FLORENCE_BETWEENNESS, abs=1e-5)
    assert found.index[0] == ("favour", "Medici")


# A supplier's finished stock stands, in weeks of use, at its user's place: users hold the private stock here.
def network(needs: list[tuple[str, str]], **tables: list[tuple[object, ...]]) -> Network:
    columns = {
        "producers": ["good", "place", "output_per_week"],
        "lanes": ["good", "origin", "destination"],
        "demand": ["good", "place", "units_per_week", "usd_per_unit_unmet"],
        "stocks": ["good", "place", "weeks"],
    }
    frames = {name: pd.DataFrame(rows, columns=columns[name]) for name, rows in tables.items()}
    return Network.from_frames(
        goods={"good": sorted(set(frames["producers"]["good"]))},
        needs=pd.DataFrame(needs, columns=["good", "input"]).assign(units=1),
        **frames,
    )


def test_time_to_survive_in_series():
    serial = network(
        [("p", "m")],
        producers=[("m", "S", 50), ("p", "P", 50)],
        lanes=[("m", "S", "P")],
        demand=[("p", "P", 50, 3)],
        stocks=[("m", "P", 200 / 50), ("p", "P", 300 / 50)],
    )
    assert time_to_survive(serial, "m", "S") == pytest.approx(10.0, abs=1e-6)


def test_time_to_survive_with_two_sources():
    dual = network(
        [("p", "m")],
        producers=[("m", "S1", 20), ("m", "S2", 30), ("p", "P", 50)],  # S2 is full at 30
        lanes=[("m", "S1", "P"), ("m", "S2", "P")],
        demand=[("p", "P", 50, 4)],
        stocks=[("m", "P", 100 / 50), ("p", "P", 100 / 50)],
    )
    assert time_to_survive(dual, "m", "S1") == pytest.approx(10.0, abs=1e-6)


def test_time_to_survive_of_a_shared_component():
    shared = network(
        [("p1", "a"), ("p1", "b"), ("p2", "b")],
        producers=[("a", "A", 20), ("b", "B", 50), ("p1", "P1", 20), ("p2", "P2", 30)],
        lanes=[("a", "A", "P1"), ("b", "B", "P1"), ("b", "B", "P2")],
        demand=[("p1", "P1", 20, 5), ("p2", "P2", 30, 2)],
        stocks=[("b", "P1", 240 / 50), ("b", "P2", 240 / 50)],
    )
    assert time_to_survive(shared, "b", "B") == pytest.approx(4.8, abs=1e-6)


def test_time_to_survive_over_two_tiers():
    tiers = network(
        [("w", "r"), ("f", "w")],
        producers=[("r", "R", 100), ("w", "W1", 60), ("w", "W2", 40), ("f", "F", 100)],
        lanes=[("r", "R", "W1"), ("r", "R", "W2"), ("w", "W1", "F"), ("w", "W2", "F")],
        demand=[("f", "F", 100, 10)],
        stocks=[("r", "W1", 1.2), ("r", "W2", 1.2), ("w", "F", (150 + 30) / 100), ("f", "F", 50 / 100)],
    )
    assert time_to_survive(tiers, "r", "R") == pytest.approx(3.5, abs=1e-6)
