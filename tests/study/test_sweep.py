import tracemalloc

import pytest

from resilience.answering import run
from resilience.errors import AskError
from resilience.study import Study

SWEEP = """
[sweep.grid]
weeks = [12, 10]
"sizing.budget_usd" = [100, 200, 300]
"""
LATIN = """
[sweep.latin]
points = 4
seed = 3

[sweep.latin.ranges]
"scenario.gas_stops.probability" = { low = 0.01, high = 0.16, scale = "log" }
weeks = { low = 8, high = 12 }
"""


def swept(path, text):
    path.write_text(path.read_text() + text)
    return Study.read(path)


def test_a_grid_has_a_point_for_each_combination_the_last_key_fastest(tiny):
    points = swept(tiny, SWEEP).points()
    assert [(one.weeks, one.sizing.budget_usd) for one in points] == [
        (12, 100), (12, 200), (12, 300), (10, 100), (10, 200), (10, 300),
    ]  # fmt: skip
    assert {one.sweep for one in points} == {None}
    assert "sweep" not in points[0].text


def test_a_latin_hypercube_has_one_point_in_each_part_of_each_range(tiny):
    points = swept(tiny, LATIN).points()
    chances = sorted(one.scenarios["gas_stops"].probability for one in points)
    ends = [0.01, 0.02, 0.04, 0.08, 0.16]  # equal steps of the logarithm
    assert [low <= chance <= high for low, chance, high in zip(ends, chances, ends[1:], strict=False)] == [True] * 4
    assert all(isinstance(one.weeks, int) and 8 <= one.weeks <= 12 for one in points)
    assert [one.text for one in points] == [one.text for one in Study.read(tiny).points()]
    other = Study.read(tiny).having({"sweep.latin.seed": 4}).points()
    assert [one.text for one in points] != [one.text for one in other]


def test_a_grid_and_a_hypercube_are_crossed(tiny):
    assert len(swept(tiny, SWEEP.replace("weeks = [12, 10]\n", "") + LATIN).points()) == 12


def test_points_are_made_when_asked_for_and_not_kept(tiny):
    """A study of 20 kB: six points that were kept would take 120."""
    tiny.write_text(f'notes = "{"n" * 20_000}"\n{tiny.read_text()}')
    study = swept(tiny, SWEEP)
    tracemalloc.start()
    points = study.points()
    assert [len(one.text) > 20_000 for one in points] == [True] * 6
    held, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert held < 20_000 < peak


def test_every_fault_of_every_point_is_told_once_with_its_line(tiny):
    tiny.write_text(tiny.read_text() + SWEEP.replace("[12, 10]", "[12, 0]").replace("budget_usd", "bugdet_usd"))
    with pytest.raises(AskError) as caught:
        Study.read(tiny)
    assert len(caught.value.faults) == 3 + 1
    told = [fault.removeprefix(f"{tiny}") for fault in caught.value.faults]
    assert (
        ":26: sweep.grid.sizing.bugdet_usd = 100: sizing.bugdet_usd: unknown key 'bugdet_usd'. Did you mean budget_usd?"
    ) in told
    assert ":25: sweep.grid.weeks = 0: weeks is 0: it should be greater than or equal to 1" in told


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("[sweep]\n", ":24: sweep: a sweep needs a grid or ranges"),
        ("[sweep.grid]\nweeks = []\n", ":25: sweep.grid.weeks is []: it should be a list of 1 or more"),
        (
            "[sweep.grid]\nsizing.budget_usd = [1, 2]\n",
            'a key with dots stands in quotes: "sizing.budget_usd" = ...',
        ),
        (LATIN.replace("low = 0.01", "lo = 0.01"), "unknown key 'lo'. Did you mean low?"),
        (LATIN.replace("low = 0.01", 'low = "few"'), "probability.low: 'few' is no number"),
        ("[sweep.grdi]\nweeks = [1]\n", "unknown key 'grdi'. Did you mean grid?"),
        (LATIN.replace("0.16", "0.001"), "low must be below high"),
        (LATIN.replace("low = 0.01", "low = 0.0"), 'with scale = "log" it must be above 0'),
        (LATIN.replace('"log"', '"lgo"'), "scale is 'lgo': it should be 'linear' or 'log'"),
        (LATIN.replace("points = 4", "points = 40000"), "sweep.latin.points is 40000"),
        (SWEEP + LATIN, "weeks is in the grid and among the ranges: keep one"),
        (f"[sweep.grid]\nseed = {list(range(10_001))}\n", "it has 10,001 points, more than 10,000"),
    ],
)
def test_a_sweep_that_makes_no_sense_is_told(tiny, text, told):
    with pytest.raises(AskError) as caught:
        swept(tiny, "\n" + text)
    assert told in str(caught.value)


def test_a_sweep_is_not_one_run(tiny):
    with pytest.raises(AskError, match="has a sweep of 6 points"):
        run(swept(tiny, SWEEP))
