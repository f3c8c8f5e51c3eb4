import json

import pytest
from commands import call
from gas_for_three import gas_for_three

STUDY = """\
name = "ban"
title = "Three makers of chips without gas"
dataset = "net"
weeks = 20
members = "club"

[[scenario]]
name = "ban"
probability = 0.1
disruptions = [{ kind = "export_control", good = "gas", exporter = "CHN", importer = "club", weeks = 10 }]
"""


@pytest.fixture(scope="module")
def study(tmp_path_factory):
    folder = tmp_path_factory.mktemp("ban")
    gas_for_three().write(folder / "net")
    path = folder / "ban.toml"
    path.write_text(STUDY)
    (folder / "held.csv").write_text("good,place,owner,units\ngas,JPN,club,100\ngas,KOR,club,50\ngas,USA,club,150\n")
    return path


def test_allocate_shares_the_talmuds_claims_by_every_rule_and_says_how_each_looks(study, tmp_path):
    out = tmp_path / "out"
    options = ["--scenario", "ban", "--good", "gas"]
    text, _ = call("allocate", study, *options, "--reserve", study.with_name("held.csv"), "--out", out)
    told = json.loads((out / "answer.json").read_text())
    gets = {(row["rule"], row["member"]): row["gets"] for row in told["gets"]}
    assert [gets["Talmud", name] for name in ("JPN", "KOR", "USA")] == pytest.approx([50, 100, 150])
    assert [gets["earmark first", name] for name in ("JPN", "KOR", "USA")] == pytest.approx([100, 50, 150])
    assert "the members lack 600" in text
    assert "10 weeks of their use" in text
    assert "300 are there to share, 50% of that." in text
    assert "The worst off gets most by pro rata to need: 50% of what it lacks." in text
    assert "the first tier's claims is secured by tier priority (100%)" in text
    assert "Most hangs on the rule for USA: from 100 by equal awards to 300 by tier priority." in text
    assert (out / "judged.csv").is_file()


def test_rules_that_ask_who_holds_what_are_left_out_where_nobody_said(study):
    told = json.loads(call("allocate", study, "--scenario", "ban", "--good", "gas", "--units", "700", "--json")[0])
    rules = {row["rule"] for row in told["judged"]}
    assert {"Talmud", "pro rata to stake"} <= rules
    assert not rules & {"earmark first", "pro rata to contribution"}
    assert "every rule meets all claims" in " ".join(told["sentences"])


def test_what_cannot_be_shared_is_told(study):
    ask = ["allocate", study, "--scenario", "ban"]
    assert "--units" in call(*ask, "--good", "gas", code=2)[1]
    assert "Did you mean ban" in call("allocate", study, "--scenario", "bann", "--good", "gas", "--units", 1, code=1)[1]
    assert "holds no chip" in call(*ask, "--good", "chip", "--reserve", study.with_name("held.csv"), code=1)[1]
