"""Stress a supply network and size the reserve that a coalition should share.

Names are loaded when first used, so that `import resilience` and `resilience --help` stay quick.
"""

import sys
from importlib import import_module
from types import ModuleType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from resilience import (
        adversary,
        controls,
        datasets,
        hazards,
        history,
        metrics,
        mitigation,
        models,
        risk,
        sharing,
    )
    from resilience.answering import run
    from resilience.compare import compare
    from resilience.disruption import DemandSurge, ExportControl, Hoarding, Outage, RouteClosure, StockLoss
    from resilience.network import Network
    from resilience.policy import Reserve
    from resilience.scenario import Scenario, ScenarioSet
    from resilience.simulate import simulate
    from resilience.sizing.response import best_response
    from resilience.sizing.size import size_reserve
    from resilience.study import Study

    __version__: str

__all__ = [
    "DemandSurge",
    "ExportControl",
    "Hoarding",
    "Network",
    "Outage",
    "Reserve",
    "RouteClosure",
    "Scenario",
    "ScenarioSet",
    "StockLoss",
    "Study",
    "__version__",
    "adversary",
    "best_response",
    "compare",
    "controls",
    "datasets",
    "hazards",
    "history",
    "metrics",
    "mitigation",
    "models",
    "risk",
    "run",
    "sharing",
    "simulate",
    "size_reserve",
]

_HOMES = {  # a public name, and the module that defines it
    "DemandSurge": "disruption",
    "ExportControl": "disruption",
    "Hoarding": "disruption",
    "Network": "network",
    "Outage": "disruption",
    "Reserve": "policy",
    "RouteClosure": "disruption",
    "Scenario": "scenario",
    "ScenarioSet": "scenario",
    "StockLoss": "disruption",
    "Study": "study",
    "best_response": "sizing.response",
    "compare": "compare",
    "run": "answering",
    "simulate": "simulate",
    "size_reserve": "sizing.size",
}
_ROOMS = (
    "adversary",
    "controls",
    "datasets",
    "hazards",
    "history",
    "metrics",
    "mitigation",
    "models",
    "risk",
    "sharing",
)  # public modules


class _Face(ModuleType):
    """The package, with one rule more: a public name stays what it says.

    Some verbs share a name with their module (`compare`). Python binds a module to its package when it is first
    imported, which would replace the verb by the module for whoever asks next.
    """

    def __setattr__(self, name: str, value: object) -> None:
        if name in _HOMES and isinstance(value, ModuleType):
            value = getattr(value, name)
        super().__setattr__(name, value)


if not TYPE_CHECKING:  # hidden from type checkers, which would take any name for a public one

    def __getattr__(name: str) -> object:
        if name == "__version__":
            value = import_module("importlib.metadata").version("supply-resilience")
        elif name in _ROOMS:
            value = import_module(f"{__name__}.{name}")
        elif name in _HOMES:
            value = getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
        else:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        globals()[name] = value
        return value

    def __dir__() -> list[str]:
        return sorted(set(globals()) | set(__all__))


sys.modules[__name__].__class__ = _Face
