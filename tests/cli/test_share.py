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
