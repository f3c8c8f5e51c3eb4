"""What filling the members' common reserve does to prices, beside each member's own reserve bought at once, on chips.

    python tests/bench/bench_buying.py

The reserves are those of `resilience share ipef_reserve --coarse`: of all fourteen together, and of each alone. Filled
in three years together, in one apart; elasticity of supply 0.5, assumed. World outputs are those of the sources named.
"""

import sys
import time

from resilience import models
from resilience.balance import balance
from resilience.cli.sharing import COARSE
from resilience.sharing import buying
from resilience.sharing.market import alliance

ELASTICITY, YEARS_TOGETHER, YEARS_APART = 0.5, 3.0, 1.0
# Units a year of 2024: USGS, Mineral Commodity Summaries 2026, sheets antimony, arsenic (trioxide), cobalt, fluorspar,
# gallium (primary, low purity), indium, palladium (mine), rare earths, silicon (2025, without the USA), tantalum and
# tungsten, https://pubs.usgs.gov/periodicals/mcs2026/; helium 2023: https://newsflash.city/2402/65250c569dc8da72.html.
WORLD = {
    "antimony": 119e6, "arsenic": 62.5e6, "cobalt": 302e6, "fluorspar": 10.3e6, "gallium": 848e3, "helium": 170e6,
    "indium": 1.09e6, "palladium": 217e3, "rare_earths": 380e6, "silicon_metal": 4.6e6, "tantalum": 2.5e6,
    "tungsten": 82e6,
}  # fmt: skip


def main() -> None:
    """The table, against what the network makes and against what the world makes."""
    begun = time.process_time()
    study = models.load("ipef_reserve")
    network = balance(study.network()).network
    found = alliance(
        network, study.scenarios, members=study.members, weeks=study.weeks, goods=study.sizing.goods,
        release=study.release.build(), periods=COARSE, scope=study.scope(),
    )  # fmt: skip
    together = found.reached(found.members, needed=found.needed)
    alone = [found.reached([member], needed=found.needed) for member in found.members]
    for world in ({}, WORLD):
        table = buying(
            network, together=together.reserve, apart=[one.reserve for one in alone], years_together=YEARS_TOGETHER,
            years_apart=YEARS_APART, elasticity=ELASTICITY, world_output=world,
        )  # fmt: skip
        own = " of the network" if not world else ""
        sys.stdout.write(f"world output{own}:\n{table.round(4).to_string(index=False)}\n")
        for way in ("together", "apart"):
            sys.stdout.write(f"  {way}: {table[f'{way}_usd'].sum() / 1e6:,.1f} million USD\n")
    sys.stdout.write(f"{time.process_time() - begun:.0f} s\n")


if __name__ == "__main__":
    main()
