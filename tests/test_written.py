import copy
import tomllib
from collections.abc import Iterator

import pytest
import tomli_w

from resilience.controls.study import ControlStudy
from resilience.errors import AskError, ResilienceError
from resilience.library import shelf
from resilience.study import Study

RICH = """
[release]
decision_weeks = 2
delivery_weeks = 1
refill = { per_week = 0.1 }
trigger = { kind = "cover_below", days = 20 }
allocation = { kind = "by_need" }

[sizing]
budget_usd = 500
goods = ["gas"]
risk = { kind = "cvar", tail = 0.1 }
floors = [{ tier = "defence", served = 0.9, within = { kind = "chance", probability = 0.95 } }]
limits = [{ kind = "cover", days = 90, base = "net_imports", goods = "gas" }]

[[measure]]
kind = "surge_capacity"
name = "standby"
good = "chip"
place = "BBB"
note = "a guess"
usd_per_year = 5
usd = 10
units_per_week = 2

[sweep.grid]
weeks = [12, 10]

[sweep.latin]
points = 2

[sweep.latin.ranges]
"scenario.1.probability" = { low = 0.01, high = 0.1 }
"""
SLIPS = ("x", "", -1, 1.5, 2**70, 1e30, True, [], ["x"], [1], [{}], {}, {"x": 1}, float("nan"))


def keys(value: object, at: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    """Every place in a file's values."""
    entries = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, entry in entries:
        yield (*at, key)
        yield from keys(entry, (*at, key))


def slips(values: dict) -> Iterator[dict]:
    """The file with one value replaced, one key misspelt, or one left out; each place meets a fifth of the slips."""
    for place, (*path, last) in enumerate(keys(values)):
        for slip in (*SLIPS[place % 5 :: 5], None):
            changed = copy.deepcopy(values)
            holder = changed
            for key in path:
                holder = holder[key]
            if slip is not None:
                holder[last] = slip
            elif isinstance(holder, dict):
                holder[f"{last}x"] = holder.pop(last)
            else:
                del holder[last]
            yield changed


def refused(kind: type, text: str, network=None) -> str:
    """What is told of a file, if anything; whatever else is raised is a fault of ours."""
    try:
        study = kind.from_text(text)
        return "\n".join(study.faults(network or study.network()))
    except ResilienceError as error:
        return str(error)


@pytest.mark.parametrize("kind", [Study, ControlStudy])
def test_no_slip_in_a_file_ends_in_anything_but_an_error_in_words(kind, tiny):
    text = tiny.read_text().replace("[release]\ndelivery_weeks = 1\n", "") + RICH
    if kind is ControlStudy:
        text = (shelf("models") / "chip4_controls.toml").read_text("utf-8").replace("reference =", "# reference =")
    network = Study.read(tiny).network()
    values = {key: value[:1] if isinstance(value, list) else value for key, value in tomllib.loads(text).items()}
    assert kind.from_text(tomli_w.dumps(values)).weeks > 1
    for changed in slips(values):
        told = refused(kind, tomli_w.dumps(changed), network)
        for python in ("tuple", "dict", "NoneType", "instance of", "not supported between", "after validation"):
            assert python not in told, (changed, told)


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        ("weeks = 12", "weeks = 6000", "weeks is 6000: it should be less than or equal to 5200"),
        ('name = "tiny"', 'name = "my study"', "name is 'my study': it should be letters, digits, _, . and -"),
        ("probability = 0.1", 'probability = "often"', "scenario.1.probability is 'often': it should be a number"),
        ("weeks = 12", "weeks = 12\nsizing = 3", "sizing is 3: it should be a table"),
        ("weeks = 12", "weeks = 12\nsizing.floors = 3", "sizing.floors is 3: it should be a list"),
        ('members = "pair"', "members = 3", "members is 3: it should be text in quotes"),
        ('good = "chip"', "good = [1]", "good is (1,): it must be a name or several names"),
        (
            "weeks = 2\n",
            'weeks = 2\nrecovery = { kind = "linear", weeks = "two" }\n',
            "linear cannot be read: weeks is 'two': it must be a number",
        ),
    ],
)  # fmt: skip
def test_a_fault_is_told_in_the_words_of_the_file(tiny, old, new, fault):
    text = tiny.read_text()
    assert old in text
    with pytest.raises(AskError) as caught:
        Study.from_text(text.replace(old, new))
    assert fault in str(caught.value)
