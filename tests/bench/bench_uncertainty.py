"""How far gravity is off where bilateral shares are known, and which figures of chips move a simulated loss.

    python tests/bench/bench_uncertainty.py lanes
    python tests/bench/bench_uncertainty.py figures --draws 200

The first prints the scatter of chips' published bilateral shares about what gravity gives those lanes, and that of
drawn lanes by their spread: the spread whose scatter is the same is `uncertainty.LANE_SPREAD`. The second prints the
loss of a gallium ban with its data interval, the figures that move it, and processor seconds.
"""

import argparse
import time

import numpy as np
import pandas as pd

from resilience import Network, datasets, simulate
from resilience.balance import balance
from resilience.disruption import ExportControl
from resilience.scenario import Scenario
from resilience.uncertainty import figures_that_matter

SPREADS = (0.6, 0.8, 1.0, 1.2)


def lanes(draws: int) -> None:
    """Root mean square of the logarithm of share over gravity's share: of the published ones, and of drawn ones."""
    network = datasets.load("chips")
    known = network.lanes.index[network.lanes["share_of_use"].notna()]
    stated = balance(network).network.lanes["flow_per_week"][known]
    evidence = network.figures
    bare = evidence[~((evidence["table"] == "lanes") & (evidence["column"] == "share_of_use"))]
    free = network.with_tables({"lanes": network.lanes.assign(share_of_use=np.nan), "figures": bare})
    gravity = balance(free).network.lanes["flow_per_week"][known]
    print(f"{len(known)} published shares scatter by {_scatter(stated, gravity):.2f}")
    for spread in SPREADS:
        rng, found = np.random.default_rng(1), []
        for _ in range(draws):
            leaning = pd.Series(np.exp(spread * rng.standard_normal(len(free.lanes))), index=free.lanes.index)
            found.append(balance(free, leaning=leaning).network.lanes["flow_per_week"][known])
        print(f"spread {spread}: drawn ones by {_scatter(pd.concat(found), pd.concat([gravity] * draws)):.2f}")


def _scatter(flows: pd.Series, gravity: pd.Series) -> float:
    return float(np.sqrt((np.log(flows.to_numpy() / gravity.to_numpy()) ** 2).mean()))


def figures(draws: int) -> None:
    """The ranking for the loss of a year without gallium from China."""
    ban = Scenario(name="ban", disruptions=(ExportControl(good="gallium", exporter="CHN", weeks=52),), probability=1.0)

    def loss(network: Network) -> float:
        return float(simulate(network, ban, weeks=78).loss_usd.iloc[0])

    started = time.process_time()
    found = figures_that_matter(datasets.load("chips"), loss, np.random.default_rng(1), draws=draws)
    print(found)
    print(found.figures.head(12).to_string())
    print(f"{(time.process_time() - started) / draws:.2f} CPU s a draw")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("what", choices=["lanes", "figures"])
    parser.add_argument("--draws", type=int, default=15)
    asked = parser.parse_args()
    {"lanes": lanes, "figures": figures}[asked.what](asked.draws)
