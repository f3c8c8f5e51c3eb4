"""What the worst of many choices costs to find and prove, beside trying them all.

    python tests/bench/bench_adversary.py [small | defence | chips | every | halves | held]

`small` puts both to one instance. On chips trying all is out of reach for three at once: a sample of choices is tried,
each is held against the bound, and the rest is reckoned from their mean. `every` tries all on chips where that ends:
each two of the six that the duals of one answer hold gravest, and each of the sixty-two alone. `halves` tries every
choice of up to three of the sixty-two on chips where the year has two periods, some 40,000 programs. `held` seeks the
reserve on chips that is best against the best two of China's stops. Processor seconds.
"""

import sys
import time
from dataclasses import replace
from itertools import combinations
from math import comb
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[1] / "support"))
from ten_goods import ten_goods

from resilience import adversary, datasets, models
from resilience.adversary.attack import rows_of
from resilience.adversary.contest import Defender
from resilience.adversary.enumerated import enumerate_worst
from resilience.adversary.search import Search
from resilience.adversary.stage import Threat
from resilience.balance import balance
from resilience.cli.adversary import PERIODS
from resilience.disruption import Outage
from resilience.periods import Coarsening
from resilience.physics import members_first
from resilience.sizing.scope import Downstream
from resilience.solver import Method

CUTS, SAMPLE, WEEKS, GRAVEST = 3, 12, 52, 6
GRID = Coarsening(steps=((4, 1), (1, 4)))


def stops_of_ten_goods() -> list[adversary.CutOff]:
    """Eight makers stopped for twenty weeks."""
    return [
        adversary.CutOff(name=f"{good} from {place}", disruptions=(Outage(good=good, place=place, weeks=20),))
        for good, place in [*zip(["g0", "g1", "g2", "g4"], ["P0", "P1", "P2", "P3"], strict=True),
                            *zip(["g0", "g5", "g7", "g9"], ["P4", "P5", "P6", "P7"], strict=True)]
    ]  # fmt: skip


def small() -> None:
    """Eight candidates on ten goods, all 93 choices of up to three."""
    stops = stops_of_ten_goods()
    threat = Threat(network=ten_goods(), candidates=tuple(stops), weeks=WEEKS, periods=GRID)
    stage = threat.stage(None)
    rows = rows_of(adversary.Count(most=CUTS), stage)
    begun = time.process_time()
    search = Search(contest=stage.contest)
    found = search.worst(rows, gap=1e-3)
    told("small", len(stops), stage.contest.program.shape, found.harm, found.bound, stage.usd, begun, search.solves)
    begun = time.process_time()
    tried = enumerate_worst(stage.contest, rows, most=CUTS)
    told("small, all", len(stops), stage.contest.program.shape, tried.harm, tried.bound, stage.usd, begun, 93)


def defence() -> None:
    """The reserve that is best against the best two of the eight."""
    begun = time.process_time()
    threat = Threat(network=ten_goods(), candidates=stops_of_ten_goods(), weeks=WEEKS, periods=GRID)
    found = adversary.defend(
        threat, limits=adversary.Count(most=2), chance=0.5, members="all", gap=0.01, rounds=12
    )  # fmt: skip
    spent = time.process_time() - begun
    sys.stdout.write(f"{found}; gap {found.gap:.2%}, {spent:.1f} s\n{found.rounds.to_string()}\n")


def threat_to_chips() -> Threat:
    """About sixty candidates of `ipef_reserve`."""
    network, study = balance(datasets.load("chips")).network, models.load("ipef_reserve")
    return Threat(
        network=network, candidates=adversary.export_stops(network, "ipef"), weeks=WEEKS, periods=PERIODS,
        weights=study.weights(network), scope=Downstream(),
    )  # fmt: skip


def every() -> None:
    """Chips, as far as trying every choice ends: two at once of six, then one at once of all."""
    stage = threat_to_chips().stage(None)
    whole = stage.contest
    gains = Defender(whole).reply(range(len(whole))).gains
    gravest = np.sort(np.argsort(-gains, kind="stable")[:GRAVEST])
    few = replace(whole, hits=tuple(whole.hits[cut] for cut in gravest), own=whole.own[gravest])
    for contest, most in ((few, 2), (whole, 1)):
        count, row = len(contest), adversary.Count(most=most).row(contest.own, 1.0)
        begun = time.process_time()
        search = Search(contest=contest)
        found = search.worst([row], gap=1e-3)
        quick = time.process_time() - begun
        name = f"chips, {most}"
        told(name, count, contest.program.shape, found.harm, found.bound, stage.usd, begun, search.solves)
        begun, choices = time.process_time(), sum(comb(count, size) for size in range(most + 1))
        tried = enumerate_worst(contest, [row], most=most, method=Method(algorithm="ipm", crossover=False))
        slow = time.process_time() - begun
        told(f"{name} all", count, contest.program.shape, tried.harm, tried.bound, stage.usd, begun, choices)
        assert found.harm * (1 - 1e-4) <= tried.harm <= found.bound * (1 + 1e-6)
        sys.stdout.write(f"search takes {found.cuts}, trying all {tried.cuts}; {slow / quick:.1f} times as long\n")
        sys.stdout.flush()


def halves() -> None:
    """Chips in two half years: every choice of up to three of all candidates."""
    stage = replace(threat_to_chips(), periods=Coarsening(steps=((2, 26),))).stage(None)
    contest, begun = stage.contest, time.process_time()
    search = Search(contest=contest)
    found = search.worst(rows_of(adversary.Count(most=CUTS), stage), gap=1e-3)
    told("halves", len(contest), contest.program.shape, found.harm, found.bound, stage.usd, begun, search.solves)
    quick, begun, defender = time.process_time() - begun, time.process_time(), Defender(contest)
    choices = [some for size in range(CUTS + 1) for some in combinations(range(len(contest)), size)]
    costs = [defender.reply(choice).cost for choice in choices]
    at = int(np.argmax(costs))
    worst, slow = defender.reply(choices[at]), time.process_time() - begun
    told("halves, all", len(contest), contest.program.shape, worst.cost, worst.bound, stage.usd, begun, len(choices))
    assert found.harm * (1 - 1e-6) <= worst.cost <= found.bound * (1 + 1e-6)
    sys.stdout.write(f"search takes {found.cuts}, trying all {choices[at]}; {slow / quick:.1f} times as long\n")


def chips() -> None:
    """About sixty candidates of `ipef_reserve`, and a sample of choices."""
    threat = threat_to_chips()
    stops = threat.candidates
    begun = time.process_time()
    stage = threat.stage(None)
    rows = rows_of(adversary.Count(most=CUTS), stage)
    search = Search(contest=stage.contest)
    found = search.worst(rows, gap=1e-3)
    told("chips", len(stops), stage.contest.program.shape, found.harm, found.bound, stage.usd, begun, search.solves)
    rng, defender = np.random.default_rng(1), Defender(stage.contest)
    choices = list(combinations(range(len(stops)), CUTS))
    begun = time.process_time()
    harm = [defender.reply(choices[at]).cost for at in rng.choice(len(choices), SAMPLE, replace=False)]
    spent = (time.process_time() - begun) / SAMPLE
    assert max(harm) <= found.bound * (1 + 1e-6)
    number = sum(comb(len(stops), size) for size in range(CUTS + 1))
    sys.stdout.write(
        f"trying all {number:,} choices would take {number * spent / 3600:,.1f} hours at {spent:.2f} s each "
        f"(mean of {SAMPLE}); the worst of the sample does {max(harm) * stage.usd / 1e6:,.0f} million USD\n"
    )


def held() -> None:
    """The reserve that is best against the best two of China's stops, at a chance of 2 % a year."""
    begun = time.process_time()
    network, study = balance(datasets.load("chips")).network, models.load("ipef_reserve")
    threat = Threat(
        network=network, candidates=adversary.export_stops(network, "ipef", by="china"), weeks=WEEKS, periods=PERIODS,
        weights=members_first(network, "ipef", others=study.losses.others), scope=study.scope(),
    )  # fmt: skip

    def say(text: str) -> None:
        if text.startswith("round "):
            sys.stdout.write(f"{time.process_time() - begun:.0f} s: {text}\n")
            sys.stdout.flush()

    found = adversary.defend(
        threat, limits=adversary.Count(most=2), chance=0.02, members="ipef", gap=0.05, release=study.release.build(),
        say=say,
    )  # fmt: skip
    spent = time.process_time() - begun
    sys.stdout.write(f"{found}; gap {found.gap:.2%}, {spent:.1f} s\n{found.rounds.to_string()}\n")


def told(
    name: str, cuts: int, shape: tuple[int, int], harm: float, bound: float, usd: float, begun: float, solves: int
) -> None:
    """One line."""
    sys.stdout.write(
        f"{name:<14}{cuts} candidates, {shape[0]:,} rows, {shape[1]:,} columns: harm {harm * usd / 1e6:,.4f} million "
        f"USD, bound {bound * usd / 1e6:,.4f}; {solves} programs, {time.process_time() - begun:.1f} s\n"
    )


if __name__ == "__main__":
    known = {"small": small, "defence": defence, "chips": chips, "every": every, "halves": halves, "held": held}
    for asked in sys.argv[1:] or known:
        known[asked]()
