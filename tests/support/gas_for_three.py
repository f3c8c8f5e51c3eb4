"""Three members that make chips, of different tiers, from gas that a fourth country sends them."""

from resilience import Network


def gas_for_three():
    """China sends gas to makers of chips: Japan 10 a week (other uses), Korea 20 (essential), the USA 30 (defence)."""
    return Network.from_frames(
        goods={"good": ["chip", "gas"], "usd_per_unit": [20.0, 1.0]},
        producers={"good": ["gas", "chip", "chip", "chip"], "place": ["CHN", "JPN", "KOR", "USA"],
                   "output_per_week": [60.0, 10.0, 20.0, 30.0]},
        needs={"good": ["chip"], "input": ["gas"], "units": [1.0]},
        lanes={"good": ["gas"] * 3, "origin": ["CHN"] * 3, "destination": ["JPN", "KOR", "USA"]},
        demand={"good": ["chip"] * 3, "place": ["JPN", "KOR", "USA"], "units_per_week": [10.0, 20.0, 30.0],
                "usd_per_unit_unmet": [100.0, 100.0, 200.0], "tier": ["other", "essential", "defence"]},
        blocs={"club": ["JPN", "KOR", "USA"]},
    )  # fmt: skip
