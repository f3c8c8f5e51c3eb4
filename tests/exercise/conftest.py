"""Exercises on a network worked by hand, made once."""

from dataclasses import replace

import pytest
from table_tops import HOSTILE, SCRIPT, network, played, stop

from resilience.exercise import prepare
from resilience.exercise.write import texts
from resilience.periods import Weekly
from resilience.policy import Release


@pytest.fixture(scope="session")
def exercise():
    release = Release(delivery_weeks=1, pooled_weeks=1)
    return prepare(network(), stop(), members="pair", weeks=13, release=release, periods=Weekly())


@pytest.fixture(scope="session")
def written(exercise):
    return texts(exercise)


@pytest.fixture(scope="session")
def hostile(exercise):
    """The same with a script wherever a name or a word is free."""
    scenario = replace(stop(), name=SCRIPT, note=SCRIPT, source=SCRIPT)
    found = played(exercise, scenario, network(HOSTILE), weeks=13)
    return texts(replace(found, situations=found.situations[1:2]))
