"""The weekly step in plain NumPy: the oracle that the kernel must equal, and what runs behaviours the kernel
does not know.

All arrays are rows x scenarios, in scaled units. A week goes:

1.  Stock is lost where a scenario says so; what was on its way arrives.
2.  Every point orders, knowing what was asked of it last week, its stock and what is on its way; its own
    producer and its
    lanes each get their share of the order. Producers plan no more than they are able to start.
3.  Stage by stage (`layout`): points dispatch their lanes, receive what comes at once, draw on reserves, serve
    local users and
    final demand, each time rationing what is too little; producers start what their inputs allow.
4.  What is left is stock; what cannot be stored is spilled. What was asked becomes next week's knowledge.

Supply is a matter of state only, so nothing is anticipated.
"""

from __future__ import annotations

from resilience.simulate.plain.run import run_plain
from resilience.simulate.plain.world import pipelines, stakes

__all__ = ["pipelines", "run_plain", "stakes"]
