"""A folder to fill with data of one's own, or filled with made-up firms or what a workbook holds: new-data."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from resilience.cli.answer import Answer
from resilience.errors import AskError
from resilience.firms import firm_network
from resilience.loaders import read_excel
from resilience.loaders.template import WORKBOOK, write_template
from resilience.network import Network

FEWEST, GOODS = 5, 20  # goods of a made-up network: it has five tiers, and two firms a good at least


def made_up(folder: Path, *, firms: int, seed: int) -> Answer:
    """Write a made-up network of firms.

    Raises
    ------
    AskError
        If the folder holds anything or cannot be written, or there are too few firms.
    """
    _refuse_used(folder)
    network = firm_network(np.random.default_rng(seed), firms=firms, goods=max(FEWEST, min(GOODS, firms // 2)))
    _write(network, folder)
    then = f"Look at it with: resilience metrics {folder}"
    text = (
        f"Written {folder}: {network!r}. It is made up, for trials of speed and method; nothing in it is data. {then}"
    )
    return Answer(text=text, data={"folder": str(folder), "firms": firms, "seed": seed, "made_up": True})


def from_workbook(folder: Path, book: Path) -> Answer:
    """Write what a workbook holds as a folder.

    Raises
    ------
    DataError
        If the workbook breaks the rules of a network, naming every fault.
    AskError
        If the folder holds anything or cannot be written.
    """
    _refuse_used(folder)
    network = read_excel(book)
    _write(network, folder)
    text = f'Written {folder} from {book}: {network!r}. A study names it by: dataset = "{folder.name}"'
    return Answer(text=text, data={"folder": str(folder), "workbook": str(book)})


def _refuse_used(folder: Path) -> None:
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise AskError(f"{folder} is there already and not empty. Give another name, or move it away")


def _write(network: Network, folder: Path) -> None:
    try:
        network.write(folder)
    except OSError as error:
        raise AskError(f"Cannot write {folder}: {error.strerror or error}. Give another folder") from error


def template(folder: Path) -> Answer:
    """Write the template, and say what to do with it."""
    written = write_template(folder)
    names = [path.name for path in written]
    book = "" if WORKBOOK in names else ' For a workbook as well: pip install "supply-resilience[excel]".'
    then = f"Fill the tables as its README.md says, then: resilience check {folder}"
    text = f"Written {folder}, a template of {sum(name.endswith('.csv') for name in names)} tables. {then}.{book}"
    return Answer(text=text, data={"folder": str(folder), "files": {path.name: str(path) for path in written}})
