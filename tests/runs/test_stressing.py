"""Stresses of drawn years on disk: killed and gone on with, on other engines, and two of them side by side."""

import json
import signal
import subprocess
import sys
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
import stops
from fires import HAZARDS
from stops import Counting, files

from resilience.engine import Processes, Serial
from resilience.errors import AskError, RunError
from resilience.runs import AskedStress, answer, begin, diff, take_up
from resilience.runs.asked import read_question
from resilience.runs.saved import read
from resilience.simulate import simulate
from resilience.simulate.outlook import outlook
from resilience.stress import Stress, choose, stressed


def quiet(text):
    pass


@pytest.fixture(scope="module")
def fires(tiny_kept):
    path = tiny_kept.parent / "fires.toml"
    path.write_text(HAZARDS)
    return path


@pytest.fixture(scope="module")
def asked(tiny_kept, fires):
    """A thousand years, four blocks."""
    return Stress(dataset=str(tiny_kept.parent / "net"), weeks=8, hazards=str(fires), draws=1000, seed=3)


@pytest.fixture(scope="module")
def whole(asked, tmp_path_factory):
    """The folder of an undisturbed stress, and its answer."""
    folder = tmp_path_factory.mktemp("stresses") / "whole"
    return folder, answer(begin(folder, AskedStress.of(asked)), say=quiet)


def test_a_stress_is_a_run_with_its_tables_and_what_they_rest_on(whole):
    folder, done = whole
    manifest = json.loads((folder / "manifest.json").read_text())
    assert (manifest["seed"], manifest["draws"], manifest["dataset"]) == (3, 1000, "net")
    assert {"net/goods.csv", "hazards.toml"} <= set(manifest["inputs"])
    assert {f"{name}.csv" for name in manifest["tables"]} < set(files(folder))
    assert json.loads((folder / "answer.json").read_text()) == done.stressed.to_json()
    assert manifest["answer"]["mean_loss_usd"] == done.stressed.bare.mean_usd
    assert not (folder / "unfinished").exists()
    with pytest.raises(RunError, match="holds a stress of drawn years"):
        read(folder)


def test_years_in_blocks_lose_what_simulate_says_of_all_at_once(asked, whole):
    """The same function of the same traces, without a block, an engine or a folder."""
    network = asked.network()
    chosen = choose(asked, network)
    traces = simulate(network, chosen.scenarios, weeks=8, seed=3, full=False)
    losses = whole[1].stressed.losses
    np.testing.assert_array_equal(losses["loss_usd"], traces.loss_usd)
    alone, blocks = outlook(traces, chosen.causes), whole[1].stressed.bare
    for name in ("quantiles", "tails", "depths", "goods", "drivers", "worst"):
        pd.testing.assert_frame_equal(getattr(blocks, name), getattr(alone, name))


def test_a_stress_killed_half_way_goes_on_elsewhere_to_the_bytes_of_an_undisturbed_one(asked, whole, tmp_path):
    folder, after = tmp_path / "run", Counting(Processes(workers=1))
    script = [sys.executable, stops.__file__, asked.dataset, str(folder), "simulated 512 of 1,000", asked.hazards]
    assert subprocess.run(script, capture_output=True).returncode == -signal.SIGKILL
    assert not (folder / "manifest.json").exists()
    with pytest.raises(RunError, match=r"is not finished\. Go on with it first: resilience resume"):
        diff(folder, whole[0])
    answer(take_up(folder), say=quiet, engine=after)
    assert after.done == ["0/256-512", "0/512-768", "0/768-1000"]  # a block is kept just after it is told
    ours, theirs = files(folder), files(whole[0])
    ours.pop("manifest.json"), theirs.pop("manifest.json")  # which name the command: another script here
    assert ours == theirs


def test_a_stress_does_not_go_on_with_other_hazards(asked, tmp_path, fires):
    run = begin(tmp_path / "run", AskedStress.of(asked))
    run.leave()
    fires.write_text(HAZARDS.replace("0.2\n", "0.3\n"))
    try:
        with pytest.raises(RunError, match=r"(?s)cannot go on.*input hazards.toml: .* then"):
            take_up(run.folder)
    finally:
        fires.write_text(HAZARDS)


def test_two_stresses_are_told_apart_by_what_was_asked_and_what_came_out(asked, whole, tmp_path):
    assert diff(whole[0], whole[0]).same
    answer(begin(tmp_path / "longer", AskedStress.of(replace(asked, weeks=2))), say=quiet)
    found = diff(whole[0], tmp_path / "longer")
    assert found.inputs.to_dict("records") == [{"what": "weeks", "a": "8", "b": "2"}]
    assert found.figures.set_index("figure").at["mean_loss_usd", "change"] < 0
    assert {"losses", "quantiles", "tails"} <= set(found.rows["table"])  # the years are the same ones
    assert "0.95" in set(found.rows.loc[found.rows["table"] == "quantiles", "row"])
    answer(begin(tmp_path / "other", AskedStress.of(replace(asked, seed=4))), say=quiet)
    other = diff(whole[0], tmp_path / "other")
    assert other.inputs["what"].tolist() == ["seed"]
    assert not {"losses", "worst"} & set(other.rows["table"])  # of other years, of which none is the same


def test_a_stress_beside_a_run_is_refused(whole, tmp_path):
    other = tmp_path / "run"
    other.mkdir()
    (other / "manifest.json").write_text(json.dumps({"dataset": "net", "inputs": {}, "versions": {}}))
    with pytest.raises(RunError, match="the first is a stress of drawn years, the second a single run"):
        diff(whole[0], other)


def test_what_was_asked_is_read_back_as_it_was(asked, tmp_path):
    question = AskedStress.of(asked, engine="processes:2")
    assert read_question(question.to_json(), where=tmp_path) == question
    with pytest.raises(AskError, match="No hazards ship for"):
        AskedStress.of(replace(asked, hazards="all"))


def test_a_stress_of_which_no_year_can_be_simulated_leaves_nothing(asked, tmp_path, fires):
    own = tmp_path / "own.toml"
    own.write_text(HAZARDS.replace('kind = "outage"', 'kind = "stock_loss"\ngood = "neon"'))
    with pytest.raises(AskError, match="No scenario could be simulated"):
        answer(begin(tmp_path / "run", AskedStress.of(replace(asked, hazards=str(own), draws=40))), say=quiet)
    assert not (tmp_path / "run").exists()


def test_a_year_that_fails_is_left_out_with_and_without_the_reserve(asked, fires, tmp_path):
    own = tmp_path / "own.toml"
    leak = HAZARDS.replace('"fire"', '"leak"').replace('kind = "outage"', 'kind = "stock_loss"\ngood = "neon"')
    own.write_text(HAZARDS + leak)
    stress = replace(asked, hazards=str(own), draws=40)
    network = stress.network()
    found = stressed(stress, network, choose(stress, network), engine=Serial())
    failed = set(found.failures["scenario"])
    assert 0 < len(failed) < 40
    assert not failed & set(found.losses["scenario"])
    assert found.bare.scenarios == 40 - len(failed)
    assert np.isfinite(found.losses["loss_usd"]).all()
