"""How many threads numerical libraries take: one, wherever the work is split over processes or not worth splitting."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager

# Numerical libraries read these when they are loaded.
THREADS = ("MKL_NUM_THREADS", "NUMBA_NUM_THREADS", "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "VECLIB_MAXIMUM_THREADS")


@contextmanager
def one_thread() -> Iterator[None]:
    """What is started here inherits one thread; this process keeps what it had."""
    before = {name: os.environ.get(name) for name in THREADS}
    os.environ.update(dict.fromkeys(THREADS, "1"))
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value


def keep_to_one_thread() -> None:
    """One thread for libraries that are loaded from now on, but for those of which the environment says otherwise.

    Its work is sparse and its solver has one thread: more of them wait for one another, at a tenth of a run's time.
    """
    for name in THREADS:
        os.environ.setdefault(name, "1")
