"""How Sphinx builds these pages: `uv run --group docs sphinx-build -W docs docs/_build`."""

from importlib.metadata import version as installed

project = "supply-resilience"
author = "The supply-resilience maintainers"
version = release = installed("supply-resilience")

extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinx.ext.napoleon"]
exclude_patterns = ["_build"]
myst_enable_extensions = ["colon_fence", "deflist", "dollarmath"]
myst_heading_anchors = 3

autodoc_member_order = "bysource"
autodoc_typehints = "description"

html_theme = "furo"
html_title = "supply-resilience"
