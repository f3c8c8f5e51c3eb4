"""Engines as words on a command line."""

from __future__ import annotations

import re

from resilience.engine.cluster import Dask
from resilience.engine.processes import Processes
from resilience.engine.serial import Serial
from resilience.engine.team import Engine
from resilience.errors import AskError, near

FORMS = ("serial", "processes", "processes:2", "dask://host:port")


def parse(words: str) -> Engine:
    """The engine that `words` ask for: `serial`, `processes` (one a core), `processes:2`, `dask://host:port`.

    Raises
    ------
    AskError
        If they ask for none of these.

    >>> parse("processes:2")
    Processes(workers=2, attempts=3)
    >>> parse("dask://10.0.0.1:8786").address
    'tcp://10.0.0.1:8786'
    >>> parse("procesess:2")
    Traceback (most recent call last):
        ...
    resilience.errors.AskError: No engine 'procesess:2'. Did you mean processes?
      Engines: serial, processes, processes:2, dask://host:port
    """
    kind, colon, rest = words.strip().partition(":")
    forms = [f"Engines: {', '.join(FORMS)}"]
    if kind == "serial":
        if colon:
            raise AskError(f"{words!r}: serial takes nothing more", forms)
        return Serial()
    if kind == "processes":
        if not colon:
            return Processes()
        if not re.fullmatch(r"[1-9][0-9]*", rest):
            raise AskError(f"{words!r}: after processes: comes how many, a whole number from 1", forms)
        return Processes(workers=int(rest))
    if kind == "dask":
        if not re.fullmatch(r"//[^/\s]+:[0-9]{1,5}", rest):
            raise AskError(f"{words!r}: after dask:// come the scheduler's host and port, as it prints them", forms)
        return Dask(address=f"tcp:{rest}")
    if kind == "tcp":
        raise AskError(f"{words!r}: say dask:{rest} for the dask scheduler there", forms)
    raise AskError(f"No engine {words!r}. {near(kind, ['serial', 'processes', 'dask'])}", forms)
