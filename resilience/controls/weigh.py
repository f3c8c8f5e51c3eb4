"""Coalitions side by side: who is needed, who decides, what refusal does, and what would make a member join.

The worth of a coalition is the effect of the controls of those members who can close a lane (the players); a coalition
is effective when it is worth `effective` times what all players are worth. Power is asked of that game:

    Shapley value of the effect      mean contribution over all orders of joining, in shares of need
    Shapley-Shubik                   share of those orders in which a member makes the coalition effective
    Banzhaf                          share of the coalitions of the others that a member makes effective

Joining the reference coalition R costs member i, against R without i,

    margin * (sales to the target lost, of all goods) + (unmet demand at home, retaliation included)
        - value_i * (effect gained)

and compensation is this sum where it is above zero.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from resilience.controls.effect import Effect, Harm, Say, effects, harm
from resilience.controls.ground import Ground, prepare
from resilience.controls.question import Question
from resilience.disruption import Disruption
from resilience.network import Network
from resilience.sharing.game import Game
from resilience.sharing.power import banzhaf, shapley
from resilience.sharing.voting import decisive, minimal_winning

NOTHING = 1e-9  # an effect of all that is smaller decides nothing


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class Weighed:
    """The answer to a `Question`.

    table
        By coalition: `members` (countries that close a lane), `effect`, the account of need (`denied`, `backfilled`,
        `leaked`, `own`), `most_hit` (the output that loses most) and the share `lost`, `hit_weeks` until any output is
        hit, and what all its members lose: sales of controlled goods (`lost_revenue_usd`) and of others
        (`other_revenue_usd`), `idle_usd`, `unmet_usd`, and `retaliation_usd` on top; whether it is `effective`.
    power
        By player: `alone` (its effect alone), `shapley`, `shapley_shubik`, `banzhaf`.
    refusals
        By player in the reference coalition: `effect_without`, `effect_lost`, whether the rest is still `effective`,
        `revenue_usd`, `harm_usd`, `value_usd` and `compensation_usd`, all over the weeks simulated.
    imposed
        By coalition: what the target retaliates with.
    minimal
        The effective coalitions in which nobody can be spared, smallest first.
    """

    question: Question
    network: Network
    target: str
    first_week: int
    players: tuple[str, ...]
    members: Mapping[str, tuple[str, ...]]
    reference: str
    effects: Mapping[frozenset[str], Effect]
    game: Game
    table: pd.DataFrame
    power: pd.DataFrame
    refusals: pd.DataFrame
    imposed: Mapping[str, tuple[Disruption, ...]]
    minimal: tuple[tuple[str, ...], ...]

    def effect(self, name: str) -> Effect:
        """The effect of a coalition by its name."""
        return self.effects[self._acting(name)]

    def _acting(self, name: str) -> frozenset[str]:
        return frozenset(self.members[name]) & frozenset(self.players)

    def __repr__(self) -> str:
        best, most = self.table["effect"].idxmax(), self.table["effect"].max()
        return f"{len(self.table)} coalitions against {self.target}; largest effect {best!r} {most:.1%}"


def weigh(network: Network, question: Question, *, say: Say = lambda text: None) -> Weighed:
    """Simulate every coalition of those who can close a lane, and put the question's coalitions side by side.

    `say` hears what is being done.

    Raises
    ------
    AskError
        Where the question names what the network does not have, or more countries could join than can be tried.
    BalanceError
        Where the network does not balance.
    """
    ground = prepare(network, question.controls, question.setting)
    players = question.players(ground.network)
    members = question.members(ground.network)
    say(f"simulating {2 ** len(players)} coalitions of {', '.join(players)} over {question.setting.weeks} weeks")
    game = Game(players=players, values=np.zeros(2 ** len(players)))
    every = [frozenset(game.coalition(number)) for number in range(2 ** len(players))]
    found = effects(ground, every)
    calm = question.measure.of(found[frozenset()])  # 0 but for rounding
    worth = [0.0, *(question.measure.of(found[one]) - calm for one in every[1:])]
    game = Game(players=players, values=np.array(worth))
    acting = {name: frozenset(who) & frozenset(players) for name, who in members.items()}
    reference = question.reference or max(members, key=lambda name: (game.worth(acting[name]), -len(members[name])))
    without = {who: frozenset(members[reference]) - {who} for who in sorted(acting[reference])}
    groups = [frozenset(who) for who in members.values()] + list(without.values())
    if question.setting.retaliation is None:
        harms = {who: Harm(imposed=(), unmet_usd=found[who & frozenset(players)].unmet_usd) for who in groups}
    else:
        harms = harm(ground, groups, say=say)
    wins = decisive(game, at_least=question.effective * game.everyone) if game.everyone > NOTHING else None
    return Weighed(
        question=question, network=ground.network, target=ground.target, first_week=ground.first_week,
        players=players, members=members, reference=reference, effects=found, game=game,
        table=_table(ground, question, members, acting, found, harms, game, wins),
        power=_power(game, wins),
        refusals=_refusals(question, frozenset(members[reference]), without, found, harms, game, wins),
        imposed={name: harms[frozenset(who)].imposed for name, who in members.items()},
        minimal=() if wins is None else minimal_winning(wins),
    )  # fmt: skip


def _table(
    ground: Ground,
    question: Question,
    members: Mapping[str, tuple[str, ...]],
    acting: Mapping[str, frozenset[str]],
    found: Mapping[frozenset[str], Effect],
    harms: Mapping[frozenset[str], Harm],
    game: Game,
    wins: Game | None,
) -> pd.DataFrame:
    rows = []
    for name, who in members.items():
        one, inside = found[acting[name]], list(who)
        output = one.output.sort_values("lost", ascending=False, kind="stable")
        struck = len(output) > 0 and output["lost"].iloc[0] > NOTHING
        idle = one.idle.loc[one.idle["country"].isin(inside), "idle_usd"].sum()
        unmet = float(one.unmet_usd.reindex(inside, fill_value=0.0).sum())
        rows.append({
            "coalition": name,
            "members": "+".join(sorted(acting[name])) or "nobody",
            "effect": game.worth(acting[name]),
            "denied": one.denied,
            "governed": one.part("governed"),
            "backfilled": one.part("backfilled"),
            "leaked": one.part("leaked"),
            "own": one.part("own"),
            "most_hit": output.index[0] if struck else "",
            "lost": float(output["lost"].iloc[0]) if struck else 0.0,
            "hit_weeks": float(output["hit_week"].min()) if struck else np.nan,
            "lost_revenue_usd": float(one.lost_revenue_usd.reindex(inside, fill_value=0.0).sum()),
            "other_revenue_usd": float(one.other_revenue_usd.reindex(inside, fill_value=0.0).sum()),
            "idle_usd": float(idle),
            "unmet_usd": unmet,
            "retaliation_usd": float(
                harms[frozenset(who)].unmet_usd.reindex(inside, fill_value=0.0).sum()
            ) - unmet,
            "effective": wins is not None and wins.worth(acting[name]) == 1.0,
        })  # fmt: skip
    return pd.DataFrame(rows).set_index("coalition")


def _power(game: Game, wins: Game | None) -> pd.DataFrame:
    nobody = pd.Series(0.0, index=pd.Index(game.players, name="player"))
    return pd.DataFrame({
        "alone": pd.Series(game.alone(), index=nobody.index),
        "shapley": shapley(game),
        "shapley_shubik": nobody if wins is None else shapley(wins),
        "banzhaf": nobody if wins is None else banzhaf(wins),
    })  # fmt: skip


def _refusals(
    question: Question,
    reference: frozenset[str],
    without: Mapping[str, frozenset[str]],
    found: Mapping[frozenset[str], Effect],
    harms: Mapping[frozenset[str], Harm],
    game: Game,
    wins: Game | None,
) -> pd.DataFrame:
    """What each member's refusal does, and what joining costs it."""
    rows, players = [], frozenset(game.players)
    for who, rest in without.items():
        joined, refused = found[reference & players], found[rest & players]
        gained = game.worth(reference & players) - game.worth(rest & players)
        revenue = _lost_sales(joined, who) - _lost_sales(refused, who)
        hurt = float(harms[reference].unmet_usd.get(who, 0.0) - harms[rest].unmet_usd.get(who, 0.0))
        value = question.value_usd.get(who, 0.0) * gained
        net = question.margin * revenue + hurt - value
        rows.append({
            "member": who, "effect_without": game.worth(rest & players), "effect_lost": gained,
            "effective": wins is not None and wins.worth(rest & players) == 1.0,
            "revenue_usd": revenue, "harm_usd": hurt, "value_usd": value, "compensation_usd": max(net, 0.0),
        })  # fmt: skip
    columns = ["member", "effect_without", "effect_lost", "effective", "revenue_usd", "harm_usd", "value_usd"]
    return pd.DataFrame(rows, columns=[*columns, "compensation_usd"]).set_index("member")


def _lost_sales(effect: Effect, who: str) -> float:
    return float(effect.trade.loc[effect.trade["country"] == who, "lost_usd"].sum())
