"""What an answer says: losses, what stays short, what more stock or measures would save, and what to thank for it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from resilience.lookup import looked_up
from resilience.physics import Floats
from resilience.sizing.credit import credit
from resilience.sizing.extensive import block_worth, held_shares, lifted
from resilience.sizing.fixed import HARMLESS
from resilience.sizing.ranking import MEASURE, STOCK
from resilience.sizing.response import response_tables
from resilience.sizing.statement import Compiled
from resilience.solver import Solution

TRACE = 1e-6  # of a scenario's loss that is unmet demand, as interior points leave it where none is

if TYPE_CHECKING:
    from resilience.sizing.solved import Solved
    from resilience.sizing.stated import Stated


def losses_table(asked: Stated, found: Solved, alone: Sequence[Solution], most: Floats) -> pd.DataFrame:
    """Columns scenario, probability, without_usd, loss_usd, and of these two without_unmet_usd and unmet_usd, the value
    of unmet demand; the rest puts back stock. `most` is what any scenario loses where nothing is bought, or no less
    than that: what is not asked of the program keeps it, and which part of it is demand nobody has told.
    """
    loss = most.copy()
    unmet = np.where(most > HARMLESS, np.nan, 0.0)
    without_unmet = unmet.copy()
    for scenario, block, plan, bare in zip(asked.terms.blocks, asked.blocks, found.plans, alone, strict=True):
        loss[scenario] = block.program.cost @ plan
        unmet[scenario], without_unmet[scenario] = (_unmet(block, x) for x in (plan, bare.x))
    return pd.DataFrame({
        "scenario": [scenario.name for scenario in asked.scenarios],
        "probability": [scenario.probability for scenario in asked.scenarios],
        "without_usd": most * asked.laws.usd,
        "loss_usd": loss * asked.laws.usd,
        "without_unmet_usd": without_unmet * asked.laws.usd,
        "unmet_usd": unmet * asked.laws.usd,
    })  # fmt: skip


def _unmet(block: Compiled, plan: Floats) -> float:
    """The value of unmet demand in a plan; none where it is but a trace of the loss."""
    told = float((block.block(block.program.cost, "short") * block.block(plan, "short")).sum())
    return told if told > TRACE * float(block.program.cost @ plan) else 0.0


def short_tables(asked: Stated, plans: Sequence[Floats]) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Under each scenario's plan, what demand stays short, and what stock is missing at the end (by good)."""
    unmet, missing = [], []
    for case, block, plan in zip(asked.cases, asked.blocks, plans, strict=True):
        told = response_tables(case, block, plan)
        unmet.append(told["unmet"].assign(scenario=case.scenario.name))
        by_good = told["missing"].groupby("good")[["units", "usd"]].sum().reset_index()
        missing.append(by_good.assign(scenario=case.scenario.name))
    return _all(unmet, ["week", "weeks", "good", "place", "tier", *_AMOUNTS]), _all(missing, ["good", *_AMOUNTS])


_AMOUNTS = ("units", "usd", "scenario")


def _all(found: Sequence[pd.DataFrame], columns: list[str]) -> pd.DataFrame:
    return pd.concat(found, ignore_index=True) if found else pd.DataFrame(columns=columns)


def marginal_table(asked: Stated, found: Solved, held: Floats) -> pd.DataFrame:
    """What one more unit in each store saves and costs a year; `held` without a solver's dust."""
    usd, scale = asked.laws.usd, asked.scale
    saved = np.zeros(len(held))
    for mine, worth in zip(asked.mine, found.worth, strict=True):
        np.add.at(saved, mine, worth)
    return asked.rows.assign(
        saved_usd_per_unit=saved * usd / scale,
        holding_usd_per_unit=asked.terms.holding * usd / scale,
        units=held * scale,
    )


def measures_table(asked: Stated, found: Solved) -> pd.DataFrame:
    """What is bought of each measure, what it costs, and what one more costs and, by its duals, saves.

    Columns measure, kind, bought, most, usd, usd_per_year, one_usd_per_year, one_saves_usd_per_year, note.
    """
    usd, offers = asked.laws.usd, asked.terms.offers
    return pd.DataFrame({
        "measure": [one.name for one in asked.measures],
        "kind": [type(one).__name__ for one in asked.measures],
        "bought": found.bought,
        "most": offers.most,
        "usd": found.bought * offers.purchase * usd,
        "usd_per_year": found.bought * offers.yearly * usd,
        "one_usd_per_year": offers.yearly * usd,
        "one_saves_usd_per_year": sum(found.lifted, np.zeros(len(offers))) * usd,
        "note": [one.note for one in asked.measures],
    })  # fmt: skip


def split(asked: Stated, found: Solved, alone: Sequence[Solution], held: Floats, losses: pd.DataFrame) -> pd.DataFrame:
    """The loss avoided in each scenario, split over goods and measures. `alone`: its answers with nothing bought."""
    stocks, count = len(asked.rows), len(asked.measures)
    names = [*asked.rows["good"], *(measure.name for measure in asked.measures)]
    return credit(
        pd.DataFrame({"kind": [STOCK] * stocks + [MEASURE] * count, "name": names}),
        np.concatenate([held, found.bought]),
        [np.concatenate([mine, np.arange(stocks, stocks + count)]) for mine in asked.mine],
        [
            np.concatenate([block_worth(block, held_shares(case), one.row_dual), lifted(block, case, one.row_dual)])
            for block, case, one in zip(asked.blocks, asked.cases, alone, strict=True)
        ],
        [np.concatenate(both) for both in zip(found.worth, found.lifted, strict=True)],
        found.weight,
        losses,
    )


def of_stock(spared: pd.DataFrame) -> pd.DataFrame:
    """The part of a split that goods are thanked for. Columns scenario, good, avoided_usd."""
    rows = spared.loc[spared["kind"] == STOCK, ["scenario", "name", "avoided_usd"]]
    return rows.rename(columns={"name": "good"}).reset_index(drop=True)


def expected(spared: pd.DataFrame, losses: pd.DataFrame) -> pd.DataFrame:
    """A split over all years. Columns kind, name, avoided_usd_per_year."""
    chance = looked_up(spared["scenario"], losses.set_index("scenario")["probability"])
    yearly = spared.assign(avoided_usd_per_year=spared["avoided_usd"] * chance)
    return yearly.groupby(["kind", "name"])["avoided_usd_per_year"].sum().reset_index()
