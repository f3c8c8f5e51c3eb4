import numpy as np
import pytest

from resilience.disruption import DemandSurge, ExportControl, Hoarding, Outage, RouteClosure, Shock, StockLoss
from resilience.errors import AskError
from resilience.network import Network
from resilience.recovery import Exponential, Linear, Series

WEEKS = 8


@pytest.fixture(scope="module")
def network():
    """Two chip makers in Taiwan fed by gas of China and Japan; chips for America and one of the makers' own country."""
    return Network.from_frames(
        goods={"good": ["chip", "gas"], "tier": ["chip", "raw"]},
        places={"place": ["TSMC", "UMC", "CHN", "JPN", "USA"], "country": ["TWN", "TWN", "CHN", "JPN", "USA"]},
        blocs={"quad": ["USA", "JPN"], "strait": ["TWN", "CHN"]},
        producers={"good": ["chip", "chip", "gas", "gas"], "place": ["TSMC", "UMC", "CHN", "JPN"],
                   "output_per_week": [6.0, 4.0, 14.0, 6.0]},
        needs={"good": ["chip"], "input": ["gas"], "units": [2.0]},
        lanes={"good": ["chip", "chip", "chip", "gas", "gas", "gas"],
               "origin": ["TSMC", "UMC", "TSMC", "CHN", "CHN", "JPN"],
               "destination": ["USA", "USA", "UMC", "TSMC", "UMC", "TSMC"],
               "routes": ["luzon", "luzon", "", "taiwan_strait", "taiwan_strait;luzon", ""]},
        demand={"good": "chip", "place": ["USA", "USA", "UMC"], "tier": ["defence", "other", "other"],
                "units_per_week": [1.0, 8.0, 1.0], "usd_per_unit_unmet": 1.0},
        stocks={"good": ["gas", "chip"], "place": ["TSMC", "USA"], "weeks": [4.0, 2.0]},
    )  # fmt: skip


def shocked(network, *disruptions):
    shock = Shock.none(network, WEEKS)
    for disruption in disruptions:
        disruption.strike(shock)
    return shock


def rows(network, disruption):
    """What a disruption strikes, as `good place` or `good origin>destination` or `good place tier`."""
    shock = shocked(network, disruption)
    lanes = network.lanes
    demand = network.demand
    named = {
        "left": network.producers["good"] + " " + network.producers["place"],
        "open": lanes["good"] + " " + lanes["origin"] + ">" + lanes["destination"],
        "added": lanes["good"] + " " + lanes["origin"] + ">" + lanes["destination"],
        "wanted": demand["good"] + " " + demand["place"] + " " + demand["tier"],
        "lost": shock.points["good"] + " " + shock.points["place"],
        "hoarded": shock.points["good"] + " " + shock.points["place"],
    }
    calm = Shock.none(network, WEEKS)
    struck = {
        name: set(names[(getattr(shock, name) != getattr(calm, name)).any(axis=1)]) for name, names in named.items()
    }
    return {name: found for name, found in struck.items() if found}


MAKERS = {"chip TSMC", "chip UMC", "gas CHN", "gas JPN"}
POINTS = {"chip TSMC", "chip UMC", "chip USA", "gas CHN", "gas JPN", "gas TSMC", "gas UMC"}


@pytest.mark.parametrize(
    ("selectors", "expected"),
    [
        ({}, MAKERS),
        ({"good": "gas"}, {"gas CHN", "gas JPN"}),
        ({"good": ("gas", "chip")}, MAKERS),
        ({"tier": "chip"}, {"chip TSMC", "chip UMC"}),
        ({"tier": ("chip", "raw")}, MAKERS),
        ({"place": "TSMC"}, {"chip TSMC"}),
        ({"country": "TWN"}, {"chip TSMC", "chip UMC"}),
        ({"country": ("TWN", "JPN")}, {"chip TSMC", "chip UMC", "gas JPN"}),
        ({"bloc": "quad"}, {"gas JPN"}),
        ({"bloc": ("quad", "strait")}, MAKERS),
        ({"bloc": "strait", "good": "gas"}, {"gas CHN"}),
        ({"country": "TWN", "place": "UMC", "tier": "chip"}, {"chip UMC"}),
    ],
)
def test_an_outage_strikes_the_producers_that_all_selectors_admit(network, selectors, expected):
    assert rows(network, Outage(**selectors)) == {"left": expected}


@pytest.mark.parametrize(
    ("selectors", "expected"),
    [
        ({"exporter": "CHN"}, {"gas CHN>TSMC", "gas CHN>UMC"}),
        ({"exporter": "CHN", "importer": "UMC"}, {"gas CHN>UMC"}),
        ({"exporter": "quad", "importer": "TWN"}, {"gas JPN>TSMC"}),
        ({"exporter": ("CHN", "JPN"), "importer": "TSMC"}, {"gas CHN>TSMC", "gas JPN>TSMC"}),
        ({"exporter": "TWN"}, {"chip TSMC>USA", "chip UMC>USA"}),  # UMC's chips from TSMC do not cross a border
        ({"exporter": "TSMC"}, {"chip TSMC>USA"}),
        ({"tier": "raw", "importer": "UMC"}, {"gas CHN>UMC"}),
        ({"good": "chip"}, {"chip TSMC>USA", "chip UMC>USA"}),
    ],
)
def test_an_export_control_strikes_the_lanes_that_cross_the_border(network, selectors, expected):
    assert rows(network, ExportControl(**selectors)) == {"open": expected}


@pytest.mark.parametrize(
    ("selectors", "expected"),
    [
        ({"route": "taiwan_strait"}, {"gas CHN>TSMC", "gas CHN>UMC"}),
        ({"route": "luzon"}, {"chip TSMC>USA", "chip UMC>USA", "gas CHN>UMC"}),
        ({"route": ("luzon", "taiwan_strait"), "good": "gas"}, {"gas CHN>TSMC", "gas CHN>UMC"}),
        ({"route": "luzon", "tier": "raw"}, {"gas CHN>UMC"}),
        ({"route": "luzon", "exporter": "UMC"}, {"chip UMC>USA"}),
        ({"importer": "USA"}, {"chip TSMC>USA", "chip UMC>USA"}),
    ],
)
def test_a_route_closure_strikes_the_lanes_that_pass_it(network, selectors, expected):
    assert rows(network, RouteClosure(**selectors)) == {"open": expected}
    late = RouteClosure(**selectors, open_share=1.0, added_weeks=2)
    assert rows(network, late) == {"added": expected}


@pytest.mark.parametrize(
    ("selectors", "expected"),
    [
        ({}, {"chip USA defence", "chip USA other", "chip UMC other"}),
        ({"tier": "other"}, {"chip USA other", "chip UMC other"}),  # the tier of use
        ({"tier": "defence", "bloc": "quad"}, {"chip USA defence"}),
        ({"country": "TWN"}, {"chip UMC other"}),
        ({"place": "USA", "good": "chip"}, {"chip USA defence", "chip USA other"}),
    ],
)
def test_a_demand_surge_strikes_the_demand_that_all_selectors_admit(network, selectors, expected):
    assert rows(network, DemandSurge(**selectors)) == {"wanted": expected}


@pytest.mark.parametrize(
    ("selectors", "expected"),
    [
        ({}, POINTS),
        ({"good": "gas", "country": "TWN"}, {"gas TSMC", "gas UMC"}),
        ({"tier": "chip", "bloc": "quad"}, {"chip USA"}),
        ({"place": "TSMC"}, {"chip TSMC", "gas TSMC"}),
    ],
)
def test_stock_loss_and_hoarding_strike_stock_points(network, selectors, expected):
    assert rows(network, StockLoss(**selectors)) == {"lost": expected}
    assert rows(network, Hoarding(**selectors)) == {"hoarded": expected}


@pytest.mark.parametrize(
    ("disruption", "expected"),
    [
        (Outage(weeks=3), [1, 1, 1, 0, 0, 0, 0, 0]),
        (Outage(weeks=3, first_week=3), [0, 0, 1, 1, 1, 0, 0, 0]),
        (Outage(weeks=1.5), [1, 0.5, 0, 0, 0, 0, 0, 0]),
        (Outage(weeks=0.25, first_week=2), [0, 0.25, 0, 0, 0, 0, 0, 0]),
        (Outage(weeks=0), [0] * 8),
        (Outage(weeks=float("inf"), first_week=7), [0, 0, 0, 0, 0, 0, 1, 1]),
        (Outage(weeks=2, recovery=Linear(weeks=4)), [1, 1, 0.75, 0.5, 0.25, 0, 0, 0]),
        (Outage(weeks=0, first_week=2, recovery=Exponential(half_life_weeks=1)),
         [0, 1 / 2, 1 / 4, 1 / 8, 1 / 16, 1 / 32, 1 / 64, 1 / 128]),
        (Outage(weeks=1, recovery=Series(left=(0.8, 0.2))), [1, 0.8, 0.2, 0, 0, 0, 0, 0]),
        (Outage(weeks=1.5, recovery=Linear(weeks=2)), [1, 0.75, 0.25, 0, 0, 0, 0, 0]),
        (Outage(weeks=4, first_week=9), [0] * 8),
    ],
    ids=str,
)  # fmt: skip
def test_severity_holds_in_full_and_then_fades(disruption, expected):
    assert disruption.severity(WEEKS) == pytest.approx(np.array(expected, dtype=float))


def test_each_kind_writes_its_own_size(network):
    shock = shocked(
        network,
        Outage(place="JPN", lost=0.25, weeks=1),
        ExportControl(exporter="CHN", importer="UMC", licensed=0.2, leaked=0.1, weeks=1),
        RouteClosure(route="luzon", good="chip", open_share=0.6, added_weeks=3, weeks=1),
        DemandSurge(tier="defence", factor=2.0, weeks=1, recovery=Linear(weeks=2)),
        StockLoss(good="gas", place="TSMC", lost=0.4, first_week=2),
        Hoarding(good="chip", place="USA", extra_weeks=6.0, weeks=1, recovery=Linear(weeks=2)),
    )
    lanes, producers, points, demand = network.lanes, network.producers, network.points, network.demand
    assert shock.left[producers["place"] == "JPN", :2].tolist() == [[0.75, 1]]
    assert shock.open[(lanes["origin"] == "CHN") & (lanes["destination"] == "UMC"), :2] == pytest.approx(
        np.array([[0.3, 1]])
    )
    assert shock.open[lanes["destination"] == "USA", :2].tolist() == [[0.6, 1], [0.6, 1]]
    assert shock.added[lanes["destination"] == "USA", :2].tolist() == [[3, 0], [3, 0]]
    assert shock.wanted[demand["tier"] == "defence", :3].tolist() == [[2, 1.5, 1]]
    assert shock.lost[(points["good"] == "gas") & (points["place"] == "TSMC"), :3].tolist() == [[0, 0.4, 0]]
    assert shock.hoarded[(points["good"] == "chip") & (points["place"] == "USA"), :3].tolist() == [[6, 3, 0]]


def test_disruptions_that_overlap_multiply_and_delays_and_hoards_add_up(network):
    outage, surge = Outage(place="JPN", lost=0.5, weeks=2), DemandSurge(tier="defence", factor=2.0, weeks=2)
    loss, hoard = (
        StockLoss(good="gas", place="TSMC", lost=0.5),
        Hoarding(good="gas", place="TSMC", extra_weeks=2, weeks=2),
    )
    late = RouteClosure(importer="USA", open_share=0.5, added_weeks=1, weeks=2)
    shock = shocked(network, *[outage, surge, loss, hoard, late] * 2)
    gas = (network.points["good"] == "gas") & (network.points["place"] == "TSMC")
    assert shock.left[network.producers["place"] == "JPN", 0] == 0.25
    assert shock.wanted[network.demand["tier"] == "defence", 0] == 4.0
    assert shock.lost[gas, 0] == 0.75
    assert shock.hoarded[gas, 0] == 4.0
    assert shock.open[network.lanes["destination"] == "USA", 0].tolist() == [0.25, 0.25]
    assert shock.added[network.lanes["destination"] == "USA", 0].tolist() == [2, 2]


def test_the_order_of_disruptions_does_not_matter(network):
    parts = [Outage(country="TWN", lost=0.3, weeks=5), Outage(good="chip", lost=0.6, first_week=3, weeks=9),
             StockLoss(place="TSMC", lost=0.2), StockLoss(good="gas", lost=0.7)]  # fmt: skip
    one, other = shocked(network, *parts), shocked(network, *parts[::-1])
    assert one.left == pytest.approx(other.left)
    assert one.lost == pytest.approx(other.lost)


def test_what_begins_past_the_horizon_changes_nothing(network):
    for disruption in (Outage(first_week=9), StockLoss(first_week=9), RouteClosure(first_week=9, added_weeks=1)):
        assert rows(network, disruption) == {}


@pytest.mark.parametrize(
    ("disruption", "message"),
    [
        (Outage(good="gass"), "good 'gass' is not in the network. Did you mean gas?"),
        (Outage(country="TWM"), "country 'TWM' is not in the network. Did you mean TWN?"),
        (Outage(place="TSMX"), "place 'TSMX' is not in the network. Did you mean TSMC?"),
        (Outage(bloc="quadd"), "bloc 'quadd' is not in the network. Did you mean quad?"),
        (Outage(tier="chips"), "tier 'chips' is not in the network. Did you mean chip?"),
        (DemandSurge(tier="defense"), "tier 'defense' is not in the network. Did you mean defence?"),
        (RouteClosure(route="luzonn"), "route 'luzonn' is not in the network. Did you mean luzon?"),
        (ExportControl(exporter="quat"), "exporter 'quat' is not in the network. Did you mean quad?"),
        (ExportControl(importer="USB"), "importer 'USB' is not in the network. Did you mean USA?"),
    ],
    ids=str,
)
def test_a_name_that_is_not_there_comes_with_the_nearest(network, disruption, message):
    with pytest.raises(AskError) as caught:
        disruption.strike(Shock.none(network, WEEKS))
    assert list(caught.value.faults) == [message]


def test_every_name_that_is_not_there_is_told(network):
    with pytest.raises(AskError) as caught:
        Outage(country=("TWM", "JPM", "CHN")).strike(Shock.none(network, WEEKS))
    assert len(caught.value.faults) == 2


@pytest.mark.parametrize(
    ("disruption", "message"),
    [
        (Outage(good="gas", country="TWN"), r"Outage\(good='gas', country='TWN'\) strikes no row"),
        (ExportControl(exporter="USA"), r"ExportControl\(exporter='USA'\) strikes no lane"),
        (ExportControl(exporter="TSMC", importer="UMC"), "strikes no lane"),
        (RouteClosure(route="taiwan_strait", good="chip"), "strikes no lane"),
        (DemandSurge(tier="defence", country="TWN"), "strikes no row"),
        (StockLoss(good="gas", place="USA"), "strikes no row"),
    ],
    ids=str,
)
def test_a_disruption_that_strikes_nothing_is_refused(network, disruption, message):
    with pytest.raises(AskError, match=message):
        disruption.strike(Shock.none(network, WEEKS))


@pytest.mark.parametrize(
    ("kind", "values"),
    [
        (Outage, {"lost": 1.2}),
        (Outage, {"lost": float("nan")}),
        (Outage, {"weeks": -1}),
        (Outage, {"weeks": float("nan")}),
        (Outage, {"first_week": 0}),
        (Outage, {"first_week": 1.5}),
        (Outage, {"first_week": float("inf")}),
        (Outage, {"good": ()}),
        (Outage, {"country": ""}),
        (ExportControl, {"licensed": -0.1}),
        (ExportControl, {"leaked": 2}),
        (ExportControl, {"importer": ()}),
        (RouteClosure, {"open_share": 1.1}),
        (RouteClosure, {"added_weeks": -1}),
        (RouteClosure, {"added_weeks": 0.5}),
        (RouteClosure, {"route": ""}),
        (DemandSurge, {"factor": -0.5}),
        (DemandSurge, {"factor": float("inf")}),
        (StockLoss, {"lost": -0.1}),
        (Hoarding, {"extra_weeks": -2}),
    ],
    ids=str,
)
def test_what_cannot_be_is_refused_by_name(kind, values):
    (name,) = values
    with pytest.raises(AskError, match=f"{kind.__name__} cannot be as described\n  {name} "):
        kind(**values)


def test_a_disruption_tells_every_fault_at_once():
    with pytest.raises(AskError) as caught:
        RouteClosure(first_week=0, weeks=-1, open_share=2.0, added_weeks=-1, route=())
    assert len(caught.value.faults) == 5


def test_a_list_of_names_is_taken_for_the_tuple():
    assert Outage(good=["gas", "chip"]) == Outage(good=("chip", "gas"))
    assert hash(Outage(good=["gas", "chip"])) == hash(Outage(good=("chip", "gas")))
