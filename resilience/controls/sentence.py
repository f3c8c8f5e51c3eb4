"""What a weighing means, in sentences that are computed from it."""

from __future__ import annotations

from collections.abc import Sequence

from resilience.controls.question import Denial, LostOutput
from resilience.controls.weigh import NOTHING, Weighed


def sentences(weighed: Weighed) -> str:
    """Who denies most and against whom, which coalitions are enough, who decides, and whose refusal matters most.

    >>> listed(["JPN", "NLD", "USA"])
    'JPN, NLD and USA'
    """
    said = (_effect(weighed), _enough(weighed), _pivot(weighed), _refusal(weighed))
    return " ".join(sentence for sentence in said if sentence)


def listed(names: Sequence[str], last: str = "and") -> str:
    """Names as a sentence has them."""
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} {last} {names[-1]}"


def _effect(weighed: Weighed) -> str:
    effect = weighed.table["effect"]
    first, best = str(effect.index[0]), str(effect.idxmax())
    if effect[best] <= NOTHING:
        return f"None of these coalitions has an effect on {weighed.target}."
    if best == first:
        return f"No other coalition does more than {_who(weighed, first)}, which {_deed(weighed, effect[first])}."
    against = f"against {effect[first]:.1%} by {_who(weighed, first)}"
    return f"{_who(weighed, best)} {_deed(weighed, effect[best])}, {against}."


def _deed(weighed: Weighed, share: float) -> str:
    """What a measure's figure says a coalition does."""
    question = weighed.question
    goods = {good for control in question.controls for good in control.good}
    what = f"the controlled good{'s' if len(goods) > 1 else ''}"
    over = f"over weeks {weighed.first_week} to {question.setting.weeks}, by value"
    if isinstance(question.measure, Denial):
        return f"denies {share:.1%} of {weighed.target}'s need of {what} {over}"
    if isinstance(question.measure, LostOutput):
        made = "what it makes with" if question.measure.good is None else "the goods measured, which it makes with"
        return f"costs {weighed.target} {share:.1%} of {made} {what} {over}"
    return f"has an effect of {share:.1%} on {weighed.target} {over}"


def _who(weighed: Weighed, name: str) -> str:
    members = str(weighed.table.at[name, "members"])
    return name if members in (name, "nobody") else f"{name} ({members})"


def _enough(weighed: Weighed) -> str:
    """The smallest effective coalitions, or who is in all of them."""
    if not weighed.minimal:
        return ""
    level = f"{weighed.question.effective:.0%} of what {listed(weighed.players)} reach together"
    needed = set(weighed.players).intersection(*map(set, weighed.minimal))
    ways = ["+".join(one) for one in weighed.minimal]
    if weighed.minimal == (weighed.players,) and len(weighed.players) > 1:
        return f"To reach {level}, all of them are needed."
    if len(weighed.minimal) == 1:
        verb = "is" if len(weighed.minimal[0]) == 1 else "are"
        return f"To reach {level}, {listed(weighed.minimal[0])} {verb} enough, and needed."
    shown = listed(ways, "or") if len(ways) <= 4 else f"{', '.join(ways[:4])} or one of {len(ways) - 4} more"
    always = f"; all of them need {listed(sorted(needed))}" if needed else ""
    return f"To reach {level}, the least that is enough is {shown}{always}."


def _pivot(weighed: Weighed) -> str:
    """Who decides most often."""
    power = weighed.power["shapley_shubik"]
    if not weighed.minimal:
        return ""
    top = [str(name) for name in power.index if power[name] >= power.max() - NOTHING]
    share = f"{power.max():.0%} of the orders in which they may join"
    return f"{listed(top)} {'decides' if len(top) == 1 else 'each decide'} in {share}."


def _refusal(weighed: Weighed) -> str:
    """What the dearest refusal does to the coalition of reference."""
    table = weighed.refusals
    if len(table) < 2 or table["effect_lost"].max() <= NOTHING:
        return ""
    worst = str(table["effect_lost"].idxmax())
    row = table.loc[worst]
    return f"{weighed.reference} without {worst} would reach {row['effect_without']:.1%}."
