"""What these pages show runs as part of the tests: Python, commands after `$`, and files whose first line names them.

Each page runs in a folder of its own, from top to bottom. A command must end well, and print what the page shows under
it; `...` stands for anything.
"""

import doctest
import os
import shlex
import shutil
import tempfile
from pathlib import Path

from sybil import Example, Sybil
from sybil.parsers.myst import CodeBlockParser, PythonCodeBlockParser
from typer.testing import CliRunner

from resilience.cli import app

collect_ignore = ["conf.py"]  # for Sphinx, which the tests do without
LOOSE = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE


def run_commands(example: Example) -> str | None:
    """Run each `$ resilience ...` of a console block in this interpreter: one of its own would import for seconds."""
    for part in example.parsed.strip().removeprefix("$ ").split("\n$ "):
        command, _, expected = part.partition("\n")
        program, *words = shlex.split(command)
        assert program == "resilience", f"this page runs {program!r}, and tests run resilience alone"
        done = CliRunner().invoke(app, words)
        if done.exit_code:
            return f"{command} ends with {done.exit_code}:\n{done.stderr}"
        shown, printed = expected.strip() + "\n", done.stdout.strip() + "\n"
        if expected and not doctest.OutputChecker().check_output(shown, printed, LOOSE):
            return f"{command} prints\n{done.stdout}\nand the page shows\n{expected}"
    return None


def write_file(example: Example) -> None:
    """Keep a TOML block as the file that its first line names."""
    first, _, text = example.parsed.partition("\n")
    Path(first.removeprefix("#").strip()).write_text(text, encoding="utf-8")


def enter(namespace: dict[str, object]) -> None:
    namespace["home"], namespace["folder"] = str(Path.cwd()), tempfile.mkdtemp()
    os.chdir(str(namespace["folder"]))


def leave(namespace: dict[str, object]) -> None:
    os.chdir(str(namespace["home"]))
    shutil.rmtree(str(namespace["folder"]))


pytest_collect_file = Sybil(
    parsers=[
        PythonCodeBlockParser(),
        CodeBlockParser(language="console", evaluator=run_commands),
        CodeBlockParser(language="toml", evaluator=write_file),
    ],
    patterns=["**/*.md"],
    setup=enter,
    teardown=leave,
).pytest()
