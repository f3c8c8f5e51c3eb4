"""One crisis of a network shared out: what members lack of a good, and who gets how much by which rule.

A claim is what a member's users would have used over the horizon and did not, in the least-loss response to the
scenario without a reserve, whatever held them back; where many responses are alike it is that in their middle, for a
corner would hand the shortage to whoever stands last. Rules share what is there (`resilience.sharing.claims`); how each
looks is told by waste, envy and the worst-off member (`resilience.sharing.fairness`) and by what it secures: days of
use, value at stake, the first tier.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from resilience.balance import balance, use_per_week
from resilience.errors import AskError, near
from resilience.network import Network
from resilience.periods import Periods
from resilience.scenario import Scenario
from resilience.sharing.alliances import INSIDE
from resilience.sharing.claims import (
    AllocationRule,
    ByWeight,
    EarmarkFirst,
    EqualAwards,
    EqualDays,
    EqualLosses,
    Proportional,
    Talmud,
    TierPriority,
)
from resilience.sharing.fairness import envy, waste, worst_off_ratio
from resilience.sizing.response import Response, best_response
from resilience.sizing.scope import Everything, Scope

DAYS_A_WEEK = 7.0
TIERS = ("defence", "essential", "other")
DUST = 1e-6  # share of the members' baseline use over the horizon that counts as nothing lacking


def claims_in(
    network: Network,
    scenario: Scenario,
    good: str,
    *,
    members: str | Sequence[str],
    weeks: int = 104,
    held: Mapping[str, float] | None = None,
    periods: Periods | None = None,
    scope: Scope | None = None,
) -> pd.DataFrame:
    """What each member lacks of `good` in `scenario` when nothing is released.

    Columns member, claim (units over the horizon), use_per_day (units in a normal day), stake_usd (value of final
    demand that the member goes without), tier (0 if some of that is defence use, 1 if essential, else 2) and held
    (units that it put into the reserve, from `held`).

    Raises
    ------
    AskError
        If the network has no such good or member, or the scenario cannot touch that good.
    """
    network = balance(network).network
    if good not in set(network.goods["good"]):
        raise AskError(f"No good {good!r} in network {network.name!r}. {near(good, network.goods['good'])}")
    named = [members] if isinstance(members, str) else list(members)
    chosen = sorted(network.countries(*named))
    if good not in (scope or Everything()).goods(scenario.shock(network, weeks)):
        raise AskError(f"Nobody lacks {good} in {scenario.name!r}: it is neither struck nor made from what is")
    response = best_response(network, scenario, weeks=weeks, periods=periods, scope=scope, method=INSIDE)
    country = network.places.set_index("place")["country"]
    use = use_per_week(network).loc[lambda rows: rows.index.get_level_values(0) == good]
    weekly = use.groupby(use.index.get_level_values(1).map(country.to_dict())).sum()
    lacked = _lacked(network, response, good, weeks - scenario.reaction_week + 1)
    lacked = lacked.groupby(country.reindex(lacked.index)).sum()
    unmet = _unmet(network, response, weeks).assign(country=lambda rows: rows["place"].map(country))
    rank = unmet.assign(rank=unmet["tier"].map(TIERS.index)).groupby("country")["rank"].min()
    table = pd.DataFrame({"member": chosen})
    claim = table["member"].map(lacked).fillna(0.0)
    table["claim"] = claim.where(claim > DUST * weeks * float(weekly.reindex(chosen).sum()), 0.0)
    table["use_per_day"] = table["member"].map(weekly).fillna(0.0) / DAYS_A_WEEK
    table["stake_usd"] = table["member"].map(unmet.groupby("country")["usd"].sum()).fillna(0.0)
    table["tier"] = table["member"].map(rank).fillna(len(TIERS) - 1).astype(int)
    table["held"] = table["member"].map(dict(held or {})).fillna(0.0)
    return table


def _unmet(network: Network, response: Response, weeks: int) -> pd.DataFrame:
    """Final demand that goes unmet, by good, place and tier, without what is dust beside that demand."""
    by = ["good", "place", "tier"]
    unmet = response.table("unmet").groupby(by, as_index=False)[["units", "usd"]].sum()
    wanted = network.demand.set_index(by)["units_per_week"].reindex(pd.MultiIndex.from_frame(unmet[by])).to_numpy()
    return unmet[unmet["units"] > DUST * weeks * wanted]


def _lacked(network: Network, response: Response, good: str, weeks: int) -> pd.Series[float]:
    """Units of `good` by place that makers and final demand would have used in so many weeks and did not."""
    makers = network.producers.merge(network.needs.loc[network.needs["input"] == good, ["good", "units"]], on="good")
    made = response.table("starts").groupby(["good", "place"])["units"].sum()
    started = made.reindex(pd.MultiIndex.from_frame(makers[["good", "place"]]), fill_value=0.0).to_numpy()
    short = (makers["output_per_week"] * weeks - started).clip(lower=0.0) * makers["units"]
    unmet = response.table("unmet")
    unserved = unmet[unmet["good"] == good].groupby("place")["units"].sum()
    lacked: pd.Series[float] = pd.concat([short.groupby(makers["place"]).sum(), unserved]).groupby(level=0).sum()
    return lacked


def usual_rules(claims: pd.DataFrame) -> dict[str, AllocationRule]:
    """The rules an alliance would weigh, by name, for claims as `claims_in` gives them.

    Earmarks are what each member holds, used first; what it does not need joins the rest.
    """
    return {
        "pro rata to need": Proportional(),
        "pro rata to stake": ByWeight(weights=tuple(claims["stake_usd"])),
        "pro rata to contribution": ByWeight(weights=tuple(claims["held"])),
        "equal awards": EqualAwards(),
        "equal losses": EqualLosses(),
        "Talmud": Talmud(),
        "equal days": EqualDays(use_per_day=tuple(claims["use_per_day"])),
        "tier priority": TierPriority(tiers=tuple(claims["tier"])),
        "earmark first": EarmarkFirst(earmarks=tuple(claims["held"])),
    }


def shared_out(claims: pd.DataFrame, available: float, rules: Mapping[str, AllocationRule]) -> pd.DataFrame:
    """What each member gets by each rule: columns rule, member, claim, gets, short (units), days (of use it gets)."""
    parts = []
    for name, rule in rules.items():
        gets = rule.share(available, claims["claim"].to_numpy())
        use = claims["use_per_day"].to_numpy()
        parts.append(pd.DataFrame({
            "rule": name,
            "member": claims["member"],
            "claim": claims["claim"],
            "gets": gets,
            "short": claims["claim"] - gets,
            "days": np.divide(gets, use, out=np.zeros_like(gets), where=use > 0),
        }))  # fmt: skip
    return pd.concat(parts, ignore_index=True)


def compared(claims: pd.DataFrame, available: float, rules: Mapping[str, AllocationRule]) -> pd.DataFrame:
    """How each rule looks on one crisis, a row a rule.

    Columns rule, waste (units there and claimed that reach nobody), envy (units that someone would gain by another's
    share), worst_off_member and worst_off_ratio (the smallest part of a claim that anyone gets, 0 to 1), fewest_days
    (of use, that a claimant gets), stake_secured (part of the value at stake that is met, each member's in proportion
    to its claim, 0 to 1) and first_tier_secured (part of the claims of members short of defence use, or of the
    first tier there is, that is met).
    """
    rows = []
    wanted, stake = claims["claim"].to_numpy(), claims["stake_usd"].to_numpy()
    first = (wanted > 0) & (claims["tier"] == claims.loc[claims["claim"] > 0, "tier"].min()).to_numpy()
    for name, shares in shared_out(claims, available, rules).groupby("rule", sort=False):
        gets = shares["gets"].to_numpy()
        met = np.divide(gets, wanted, out=np.ones_like(gets), where=wanted > 0)
        worst = int(np.argmin(met))
        rows.append({
            "rule": name,
            "waste": waste(available, wanted, gets),
            "envy": envy(wanted, gets),
            "worst_off_member": claims["member"].iloc[worst],
            "worst_off_ratio": worst_off_ratio(wanted, gets),
            "fewest_days": float(shares["days"].to_numpy()[wanted > 0].min()) if (wanted > 0).any() else np.nan,
            "stake_secured": float(met @ stake / stake.sum()) if stake.sum() > 0 else 1.0,
            "first_tier_secured": float(gets[first].sum() / wanted[first].sum()) if first.any() else 1.0,
        })  # fmt: skip
    return pd.DataFrame(rows)
