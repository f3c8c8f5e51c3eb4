import ast
import importlib
import os
import pkgutil
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

import resilience


def test_the_public_names_are_these():
    verbs = ["best_response", "run", "simulate", "size_reserve"]
    nouns = ["Network", "Reserve", "Scenario", "ScenarioSet", "Study"]
    disruptions = ["DemandSurge", "ExportControl", "Hoarding", "Outage", "RouteClosure", "StockLoss"]
    rooms = ["controls", "datasets", "hazards", "history", "metrics", "mitigation", "models", "risk"]
    assert resilience.__all__ == sorted([*verbs, *nouns, *disruptions, *rooms, "__version__"])


def test_every_public_name_loads_and_type_checkers_see_the_same_names():
    source = Path(resilience.__file__).read_text("utf-8")
    guarded = next(node for node in ast.parse(source).body if isinstance(node, ast.If))
    seen = {alias.name for node in guarded.body if isinstance(node, ast.ImportFrom) for alias in node.names}
    assert seen | {"__version__"} == set(resilience.__all__)
    for name in resilience.__all__:
        assert getattr(resilience, name) is not None
        assert name in dir(resilience)


def test_an_unknown_name_is_an_attribute_error():
    with pytest.raises(AttributeError, match="no attribute 'Netwrok'"):
        resilience.Netwrok  # noqa: B018


def test_importing_every_module_leaves_the_public_names_as_they_are():
    before = {name: getattr(resilience, name) for name in resilience.__all__}
    for module in pkgutil.walk_packages(resilience.__path__, "resilience."):
        if not module.name.endswith("__main__"):
            importlib.import_module(module.name)
    assert {name: getattr(resilience, name) for name in resilience.__all__} == before


def test_a_verb_is_not_replaced_by_the_module_of_the_same_name(monkeypatch):
    monkeypatch.setitem(resilience._HOMES, "compare", "compare")
    monkeypatch.setitem(vars(resilience), "compare", None)  # so that what follows is undone
    module = ModuleType("resilience.compare")
    module.compare = len
    resilience.compare = module  # as the import system binds a module to its package
    assert resilience.compare is len


def test_import_takes_under_three_tenths_of_a_second_of_cpu():
    child = subprocess.Popen([sys.executable, "-c", "import resilience"])
    _, status, used = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    assert child.returncode == 0
    assert used.ru_utime + used.ru_stime < 0.3
