"""Who makes what, from the provision table of the ETO Chip Explorer, and by which rule where it does not say.

In this order: the shares told, scaled to one; countries listed without a share, each the same; the shares of the stage
a process belongs to; for the finished chip, those of the last process. Types of a good stand in for it where they have
makers.
"""

from __future__ import annotations

import networkx as nx
import pandas as pd

from resilience.loaders.eto_form import Form

Notes = list[tuple[str, str, float, str]]  # what, where, value, why
Makers = dict[str, pd.DataFrame]  # by good: place (index), share, low, high, confidence, note
Parts = dict[str, list[str]]  # by input: the goods that stand for it


def mended(form: Form) -> Notes:
    """What reading the form mended, and the rows it cannot use."""
    notes: Notes = []
    for code, count in form.recoded.items():
        notes.append(("adjusted", str(code), float(count), "code changed to its ISO 3166 form"))
    for good, name, kept in form.renamed.to_numpy():
        notes.append(("adjusted", good, 1.0, f"called {name!r} in provision.csv; {kept!r} kept"))
    for provider, good in form.repeated.to_numpy():
        notes.append(("dropped", good, 1.0, f"provider {provider} stands there twice"))
    silent = form.provision[form.provision["company"] & form.provision["share"].isna()]
    notes += [("dropped", str(good), float(count), "companies without a share")
              for good, count in silent["good"].value_counts().items()]  # fmt: skip
    small = form.provision[~form.provision["company"] & form.provision["share"].isna() & form.provision["negligible"]]
    notes += [("dropped", str(good), float(count), "countries whose share is called negligible")
              for good, count in small["good"].value_counts().items()]  # fmt: skip
    return notes


def find_makers(form: Form, notes: Notes) -> tuple[Parts, Makers]:
    """What stands for each input of the form, and who makes each of these. What is filled or adjusted joins `notes`."""
    given, listed = _given(form, notes), _listed(form)
    parts = _parts(form, set(given), set(listed))
    return parts, _stand_ins(form, given, listed, parts, notes)


def _given(form: Form, notes: Notes) -> Makers:
    """Makers of goods and stages whose shares are told, rescaled to one."""
    found: Makers = {}
    for name, rows in form.provision.dropna(subset="share").groupby("good"):
        good = str(name)
        if not rows["company"].all() and rows["company"].any():
            count = float(rows["company"].sum())
            notes.append(("dropped", good, count, "companies with a share, since countries tell of the same output"))
            rows = rows[~rows["company"]]
        elif rows["company"].all():
            notes.append(("adjusted", good, float(len(rows)), "shares of companies added up by country"))
        ranged = pd.DataFrame({
            "place": rows["place"], "share": rows["share"],
            "low": (rows["share"] - 0.005).mask(rows["share"] <= 0.01, 0.0),  # shown as 1 %: anything from 0 to 1.5
            "high": rows["share"] + 0.005,
        }).groupby("place").sum()  # fmt: skip
        total = float(ranged["share"].sum())
        if abs(total - 1) > 1e-9:
            notes.append(("adjusted", good, total, "shares are rounded and do not add up to one; scaled to it"))
        ranged = (ranged[ranged["share"] > 0] / total).clip(upper=1.0)
        found[good] = ranged.assign(confidence="reported", note="share of world output, by headquarters, scaled to one")
    return found


def _listed(form: Form) -> Makers:
    """Makers of goods that name countries without a share: nobody says how much, so each the same."""
    rows = form.provision[~form.provision["company"] & form.provision["share"].isna() & ~form.provision["negligible"]]
    why = "ETO lists the country without a share; all listed are given the same"
    return {
        str(good): pd.DataFrame({"share": 1 / part["place"].nunique(), "low": 0.0, "high": 1.0, "confidence": "assumed",
                                 "note": why}, index=pd.Index(part["place"].unique(), name="place"))
        for good, part in rows.groupby("good")
    }  # fmt: skip


def _parts(form: Form, given: set[str], listed: set[str]) -> Parts:
    """What stands for each input: its types where they have makers, else itself, else nothing."""
    types = nx.DiGraph(list(form.links[["is_type_of", "good"]].itertuples(index=False, name=None)))
    types.add_nodes_from(form.inputs.index)
    parts: Parts = {}
    kind = form.inputs["type"]
    for good in reversed(list(nx.topological_sort(types))):
        below = sorted({part for type_ in types.successors(good) for part in parts[type_]})
        if below and not (good in given and not given.issuperset(below)):
            parts[good] = below
        elif good in given or good in listed or kind[good] in ("process", "ultimate_output"):
            parts[good] = [good]
        else:
            parts[good] = []
    return parts


def _stand_ins(form: Form, given: Makers, listed: Makers, parts: Parts, notes: Notes) -> Makers:
    found: Makers = {}
    outputs = []
    for good, kind, stage in zip(form.inputs.index, form.inputs["type"], form.inputs["stage_id"], strict=True):
        if parts[good] != [good]:
            continue
        if good in given:
            found[good] = given[good]
        elif good in listed:
            found[good] = listed[good]
            notes.append(("filled", good, float(len(listed[good])), "countries without shares: each the same"))
        elif stage in given:
            note = f"no shares of its own: those of its stage {stage}"
            found[good] = given[stage].assign(confidence="estimated", note=note)
            notes.append(("filled", good, float(len(found[good])), note))
        elif kind == "ultimate_output":
            outputs.append(good)
    for good in outputs:
        before = sorted(set(form.sequence.loc[form.sequence["good"] == good, "input"]) & set(found))
        if before:
            note = f"no shares of its own: made where {before[0]} is"
            found[good] = found[before[0]].assign(confidence="estimated", note=note)
            notes.append(("filled", good, float(len(found[good])), note))
    return found
