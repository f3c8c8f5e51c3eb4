"""Imports run one way: a module may import only what stands before it in ORDER."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[1] / "resilience"

# A name is a module or a folder of modules, within which imports are free. A name may stand here before it exists.
# Drawing and reporting come before `result`: they are functions of a `reading`, and a result draws and saves itself.
ORDER = (
    "errors",
    "amounts",
    "shown",
    "formulas",
    "formats",
    "lookup",
    "library",
    "provenance",
    "engine",
    "journal",
    "lines",
    "written",
    "tables",
    "rules",
    "network",
    "balance",
    "uncertainty",
    "firms",
    "loaders",
    "metrics",
    "recovery",
    "disruption",
    "scenario",
    "hazards",
    "policy",
    "mitigation",
    "periods",
    "substitution",
    "physics",
    "stores",
    "solver",
    "standing",
    "risk",
    "simulate",
    "sizing",
    "adversary",
    "sharing",
    "datasets",
    "inquiry",
    "controls",
    "history",
    "kinds",
    "study",
    "drawing",
    "stating",
    "data_interval",
    "knowledge",
    "models",
    "reading",
    "views",
    "report",
    "plot",
    "folder",
    "sized",
    "headline",
    "exercise",
    "result",
    "answering",
    "compare",
    "stress",
    "runs",
    "cli",
    "__main__",
)


def room(path: Path) -> str:
    """The name in ORDER that a file belongs to; "" for the package's own face."""
    inside = path.relative_to(PACKAGE).with_suffix("").parts
    return "" if inside == ("__init__",) else inside[0]


def imported(path: Path, source: str) -> Iterator[tuple[int, str]]:
    """Each line that imports from this package, at the top or inside a function, and the room it names.

    What stands under `if TYPE_CHECKING` is left out: it is never imported.
    """
    parents = ("resilience", *path.relative_to(PACKAGE).parts[:-1])
    for node in ast.walk(_RunTime().visit(ast.parse(source))):
        names: list[str] = []
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            base = ".".join(parents[: len(parents) + 1 - node.level]) if node.level else ""
            base = ".".join(part for part in (base, node.module) if part)
            names = [f"{base}.{alias.name}" for alias in node.names]
        for name in names:
            if name == "resilience" or name.startswith("resilience."):
                yield node.lineno, name.partition(".")[2].partition(".")[0]


class _RunTime(ast.NodeTransformer):
    def visit_If(self, node: ast.If) -> ast.AST | list[ast.stmt]:
        if ast.unparse(node.test) in ("TYPE_CHECKING", "typing.TYPE_CHECKING"):
            return [self.visit(branch) for branch in node.orelse]
        return self.generic_visit(node)


def faults(path: Path, source: str) -> Iterator[str]:
    """What is wrong with the imports of one file."""
    here = room(path)
    where = path.relative_to(PACKAGE.parent)
    if here == "":
        return
    if here not in ORDER:
        yield f"{where}: {here!r} has no place yet. Add it to ORDER in tests/test_imports.py, after all it imports."
        return
    for line, target in dict.fromkeys(imported(path, source)):
        if (PACKAGE / f"{target}.py").is_file() and target not in ORDER:
            continue  # told once, where that module is read
        if target not in ORDER:
            yield f"{where}:{line}: imports {target!r} from the package's face; import from the module that defines it."
        elif ORDER.index(target) > ORDER.index(here):
            yield f"{where}:{line}: {here!r} imports {target!r}, which ORDER in tests/test_imports.py puts after it."


def test_every_module_imports_only_what_stands_before_it():
    found = [fault for path in sorted(PACKAGE.rglob("*.py")) for fault in faults(path, path.read_text("utf-8"))]
    assert not found, "\n".join(found)


@pytest.mark.parametrize(
    ("path", "source", "told"),
    [
        ("network.py", "from resilience.cli import main", "'network' imports 'cli'"),
        ("network.py", "from resilience import tables, plot", "'network' imports 'plot'"),
        ("network.py", "import resilience.study as s", "'network' imports 'study'"),
        ("network.py", "def later():\n    from .models import load", "network.py:2: 'network' imports 'models'"),
        ("sizing/program.py", "from ..study import Study", "'sizing' imports 'study'"),
        ("study.py", "from resilience import Network", "imports 'Network' from the package's face"),
        ("study.py", "import resilience", "imports '' from the package's face"),
        ("stockpile.py", "", "'stockpile' has no place yet"),
    ],
)
def test_a_wrong_import_is_told(path, source, told):
    assert told in "\n".join(faults(PACKAGE / path, source))


@pytest.mark.parametrize(
    ("path", "source"),
    [
        ("network.py", "import pandas as pd\nfrom resilience.errors import near"),
        ("sizing/program.py", "from . import compiled\nfrom resilience.sizing.compiled import tile"),
        (
            "report/page.py",
            "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from resilience.result import Result",
        ),
        ("__init__.py", "from resilience.cli import main"),
    ],
)
def test_a_right_import_passes(path, source):
    assert list(faults(PACKAGE / path, source)) == []
