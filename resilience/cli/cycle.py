"""The emergency cycle from notice to delivery, and what its delay costs: the body of cycle."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import pandas as pd

from resilience.amounts import money
from resilience.cli.adversary import read_reserve
from resilience.cli.answer import Answer
from resilience.cli.catalogue import find_fitting
from resilience.cli.text import columns
from resilience.errors import AskError, near
from resilience.formats import plainly
from resilience.scenario import Scenario
from resilience.sharing.cycle import Cycle, cost_of_delay
from resilience.study import Study

Say = Callable[[str], None]


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What the command was asked."""

    study: str
    reserve: str
    cycle: Cycle
    scenarios: Sequence[str] = ()
    delays: Sequence[int] = (0, 2, 4, 8)


def cycled(asked: Asked, *, say: Say) -> Answer:
    """The answer of `resilience cycle`: the timeline, its release rule, and the loss by weeks until the decision."""
    study, network = find_fitting(asked.study)
    release = asked.cycle.release(study.release.build())
    reserve = replace(read_reserve(asked.reserve, network, study), release=release)
    delays = sorted({*asked.delays, release.decision_weeks})
    chosen = _chosen(study, asked.scenarios)
    say(f"{len(chosen)} scenarios, each with {len(delays)} delays")
    by_scenario = cost_of_delay(
        network, chosen, reserve, decision_weeks=delays, weeks=study.weeks, periods=study.periods.build(),
        scope=study.scope(),
    )  # fmt: skip
    delay, timeline = _expected(by_scenario), asked.cycle.timeline()
    day, costs = timeline.set_index("step")["day"].to_dict(), delay.set_index("decision_weeks")["delay_usd"].to_dict()
    words = (
        f"Decided on day {day['decided']}, delivered at home on day {day['delivered at home']}: against a decision "
        f"after {delays[0]} weeks this costs {money(costs[release.decision_weeks])} USD a year over the scenarios "
        "asked about."
    )
    shown = delay.assign(**{name: delay[name].map(money) for name in ("loss_usd", "delay_usd")})
    lines = [
        study.title, "", words, "", "Day of each step, from the onset:", columns(timeline), "",
        f"In whole weeks, as [release] writes it: decision_weeks = {release.decision_weeks}, delivery_weeks = "
        f"{release.delivery_weeks}, pooled_weeks = {release.pooled_weeks}.", "",
        "Least loss, USD a year, by weeks from the onset until the decision (what follows it takes as long as above):",
        columns(shown), "",
        "The agreement binds its network to meet and nobody to release: how long the rest takes is yours to state.",
    ]  # fmt: skip
    data: dict[str, object] = {
        "study": study.name, "sentence": words, "decision_weeks": release.decision_weeks,
        "delivery_weeks": release.delivery_weeks, "pooled_weeks": release.pooled_weeks,
    }  # fmt: skip
    tables = {"timeline": timeline, "delay": delay, "by_scenario": by_scenario}
    data |= {name: plainly(table.to_dict("records")) for name, table in tables.items()}
    return Answer(text="\n".join(lines), data=data, tables=tables)


def _expected(by_scenario: pd.DataFrame) -> pd.DataFrame:
    """Loss and cost of delay a year, by weeks until the decision."""
    usd = by_scenario[["loss_usd", "delay_usd"]].mul(by_scenario["probability"], axis=0)
    return usd.groupby(by_scenario["decision_weeks"]).sum().reset_index()


def _chosen(study: Study, names: Sequence[str]) -> list[Scenario]:
    known = [one.name for one in study.scenarios]
    if strange := [name for name in names if name not in known]:
        raise AskError(f"{study.name} has no such scenario", [f"{name!r}: {near(name, known)}" for name in strange])
    return [one for one in study.scenarios if not names or one.name in names]
