import ast
import json
import subprocess
import sys
from pathlib import Path

import highspy
import numpy as np
import pytest
from commands import call
from scipy import sparse
from small_networks import by_clarabel

import resilience
from resilience.cli.options import LONGEST
from resilience.inquiry import MOST_WEEKS
from resilience.solver import LinearProgram


def answer(*arguments, code: int = 0) -> dict:
    """The one JSON object of a command."""
    stdout, _ = call(*arguments, "--json", code=code)
    return json.loads(stdout)


def test_list_names_what_ships():
    assert "chips" in call("list")[0]
    assert "ipef_reserve" in [model["name"] for model in answer("list")["models"]]


def test_show_describes_a_network(tiny):
    stdout, _ = call("show", tiny.parent / "net")
    assert "2 goods, 2 producers" in stdout
    assert answer("show", tiny.parent / "net")["counts"]["lanes"] == 2


def test_show_prints_counts_vintage_coverage_and_licences_of_the_chips():
    found = answer("show", "chips")
    assert found["counts"]["goods"] >= 45
    assert found["coverage"][-1]["table"] == "all"
    assert found["assumed"]
    assert "Vintage" in call("show", "chips")[0]
    assert "CC BY" in call("show", "chips", "--licences")[0]


def test_show_prints_a_table_as_csv(tiny):
    assert call("show", tiny.parent / "net", "--table", "lanes")[0].startswith("good,origin,destination")
    assert "Did you mean lanes" in call("show", tiny.parent / "net", "--table", "lane", code=1)[1]


def test_show_describes_a_study(tiny):
    assert "gas_stops" in call("show", tiny)[0]
    assert [scenario["scenario"] for scenario in answer("show", tiny)["scenarios"]] == ["gas_stops", "chips_stop"]
    assert call("show", tiny, "--table", "scenarios")[0].startswith("scenario,probability")


def test_show_answers_a_wrong_name_with_the_closest():
    assert "Did you mean chips" in call("show", "chipz", code=1)[1]


def test_check_passes_what_is_sound(tiny):
    assert answer("check", tiny) == {"ok": True, "checked": str(tiny), "faults": []}
    assert answer("check", tiny.parent / "net")["ok"]


def test_check_names_every_fault_of_a_study(tiny):
    tiny.write_text(tiny.read_text().replace("weeks = 12", "week = 12").replace('"gas"', '"gass"'))
    assert "Did you mean weeks, sweep?" in call("check", tiny, code=1)[1]
    tiny.write_text(tiny.read_text().replace("week = 12", "weeks = 12\nseeds = 3"))
    found = answer("check", tiny, code=1)
    assert not found["ok"]
    assert found["faults"][0] == f"{tiny}:6: seeds: unknown key 'seeds'. Did you mean seed, weeks, sweep?"


def test_check_names_what_does_not_fit_the_network(tiny):
    tiny.write_text(tiny.read_text().replace('good = "gas"', 'good = "gass"').replace('"pair"', '"pear"'))
    faults = answer("check", tiny, code=1)["faults"]
    assert len(faults) == 2
    assert f"{tiny}:6: members" in faults[0]
    assert "Did you mean gas?" in faults[1]


def test_check_names_every_fault_of_a_folder(tiny):
    folder = tiny.parent / "net"
    (folder / "goods.csv").write_text("good,usd_per_unit\ngas,ten\nchip,-1\n")
    (folder / "demand.csv").write_text("good,place,units_per_week\nchips,CCC,8\n")
    faults = answer("check", folder, code=1)["faults"]
    assert len(faults) >= 3
    assert any("goods.csv, row 2, column usd_per_unit" in fault for fault in faults)


def test_metrics_gives_each_measure(tiny, tmp_path):
    found = answer("metrics", tiny.parent / "net", "--members", "pair", "--out", tmp_path / "out")
    assert found["n_minus_1"][0]["share"] == pytest.approx(1.0)
    for table in ("concentration", "dependence", "chokepoints", "n_minus_1", "days_of_cover"):
        assert found[table]
        assert (tmp_path / "out" / f"{table}.csv").is_file()
    assert "fewest effective suppliers first" in call("metrics", tiny.parent / "net")[0]


def test_new_copies_a_study_with_its_comments(tiny, tmp_path):
    call("new", "mine", "--from", tiny, "--out", tmp_path)
    text = (tmp_path / "mine.toml").read_text()
    assert text.startswith("# Should the pair hold gas?")
    assert 'name = "mine"' in text
    assert answer("check", tmp_path / "mine.toml")["ok"]
    assert "is there already" in call("new", "mine", "--from", tiny, "--out", tmp_path, code=1)[1]


def test_new_makes_the_folder_it_is_asked_for(tiny, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    call("new", "deep/down/mine", "--from", tiny)
    assert "fits its network" in call("check", "deep/down/mine.toml")[0]


def test_a_network_in_the_place_of_a_study_is_told_from_a_name_that_is_not_there(tiny):
    assert "net is a network, not a study. Give a TOML file" in call("run", tiny.with_name("net"), code=1)[1]
    assert "chips is a network, not a study" in call("share", "chips", code=1)[1]
    assert "No model is called 'nothing'" in call("run", "nothing", code=1)[1]


def test_check_says_how_many_points_a_sweep_has(tiny):
    tiny.write_text(tiny.read_text() + "\n[sweep.grid]\nweeks = [8, 12]\n")
    assert "2 scenarios over 12 weeks, at 2 points of a sweep." in call("check", tiny)[0]


def test_new_from_a_shipped_model_reads_as_its_own(tmp_path):
    found = answer("new", "my-study", "--from", "ipef_reserve", "--out", tmp_path)
    assert found["from"] == "ipef_reserve"
    assert answer("check", tmp_path / "my-study.toml")["ok"]


def test_run_prints_a_headline_a_short_table_and_the_report(tiny, tmp_path):
    lines = call("run", tiny, "--out", tmp_path / "run")[0].splitlines()
    assert lines[0].startswith("A reserve of 2 goods worth 500 USD")
    assert lines[2].split()[0] == "good"
    assert lines[-1].endswith(f"{tmp_path / 'run' / 'report.html'}")


def test_run_answers_in_json_and_its_files_exist(tiny, tmp_path):
    found = answer("run", tiny, "--out", tmp_path / "run")
    assert found["study"] == "tiny"
    assert found["seed"] == 1
    assert len(found["scenarios"]) == 2
    assert {"status", "objective_usd", "bound_usd", "gap", "reserve"} <= set(found["sizing"])
    assert {"report.html", "manifest.json", "study.toml", "summary.csv"} <= set(found["files"])


def test_run_numbers_its_folders(tiny, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    folders = [answer("run", tiny)["folder"] for _ in range(2)]
    assert [folder.replace("\\", "/") for folder in folders] == ["runs/tiny-1", "runs/tiny-2"]


def test_run_takes_changes(tiny, tmp_path):
    settings = ("--set", "sizing.budget_usd=100", "--set", "scenario.chips_stop.probability=0")
    found = answer("run", tiny, "--out", tmp_path / "run", *settings)
    assert sum(row["usd"] for row in found["sizing"]["reserve"]) == pytest.approx(100.0, rel=1e-4)
    assert "budget_usd = 100" in (tmp_path / "run" / "study.toml").read_text()
    assert "Did you mean budget_usd" in call("run", tiny, "--set", "sizing.budget=1", code=1)[1]
    assert "write it as key=value" in call("run", tiny, "--set", "weeks", code=1)[1]


def test_run_says_how_the_answer_was_found(tiny, tmp_path):
    assert "extensive form of" in answer("run", tiny, "--out", tmp_path / "run")["sizing"]["how"]


def test_years_cannot_be_drawn_for_a_dataset_without_hazards(tiny, tmp_path):
    stderr = call("run", tiny, "--draws", 10, "--out", tmp_path / "run", code=1)[1]
    assert "No hazards ship for" in stderr
    assert not (tmp_path / "run").exists()


def test_run_refuses_a_folder_in_use_before_it_works(tiny, tmp_path):
    (tmp_path / "run").mkdir()
    (tmp_path / "run" / "manifest.json").write_text("{}")
    assert "holds another run" in call("run", tiny, "--out", tmp_path / "run", code=1)[1]


def test_floors_out_of_reach_end_with_four(tiny, tmp_path):
    tiny.write_text(tiny.read_text() + '\n[sizing]\nbudget_usd = 1\nfloors = [{ tier = "defence", served = 1.0 }]\n')
    stdout, stderr = call("run", tiny, "--out", tmp_path / "run", code=4)
    assert stdout == ""
    assert "lower `served` of the floor under defence demand" in stderr
    assert not (tmp_path / "run").exists()


def test_a_missing_dataset_is_told_with_its_line(tiny):
    tiny.write_text(tiny.read_text().replace('"net"', '"nets"'))
    stderr = call("run", tiny, code=1)[1]
    assert f"{tiny}:4: dataset: no dataset is called 'nets'" in stderr
    assert "Traceback" not in stderr


def test_export_writes_a_program_that_solves_to_the_same_cost(tiny, tmp_path):
    objective = answer("run", tiny, "--out", tmp_path / "run")["sizing"]["objective_usd"]
    told = answer("export", tiny, "--mps", tmp_path / "mps")
    files = told["files"]
    highs = highspy.Highs()
    highs.setOptionValue("output_flag", False)
    highs.readModel(files["program"])
    highs.run()
    assert told["objective_usd"] == 18000 / 1e4  # one unit of money: a ten-thousandth of an unserved week
    assert highs.getInfo().objective_function_value * told["objective_usd"] == pytest.approx(objective, rel=1e-6)
    names = (tmp_path / "mps" / "columns.csv").read_text().splitlines()
    assert len(names) == highs.getNumCol() + 1
    assert len((tmp_path / "mps" / "rows.csv").read_text().splitlines()) == highs.getNumRow() + 1
    assert names[1] == "c0,,held,chip/BBB/pair,,0.01"  # a thousandth of the ten a week that the world uses
    assert next(line for line in names if ",loss," in line).endswith(f",{told['objective_usd']}")
    assert "c" + str(highs.getNumCol() - 1) in names[-1]


def test_export_writes_a_program_a_scenario_that_together_cost_the_same(tiny, tmp_path):
    objective = answer("run", tiny, "--out", tmp_path / "run")["sizing"]["objective_usd"]
    folder = Path(answer("export", tiny, "--mps", tmp_path / "mps")["files"]["scenarios"])
    trees = [json.loads(path.read_text()) for path in sorted(folder.glob("*_nonants.json"))]
    chances = [tree["scenarioData"]["scenProb"] for tree in trees]
    assert sum(chances) == pytest.approx(1.0)
    assert trees[-1]["scenarioData"]["name"] == "calm year"
    roots = [tree["treeData"]["nodes"]["ROOT"]["nonAnts"] for tree in trees]
    shared = len(roots[0])
    assert all(names == [f"c{n}" for n in range(shared)] for names in roots)
    programs = [read_back(path) for path in sorted(folder.glob("*.mps"))]
    assert by_clarabel(put_together(programs, chances, shared)) * 18000 / 1e4 == pytest.approx(objective, rel=1e-5)


def read_back(path):
    """A written program as arrays again."""
    highs = highspy.Highs()
    highs.setOptionValue("output_flag", False)
    highs.readModel(str(path))
    model = highs.getLp()
    shape, matrix = (model.num_row_, model.num_col_), model.a_matrix_
    return LinearProgram(
        cost=np.array(model.col_cost_), matrix=sparse.csc_matrix((matrix.value_, matrix.index_, matrix.start_), shape),
        row_lower=np.array(model.row_lower_), row_upper=np.array(model.row_upper_),
        column_lower=np.array(model.col_lower_), column_upper=np.array(model.col_upper_),
    )  # fmt: skip


def put_together(programs, chances, shared):
    """Programs whose first columns are the same decision as one, each weighed by its chance."""
    rows = sum(program.shape[0] for program in programs)
    matrix = sparse.lil_matrix((rows, shared + sum(program.shape[1] - shared for program in programs)))
    down, along = 0, shared
    for program in programs:
        height, width = program.shape
        matrix[down : down + height, :shared] = program.matrix[:, :shared]
        matrix[down : down + height, along : along + width - shared] = program.matrix[:, shared:]
        down, along = down + height, along + width - shared
    own = [chance * program.cost[shared:] for program, chance in zip(programs, chances, strict=True)]
    lower, upper = (
        np.concatenate([getattr(programs[0], side)[:shared], *(getattr(each, side)[shared:] for each in programs)])
        for side in ("column_lower", "column_upper")
    )
    return LinearProgram(
        cost=np.concatenate([sum(c * p.cost[:shared] for c, p in zip(chances, programs, strict=True)), *own]),
        matrix=matrix.tocsc(), row_lower=np.concatenate([program.row_lower for program in programs]),
        row_upper=np.concatenate([program.row_upper for program in programs]), column_lower=lower, column_upper=upper,
    )  # fmt: skip


def test_export_writes_a_workbook_that_reads_back(tiny, tmp_path):
    from resilience.loaders import read_excel
    from resilience.network import Network

    (tmp_path / "folder.xlsx").mkdir()
    assert "Cannot write" in call("export", tiny, "--excel", tmp_path / "folder.xlsx", code=1)[1]
    assert "must end in .xlsx" in call("export", tiny, "--excel", tmp_path / "net.csv", code=2)[1]
    call("export", tiny, "--excel", tmp_path / "net.xlsx")
    assert read_excel(tmp_path / "net.xlsx").checksum() == Network.read(tiny.parent / "net").checksum()


def test_export_without_a_target_is_wrong_usage(tiny):
    assert "--mps DIR" in call("export", tiny, code=2)[1]


def test_doctor_finds_this_installation_sound():
    found = answer("doctor")
    assert found["ok"]
    assert found["solver_check"] == "ok"
    assert "All is well." in call("doctor")[0]


@pytest.mark.parametrize("command", ["list", "doctor"])
def test_out_writes_the_answer(command, tmp_path):
    call(command, "--out", tmp_path / "out")
    assert json.loads((tmp_path / "out" / "answer.json").read_text())


def test_help_names_every_command_and_exit_code():
    stdout, _ = call("--help")
    for word in (
        "adversary",
        "allocate",
        "list",
        "show",
        "check",
        "metrics",
        "stress",
        "controls",
        "exercise",
        "new",
        "new-data",
        "run",
        "compare",
        "cycle",
        "export",
        "doctor",
        "Exit codes",
    ):
        assert word in stdout


QUICK = {"list_", "new", "schema", "doctor"}  # over before a first word would be said


def imported_at_once(function: ast.FunctionDef) -> list[str]:
    """What of this package a command imports before it begins to wait for its work."""
    return [node.module for node in function.body if isinstance(node, ast.ImportFrom)]


def test_commands_say_their_first_word_before_they_import_what_they_need():
    commands = Path(resilience.__file__).parent / "cli" / "commands"
    found = [
        (function.name, imported_at_once(function))
        for path in sorted(commands.glob("*.py")) for function in ast.parse(path.read_text("utf-8")).body
        if isinstance(function, ast.FunctionDef)
    ]  # fmt: skip
    assert {"run", "share", "stress", "check"} < {name for name, _ in found}
    assert {name for name, modules in found if modules} == QUICK


def test_waiting_for_work_imports_nothing_that_takes_long():
    told = "import sys, resilience.cli.app; print('pandas' in sys.modules, 'numpy' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", told], capture_output=True, text=True, check=True)
    assert done.stdout == "False False\n"


def test_weeks_on_a_command_line_end_where_those_of_a_study_do():
    assert LONGEST == MOST_WEEKS  # told twice, so that help need not read what reads studies
