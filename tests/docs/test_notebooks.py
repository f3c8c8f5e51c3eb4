from pathlib import Path

import nbformat
import pytest
from jupyter_core.utils import run_sync
from nbclient import NotebookClient

NOTEBOOKS = sorted((Path(__file__).parents[2] / "docs" / "notebooks").glob("*.ipynb"))


@pytest.fixture(scope="module")
def kernel():
    """One interpreter for all, emptied between them: to start one and import takes longer than most notebooks do."""
    client = NotebookClient(nbformat.v4.new_notebook())
    client.create_kernel_manager()
    client.start_new_kernel()
    client.start_new_kernel_client()
    client.kc.stop_channels()
    yield client.km
    run_sync(client.km.shutdown_kernel)(now=True)


def ran(notebook, kernel, folder):
    """The cells of a notebook with their outputs, from an empty namespace in a folder of its own."""
    clean = nbformat.v4.new_code_cell(f"%reset -f\n%cd -q {folder}")
    whole = nbformat.v4.new_notebook(cells=[clean, *notebook.cells])
    client = NotebookClient(whole, km=kernel, timeout=200)
    client.execute()
    client.kc.stop_channels()
    return whole.cells[1:]


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_the_notebook_runs_from_top_to_bottom(path, kernel, tmp_path):
    cells = ran(nbformat.read(path, as_version=4), kernel, tmp_path)
    shown = [output for cell in cells for output in cell.get("outputs", ())]
    assert any("image/png" in output.get("data", {}) for output in shown)
    assert any("text/html" in output.get("data", {}) for output in shown)


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_the_notebook_is_kept_without_outputs(path):
    notebook = nbformat.read(path, as_version=4)
    assert [cell for cell in notebook.cells if cell.get("outputs") or cell.get("execution_count")] == []


def test_there_are_notebooks():
    assert NOTEBOOKS
