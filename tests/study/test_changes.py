import pytest

from resilience.errors import AskError
from resilience.study import Study
from resilience.study.changes import named, parsed


def changed(study, *words):
    return study.having(parsed(words), named=named(words))


def test_values_are_toml_and_words_need_no_quotes():
    found = parsed(["a.b=2e9", "c=quad", 'd = "x y"', 'e=["gas"]', "f=true", "g=[[4, 1]]", "h=a=b"])
    assert found == {"a.b": 2e9, "c": "quad", "d": "x y", "e": ["gas"], "f": True, "g": [[4, 1]], "h": "a=b"}


def test_every_word_at_fault_is_told():
    with pytest.raises(AskError) as caught:
        parsed(["weeks", "=3", "seed=1", "seed=2"])
    assert [fault.partition(": ")[0] for fault in caught.value.faults] == [
        "--set 'weeks'",
        "--set '=3'",
        "--set 'seed=2'",
    ]


def test_a_change_is_checked_as_a_file_is_and_named_as_it_was_given(tiny):
    with pytest.raises(AskError) as caught:
        changed(Study.read(tiny), "sizing.budget_usd=-1", "weeks=0", "sizng.goods=[]", 'members="x"')
    assert caught.value.faults == (
        "--set weeks=0: weeks is 0: it should be greater than or equal to 1",
        "--set sizing.budget_usd=-1: sizing.budget_usd is -1: it should be greater than or equal to 0",
        "--set sizng.goods=[]: sizng: unknown key 'sizng'. Did you mean sizing?",
    )


def test_keys_that_lead_nowhere_are_all_told(tiny):
    with pytest.raises(AskError) as caught:
        changed(Study.read(tiny), "scenario.gas_stop.probability=1", "weeks.x=1")
    first, second = caught.value.faults
    assert first.startswith("--set scenario.gas_stop.probability=1: ")
    assert "Did you mean gas_stops" in first
    assert second == "--set weeks.x=1: 'weeks.x' leads nowhere: 'weeks' is a value, not a table"


def test_what_a_change_brings_into_the_network_is_named_by_it_and_the_rest_by_its_line(tiny):
    tiny.write_text(tiny.read_text().replace('good = "chip"', 'good = "chop"'))
    study = changed(Study.read(tiny), 'sizing.goods=["gass"]', "scenario.gas_stops.probability=0.2")
    faults = study.faults(study.network())
    assert faults[0].startswith('--set sizing.goods=["gass"]: sizing.goods: These goods cannot be held')
    assert faults[-1].startswith(f"{tiny}:16: scenario.2: ")


def test_a_key_with_dots_of_its_own_stands_in_quotes(tiny):
    study = changed(Study.read(tiny), 'sweep.grid."sizing.budget_usd"=[1, 2]')
    assert [one.sizing.budget_usd for one in study.points()] == [1, 2]
    with pytest.raises(AskError, match="it has an empty part"):
        changed(Study.read(tiny), "sizing..budget_usd=1")


def test_entries_without_a_name_are_told_by_number(tiny):
    with pytest.raises(AskError, match="no entry '0'; Known: 1"):
        changed(Study.read(tiny), "scenario.gas_stops.disruptions.0.weeks=3")
