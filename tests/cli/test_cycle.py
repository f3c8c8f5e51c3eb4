import json

import pytest
from typer.testing import CliRunner

from resilience.cli import app


def call(*arguments, code: int = 0):
    """What a command prints on stdout and stderr."""
    done = CliRunner().invoke(app, [str(argument) for argument in arguments])
    assert done.exit_code == code, (done.stdout, done.stderr, done.exception)
    return done.stdout, done.stderr


@pytest.fixture(scope="module")
def held(tiny_kept):
    path = tiny_kept.parent / "held.csv"
    path.write_text("good,place,owner,units\ngas,BBB,BBB,400\n")
    return path


def test_the_cycle_is_told_by_the_day_with_what_each_delay_costs(tiny_kept, held):
    out = tiny_kept.parent / "cycle"
    text, _ = call("cycle", tiny_kept, "--reserve", held, "--scenario", "gas_stops", "--out", out)
    told = json.loads((out / "answer.json").read_text())
    assert {row["step"]: row["day"] for row in told["timeline"]}["delivered to other members"] == 3 + 15 + 0 + 8 + 21
    assert (told["decision_weeks"], told["delivery_weeks"], told["pooled_weeks"]) == (3, 1, 3)  # 18, 26 and 47 days
    assert [row["decision_weeks"] for row in told["delay"]] == [0, 2, 3, 4, 8]
    # A week without gas loses 18,000 USD, of four weeks in one year of ten. Delivery takes one week more than the
    # decision; ten units a week are drawn from then on, and bought back at 10 USD.
    losses = [1_800 + 30, 5_400 + 10, 7_200, 7_200, 7_200]
    assert [row["loss_usd"] for row in told["delay"]] == pytest.approx(losses)
    assert [row["delay_usd"] for row in told["delay"]] == pytest.approx([loss - losses[0] for loss in losses])
    assert told["sentence"] in text
    assert "Decided on day 18, delivered at home on day 26" in text
    assert "decision_weeks = 3, delivery_weeks = 1, pooled_weeks = 3" in text


def test_a_scenario_that_is_not_there_is_told(tiny_kept, held):
    told = call("cycle", tiny_kept, "--reserve", held, "--scenario", "gas_stop", code=1)[1]
    assert "'gas_stop'" in told
    assert "Did you mean gas_stops" in told


def test_a_scenario_without_an_answer_is_named(tiny, held):
    """No solver takes a demand of 1e21 chips a week."""
    strike = "disruptions = [{ kind = 'demand_surge', factor = 1e20, weeks = 4 }]"
    tiny.write_text(tiny.read_text() + f"\n[[scenario]]\nname = 'poison'\nprobability = 0.01\n{strike}\n")
    told = call("cycle", tiny, "--reserve", held, code=1)[1]
    assert "Scenario 'poison' has no answer: HiGHS refused the program: a figure behind it is no number, or" in told
