"""A target, two suppliers of its tools, and what can be worked by hand about controls on them."""

from resilience import Network
from resilience.controls import Setting
from resilience.simulate import Behaviour
from resilience.simulate.behaviour import Contract, Qualify

HALFWAY = Behaviour(switching=Qualify(weeks=2), rationing=Contract())  # buyers move half of the way each week
EIGHT = Setting(weeks=8, behaviour=HALFWAY)


def star(**changed):
    """China uses ten tools a week at 2 USD: six American, three Japanese (up to four and a half), one of its own."""
    return Network.from_frames(**{
        "goods": {"good": ["tool"], "usd_per_unit": [2.0]},
        "producers": {"good": ["tool"] * 3, "place": ["USA", "JPN", "CHN"], "output_per_week": [6.0, 3.0, 1.0],
                      "surge": [1.0, 1.5, 1.0]},
        "lanes": {"good": ["tool"] * 2, "origin": ["USA", "JPN"], "destination": ["CHN", "CHN"]},
        "demand": {"good": ["tool"], "place": ["CHN"], "units_per_week": [10.0], "usd_per_unit_unmet": [1.0]},
        "blocs": {"pair": ["USA", "JPN"]},
        **changed,
    })  # fmt: skip


def alone(**changed):
    """China uses ten tools a week: nine American, one of its own."""
    return star(**{
        "producers": {"good": ["tool"] * 2, "place": ["USA", "CHN"], "output_per_week": [9.0, 1.0]},
        "lanes": {"good": ["tool"], "origin": ["USA"], "destination": ["CHN"]},
        "blocs": {"pair": ["USA", "CHN"]},
        **changed,
    })  # fmt: skip


def fab():
    """Ten chips a week in China by one American tool a week, two weeks under way, a week of them in stock.

    Without tools a tenth of what is left of the fab's capacity wears out each week.
    """
    return Network.from_frames(
        goods={"good": ["tool", "chip"], "usd_per_unit": [2.0, 5.0]},
        producers={"good": ["tool", "chip"], "place": ["USA", "CHN"], "output_per_week": [1.0, 10.0]},
        needs={"good": ["chip"], "input": ["tool"], "units": [0.1], "kind": ["capital"], "wear_per_week": [0.1],
               "regrow_per_week": [0.1]},
        lanes={"good": ["tool"], "origin": ["USA"], "destination": ["CHN"], "transit_weeks": [2]},
        demand={"good": ["chip"], "place": ["CHN"], "units_per_week": [10.0], "usd_per_unit_unmet": [7.0]},
        stocks={"good": ["tool"], "place": ["CHN"], "weeks": [1.0]},
    )  # fmt: skip


def three(*, gas=False):
    """China takes five tools a week from the USA, three from Japan, two from Korea, who can make no more.

    With `gas`, the USA and Japan each want four units of Chinese gas a week, at 10 USD a unit unmet.
    """
    makers = {"good": ["tool"] * 3, "place": ["USA", "JPN", "KOR"], "output_per_week": [5.0, 3.0, 2.0]}
    lanes = {"good": ["tool"] * 3, "origin": ["USA", "JPN", "KOR"], "destination": ["CHN"] * 3}
    demand = {"good": ["tool"], "place": ["CHN"], "units_per_week": [10.0], "usd_per_unit_unmet": [1.0]}
    if gas:
        makers = {
            "good": ["tool"] * 3 + ["gas"],
            "place": ["USA", "JPN", "KOR", "CHN"],
            "output_per_week": [5, 3, 2, 8.0],
        }
        lanes = {"good": ["tool"] * 3 + ["gas"] * 2, "origin": ["USA", "JPN", "KOR", "CHN", "CHN"],
                 "destination": ["CHN"] * 3 + ["USA", "JPN"]}  # fmt: skip
        demand = {"good": ["tool", "gas", "gas"], "place": ["CHN", "USA", "JPN"], "units_per_week": [10.0, 4.0, 4.0],
                  "usd_per_unit_unmet": [1.0, 10.0, 10.0]}  # fmt: skip
    goods = {"good": ["tool", "gas"] if gas else ["tool"], "usd_per_unit": [2.0, 1.0] if gas else [2.0]}
    return Network.from_frames(goods=goods, producers=makers, lanes=lanes, demand=demand)


def traders():
    """The star, and four units of Chinese gas a week for the USA, at 10 USD a unit unmet."""
    return star(
        goods={"good": ["tool", "gas"], "usd_per_unit": [2.0, 1.0]},
        producers={"good": ["tool"] * 3 + ["gas"], "place": ["USA", "JPN", "CHN", "CHN"],
                   "output_per_week": [6.0, 3.0, 1.0, 4.0], "surge": [1.0, 1.5, 1.0, 1.0]},
        lanes={"good": ["tool"] * 2 + ["gas"], "origin": ["USA", "JPN", "CHN"], "destination": ["CHN", "CHN", "USA"]},
        demand={"good": ["tool", "gas"], "place": ["CHN", "USA"], "units_per_week": [10.0, 4.0],
                "usd_per_unit_unmet": [1.0, 10.0]},
    )  # fmt: skip


# Networks do not change, so that tests may share them.
STAR, ALONE, FAB, TRADERS, THREE, THREE_AND_GAS = star(), alone(), fab(), traders(), three(), three(gas=True)

FILE = """kind = "controls"
name = "small"
dataset = "here"
target = "CHN"
weeks = 8

[judging]
effective = 0.7
reference = "pair"

[control]
good = "tool"
licensed = 0.25
leaked = 0.1
first_week = 3
confidence = "assumed"
note = "made up"

[[coalition]]
name = "usa"
member = "USA"

[[coalition]]
name = "pair"
member = ["USA", "JPN"]

[[step]]
name = "first"
member = "USA"
good = ["tool"]
first_week = 1
confidence = "reported"
note = "done"
source = "a paper"

[[step]]
name = "second"
member = "JPN"
good = ["tool"]
licensed = { tool = 0.5 }
first_week = 4
confidence = "assumed"
note = "done later"

[[reach]]
country = "USA"
place = "JPN"
good = "tool"
share = 0.5
confidence = "assumed"
note = "made up"

[[own]]
good = "tool"
share = 0.2
build_weeks = 4
ramp_weeks = 2
confidence = "assumed"
note = "made up"

[behaviour]
switching_weeks = 2
confidence = "assumed"
note = "made up"

[margin]
share = 0.5
confidence = "assumed"
note = "made up"

[[value]]
country = "JPN"
usd = 9.0
confidence = "assumed"
note = "made up"

[retaliation]
confidence = "assumed"
note = "made up"

[[retaliation.disruptions]]
kind = "export_control"
good = "gas"
exporter = "CHN"
first_week = 2
weeks = 3
"""
