"""Three networks small enough to work by hand."""

from __future__ import annotations

import pytest

from resilience.network import Network


@pytest.fixture
def chain() -> Network:
    """Gas from A (60 %) and B (40 %) to a fab in B that takes 3 weeks; chips wanted in C, 2 weeks away.

    Gas: 2 weeks from A, 6 weeks held at the fab. Chips: 1 week held in C.
    """
    return Network.from_frames(
        goods={"good": ["gas", "chip"], "cycle_weeks": [0, 3], "usd_per_unit": [2, 100]},
        producers={"good": ["gas", "gas", "chip"], "place": ["A", "B", "B"], "output_per_week": [6, 4, 10]},
        needs={"good": ["chip"], "input": ["gas"], "units": [1]},
        lanes={"good": ["gas", "chip"], "origin": ["A", "B"], "destination": ["B", "C"], "transit_weeks": [2, 2]},
        demand={"good": ["chip"], "place": ["C"], "units_per_week": [10], "usd_per_unit_unmet": [5]},
        stocks={"good": ["gas", "chip"], "place": ["B", "C"], "weeks": [6, 1]},
        blocs={"west": ["B", "C"]},
    )


@pytest.fixture
def recipe() -> Network:
    """A chip made in B of gas (half essential, all from A) and wafers (half from A, half from D); a tool from E."""
    return Network.from_frames(
        goods={"good": ["gas", "wafer", "tool", "chip"]},
        producers={
            "good": ["gas", "wafer", "wafer", "tool", "chip"],
            "place": ["A", "A", "D", "E", "B"],
            "output_per_week": [20, 5, 5, 1, 10],
        },
        needs={
            "good": ["chip", "chip", "chip"],
            "input": ["gas", "wafer", "tool"],
            "units": [2, 1, 0.1],
            "kind": ["consumed", "consumed", "capital"],
            "essential": [0.5, 1, 1],
            "wear_per_week": [0, 0, 0.01],
        },
        lanes={"good": ["gas", "wafer", "wafer", "tool"], "origin": ["A", "A", "D", "E"], "destination": ["B"] * 4},
        demand={"good": ["chip"], "place": ["B"], "units_per_week": [10], "usd_per_unit_unmet": [7]},
    )


@pytest.fixture
def rivals() -> Network:
    """Firms X1 and X2 in country X (4 and 2) and country Y (4) sell gas to importers P and Q, 5 each.

    X1 sells 4 to P; X2 sells 1 to P and 1 to Q; Y sells 4 to Q.
    """
    return Network.from_frames(
        goods={"good": ["gas"]},
        producers={"good": ["gas"] * 3, "place": ["X1", "X2", "Y"], "output_per_week": [4, 2, 4]},
        lanes={
            "good": ["gas"] * 4,
            "origin": ["X1", "X2", "X2", "Y"],
            "destination": ["P", "P", "Q", "Q"],
            "flow_per_week": [4, 1, 1, 4],
        },
        demand={"good": ["gas"] * 2, "place": ["P", "Q"], "units_per_week": [5, 5], "usd_per_unit_unmet": [1, 10]},
        places={"place": ["X1", "X2", "Y", "P", "Q"], "country": ["X", "X", "", "", ""]},
    )
