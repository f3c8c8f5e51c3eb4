"""Studies whose scenarios are drawn: the same question, asked of years sampled from the dataset's hazards."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import tomli_w

from resilience import hazards
from resilience.errors import AskError
from resilience.network import Network
from resilience.scenario import ScenarioSet
from resilience.study import Study
from resilience.written import values_in


def drawn(study: Study, network: Network, *, draws: int, seed: int) -> Study:
    """`study` with `draws` years sampled from its dataset's hazards in place of its named scenarios.

    Years are drawn stratified (`resilience.hazards.sample`); the same seed gives the same study, text and all, so that
    a saved run holds every year it rests on. Its own settings, and nothing else, decide what is done with them:
    periods are those that it states for drawn years, if it does.

    Raises
    ------
    AskError
        If no hazards ship for the study's dataset, or `draws` is too few for every hazard to be met.
    """
    years = hazards.sample(hazards.read(hazards_of(study)), network, draws=draws, rng=seed)
    values = values_in(study.text, study.name, "the study")
    values["seed"] = seed
    values["periods"] = {"steps": study.periods.drawn_steps or study.periods.steps}
    values["scenario"] = [year.to_record() for year in years]
    return Study.from_text(tomli_w.dumps(values), path=study.path, shown=f"{study.name} with {draws} drawn years")


def hazards_of(study: Study) -> Path:
    """The file of the hazards that ship for a study's dataset.

    Raises
    ------
    AskError
        If there is none.
    """
    known = hazards.shipped()
    if study.dataset not in known:
        raise AskError(
            f"No hazards ship for {study.dataset!r} (but for {', '.join(sorted(known))}): no years can be drawn. "
            "Name scenarios in the study, or draw from a file of yours: resilience stress NAME --hazards FILE.toml"
        )
    return known[study.dataset]


def fresh_years(study: Study, network: Network, *, years: int, sample: int) -> ScenarioSet:
    """Years drawn as a drawn study's were, apart from those and from any other `sample` (0, 1, 2, ...)."""
    rng = np.random.default_rng([study.seed, sample + 1])
    return hazards.sample(hazards.load(study.dataset), network, draws=years, rng=rng)
