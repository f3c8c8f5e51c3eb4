"""Which rows of a network a disruption's selectors mean: goods, places, countries, blocs, the ends of lanes."""

from __future__ import annotations

from dataclasses import fields
from typing import ClassVar, Protocol

import numpy as np
import pandas as pd

from resilience.errors import AskError, near
from resilience.network import Network

Names = str | tuple[str, ...] | None


class Selecting(Protocol):
    """Anything whose fields named in `selectors` say whom it means."""

    selectors: ClassVar[tuple[str, ...]]


def named(names: Names) -> set[str]:
    """The names as a set; empty where none are given, or only empty ones."""
    if names is None:
        return set()
    return {name for name in ((names,) if isinstance(names, str) else names) if name}


def refuse_unknown(disruption: object, field: str, wanted: set[str], known: set[str]) -> None:
    """Raise if `field` names what the network does not have, with the nearest names."""
    strange = sorted(wanted - known)
    if strange:
        faults = [f"{field} {name!r} is not in the network. {near(name, known)}" for name in strange]
        raise AskError(f"{type(disruption).__name__} names what is not there", faults)


def with_good(disruption: object, network: Network, rows: pd.DataFrame) -> np.ndarray:
    """Which rows carry a good that the selectors `good` and `tier` admit."""
    hit = np.ones(len(rows), dtype=bool)
    goods = network.goods
    good, tier = named(getattr(disruption, "good", None)), named(getattr(disruption, "tier", None))
    if good:
        refuse_unknown(disruption, "good", good, set(goods["good"]))
        hit &= rows["good"].isin(good).to_numpy()
    if tier:
        refuse_unknown(disruption, "tier", tier, set(goods["tier"]))
        hit &= rows["good"].map(goods.set_index("good")["tier"]).isin(tier).to_numpy()
    return hit


def with_end(disruption: object, network: Network, lanes: pd.DataFrame, field: str, column: str) -> np.ndarray:
    """Which lanes have an end among the places, countries or blocs that `field` names."""
    wanted = named(getattr(disruption, field))
    if not wanted:
        return np.ones(len(lanes), dtype=bool)
    places, blocs = network.places, network.blocs
    refuse_unknown(disruption, field, wanted, set(places["place"]) | set(places["country"]) | set(blocs))
    countries = set().union(*(blocs.get(name, (name,)) for name in wanted))
    chosen = places.loc[places["country"].isin(countries) | places["place"].isin(wanted), "place"]
    return lanes[column].isin(chosen).to_numpy()


def at_point(disruption: object, network: Network, rows: pd.DataFrame, *, tier_of: str = "good") -> np.ndarray:
    """Which rows (with columns good and place) all given selectors admit; none is an error."""
    places, blocs = network.places, network.blocs
    if tier_of == "use":
        hit = np.ones(len(rows), dtype=bool)
        for field, column in (("good", "good"), ("tier", "tier")):
            asked = named(getattr(disruption, field))
            if asked:
                refuse_unknown(disruption, field, asked, set(rows[column]))
                hit &= rows[column].isin(asked).to_numpy()
    else:
        hit = with_good(disruption, network, rows)
    country = rows["place"].map(places.set_index("place")["country"])
    wanted = {name: named(getattr(disruption, name)) for name in ("place", "country", "bloc")}
    if wanted["place"]:
        refuse_unknown(disruption, "place", wanted["place"], set(places["place"]))
        hit &= rows["place"].isin(wanted["place"]).to_numpy()
    if wanted["country"]:
        refuse_unknown(disruption, "country", wanted["country"], set(places["country"]))
        hit &= country.isin(wanted["country"]).to_numpy()
    if wanted["bloc"]:
        refuse_unknown(disruption, "bloc", wanted["bloc"], set(blocs))
        hit &= country.isin(set().union(*(blocs[name] for name in wanted["bloc"]))).to_numpy()
    must_hit(disruption, hit, "row")
    return hit


def must_hit(disruption: object, rows: np.ndarray, what: str) -> None:
    """Raise if a disruption strikes nothing."""
    if not rows.any():
        given = {entry.name: getattr(disruption, entry.name) for entry in fields(disruption)}  # type: ignore[arg-type]
        spell = {"first_week", "weeks", "recovery"} | set(getattr(disruption, "shares", ()))
        asked = ", ".join(f"{key}={value!r}" for key, value in given.items() if value is not None and key not in spell)
        remedy = "Each name is known, but no row meets all of them together: leave one out"
        raise AskError(f"{type(disruption).__name__}({asked}) strikes no {what} of the network. {remedy}.")
