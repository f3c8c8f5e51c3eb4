"""Commands that look at what is there, or write a first file to change."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from resilience.cli.answer import Answer, Say, give, give_when_done, patiently
from resilience.cli.options import Json, Named, Networked, Out


def list_(json: Json = False, out: Out = None) -> None:
    """Name the datasets and models that ship."""
    from resilience.cli.catalogue import listed

    give(listed(), json=json, out=out)


def show(
    name: Named,
    table: Annotated[str | None, typer.Option(help="Print one table as CSV instead.")] = None,
    licences: Annotated[bool, typer.Option("--licences", help="List the sources with their licences.")] = False,
    json: Json = False,
    out: Out = None,
) -> None:
    """Describe a dataset (counts, vintage, coverage by confidence, what is assumed) or a model."""

    def described(say: Say) -> Answer:
        from resilience.cli.catalogue import shown

        say(f"reading {name}")
        return shown(name, table=table, licences=licences)

    give_when_done(described, json=json, out=out)


def check(
    path: Annotated[str, typer.Argument(metavar="FOLDER|STUDY.toml", help="What to check; a shipped name will do.")],
    json: Json = False,
    out: Out = None,
) -> None:
    """Name every fault of a network's folder or a study, with file, row or line, and remedy."""

    def looked_at(say: Say) -> Answer:
        from resilience.cli.catalogue import checked

        say(f"checking {path}")
        return checked(path)

    answer = patiently(looked_at, quiet=json)
    give(answer, json=json, out=out, err=not answer.data["ok"])
    if not answer.data["ok"]:
        raise typer.Exit(1)


def metrics(
    name: Networked,
    members: Annotated[str | None, typer.Option(help="Count demand of this bloc or country only.")] = None,
    supplier: Annotated[list[str] | None, typer.Option(help="Country or bloc depended on; may be repeated.")] = None,
    json: Json = False,
    out: Out = None,
) -> None:
    """Structure of a network: concentration, dependence, chokepoints, single losses, days of cover."""

    def measured(say: Say) -> Answer:
        from resilience.cli.structure import measured

        return measured(name, members=members, suppliers=supplier, say=say)

    give_when_done(measured, json=json, out=out)


def new(
    name: Annotated[str, typer.Argument(metavar="NAME", help="Name of the new study; NAME.toml is written.")],
    source: Annotated[
        str, typer.Option("--from", metavar="MODEL", help="A shipped model or a TOML file to start from.")
    ],
    json: Json = False,
    out: Annotated[Path, typer.Option("--out", metavar="DIR", help="Folder to write it in.")] = Path(),
) -> None:
    """Copy a study, comments and all, to change it."""
    from resilience.cli.catalogue import copied

    give(copied(name, source, out), json=json)


def new_data(
    folder: Annotated[Path, typer.Argument(metavar="FOLDER", help="A new folder for the template.")],
    firms: Annotated[
        int | None, typer.Option(metavar="N", help="A made-up network of N firms instead, for trials at scale.")
    ] = None,
    seed: Annotated[int, typer.Option(min=0, help="With --firms: the same seed, the same firms.")] = 1,
    workbook: Annotated[
        Path | None,
        typer.Option(metavar="BOOK.xlsx", help="What a filled workbook holds instead, for studies to name."),
    ] = None,
    json: Json = False,
) -> None:
    """Write a template for data of your own: tables with their columns, units and an example."""
    if firms is not None and workbook is not None:
        raise typer.BadParameter("give --firms or --workbook: a folder holds one network")

    def written(say: Say) -> Answer:
        from resilience.cli.template import from_workbook, made_up, template

        say(f"writing {folder}")
        if workbook is not None:
            return from_workbook(folder, workbook)
        return template(folder) if firms is None else made_up(folder, firms=firms, seed=seed)

    give_when_done(written, json=json)


def schema(
    out: Annotated[Path | None, typer.Option("--out", metavar="DIR", help="Write study.schema.json there.")] = None,
) -> None:
    """Print the JSON Schema of a study's file, with which editors complete and check it."""
    from resilience.cli.schemas import told

    give(told(out))


def doctor(json: Json = False, out: Out = None) -> None:
    """Look at this installation: versions, solver, where data lies, which extras are there."""
    from resilience.cli.health import examined

    answer: Answer = examined()
    give(answer, json=json, out=out)
    if not answer.data["ok"]:
        raise typer.Exit(1)
