"""Made-up networks of firms, as large as wanted, for trials of speed and method: nothing here is data.

What such networks are known to share is built in: sizes of firms within a good follow Zipf's law, most firms have few
suppliers, large firms have many customers, and firms buy at home more than abroad. Goods stand in tiers, each made
from a few goods before it.

Reference for the sizes: R. L. Axtell (2001), Zipf distribution of U.S. firm sizes, Science 293.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from resilience.errors import AskError
from resilience.network import Network

COUNTRIES = ("CHN", "USA", "JPN", "KOR", "TWN", "DEU", "IND", "NLD", "MYS", "SGP", "VNM", "PHL")
TIERS = ("raw", "material", "fabrication", "assembly", "chip")
INPUTS = 3  # most goods that one good is made from
HOME = 4.0  # assumed: times as likely to buy from a firm at home as from one as large abroad


def firm_network(
    rng: np.random.Generator,
    *,
    firms: int = 1000,
    goods: int = 20,
    suppliers: int = 3,
    countries: Sequence[str] = COUNTRIES,
) -> Network:
    """A network whose places are firms in countries, each making one good. Balance it before use.

    Parameters
    ----------
    rng
        The same state gives the same network.
    firms
        How many firms. [at least 2 a good]
    goods
        How many goods, spread over the five tiers. [at least 5]
    suppliers
        Firms that each firm, and each country's final demand, buys one input from, at most.
    countries
        Where firms are, the likelier the earlier named, and where finished goods are wanted.

    Raises
    ------
    AskError
        If there are too few firms, goods, suppliers or countries.

    >>> firm_network(np.random.default_rng(1), firms=40, goods=5, countries=["JPN", "USA"])
    Network 'firms-40': 5 goods, 40 producers, 4 needs, 106 lanes, 2 demands, 31 stocks; 42 places in 2 countries
    """
    if goods < len(TIERS) or firms < 2 * goods or suppliers < 1 or not countries:
        asked = f"{firms} firms, {goods} goods, {suppliers} suppliers and {len(countries)} countries"
        least = f"{len(TIERS)} goods, two firms a good, one supplier and one country"
        raise AskError(f"firm_network was given {asked}. Give at least {least}")
    names = [f"g{number:03}" for number in range(goods)]
    tier = [number * len(TIERS) // goods for number in range(goods)]
    needs = _needs(rng, names, tier)
    makers = _makers(rng, names, firms, list(countries))
    finished = [name for name in names if name not in set(needs["input"])]
    demand = pd.DataFrame(
        [(good, country, 1.0 / rank) for good in finished for rank, country in enumerate(countries, 1)],
        columns=["good", "place", "units_per_week"],
    )
    users = makers[["good", "place", "country"]].merge(needs, on="good")[["input", "place", "country"]]
    buyers = pd.concat([
        users.rename(columns={"input": "good"}),
        demand[["good", "place"]].assign(country=demand["place"]),
    ])  # fmt: skip
    stocks = users[["input", "place"]].rename(columns={"input": "good"})
    places = pd.concat([
        makers[["place", "country"]], pd.DataFrame({"place": list(countries), "country": list(countries)})
    ])  # fmt: skip
    return Network.from_frames(
        name=f"firms-{firms}",
        goods={"good": names, "tier": [TIERS[level] for level in tier], "cycle_weeks": [1 + level for level in tier]},
        places=places,
        producers=makers[["good", "place", "share"]].assign(surge=1.1),
        needs=needs,
        lanes=_lanes(rng, makers, buyers, suppliers),
        demand=demand.assign(usd_per_unit_unmet=10.0),
        stocks=stocks.assign(weeks=rng.integers(1, 9, len(stocks)).astype(float)),
    )


def _needs(rng: np.random.Generator, names: list[str], tier: list[int]) -> pd.DataFrame:
    """Each good above the first tier takes one to three goods of the tier below; every good below the last is taken."""
    rows = {}
    for number, name in enumerate(names):
        below = [other for other, level in zip(names, tier, strict=True) if level == tier[number] - 1]
        for chosen in (
            rng.choice(below, min(int(rng.integers(1, INPUTS + 1)), len(below)), replace=False) if below else ()
        ):
            rows[name, str(chosen)] = 1.0
        above = [other for other, level in zip(names, tier, strict=True) if level == tier[number] + 1]
        if above:
            rows[str(rng.choice(above)), name] = 1.0
    table = pd.Series(rows).rename_axis(["good", "input"]).rename("units").reset_index()
    return table.assign(units=table["units"] / table.groupby("good")["units"].transform("sum"))


def _makers(rng: np.random.Generator, names: list[str], firms: int, countries: list[str]) -> pd.DataFrame:
    """Firms with the good they make, their country and their share of its output, by Zipf's law."""
    good = np.sort(np.concatenate([np.arange(len(names)), np.arange(len(names)),
                                   rng.integers(len(names), size=firms - 2 * len(names))]))  # fmt: skip
    chance = 1.0 / np.arange(1, len(countries) + 1)
    country = np.array(countries)[rng.choice(len(countries), firms, p=chance / chance.sum())]
    found = pd.DataFrame({"good": np.array(names)[good], "country": country})
    size = 1.0 / (found.groupby("good").cumcount() + 1)
    place = [f"{where}-{number:06}" for number, where in enumerate(country)]
    return found.assign(place=place, share=size / size.groupby(found["good"]).transform("sum"))


def _lanes(rng: np.random.Generator, makers: pd.DataFrame, buyers: pd.DataFrame, suppliers: int) -> pd.DataFrame:
    """Who buys from whom: the larger and the nearer the likelier; every maker has a customer."""
    parts = []
    for good, sellers in makers.groupby("good"):
        wanting = buyers[buyers["good"] == good]
        for country, near in wanting.groupby("country"):
            pull = sellers["share"].to_numpy() * np.where(sellers["country"] == country, HOME, 1.0)
            seller = rng.choice(len(sellers), (len(near), suppliers), p=pull / pull.sum())
            parts.append((good, sellers["place"].to_numpy()[seller.ravel()], np.repeat(near["place"], suppliers)))
        customer = rng.choice(len(wanting), len(sellers))
        parts.append((good, sellers["place"].to_numpy(), wanting["place"].to_numpy()[customer]))
    lanes = pd.concat(
        [pd.DataFrame({"good": good, "origin": origin, "destination": np.asarray(end)}) for good, origin, end in parts]
    )
    lanes = lanes.drop_duplicates(ignore_index=True)
    return lanes.assign(transit_weeks=rng.integers(0, 6, len(lanes)), limit_factor=2.0)
