import json

from commands import call


def test_share_divides_the_cost_says_who_pays_and_that_it_holds(tiny, tmp_path):
    out = tmp_path / "shared"
    text, _ = call("share", tiny, "--out", out)
    assert "By nucleolus" in text
    assert "proved to hold" in text
    told = json.loads((out / "answer.json").read_text())
    costs = {row["arrangement"]: row["cost_usd"] for row in told["arrangements"]}
    assert sum(row["cost_usd"] for row in told["burden"]) <= costs["no reserve"]
    assert abs(sum(row["cost_usd"] for row in told["burden"]) - costs["pooled"]) <= 1e-6 * costs["no reserve"]
    assert (out / "burden.csv").is_file()


def test_share_takes_weights_from_a_file_and_names_a_member_that_has_none(tiny, tmp_path):
    weights = tmp_path / "gdp.csv"
    members = [row["member"] for row in json.loads(call("share", tiny, "--json")[0])["burden"]]
    weights.write_text("member,weight\n" + "".join(f"{name},{n + 1}\n" for n, name in enumerate(members)))
    told = json.loads(call("share", tiny, "--rule", "weights", "--weights", weights, "--json")[0])
    assert [row["member"] for row in told["burden"]] == members
    weights.write_text("member,weight\nXYZ,1\n")
    assert members[0] in call("share", tiny, "--rule", "weights", "--weights", weights, code=1)[1]


def test_share_refuses_a_rule_it_does_not_know(tiny):
    assert "nucleolus" in call("share", tiny, "--rule", "fair", code=2)[1]


def test_share_says_which_of_the_studys_settings_it_leaves_out(tiny):
    assert json.loads(call("share", tiny, "--json")[0])["left_out"] == []
    tiny.write_text(tiny.read_text() + "\n[sizing]\nbudget_usd = 1\nrisk = { kind = 'worst_case' }\n")
    text, _ = call("share", tiny)
    assert "Left out, though the study sets it: budget_usd, which the reserve held in common exceeds, risk." in text


def test_share_and_allocate_ask_for_members_and_for_a_study_that_fits(tiny):
    tiny.write_text(tiny.read_text().replace('members = "pair"\n', ""))
    assert "tiny names no members. Give it `members`, or give --members" in call("share", tiny, code=1)[1]
    scarce = ("--scenario", "gas_stops", "--good", "gas", "--units", 3)
    assert "tiny names no members" in call("allocate", tiny, *scarce, code=1)[1]
    tiny.write_text(tiny.read_text().replace('good = "chip"', 'good = "chop"'))
    told = call("share", tiny, code=1)[1]
    assert "The study tiny does not fit its network" in told
    assert "tiny.toml:15: scenario.2: Scenario 'chips_stop'" in told


def test_every_row_of_weights_at_fault_is_told(tiny, tmp_path):
    weights = tmp_path / "gdp.csv"
    weights.write_text("member,weight\nBBB,-1\nBBB,much\n")
    told = call("share", tiny, "--rule", "weights", "--weights", weights, code=1)[1]
    for row in ("row 2: weight is '-1'", "row 3: weight is 'much'", "row 3: member 'BBB' stands there twice"):
        assert row in told


def test_what_would_be_ignored_is_refused(tiny, tmp_path):
    assert "--pairs says how many orders --rule shapley draws" in call("share", tiny, "--pairs", 3, code=2)[1]
    assert "--weights says how --rule weights divides" in call("share", tiny, "--weights", tmp_path, code=2)[1]
    assert "--join BBB: already among the members, BBB, CCC" in call("share", tiny, "--join", "BBB", code=1)[1]
