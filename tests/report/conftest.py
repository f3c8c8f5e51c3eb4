import re

import pytest
from gas_for_two import SCRIPT, STUDY, answered


@pytest.fixture(scope="session")
def result(tmp_path_factory):
    return answered(tmp_path_factory.mktemp("study"))


@pytest.fixture(scope="session")
def hostile(tmp_path_factory):
    """The same with a script wherever a name is free, and a good name that would end a title."""
    study = STUDY.replace("A gas for two <makers>", SCRIPT).replace("<b>assumed</b>", SCRIPT)
    return answered(tmp_path_factory.mktemp("hostile"), gas=f"</title>{SCRIPT}\"'", study=study)


@pytest.fixture(scope="session")
def nothing_held(tmp_path_factory):
    """The same where no reserve is worth its cost."""
    return answered(
        tmp_path_factory.mktemp("nothing"), study=re.sub("probability = [0-9.]+", "probability = 1e-6", STUDY)
    )


@pytest.fixture(scope="session")
def nobody_short(tmp_path_factory):
    """Only the strike, which the makers' own stock of gas outlasts."""
    head, _, strike, _ = STUDY.split("[[scenario]]")
    return answered(tmp_path_factory.mktemp("strike"), study=f"{head}[[scenario]]{strike}")


@pytest.fixture(scope="session")
def known(tmp_path_factory):
    """With countries that the map knows, and what budgets buy."""
    study = STUDY.replace("[losses]", '[sizing]\nknowledge = ["frontier"]\n[losses]')
    return answered(tmp_path_factory.mktemp("known"), study=study, places=("JPN", "SGP", "TWN"))


@pytest.fixture(scope="session")
def beside():
    """Answers of other commands, as their answer.json has them."""
    money = {"held_usd": 1.0, "cost_usd_per_year": 2.0, "saves_usd_per_year": 1.5, "saves_low_usd": -1.0,
             "saves_high_usd": 3.0, "chance_best": 0.25}  # fmt: skip
    totals = {"no reserve": 1100.5, "national, 60 days": 90.25, "national, 180 days": 120.75, "sized, pooled": 148.5}
    policies = [{"policy": name, "loss_usd_per_year": usd - 2.0, "total_usd_per_year": usd, **money}
                for name, usd in totals.items()]  # fmt: skip
    member = {"pays_usd": 40.0, "loss_usd": 30.5, "cost_usd": 70.5, "saves_usd": 12.0}
    way = {"holding_usd": 80.0, "loss_usd": 61.0, "cost_usd": 141.0}
    coalition = {"coalition": "both", "members": "A+B", "denied": 0.5, "backfilled": 0.1, "leaked": 0.0,
                 "lost_revenue_usd": 1e6, "retaliation_usd": 2e5, "effective": True}  # fmt: skip
    player = {"player": "A", "shapley": 0.5, "shapley_shubik": 1.0, "banzhaf": 1.0}
    outcome = {"event": "great_fire", "what": "wafers lost", "unit": "share", "reported": 0.1, "low": 0.05,
               "high": None, "simulated": None, "verdict": "not simulated"}  # fmt: skip
    late = {**outcome, "what": "weeks until it was felt", "high": 0.2, "verdict": "too high"}  # never, that is
    return {
        "compare": {"policies": policies, "scenarios": 3, "level": 0.95, "headline": "H.", "findings": ["F."]},
        "share": {"burden": [{"member": "A", **member}, {"member": "B", **member, "pays_usd": -35.0}],
                  "arrangements": [{"arrangement": "pooled", **way}],
                  "leavers": [{"coalition": "A, B", "gain_usd": 3.5}], "rule": "nucleolus", "stable": False,
                  "sentences": ["S."]},
        "controls": {"coalitions": [coalition], "power": [player], "target": "CHN", "controls": "c", "weeks": 52,
                     "sentence": "T."},
        "backtest": {"backtest": [outcome, late], "dataset": "net"},
    }  # fmt: skip
