import csv
import json

import pytest
from commands import call
from controlled import FILE, TRADERS

from resilience import controls
from resilience.controls.sentence import sentences
from resilience.report.beside import KINDS
from resilience.report.scale import AsTheyAre


@pytest.fixture(scope="module")
def small(tmp_path_factory):
    """A question about controls beside its network."""
    folder = tmp_path_factory.mktemp("controls")
    TRADERS.write(folder / "here")
    (folder / "small.toml").write_text(FILE)
    return folder / "small.toml"


@pytest.fixture(scope="module")
def told(small):
    """What the command prints, its one JSON object, and the folder it wrote."""
    out = small.parent / "out"
    text, _ = call("controls", small, "--coalition", "JPN", "--out", out)
    return text, json.loads((out / "answer.json").read_text()), out


def test_coalitions_stand_side_by_side_with_the_sentence_that_says_what_it_means(told, small):
    text, data, _ = told
    study = controls.ControlStudy.read(small)
    past = controls.weigh(study.network(), study.history())
    assert data["steps"]["sentence"] == sentences(past)
    assert data["sentence"] in text
    assert data["steps"]["sentence"] in text
    assert [row["coalition"] for row in data["coalitions"]] == ["usa", "pair", "JPN"]
    assert [row["denied"] for row in data["steps"]["coalitions"]] == pytest.approx(past.table["denied"].tolist())
    assert "Who is needed" in text
    assert "what would make it indifferent" in text
    assert "Compensation counts 50% of the sales" in text


def test_the_tables_hold_every_coalition(told):
    _, data, out = told
    with (out / "goods.csv").open() as file:
        rows = list(csv.DictReader(file))
    assert [row["coalition"] for row in rows] == ["usa", "pair", "JPN"]
    assert float(rows[1]["denied"]) == pytest.approx(data["coalitions"][1]["denied"])
    with (out / "weekly.csv").open() as file:
        assert len(list(csv.DictReader(file))) == 3 * 8
    names = {"coalitions", "power", "refusals", "goods", "output", "trade", "idle", "weekly"}
    assert {path.stem for path in out.glob("*.csv")} == names | {f"steps_{name}" for name in names}
    coalitions, players = KINDS["controls"](data, AsTheyAre()).blocks  # as a report tells it
    assert (len(coalitions.rows), len(players.rows)) == (len(data["coalitions"]), len(data["players"]))


def test_a_question_about_controls_is_shown_checked_and_copied_like_a_study(small, tmp_path):
    assert "second  JPN" in call("show", small)[0]
    assert call("show", small, "--table", "steps")[0].startswith("step,member,first_week")
    assert "has one table, steps" in call("show", small, "--table", "stepz", code=1)[1]
    assert "2 coalitions and 2 steps over 8 weeks" in call("check", small)[0]
    wrong = tmp_path / "wrong.toml"
    wrong.write_text(FILE.replace('dataset = "here"', f'dataset = "{(small.parent / "here").as_posix()}"')
                     .replace('exporter = "CHN"', 'exporter = "CHI"'))  # fmt: skip
    assert "1 fault" in call("check", wrong, code=1)[1]
    said = call("new", "mine", "--from", small, "--out", tmp_path)[0]
    assert "resilience controls" in said
    assert controls.ControlStudy.read(tmp_path / "mine.toml").name == "mine"


def test_what_the_target_seeks_out_is_told_for_each_coalition(small):
    text = FILE[: FILE.index("[[retaliation.disruptions]]")] + "[retaliation.best]\ncount = 1\nstop_weeks = 3\n"
    sought = small.parent / "sought.toml"
    sought.write_text(text[: text.index("[[step]]")] + text[text.index("[[reach]]") :])
    text, _ = call("controls", sought, "--coalition", "JPN", "--out", small.parent / "sought")
    assert "CHN's best answer (at most 1 of its exports to members stopped, 3 weeks from week 1 on):" in text
    assert "no other such stops\ncost more than" in text
    told = json.loads((small.parent / "sought" / "answer.json").read_text())
    assert {name: [one["good"] for one in imposed] for name, imposed in told["imposed"].items()} == {
        "usa": ["gas"], "pair": ["gas"], "JPN": [],
    }  # fmt: skip


def test_what_ships_is_listed_and_kept_apart_from_studies(small, tmp_path):
    listed = json.loads(call("list", "--json")[0])
    assert [one["name"] for one in listed["controls"]] == ["chip4_controls"]
    assert "chip4_controls" not in [one["name"] for one in listed["models"]]
    assert "Try: resilience controls chip4_controls" in call("run", "chip4_controls", code=1)[1]
    assert "Try: resilience controls" in call("run", small, code=1)[1]
    assert "Try: resilience run ipef_reserve" in call("controls", "ipef_reserve", code=1)[1]
    assert "Did you mean chip4_controls" in call("controls", "chip4_control", code=1)[1]
    broken = tmp_path / "broken.toml"
    broken.write_text(FILE.replace("weeks = 8", "week = 8"))
    assert f"{broken}:5: week: unknown key 'week'. Did you mean weeks?" in call("controls", broken, code=1)[1]


def test_what_cannot_be_weighed_is_told_as_it_was_typed(small, tiny):
    assert f"Try: resilience run {tiny}" in call("controls", tiny, code=1)[1]
    told = call("controls", small, "--coalition", "USA+XXX", "--coalition", "JPN", code=1)[1]
    assert "--coalition USA+XXX: No country or bloc 'XXX'" in told
    assert "countries or blocs with a + between them" in call("controls", small, "--coalition", "", code=1)[1]
