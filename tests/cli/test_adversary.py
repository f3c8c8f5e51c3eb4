"""`resilience adversary`: a table an official can read, its JSON, files and faults."""

import json
from functools import partial

import pandas as pd
from commands import call as command

call = partial(command, "adversary")


def test_it_says_what_hurts_most_at_what_cost_and_that_nothing_hurts_more(tiny, tmp_path):
    shown, _ = call(tiny, "--cuts", 2, "--stop-weeks", 4, "--weeks", 12, "--out", tmp_path)
    assert "Of 1 stops of exports to pair, each of 4 weeks, those that hurt most, at most 2 of them:" in shown
    assert "gas from AAA" in shown
    assert "No other choice does more than" in shown
    assert "Assumed: able to stop are" in shown
    assert {"answer.json", "curve.csv", "plans_without.csv"} <= {path.name for path in tmp_path.iterdir()}
    (attack,) = json.loads((tmp_path / "answer.json").read_text())["attacks"]
    assert attack["harm_usd"] > 0
    assert attack["own_usd"] == 4 * 10 * 10


def test_a_reserve_in_a_file_lowers_the_harm(tiny, tmp_path):
    held = tmp_path / "held.csv"
    pd.DataFrame({"good": ["gas"], "place": ["BBB"], "owner": ["pair"], "units": [20.0]}).to_csv(held, index=False)
    asked = ("--cuts", 1, "--curve", "--stop-weeks", 4, "--weeks", 12, "--reserve", held, "--out", tmp_path / "out")
    shown, _ = call(tiny, *asked)
    assert "Held against it, a reserve of 200 USD lowers the worst harm to" in shown
    assert "the same cut-offs stay the worst" in shown
    assert "Harm by number of cut-offs (USD):" in shown
    bare, kept = json.loads((tmp_path / "out" / "answer.json").read_text())["attacks"]
    assert kept["harm_usd"] < bare["harm_usd"]


def test_it_says_what_breaks_a_floor_and_what_does_not(tiny):
    shown, _ = call(tiny, "--stop-weeks", 4, "--weeks", 12, "--breaks", "essential=0.95")
    assert "It takes 1 of 1 stops to make it impossible to serve 0.95 of the essential demand of pair" in shown
    shown, _ = call(tiny, "--stop-weeks", 4, "--weeks", 12, "--breaks", "essential=0.2", "--json")
    assert json.loads(shown)["broken"] is False


def test_what_it_cannot_do_is_one_sentence(tiny, tmp_path):
    (tmp_path / "bare.csv").write_text("good,units\ngas,1\n")
    assert "has no column owner, place" in call(tiny, "--reserve", tmp_path / "bare.csv", code=1)[1]
    assert "write it as TIER=SHARE" in call(tiny, "--breaks", "defence", code=1)[1]
    assert "Lower `share`" in call(tiny, "--by", "CCC", code=1)[1]


def test_no_choice_within_the_limits_is_a_sentence_and_no_empty_table(tiny):
    shown, _ = call(tiny, "--cuts", 2, "--stop-weeks", 4, "--weeks", 12, "--own-cost", 0)
    assert "So no choice within these limits does any harm" in shown
    assert "its author loses" not in shown
    assert max(map(len, shown.partition("Assumed")[2].splitlines())) <= 115
