import json
import shutil

import pytest

from resilience.errors import RunError
from resilience.runs import answer, diff


def quiet(text):
    pass


@pytest.fixture(scope="module")
def poorer(whole, study, tmp_path_factory):
    """The same with a budget of 100 USD, which buys ten units of gas."""
    from resilience.runs import Asked, begin

    folder = tmp_path_factory.mktemp("poorer") / "poorer"
    answer(begin(folder, Asked.of(study.having({"sizing.budget_usd": 100}))), say=quiet)
    return folder


def test_a_run_differs_from_itself_in_nothing(whole, poorer):
    for folder in (whole, poorer):  # of which the second has empty cells, for goods that are not held
        found = diff(folder, folder)
        assert found.same
        assert found.inputs.empty
        assert found.rows.empty
        assert (found.figures["change"] == 0).all()


def test_what_was_asked_otherwise_and_what_came_out_otherwise_are_told(whole, poorer):
    found = diff(whole, poorer)
    assert not found.same
    assert found.inputs.to_dict("records") == [{"what": "sizing.budget_usd", "a": "", "b": "100"}]
    figures = found.figures.set_index("figure")
    assert figures.at["reserve_usd", "change"] == pytest.approx(-400, rel=1e-4)
    assert figures.at["holding_usd_per_year", "b"] == pytest.approx(10, rel=1e-4)
    goods = found.rows[(found.rows["table"] == "goods") & (found.rows["column"] == "quantity")].set_index("row")
    assert goods.at["gas unit", "change"] == pytest.approx(-20, rel=1e-4)  # thirty units were held, ten are
    assert goods["b"].isna()["chip unit"]  # no chip is held any more
    losses = found.rows[(found.rows["table"] == "losses") & (found.rows["row"] == "gas_stops")].set_index("column")
    assert list(losses.index) == ["loss_usd", "unmet_usd"]


def test_files_versions_and_seeds_are_compared(whole, tmp_path):
    other = tmp_path / "other"
    shutil.copytree(whole, other)
    manifest = json.loads((other / "manifest.json").read_text())
    manifest["inputs"]["net/goods.csv"] = "0" * 64
    manifest["versions"]["numpy"] = "9.9"
    manifest["seed"] = 7
    (other / "manifest.json").write_text(json.dumps(manifest))
    found = diff(whole, other)
    assert list(found.inputs["what"]) == ["file net/goods.csv", "version of numpy", "seed"]
    assert found.same


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"points": 3}, "the first is a single run, the second a sweep"),
        ({"dataset": "chips"}, "they rest on different datasets, 'net' and 'chips'"),
    ],
)
def test_unlike_runs_are_refused_with_the_reason(whole, tmp_path, changes, told):
    other = tmp_path / "other"
    shutil.copytree(whole, other)
    manifest = json.loads((other / "manifest.json").read_text())
    (other / "manifest.json").write_text(json.dumps({**manifest, **changes}))
    with pytest.raises(RunError, match=told):
        diff(whole, other)


def test_runs_without_a_scenario_in_common_are_refused(whole, tmp_path):
    other = tmp_path / "other"
    shutil.copytree(whole, other)
    losses = (other / "losses.csv").read_text()
    (other / "losses.csv").write_text(losses.replace("gas_stops", "a").replace("chips_stop", "b"))
    with pytest.raises(RunError, match="they have no scenario in common"):
        diff(whole, other)


def test_what_is_no_finished_run_is_told(whole, ask, tmp_path):
    with pytest.raises(RunError, match="holds no run"):
        diff(whole, tmp_path)
    run = ask()
    run.leave()
    with pytest.raises(RunError, match=r"is not finished\. Go on with it first: resilience resume"):
        diff(run.folder, whole)


def test_a_figure_that_one_version_does_not_tell_is_told_as_such(whole, tmp_path):
    other = tmp_path / "other"
    shutil.copytree(whole, other)
    manifest = json.loads((other / "manifest.json").read_text())
    del manifest["answer"]["bound_usd"]
    manifest["answer"]["new_usd"] = 1.0
    (other / "manifest.json").write_text(json.dumps(manifest))
    figures = diff(whole, other).figures.set_index("figure")
    assert figures["b"].isna().to_dict()["bound_usd"]
    assert figures["a"].isna().to_dict()["new_usd"]
    assert diff(whole, other).same
