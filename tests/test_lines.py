import tomllib

import pytest

from resilience.lines import line_of, lines_of

TEXT = '''\
name = "a"            # 1
notes = """
[not.a.table]
weeks = 9
"""
[sizing]
risk = { kind = "cvar", tail = 0.1 }
floors = [
  { tier = "defence" },
]
budget_usd = 1
[[scenario]]
name = "b # not a comment"
[[scenario.disruptions]]
kind = "outage"
[[scenario]]
"name" = "c"
[[scenario.disruptions]]
kind = "outage"
[[scenario.disruptions]]
recovery.kind = "linear"
'''


@pytest.mark.parametrize(
    ("path", "line"),
    [
        (("name",), 1),
        (("notes",), 2),
        (("sizing",), 6),
        (("sizing", "risk", "tail"), 7),
        (("sizing", "floors", 0, "tier"), 8),
        (("sizing", "budget_usd"), 11),
        (("scenario", 0, "name"), 13),
        (("scenario", 0, "disruptions", 0, "kind"), 15),
        (("scenario", 1, "name"), 17),
        (("scenario", 1, "disruptions", 1), 20),
        (("scenario", 1, "disruptions", 1, "recovery", "kind"), 21),
        (("weeks",), None),
    ],
)
def test_a_key_is_found_on_its_line(path, line):
    tomllib.loads(TEXT)
    assert line_of(path, lines_of(TEXT)) == line


def test_windows_line_ends_count_as_one():
    assert lines_of("a = 1\r\nb = 2\r\n")[("b",)] == 2
