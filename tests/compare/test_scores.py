"""Scores of countries: those that ship, a CSV of one's own with every fault at once, and the rule that makes odds."""

import frictionless
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as some
from two_suppliers import YEARS, two_suppliers

from resilience import datasets
from resilience.compare import scores
from resilience.compare.scores import odds_factors
from resilience.compare.stability import chances
from resilience.errors import AskError, DataError
from resilience.library import shelf

SCORES = some.dictionaries(
    some.sampled_from("ABCDEFGH"), some.floats(-100, 100).map(lambda score: round(score, 3)), min_size=1
)


@pytest.fixture
def written(tmp_path):
    def write(name, text):
        (tmp_path / name).write_text(text)
        return str(tmp_path / name)

    return write


def test_a_deviation_below_the_median_doubles_the_odds_and_one_above_halves_them():
    """1, 3, 5, 7, 9 spread by the root of 8 about 5: a country on 5 - 2 sqrt(8) would have four times its odds."""
    found = odds_factors({"A": 1.0, "B": 3.0, "C": 5.0, "D": 7.0, "E": 9.0})
    assert found == pytest.approx(
        {"A": 2**2**0.5, "B": 2**0.5**0.5, "C": 1.0, "D": 2 ** -(0.5**0.5), "E": 2 ** -(2**0.5)}
    )
    assert odds_factors({"A": 3.0, "B": 1.0}, strength=1.0) == {"A": 1.0, "B": 1.0}
    assert odds_factors({"A": 3.0, "B": 3.0}) == {"A": 1.0, "B": 1.0}
    assert odds_factors({}) == {}
    with pytest.raises(AskError, match=r"strength of ratings is 0\.5: it must be 1"):
        odds_factors({"A": 1.0}, strength=0.5)


@given(SCORES, some.floats(0.5, 50), some.floats(-50, 50))
def test_factors_do_not_depend_on_an_agencys_unit_and_fall_as_scores_rise(found, unit, zero):
    ours, theirs = odds_factors(found), odds_factors({who: unit * score + zero for who, score in found.items()})
    assert theirs == pytest.approx(ours, rel=1e-6)
    ranked = [ours[who] for who in sorted(found, key=found.__getitem__)]
    assert ranked == sorted(ranked, reverse=True)


def test_what_ships_is_valid_names_its_sources_and_rates_the_chips_countries():
    with frictionless.system.use_context(trusted=True):
        report = frictionless.validate(str(shelf("datasets") / "ratings" / "datapackage.json"))
    assert report.valid, report.flatten(["fieldName", "rowNumber", "note"])
    network = datasets.load("chips")
    bank, vdem = scores.read(["world_bank_stability", "vdem_rule_of_law"], network)
    assert set(scores.names()) == {"world_bank_stability", "vdem_rule_of_law"}
    assert set(bank.of) == set(network.places["country"])
    assert set(network.places["country"]) - set(vdem.of) == {"BRN"}
    assert (bank.of["SGP"], bank.of["TWN"], bank.of["COD"]) == (1.424204, 0.763789, -2.044862)
    assert (vdem.of["DEU"], vdem.of["TWN"], vdem.of["PRK"]) == (0.991, 0.917, 0.033)
    assert "World Bank" in bank.source
    assert "V-Dem" in vdem.source
    factors = bank.ratings().factors
    assert factors["MYS"] == 1.0  # the median country
    assert factors["MMR"] == max(factors.values())


def test_a_csv_of_ones_own_is_read_by_score_or_by_risk(written):
    network = two_suppliers()
    trusting, wary = scores.read(
        [written("trusting.csv", "country,score\nAAA,3\nBBB,1\n"), written("wary.csv", "country,risk\nAAA,7\nBBB,2\n")],
        network,
    )
    assert trusting.ratings().factors == {"AAA": 0.5, "BBB": 2.0}
    assert wary.ratings(strength=3.0).factors == pytest.approx({"AAA": 3.0, "BBB": 1 / 3})
    table = chances(network, YEARS, [trusting.ratings(), wary.ratings()]).set_index(["under", "scenario"])
    assert table.loc[("trusting", "stop"), ["begins_in", "factor", "stated"]].tolist() == ["AAA", 0.5, 0.1]
    assert table["probability"].to_numpy() == pytest.approx(np.array([0.05, 0.4, 0.2, 0.1]) / [1.15, 1.15, 1, 1])
    listed = scores.ratings_table([trusting.ratings()])
    assert listed[["under", "country", "factor"]].to_numpy().tolist() == [
        ["trusting", "AAA", 0.5],
        ["trusting", "BBB", 2],
    ]


def test_every_fault_of_every_file_is_told_at_once(written):
    asked = [
        written("bad.csv", "country,score\nAAA,x\nAAB,3\nBBB,NaN\nBBB,2\n,1\n"),
        written("none.csv", "country,rating\nAAA,1\n"),
        written("empty.csv", ""),
        written("bare.csv", "country,score\n"),
        "world_bank_stabilty",
        "world_bank_stability",
        "world_bank_stability",
    ]
    with pytest.raises(DataError) as caught:
        scores.read(asked, two_suppliers())
    told = str(caught.value)
    assert len(caught.value.faults) == 12
    for line in (
        "bad.csv, row 2, column score: 'x': not a number",
        "bad.csv, row 3, column country: 'AAB': unknown country: network 'unnamed' has no place in it. Did you",
        "bad.csv, row 4, column score: 'NaN': not a number",
        "bad.csv, row 5, column country: 'BBB': this key already stands in a row above",
        "bad.csv, row 6, column country: must not be blank",
        "none.csv, row 1, column rating: unknown column",
        "none.csv, column score: missing column",
        "empty.csv: empty file",
        "bare.csv: it rates no country of network 'unnamed'",
        "world_bank_stabilty: no ratings of this name ship, and no such file is here. Did you mean world_b",
        "world_bank_stability.csv: it rates no country of network 'unnamed'",
        "world_bank_stability: ratings of this name are asked for twice",
    ):
        assert line in told


def test_words_mean_the_same_from_another_folder(written, tmp_path, monkeypatch):
    path = written("mine.csv", "country,score\nAAA,1\n")
    monkeypatch.chdir(tmp_path)
    assert scores.placed(["mine.csv", "vdem_rule_of_law"]) == (path, "vdem_rule_of_law")
    assert set(scores.files([path, "vdem_rule_of_law", "nothing"])) == {"mine", "vdem_rule_of_law"}
