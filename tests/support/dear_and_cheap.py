"""A program whose costs lie fifteen orders apart: what the solver calls nothing is much beside large stocks."""

from resilience import ExportControl, Network, Scenario
from resilience.sharing import Alliance, alliance


def dear_and_cheap(*, members: list[str]) -> Alliance:
    """China stops the inputs of chips and of toys, a billionth as dear, in one year of ten thousand; that of gowns is
    too dear to hold. Japan makes all three; whoever else is in drinks tea of its own.
    """
    inputs, made, others = ["gas", "acid", "silk"], ["chip", "toy", "gown"], [name for name in members if name != "JPN"]
    goods = [*inputs, *made, "tea"]
    network = Network.from_frames(
        goods={"good": goods, "usd_per_unit": [1.0, 1e-9, 1.0, 20.0, 2e-8, 20.0, 1.0],
               "holding_share_per_year": [5e-4, 5e-4, 500.0, *[5e-4] * 4],
               "storable": [*[True] * 3, *[False] * 4]},
        producers={"good": [*goods[:6], *["tea"] * len(others)], "place": [*["CHN"] * 3, *["JPN"] * 3, *others],
                   "output_per_week": [10.0] * (6 + len(others))},
        needs={"good": made, "input": inputs, "units": [1.0] * 3},
        lanes={"good": inputs, "origin": ["CHN"] * 3, "destination": ["JPN"] * 3},
        demand={"good": [*made, *["tea"] * len(others)], "place": [*["JPN"] * 3, *others],
                "units_per_week": [10.0] * (3 + len(others)),
                "usd_per_unit_unmet": [100.0, 1e-7, 100.0, *[1.0] * len(others)]},
        blocs={"club": members},
    )  # fmt: skip
    ban = ExportControl(exporter="CHN", importer="JPN", good=("gas", "acid"), weeks=4)
    return alliance(network, [Scenario(name="ban", probability=1e-4, disruptions=(ban,))], members="club", weeks=52)
