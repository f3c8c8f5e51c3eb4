"""Two makers of one good, and measures to be bought there, at prices worked by hand."""

from functools import cache

from resilience import Network
from resilience.balance import balance
from resilience.mitigation import NewCapacity, SecondSource, SurgeCapacity

NOTE = "assumed: a round number"


@cache
def three_places(*, surge=1.0, lane=True):
    """A and B make ten chips a week each, for C and for B; a lane from B to C stands idle."""
    network = Network.from_frames(
        goods={"good": ["chip"], "usd_per_unit": [1.0], "holding_share_per_year": [0.5]},
        producers={"good": ["chip"] * 2, "place": ["A", "B"], "output_per_week": [10.0] * 2, "surge": [1.0, surge]},
        lanes={"good": ["chip"] * (1 + lane), "origin": ["A", "B"][: 1 + lane], "destination": ["C"] * (1 + lane),
               "flow_per_week": [10.0, 0.0][: 1 + lane]},
        demand={"good": "chip", "place": ["B", "C"], "units_per_week": [10.0] * 2, "usd_per_unit_unmet": [21.0] * 2},
    )  # fmt: skip
    return balance(network).network


def standby(usd_per_year, *, units=10.0, usd=0.0, whole=False):
    """Standby capacity at B."""
    return SurgeCapacity(name="standby", good="chip", place="B", units_per_week=units, usd=usd,
                         usd_per_year=usd_per_year, note=NOTE, whole=whole)  # fmt: skip


def second(usd_per_year, *, units=10.0, usd=0.0, whole=False):
    """B qualified for C."""
    return SecondSource(name="second", good="chip", origin="B", destinations="C", units_per_week=units, usd=usd,
                        usd_per_year=usd_per_year, note=NOTE, whole=whole)  # fmt: skip


def plant(usd_per_year, *, units=4.0, modules=3, build_weeks=0, usd=0.0):
    """New plants at B, or options on them."""
    return NewCapacity(name="plant", good="chip", place="B", units_per_week=units, modules=modules, usd=usd,
                       build_weeks=build_weeks, usd_per_year=usd_per_year, note=NOTE)  # fmt: skip
