"""A gas that only one place makes, worked by hand; and the same with names that mean harm."""

from dataclasses import replace
from functools import cache

from resilience import ExportControl, Network, Outage, Scenario, simulate
from resilience.balance import balance
from resilience.exercise import situation
from resilience.exercise.options import SHARED_ALIKE

SCRIPT = "<script>alert('x')</script>"
HOSTILE = f"{SCRIPT}|*gas*_[a](javascript:x)`# \n- b"


@cache
def network(gas="Gas"):
    """A makes ten units of gas a week, four for its own chips and six for B's; A and B use every chip at home.

    A holds four weeks of gas and B one. B's chips are worth more to defence than to others.
    """
    found = Network.from_frames(
        name="net",
        goods={"good": ["gas", "chip"], "name": [gas, "Chip"], "tier": ["raw", "chip"], "unit": ["kg", "piece"],
               "usd_per_unit": [2.0, 20.0]},
        producers={"good": ["gas", "chip", "chip"], "place": ["A", "A", "B"], "output_per_week": [10.0, 4.0, 6.0]},
        needs={"good": ["chip"], "input": ["gas"], "units": [1.0]},
        lanes={"good": ["gas"], "origin": ["A"], "destination": ["B"]},
        demand={"good": ["chip"] * 3, "place": ["A", "B", "B"], "tier": ["other", "defence", "other"],
                "units_per_week": [4.0, 2.0, 4.0], "usd_per_unit_unmet": [100.0, 500.0, 100.0]},
        stocks={"good": ["gas", "gas"], "place": ["A", "B"], "weeks": [4.0, 1.0]},
        places={"place": ["A", "B"], "name": ["Aland", "Beland"]},
        blocs={"pair": ["A", "B"]},
    )  # fmt: skip
    return balance(found).network


def stop(weeks=12, *, name="twelve_weeks_without", first_week=1, more=()):
    """A ships no gas to B."""
    ban = ExportControl(good="gas", exporter="A", importer="B", first_week=first_week, weeks=weeks)
    return Scenario(name=name, probability=0.1, note="Twelve weeks, assumed.", disruptions=(ban, *more))


def fire(first_week, weeks=3):
    """Half of B's chip lines burn."""
    return Outage(good="chip", country="B", lost=0.5, first_week=first_week, weeks=weeks)


def played(exercise, scenario, on, *, weeks):
    """An exercise as it stands with the situations of another scenario: options and floors are not worked out anew."""
    traces = simulate(on, scenario, weeks=weeks, behaviour=SHARED_ALIKE, full=True)
    days = [day for day in exercise.days if day // 7 + scenario.first_week <= weeks]
    seen = tuple(situation(traces, day=day, members=exercise.members) for day in days)
    return replace(exercise, network=traces.physics.network, scenario=scenario, traces=traces, situations=seen)
