"""What filling a common reserve does to prices, beside each member's own reserve bought at once, on chips.

    python tests/bench/bench_buying.py [days | sized]

`days`: sixty days of IPEF members' use of each raw good that can be stored. `sized`: the reserves of `resilience share
ipef_reserve --coarse`, of all fourteen together and of each alone. Filled in three years together, in one apart;
elasticity of supply 0.5, assumed. World outputs are those of the sources named.
"""

import sys
import time

from resilience import models
from resilience.balance import balance, use_per_week
from resilience.cli.sharing import COARSE
from resilience.network import Network
from resilience.policy import Reserve
from resilience.sharing import buying
from resilience.sharing.market import alliance

ELASTICITY, YEARS_TOGETHER, YEARS_APART, DAYS = 0.5, 3.0, 1.0, 60.0
# Units a year of 2024: USGS, Mineral Commodity Summaries 2026, sheets antimony, arsenic (trioxide), cobalt, fluorspar,
# gallium (primary, low purity), indium, palladium (mine), rare earths, silicon (2025, without the USA), tantalum and
# tungsten, https://pubs.usgs.gov/periodicals/mcs2026/; helium 2023: https://newsflash.city/2402/65250c569dc8da72.html;
# germanium 2021: https://germanium.com/2024/08/01/gallium-and-germanium-export-restrictions-in-force-since-one-year/.
WORLD = {
    "antimony": 119e6, "arsenic": 62.5e6, "cobalt": 302e6, "fluorspar": 10.3e6, "gallium": 848e3, "germanium": 140e3,
    "helium": 170e6, "indium": 1.09e6, "palladium": 217e3, "rare_earths": 380e6, "silicon_metal": 4.6e6,
    "tantalum": 2.5e6, "tungsten": 82e6,
}  # fmt: skip


def told(network: Network, together: Reserve, apart: list[Reserve]) -> None:
    """The table, against what the network makes and against what the world makes."""
    for world in ({}, WORLD):
        table = buying(
            network, together=together, apart=apart, years_together=YEARS_TOGETHER, years_apart=YEARS_APART,
            elasticity=ELASTICITY, world_output=world,
        )  # fmt: skip
        named = "as the network has it" if not world else "as published, of the goods that are"
        sys.stdout.write(f"world output {named}:\n{table.round(4).to_string(index=False)}\n")
        for way in ("together", "apart"):
            sys.stdout.write(f"  {way}: {table[f'{way}_usd'].sum() / 1e6:,.2f} million USD\n")


def days() -> None:
    """Sixty days of use of raw goods: the same amounts, together or apart."""
    network = balance(models.load("ipef_reserve").network()).network
    goods = network.goods
    raw = goods.loc[(goods["tier"] == "raw") & goods["storable"], "good"]
    use = use_per_week(network)
    rows = use[use > 0].rename("units").mul(DAYS / 7.0).reset_index()
    rows = rows[rows["good"].isin(raw) & rows["place"].isin(network.countries("ipef"))]
    rows = rows.assign(owner=rows["place"])
    apart = [Reserve.of(network, part.to_dict("records")) for _, part in rows.groupby("place")]
    told(network, Reserve.of(network, rows.to_dict("records")), apart)


def sized() -> None:
    """The reserves that members would hold together, and each alone."""
    study = models.load("ipef_reserve")
    network = balance(study.network()).network
    found = alliance(
        network, study.scenarios, members=study.members, weeks=study.weeks, goods=study.sizing.goods,
        release=study.release.build(), periods=COARSE, scope=study.scope(),
    )  # fmt: skip
    together = found.reached(found.members, needed=found.needed)
    alone = [found.reached([member], needed=found.needed) for member in found.members]
    told(network, together.reserve, [one.reserve for one in alone])


if __name__ == "__main__":
    for asked in sys.argv[1:] or ["days", "sized"]:
        begun = time.process_time()
        {"days": days, "sized": sized}[asked]()
        sys.stdout.write(f"{time.process_time() - begun:.0f} s\n")
