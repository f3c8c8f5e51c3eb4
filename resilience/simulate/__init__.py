"""Stress: what really happens when an input stops, week by week, under how firms and states behave."""

from resilience.simulate.behaviour import Behaviour
from resilience.simulate.engine import Fastest, Kernel, Plain
from resilience.simulate.run import simulate
from resilience.simulate.trace import Traces

__all__ = ["Behaviour", "Fastest", "Kernel", "Plain", "Traces", "simulate"]
