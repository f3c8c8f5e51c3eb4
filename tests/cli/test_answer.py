import io
import sys
import time

from resilience.cli import answer


def listening(monkeypatch):
    """What comes to stand on stderr, which is no terminal here. (Of a fixture, pytest would undo it.)"""
    written = io.StringIO()
    monkeypatch.setattr(sys, "stderr", written)
    monkeypatch.setattr(answer, "LOOK_S", 0.01)
    monkeypatch.setattr(answer, "FIRST_S", 0.0)
    return written


def test_a_log_gets_a_line_for_each_thing_that_is_under_way(monkeypatch, until):
    log = listening(monkeypatch)
    monkeypatch.setattr(answer, "NEXT_S", 0.0)

    def work(say):
        say("reading")
        until(lambda: "reading" in log.getvalue())
        say("solving")
        until(lambda: "solving" in log.getvalue())
        return "done"

    assert answer.patiently(work) == "done"
    told = [line.partition(" (")[0] for line in log.getvalue().splitlines()]
    assert told[-2:] == ["reading", "solving"]
    assert told[:-2] in ([], ["starting"])


def test_a_log_gets_no_second_line_before_its_time(monkeypatch, until):
    log = listening(monkeypatch)

    def work(say):
        until(log.getvalue)
        for step in range(20):
            say(f"step {step}")
            time.sleep(0.01)

    answer.patiently(work)
    assert len(log.getvalue().splitlines()) == 1


def test_a_log_repeats_what_goes_on_for_long(monkeypatch, until):
    log = listening(monkeypatch)
    monkeypatch.setattr(answer, "STILL_S", 0.02)
    answer.patiently(lambda say: until(lambda: log.getvalue().count("starting") >= 2))
    assert log.getvalue().count("starting") >= 2


def test_who_asks_for_json_gets_no_log(monkeypatch):
    log = listening(monkeypatch)
    answer.patiently(lambda say: time.sleep(0.1), quiet=True)
    assert log.getvalue() == ""
