import pytest

from resilience.engine import Dask, Processes, Serial, parse
from resilience.engine.processes import usable_cores
from resilience.errors import AskError


@pytest.mark.parametrize(
    ("words", "engine"),
    [
        ("serial", Serial()),
        ("processes", Processes(workers=usable_cores())),
        ("processes:12", Processes(workers=12)),
        ("dask://10.0.0.1:8786", Dask(address="tcp://10.0.0.1:8786")),
        (" dask://[::1]:8786 ", Dask(address="tcp://[::1]:8786")),
    ],
)
def test_an_engine_is_named_in_a_word(words, engine):
    assert parse(words) == engine


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ("seriel", "No engine 'seriel'. Did you mean serial?"),
        ("process:2", "Did you mean processes?"),
        ("ray", "Known: dask, processes, serial"),
        ("serial:2", "serial takes nothing more"),
        ("processes:", "a whole number from 1"),
        ("processes:0", "a whole number from 1"),
        ("processes:two", "a whole number from 1"),
        ("dask://here", "host and port"),
        ("dask:here:8786", "host and port"),
        ("tcp://here:8786", "say dask://here:8786"),
        ("", "No engine ''"),
    ],
)
def test_other_words_are_refused_with_what_would_do(words, told):
    with pytest.raises(AskError) as caught:
        parse(words)
    assert told in str(caught.value)
    assert "serial, processes, processes:2, dask://host:port" in str(caught.value)
