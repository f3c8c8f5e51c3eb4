"""`resilience report` and `resilience backtest`: a run written up with what lies beside it."""

import json

from commands import call

from resilience.report.beside import KINDS
from resilience.report.scale import AsTheyAre


def test_a_run_is_written_up_with_the_answers_in_its_folder(tiny, monkeypatch):
    monkeypatch.chdir(tiny.parent)
    call("run", "tiny.toml")
    run = tiny.parent / "runs" / "tiny-1"
    call("share", "tiny.toml", "--out", run / "share")
    found = json.loads(call("report", "tiny", "--json")[0])
    assert found == {"file": "runs/tiny-1/report.html", "run": "runs/tiny-1", "beside": ["share"],
                     "redacted": False}  # fmt: skip
    page = (run / "report.html").read_text("utf-8")
    assert 'id="burden"' in page
    told, _ = call("report", run, "--redact", "--out", tiny.parent / "new" / "page.html")
    assert "read it before you send it" in told
    assert "amounts redacted" in (tiny.parent / "new" / "page.html").read_text("utf-8")


def test_a_run_that_is_not_there_is_told(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert "no finished run of that name stands in runs" in call("report", "nothing", code=1)[1]
    assert "holds no finished run" in call("report", tmp_path, code=1)[1]


def test_past_events_are_held_against_their_reports(tmp_path):
    told, _ = call("backtest", "chips", "--event", "quartz_2024", "--out", tmp_path)
    found = json.loads((tmp_path / "answer.json").read_text("utf-8"))
    assert told.startswith(f"{found['met']} of {found['asked']} reported outcomes are met.")
    assert {row["event"] for row in found["backtest"]} == {"quartz_2024"}
    assert {row["verdict"] for row in found["backtest"]} <= {"met", "too low", "too high", "not simulated"}
    assert found["dataset"] == "chips"
    (table,) = KINDS["backtest"](found, AsTheyAre()).blocks  # as a report tells it
    assert len(table.rows) == len(found["backtest"])


def test_an_event_that_is_not_known_is_answered_with_the_closest():
    assert "Did you mean quartz_2024" in call("backtest", "chips", "--event", "quartz_2025", code=1)[1]
