"""How an answer shows itself in a notebook: sentences, and tables whose heads may be broken and whose numbers read."""

from __future__ import annotations

import html
from collections.abc import Mapping, Sequence
from dataclasses import fields, is_dataclass

import pandas as pd

from resilience.amounts import money

HEADS: Mapping[str, str] = {  # of tables of a result, short enough for a terminal or a notebook; units stay
    "reserve_usd": "USD",
    "cover_days": "days",
    "holding_usd_per_year": "USD/year to hold",
    "avoided_usd_per_year": "USD/year avoided",
    "avoided_unmet_usd_per_year": "of it demand",
    "saved_usd_per_usd_held": "last USD saves",
    "held_at": "held at",
    "least_quantity": "least in 5 %",
    "most_quantity": "most in 5 %",
    "amount": "bought",
    "usd": "USD",
    "usd_per_year": "USD/year",
    "usd_per_usd_avoided": "USD per USD avoided",
    "next_usd_per_usd_saved": "USD per next USD saved",
}


def answer(headline: str, *tables: pd.DataFrame, findings: Sequence[str] = ()) -> str:
    """HTML: a headline, tables, then what else was found, a point each.

    >>> answer("One < two.", pd.DataFrame({"USD": [1.5e9]}), findings=["So it is."]).splitlines()[0]
    '<p>One &lt; two.</p><table border="1" class="dataframe">'
    """
    shown = "".join(table.to_html(index=False, float_format=_unbroken) for table in tables)
    points = "".join(f"<li>{html.escape(finding)}</li>" for finding in findings)
    return f"<p>{html.escape(headline)}</p>{shown}" + (f"<ul>{points}</ul>" if points else "")


def stated(thing: object) -> str:
    """A dataclass in a line: its name, and the fields that say something.

    >>> from resilience.disruption import Outage
    >>> stated(Outage(good="gas", country=("QAT", "USA"), weeks=8))
    'Outage: first_week 1, weeks 8, recovery (Step), good gas, country QAT + USA, lost 1.0'
    """
    if not is_dataclass(thing):
        return repr(thing)
    values = {entry.name: getattr(thing, entry.name) for entry in fields(thing)}
    told = [f"{name} {_word(value)}" for name, value in values.items() if value is not None]
    return f"{type(thing).__name__}{': ' if told else ''}{', '.join(told)}"


def _unbroken(usd: float) -> str:
    return money(usd).replace(" ", "\N{NO-BREAK SPACE}")


def _word(value: object) -> str:
    if isinstance(value, tuple):
        return " + ".join(map(_word, value))
    return f"({stated(value)})" if is_dataclass(value) else str(value)
