import pickle

import pytest

from resilience.errors import (
    AskError,
    BalanceError,
    DataError,
    EngineError,
    Fault,
    InfeasibleError,
    MissingExtraError,
    ResilienceError,
    near,
)

FAULT = Fault(
    file="goods.csv", row=3, column="unit", value="", rule="must not be blank", remedy="Give what one unit is"
)


def test_a_fault_says_file_row_column_value_rule_and_remedy():
    fault = Fault(
        file="lanes.csv", row=7, column="origin", value="TWM", rule="unknown place", remedy="Did you mean TWN?"
    )
    assert str(fault) == "lanes.csv, row 7, column origin: 'TWM': unknown place. Did you mean TWN?."


def test_a_fault_without_a_cell_leaves_row_and_column_out():
    assert str(Fault(file="goods.csv", rule="missing table", remedy="Give it")) == "goods.csv: missing table. Give it."


def test_a_data_error_counts_and_numbers_its_faults():
    text = str(DataError("The network 'x' breaks its rules", [FAULT, FAULT]))
    assert text.splitlines()[0] == "The network 'x' breaks its rules: 2 faults"
    assert text.splitlines()[2].startswith("  2. goods.csv, row 3")
    assert "1 fault\n" in str(DataError("One", [FAULT]))


@pytest.mark.parametrize(
    "error",
    [
        DataError("Cannot read", [FAULT]),
        BalanceError("Does not balance", [FAULT]),
        AskError("No such bloc", ["a", "b"]),
        InfeasibleError("No plan", ["budget"]),
        EngineError("No worker answers", ["a", "b"]),
        MissingExtraError("openpyxl", "excel"),
    ],
)
def test_errors_survive_the_way_back_from_another_process(error):
    again = pickle.loads(pickle.dumps(error))
    assert type(again) is type(error)
    assert str(again) == str(error)
    assert vars(again) == vars(error)


def test_every_error_is_caught_as_one_and_as_what_python_calls_it():
    assert issubclass(BalanceError, DataError)
    assert issubclass(DataError, (ResilienceError, ValueError))
    assert issubclass(MissingExtraError, (ResilienceError, ImportError))


def test_a_missing_extra_names_the_command_that_installs_it():
    assert 'pip install "supply-resilience[excel]"' in str(MissingExtraError("openpyxl", "excel"))


def test_near_lists_at_most_twelve_names():
    assert near("?", [f"good{number:02}" for number in range(15)]).endswith("good11 and 3 more")
