"""Arguments and options that several commands take."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

Json = Annotated[bool, typer.Option("--json", help="Print one JSON object on stdout and nothing else.")]
Out = Annotated[Path | None, typer.Option("--out", metavar="DIR", help="Write what is shown to files in this folder.")]
Studied = Annotated[str, typer.Argument(metavar="STUDY", help="A shipped model, or a study's TOML file.")]
Networked = Annotated[str, typer.Argument(metavar="NAME", help="A shipped dataset, or a folder of CSV files.")]
ENGINES = "serial|processes[:N]|dask://HOST:PORT"
Engined = Annotated[str, typer.Option("--engine", metavar=ENGINES, help="Where work is done; the answer is the same.")]
Named = Annotated[str, typer.Argument(metavar="NAME", help="A shipped dataset or model, a folder, or a TOML file.")]

FAILED = 3  # the exit code where some scenarios failed
LONGEST = 5_200  # weeks: a century, as a study has at most
