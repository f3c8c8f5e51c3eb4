"""A made-up network of many firms: processor seconds and peak memory of making, balancing and simulating it.

    python tests/bench/bench_firms.py --firms 100000

Ten scenarios of a year: one calm, nine of which a country makes nothing for eight weeks.
"""

import argparse
import resource
import time
from collections.abc import Callable
from typing import TypeVar

import numpy as np

from resilience import Outage, Scenario, simulate
from resilience.balance import balance
from resilience.firms import COUNTRIES, firm_network

T = TypeVar("T")


def timed(what: str, work: Callable[[], T]) -> T:
    """Do it, and print what it took."""
    started = time.process_time()
    done = work()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6  # kilobytes on Linux
    print(f"{what}: {time.process_time() - started:.1f} CPU s, peak so far {peak:.2f} GB", flush=True)
    return done


def main(firms: int) -> None:
    """Three lines of cost and the loss of each scenario."""
    network = timed("made and checked", lambda: firm_network(np.random.default_rng(1), firms=firms, goods=40))
    print(network)
    balanced = timed("balanced", lambda: balance(network).network)
    scenarios = [Scenario(name="calm", disruptions=(), probability=0.05)] + [
        Scenario(name=f"s{n}", disruptions=(Outage(country=COUNTRIES[n], weeks=8),), probability=0.05) for n in range(9)
    ]
    traces = timed("simulated ten years", lambda: simulate(balanced, scenarios, weeks=52))
    print(traces.loss_usd.to_string())


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--firms", type=int, default=1000)
    main(parser.parse_args().firms)
