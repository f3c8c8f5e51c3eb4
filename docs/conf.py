"""How Sphinx builds these pages: `uv run --group docs sphinx-build -W docs docs/_build/html`."""

import gc
from importlib.metadata import version as installed

from sphinx.application import Sphinx

from resilience.engine.threads import keep_to_one_thread

gc.disable()  # documents are large rings of nodes, and looking for garbage in them is a third of a build's time
keep_to_one_thread()  # for the kernels of notebooks, as commands do

project = "supply-resilience"
author = "The supply-resilience maintainers"
version = release = installed("supply-resilience")

extensions = ["myst_nb", "sphinx.ext.autodoc", "sphinx.ext.napoleon"]
exclude_patterns = ["_build"]
default_role = "py:obj"  # a name in backticks is code, and a link where the reference has it
myst_enable_extensions = ["colon_fence", "deflist", "dollarmath"]
myst_heading_anchors = 3

autodoc_member_order = "bysource"
autodoc_typehints = "description"

nb_execution_timeout = 200  # notebooks are kept without outputs, and run when the pages are built
nb_execution_raise_on_error = True

html_theme = "furo"
html_title = "supply-resilience"


def programs_as_written(app: Sphinx, what: str, name: str, thing: object, options: object, lines: list[str]) -> None:
    """A module's docstring that states a program keeps its columns."""
    if what == "module" and any(line.startswith("Subject to") for line in lines):
        lines[:] = ["::", "", *(f"   {line}" for line in lines)]


def setup(app: Sphinx) -> None:
    app.connect("autodoc-process-docstring", programs_as_written, priority=1)
