"""Which coalition should control: the coalitions put side by side, and what decides between them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

from resilience.controls.control import Control, Reach, exporters
from resilience.controls.effect import Effect
from resilience.controls.setting import Setting
from resilience.errors import AskError, near
from resilience.network import Network

MOST_PLAYERS = 10  # a thousand coalitions: some two minutes on a network of the chips size


class Measure(Protocol):
    """What an effect is worth to those who control."""

    def of(self, effect: Effect) -> float:
        """A share, 0 to 1 where the control does no good to its target."""
        ...


@dataclass(frozen=True, kw_only=True)
class Denial:
    """The share of the target's need of the controlled goods that is denied, by value."""

    def of(self, effect: Effect) -> float:
        """Over all controlled goods."""
        return effect.denied


@dataclass(frozen=True, kw_only=True)
class LostOutput:
    """The share of what the target makes of some goods that it loses, by value; `good` left out: of all it makes
    with the controlled ones.

    The scarcest tool decides how much is lost, so that by this measure members' contributions do not add up.
    """

    good: tuple[str, ...] | None = None

    def of(self, effect: Effect) -> float:
        """Over the goods named.

        Raises
        ------
        AskError
            Where the target makes none of them with controlled goods.
        """
        chosen = effect.output if self.good is None else effect.output[effect.output.index.isin(self.good)]
        strange = [] if self.good is None else [good for good in self.good if good not in effect.output.index]
        if strange or chosen.empty:
            known = effect.output.index
            faults = [f"{good!r}: {near(good, known)}" for good in strange]
            raise AskError(f"{effect.target} makes no such goods with controlled ones", faults)
        return float((chosen["lost"] * chosen["calm_usd"]).sum() / chosen["calm_usd"].sum())


@dataclass(frozen=True, kw_only=True)
class Question:
    """Controls that countries may join, and the coalitions of them to be put side by side.

    Parameters
    ----------
    controls
        All that anybody would control if it joined; a coalition applies its members' part.
    coalitions
        Name to countries or blocs. The first is the one that others are held against.
    reference
        The coalition whose members may refuse; by default the one of largest effect, smallest of those.
    effective
        A coalition is effective when it reaches this share (0 to 1] of what all who could join reach together.
    measure
        What an effect is worth.
    margin
        Share of lost revenue that is a loss: the rest is cost saved. 1 counts revenue whole.
    value_usd
        By country, what it would itself pay for an effect of 1, a whole denial; others pay nothing.
    """

    controls: tuple[Control, ...]
    coalitions: Mapping[str, tuple[str, ...]]
    reference: str | None = None
    setting: Setting = field(default_factory=Setting)
    effective: float = 0.8
    measure: Measure = field(default_factory=Denial)
    margin: float = 1.0
    value_usd: Mapping[str, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        object.__setattr__(self, "controls", tuple(self.controls))
        object.__setattr__(self, "coalitions", {name: tuple(who) for name, who in self.coalitions.items()})
        faults = [] if self.controls else ["controls names none"]
        faults += [] if self.coalitions else ["coalitions names none"]
        faults += [f"coalition {name!r} has no members" for name, who in self.coalitions.items() if not who]
        if self.reference is not None and self.reference not in self.coalitions:
            faults.append(f"reference {self.reference!r} is no coalition. {near(self.reference, self.coalitions)}")
        if not 0 < self.effective <= 1:
            faults.append(f"effective is {self.effective!r}: it is a share above 0 and at most 1")
        if not 0 <= self.margin <= 1:
            faults.append(f"margin is {self.margin!r}: it is a share and must lie between 0 and 1")
        faults += [
            f"value_usd of {who} is {usd!r}: it must be 0 or more"
            for who, usd in self.value_usd.items()
            if not usd >= 0
        ]
        if faults:
            raise AskError("This is no question about controls", faults)

    def members(self, network: Network) -> dict[str, tuple[str, ...]]:
        """The countries of each coalition."""
        return {
            name: tuple(sorted({country for one in who for country in network.countries(one)}))
            for name, who in self.coalitions.items()
        }

    def players(self, network: Network) -> tuple[str, ...]:
        """The countries that could close a lane if they joined, in alphabetical order.

        Raises
        ------
        AskError
            When nobody could, or more could than every coalition of them can be simulated.
        """
        reach: tuple[Reach, ...] = self.setting.reach
        found = exporters(network, self.controls, reach)
        if not found:
            raise AskError("Nobody who may join ships any of the controlled goods to the target")
        if len(found) > MOST_PLAYERS:
            remedy = f"name at most {MOST_PLAYERS} in the controls' coalition, or control fewer goods"
            raise AskError(f"{len(found)} countries could close a lane, 2**{len(found)} coalitions: {remedy}", found)
        return found
