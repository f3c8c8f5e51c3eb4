"""A redacted report gives no amount away: it is the same, to the byte, for any size of the economy behind it."""

import re

import numpy as np
import pandas as pd
import pytest
from gas_for_two import network

from resilience.balance import balance
from resilience.report import html
from resilience.report.beside import verdict
from resilience.report.numbers import plain
from resilience.report.scale import AsTheyAre, Indices

MORE, DEARER = 2.0**7, 2.0**11  # powers of two, so that no digit is rounded otherwise
PLAIN = ("probability", "within", "week", "weeks", "gap", "ratio", "share", "usd_per_usd", "amount", "fixed")


class Scaled:
    """A reading of the same answer in an economy with more of everything, at higher prices, held for more days."""

    def __init__(self, reading):
        self.reading = reading
        self.study, self.provenance = reading.study, reading.provenance
        self.network = balance(network(places=("JPN", "SGP", "TWN"), more=MORE, dearer=DEARER)).network

    def money(self, told):
        return lambda usd: told(usd * MORE * DEARER)

    def headline(self, told=money):
        return self.reading.headline(self.money(told))

    def findings(self, told=money):
        return self.reading.findings(self.money(told))

    def figures(self):
        return {name: usd * MORE * DEARER for name, usd in self.reading.figures().items()}

    def table_names(self):
        return self.reading.table_names()

    def table(self, name):
        frame = self.reading.table(name)
        return frame.assign(
            **{column: values * factor(column) for column, values in frame.items() if factor(column) != 1}
        )


def factor(column):
    """What a column is multiplied by where everything is scaled."""
    if any(word in column for word in PLAIN):
        return 1.0
    if "usd_per_unit" in column:
        return DEARER
    if "usd" in column:
        return MORE * DEARER
    if "days" in column:
        return 3.0
    return MORE if any(word in column for word in ("units", "quantity")) or re.match("(least|most)_", column) else 1.0


def words(page):
    """What of a page is not style or script."""
    return re.sub(r"<(style|script).*?</\1>", "", page, flags=re.DOTALL)


def scaled(answer):
    """The answer of another command in the larger economy."""
    if isinstance(answer, list):
        return [scaled(one) for one in answer]
    if not isinstance(answer, dict):
        return answer
    return {name: value * factor(name) if isinstance(value, float) else scaled(value) for name, value in answer.items()}


@pytest.fixture(scope="module")
def page(known, beside):
    return html(known, beside=beside)


@pytest.fixture(scope="module")
def redacted(known, beside):
    return html(known, beside=beside, redact=True)


@pytest.fixture(scope="module")
def larger(known, beside):
    """Pages of the larger economy by whether they are redacted."""
    return {redact: html(Scaled(known), beside=scaled(beside), redact=redact) for redact in (False, True)}


def test_a_redacted_report_is_the_same_whatever_the_size_of_the_economy(redacted, larger):
    assert larger[True] == redacted


def test_a_plain_report_is_not(page, larger):
    assert larger[False] != page


def test_no_number_of_the_tables_is_left_in_it(known):
    reading = Scaled(known)
    shown = set(
        re.findall(r"\d[\d,.]*\d", re.sub(r"<(style|script).*?</\1>", "", html(reading, redact=True), flags=re.S))
    )
    raw = set(re.findall(r"\d[\d,.]*\d", html(reading)))
    found, looked_for = set(), 0
    for name in reading.table_names():
        frame = reading.table(name)
        amounts = [column for column in frame.select_dtypes("number") if factor(column) > 1]
        for value in np.unique(frame[amounts].to_numpy(dtype=float)):
            forms = {plain(float(value)), f"{value:.4g}", f"{value:.9g}", f"{value:,.0f}", f"{value:.0f}"}
            long = {form for form in forms if len(re.sub(r"\D", "", form).strip("0")) >= 4}
            looked_for += len(long & raw)
            found |= long & shown
    assert looked_for > 10
    assert found == set()


def test_it_says_what_its_indices_are(redacted):
    assert "100 points are the loss of a year without the reserve, weighed as the study says" in redacted
    assert "amounts redacted" in redacted
    assert "USD" not in words(redacted)


def test_sentences_of_other_answers_are_left_out_of_it(page, redacted):
    for sentence in ("H.", "F.", "S.", "T."):
        assert f"<p>{sentence}</p>" in page
        assert f"<p>{sentence}</p>" not in redacted


def test_plain_stocks_that_beat_the_reserve_lead_the_page(page, redacted):
    told = "plain national stocks of 60 or 180 days of use cost less on average than this reserve"
    assert f"{told}, which was sized with foresight: 90.2 or 121 USD a year with losses counted against 148." in page
    assert f"{told}, which was sized with foresight: 7.79 or 10.4 points a year" in redacted


def test_plain_stocks_that_do_not_are_not_praised(beside):
    policies = [row | {"total_usd_per_year": 10.0 if row["policy"] == "sized, pooled" else 20.0}
                for row in beside["compare"]["policies"]]  # fmt: skip
    assert verdict(beside["compare"] | {"policies": policies}, AsTheyAre()) == ""
    assert verdict(None, AsTheyAre()) == ""


@pytest.mark.parametrize(
    "typed", ["--set sizing.budget_usd=1e9", "--set=sizing.budget_usd=5_000.5", "--set 'sizing.goods=[1, 2]'"]
)
def test_what_was_set_in_the_command_is_left_out(known, typed):
    scale = Indices.of(known)
    assert scale.command(f"resilience run x {typed} --engine processes:2") == (
        f"resilience run x {typed.rpartition('=')[0].replace(chr(39), '')}=… --engine processes:2"
    )


def test_nothing_lost_gives_another_base():
    class Nothing:
        def figures(self):
            return {"without_reserve_usd": 0.0, "reserve_usd": 0.0}

    assert Indices.of(Nothing()).base_usd == 1.0


def test_an_index_of_what_is_not_known_stays_unknown():
    scale = Indices(base_usd=200.0, base="x")
    assert scale.days("Cover", "days", pd.Series([30.0, np.nan, 60.0])).cells == ("50", "–", "100")
    assert scale.usd("To buy", [100.0, 0.0], alike=[400.0]).cells == ("50", "0")
    assert AsTheyAre().usd("To buy", [100.0, 0.0]).cells == ("100", "0")
