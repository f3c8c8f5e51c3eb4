"""The causal chain behind a shortfall: who lacked what first, and why, walked back to what was struck."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from resilience.disruption import Shock
from resilience.errors import AskError, near
from resilience.physics import Physics
from resilience.scenario import Scenario
from resilience.simulate.records import Full, Records

LESS = 1e-6  # share of baseline below which a fall is rounding


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class Story:
    """Steps from the shortfall back to its root: week, good, place, what happened, by how much of its baseline."""

    place: str
    steps: pd.DataFrame

    def __repr__(self) -> str:
        if self.steps.empty:
            return f"Nothing was short at {self.place}."
        lines = [f"week {row.week}: {row.good} at {row.place}: {row.what}" for row in self.steps.itertuples()]
        return "\n  because ".join(lines)


def chain_of_causes(
    physics: Physics, scenario: Scenario, records: Records, column: int, *, place: str, weeks: int
) -> Story:
    """The story behind the first shortfall of final demand at `place`.

    At each step the largest fall against baseline is followed, in or before the week in question.
    """
    places = physics.points["place"].to_numpy()
    if place not in set(places):
        raise AskError(f"No place {place!r} in the network. {near(place, set(places))}")
    wanted = np.flatnonzero(places[physics.wanted_at] == place)
    short = records.short[wanted, :, column] * physics.at_stake[wanted, None]
    felt = short.sum(axis=0) > LESS * float(physics.at_stake[wanted] @ physics.wanted[wanted])
    steps: list[tuple[int, str, str, str, float]] = []
    full = records.full
    if full is not None and felt.any():
        week = int(felt.argmax())
        row = wanted[int(short[:, week].argmax())]
        point = int(physics.wanted_at[row])
        part = records.short[row, week, column] / max(float(physics.wanted[row]), 1e-300)
        steps.append((week, *_name(physics, point), f"{part:.0%} of final demand unmet", part))
        walk = _Walk(physics, scenario.shock(physics.network, weeks), full, column)
        steps += walk.back(point, week)
    frame = pd.DataFrame(steps, columns=["week", "good", "place", "what", "share"])
    return Story(place=place, steps=frame.assign(week=frame["week"] + 1))


@dataclass(frozen=True, eq=False)
class _Walk:
    physics: Physics
    shock: Shock
    full: Full
    column: int

    def back(self, point: int, week: int) -> list[tuple[int, str, str, str, float]]:
        """Steps upstream from a point that ran dry by `week`."""
        steps: list[tuple[int, str, str, str, float]] = []
        seen: set[int] = set()
        while point not in seen:
            seen.add(point)
            lost = self.shock.lost[point, : week + 1]
            if lost.any():
                when = int(lost.argmax())
                steps.append(
                    (when, *_name(self.physics, point), f"{lost[when]:.0%} of the stock lost", float(lost[when]))
                )
                break
            step = self._largest_fall(point, week)
            if step is None:
                if (self.shock.wanted[self.physics.wanted_at == point, : week + 1] > 1).any():
                    steps.append((week, *_name(self.physics, point), "demand surged", 1.0))
                break
            week, where, what, share, following = step
            steps.append((week, *_name(self.physics, where), what, share))
            if following is None:
                break
            point = following
        return steps

    def _largest_fall(self, point: int, week: int) -> tuple[int, int, str, float, int | None] | None:
        """The source of a point whose deliveries, added up to `week`, fell most behind baseline."""
        physics, upto = self.physics, slice(0, week + 1)
        makers = np.flatnonzero(physics.made_at == point)
        lanes = np.flatnonzero(physics.destination == point)
        made = physics.output[makers, None] - self.full.start[makers, upto, self.column]
        sent = physics.flow[lanes, None] - self.full.flow[lanes, upto, self.column]
        behind = np.concatenate([made.sum(axis=1), sent.sum(axis=1)])
        usual = np.concatenate([physics.output[makers], physics.flow[lanes]])
        if not len(behind) or behind.max() <= LESS * max(float(usual.sum()), 1e-300):
            return None
        worst = int(behind.argmax())
        if worst < len(makers):
            maker = int(makers[worst])
            return self._why_made_less(maker, self._first_held_back(maker, made[worst], usual[worst]))
        lane = int(lanes[worst - len(makers)])
        return self._why_sent_less(lane, _first(sent[worst - len(makers)], usual[worst]))

    def _first_held_back(self, maker: int, behind: np.ndarray, usual: float) -> int:
        """The first week in which a maker fell behind and could not have helped it; else the first it fell behind."""
        weeks = len(behind)
        able = (self.shock.left[maker, :weeks] >= 1 - LESS) & (self.full.health[maker, :weeks, self.column] >= 1 - LESS)
        forced = (behind > LESS * max(usual, 1e-300)) & (~able | self._wanting(maker)[:weeks])
        return int(forced.argmax()) if forced.any() else _first(behind, usual)

    def _wanting(self, maker: int, deep: int = 2) -> np.ndarray:
        """Weeks in which some input of a maker was used up; else it was orders that fell."""
        wanting = np.zeros(self.full.start.shape[1], dtype=bool)
        for need in np.flatnonzero(self.physics.consumer == maker):
            wanting |= self._cover(int(need), maker, deep) <= LESS
        return wanting

    def _cover(self, need: int, maker: int, deep: int = 2) -> np.ndarray:
        """Weeks of an input left at the end of each week; none of what cannot be stored while its makers are held back.

        `deep` bounds how far one such input is followed to another.
        """
        physics, point = self.physics, int(self.physics.consumed_at[need])
        if physics.storable[point]:
            weekly = float(physics.consumed[need] * physics.output[maker])
            return np.asarray(self.full.stock[point, :, self.column] / max(weekly, 1e-300))
        held_back = np.zeros(self.full.start.shape[1], dtype=bool)
        for one in np.flatnonzero(physics.made_at == point) if deep else ():
            held_back |= (self.shock.left[one] < 1 - LESS) | self._wanting(int(one), deep - 1)
        return np.where(held_back, 0.0, np.inf)

    def _why_sent_less(self, lane: int, week: int) -> tuple[int, int, str, float, int | None]:
        origin, to = int(self.physics.origin[lane]), self.physics.points["place"].iloc[self.physics.destination[lane]]
        share = 1.0 - self.full.flow[lane, week, self.column] / max(float(self.physics.flow[lane]), 1e-300)
        if self.shock.open[lane, week] < 1 - LESS:
            return week, origin, f"lane to {to} {1 - self.shock.open[lane, week]:.0%} closed", share, None
        return week, origin, f"shipped {share:.0%} less to {to}", share, origin

    def _why_made_less(self, maker: int, week: int) -> tuple[int, int, str, float, int | None]:
        physics, at = self.physics, int(self.physics.made_at[maker])
        share = 1.0 - self.full.start[maker, week, self.column] / max(float(physics.output[maker]), 1e-300)
        if self.shock.left[maker, week] < 1 - LESS:
            return week, at, f"{1 - self.shock.left[maker, week]:.0%} of capacity lost", share, None
        needs = np.flatnonzero(physics.consumer == maker)
        tools = np.flatnonzero(physics.worker == maker)
        if len(tools) and self.full.health[maker, week, self.column] < 1 - LESS:
            unserved = 1.0 - self.full.supplied[tools, week, self.column] / np.maximum(physics.worked[tools], 1e-300)
            following = int(physics.worked_at[tools[int(unserved.argmax())]])
            return (
                week,
                at,
                f"made {share:.0%} less: capacity worn for want of {_name(physics, following)[0]}",
                share,
                following,
            )
        if len(needs) and self._wanting(maker)[week]:
            cover = [self._cover(int(need), maker)[week] for need in needs]
            following = int(physics.consumed_at[needs[int(np.argmin(cover))]])
            return week, at, f"made {share:.0%} less: short of {_name(physics, following)[0]}", share, following
        return week, at, f"made {share:.0%} less: fewer orders", share, None


def _first(behind: np.ndarray, usual: float) -> int:
    return int((behind > LESS * max(usual, 1e-300)).argmax())


def _name(physics: Physics, point: int) -> tuple[str, str]:
    row = physics.points.iloc[point]
    return str(row["good"]), str(row["place"])
