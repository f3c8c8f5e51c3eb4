"""The structure of a network in tables: the body of metrics."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pandas as pd

from resilience import metrics
from resilience.balance import balance
from resilience.cli.answer import Answer
from resilience.cli.catalogue import find_network
from resilience.cli.text import columns
from resilience.formats import plainly

SHOWN = 12  # rows of each table in the terminal; files and JSON hold all


def measured(name: str, *, members: str | None, suppliers: Sequence[str] | None, say: Callable[[str], None]) -> Answer:
    """Concentration, dependence, chokepoints, single losses and days of cover of one network."""
    say(f"reading and balancing {name}")
    network = balance(find_network(name)).network
    whom: str | tuple[str, ...] = members or tuple(sorted(set(network.places["country"])))
    if members:
        network.countries(members)
    tables = {"concentration": metrics.concentrations(network).reset_index()}
    say("losing each supplier in turn")
    tables["n_minus_1"] = metrics.n_minus_1(network, members=members).reset_index()
    tables["n_minus_1_countries"] = metrics.n_minus_1(network, members=members, whole_countries=True).reset_index()
    chosen = list(suppliers or tables["n_minus_1_countries"]["country"].head(5))
    say(f"dependence on {', '.join(chosen)}")
    parts = {}
    for supplier in chosen:
        parts[f"{supplier}_direct"] = metrics.dependence(network, whom, supplier)
        parts[f"{supplier}_through"] = metrics.dependence_through(network, whom, supplier)
    dependence = pd.DataFrame(parts).fillna(0.0).rename_axis("good").reset_index()
    most = dependence[[f"{supplier}_through" for supplier in chosen]].max(axis=1)
    tables["dependence"] = dependence.loc[most.sort_values(ascending=False, kind="stable").index].reset_index(drop=True)
    finished = sorted(set(network.demand["good"]))
    rows = []
    for good in finished:
        say(f"chokepoints of {good}")
        found = metrics.chokepoints(network, good)
        rows += [
            {"stops": good, "input": gate, "countries": row.countries, "effective_suppliers": row.effective_suppliers}
            for gate, row in zip(found.goods.index, found.goods.itertuples(), strict=True)
        ]
    tables["chokepoints"] = pd.DataFrame(rows, columns=["stops", "input", "countries", "effective_suppliers"])
    say("days of cover")
    cover = metrics.days_of_cover(network).reset_index()
    if members:
        country = network.places.set_index("place")["country"]
        cover = cover[cover["place"].map(country).isin(network.countries(members))]
    tables["days_of_cover"] = cover.sort_values(["days_of_use", "good", "place"], ignore_index=True)
    who = members or "the world"
    heads = {
        "concentration": "Most concentrated goods (Herfindahl index of world output by country, 1/n to 1):",
        "n_minus_1": f"Costliest single losses of one good in one country (demand unmet in {who}, USD a week):",
        "n_minus_1_countries": f"Costliest single losses of a whole country (same measure, {who}):",
        "dependence": f"Dependence of {who}: share of use made there (direct), and lost with it through the chain:",
        "chokepoints": "Inputs whose loss everywhere stops a finished good, fewest effective suppliers first:",
        "days_of_cover": "Shortest private stocks, by good and place of use:",
    }
    tables["chokepoints"] = tables["chokepoints"].sort_values(
        ["effective_suppliers", "input", "stops"], ignore_index=True
    )
    lines = []
    for key, head in heads.items():
        lines += [head, columns(tables[key].head(SHOWN)), ""]
    lines.append(f"At most {SHOWN} rows of each; --out DIR writes all of them, --json prints them.")
    data: dict[str, object] = {"dataset": network.name, "members": members, "suppliers": chosen}
    data |= {key: plainly(table.to_dict("records")) for key, table in tables.items()}
    return Answer(text="\n".join(lines), data=data, tables=tables)
