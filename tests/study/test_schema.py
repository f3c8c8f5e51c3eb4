"""The schema for editors, held to JSON Schema's rules by a library that is not ours, and to the studies that ship."""

import tomllib

import pytest
from jsonschema import Draft202012Validator

from resilience import models
from resilience.errors import AskError
from resilience.study import Study, schema

SCHEMA = schema()
JUDGE = Draft202012Validator(SCHEMA)


def test_it_is_a_schema():
    Draft202012Validator.check_schema(SCHEMA)


@pytest.mark.parametrize("name", models.names())
def test_it_lets_every_shipped_study_pass(name):
    assert [error.message for error in JUDGE.iter_errors(tomllib.loads(models.load(name).text))] == []


CHANGES = [
    ("weeks = 12", "week = 12"),
    ("weeks = 12", 'weeks = "twelve"'),
    ("weeks = 12", "weeks = 0"),
    ("delivery_weeks = 1", "delivery_week = 1"),
    ("delivery_weeks = 1", 'trigger = { kind = "cover_belo", days = 30 }'),
    ("delivery_weeks = 1", 'trigger = { kind = "cover_below", day = 30 }'),
    ("probability = 0.1", "probability = 2"),
    ('good = "gas", weeks = 4', 'goods = "gas", weeks = 4'),
    ('kind = "outage", good = "gas"', 'kind = "outrage", good = "gas"'),
    ("weeks = 4 }", 'weeks = 4, recovery = { kind = "linaer", weeks = 2 } }'),
    ("[release]", "[sizing]\nscope = 'upstream'\n[release]"),
    ("[release]", "[sizing]\nrisk = { kind = 'cvar', tial = 0.1 }\n[release]"),
    ("[release]", "[sizing]\nlimits = [{ kind = 'cover', day = 9 }]\n[release]"),
    ("[release]", "[sweep.latin]\npoints = 3\n[release]"),
]


@pytest.mark.parametrize(("old", "new"), CHANGES)
def test_what_it_refuses_a_study_refuses_too(tiny, old, new):
    text = tiny.read_text()
    assert old in text
    assert JUDGE.is_valid(tomllib.loads(text))
    wrong = text.replace(old, new, 1)
    assert not JUDGE.is_valid(tomllib.loads(wrong))
    with pytest.raises(AskError):
        Study.from_text(wrong)


RIGHT = """
[sizing]
budget_usd = 1e9
risk = { kind = "cvar", tail = 0.1, weight = 0.5 }
floors = [{ tier = "defence", served = 0.9, within = { kind = "chance", probability = 0.9 } }]
limits = [
    { kind = "cover", days = 60, base = "net_imports", goods = ["gas"] },
    { kind = "earmark", owner = "BBB", at_least = { days = 30 } },
    { kind = "fill_pace", share_per_year = 0.1, years = 3 },
]
knowledge = ["calibration"]

[sweep.grid]
"sizing.budget_usd" = [1e9, 2e9]
"""


def test_it_knows_what_a_study_may_hold(tiny):
    text = tiny.read_text().replace("[release]", RIGHT + "\n[release]")
    Study.from_text(text, path=tiny)
    assert [error.message for error in JUDGE.iter_errors(tomllib.loads(text))] == []


def test_a_line_for_editors_is_a_comment_to_us(tiny):
    tiny.write_text("#:schema ./study.schema.json\n" + tiny.read_text())
    assert Study.read(tiny).name == "tiny"


def test_every_table_of_a_study_is_in_it():
    assert set(SCHEMA["properties"]) == set(Study.model_fields)
    kinds = {one["title"] for one in SCHEMA["$defs"]["ScenarioTable"]["properties"]["disruptions"]["items"]["oneOf"]}
    assert {"outage", "export_control", "route_closure", "demand_surge", "stock_loss", "hoarding"} == kinds
