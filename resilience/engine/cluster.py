"""A dask cluster: workers on this machine or on many, which come and go under a scheduler.

The scheduler does again what dead workers left. It cannot tell which of a worker's tasks killed it, and blames all that
waited there; so a task it gives up is tried once more with nothing else under way before it is called lost.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import CancelledError
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from time import monotonic, sleep
from typing import Any
from uuid import uuid4

from resilience.engine.futures import Guests, LostError, forget, learn, serve
from resilience.engine.task import packed_recipe
from resilience.engine.team import Team
from resilience.errors import AskError, EngineError, MissingExtraError
from resilience.provenance import versions

ASK_SECONDS = 10.0  # for the scheduler to say who its workers are
WAIT_SECONDS = 0.2  # between two looks for a first worker
FETCH_SECONDS = 5.0  # for a result that is ready, before looking again at whether its worker is there


@dataclass(frozen=True, kw_only=True)
class Dask:
    """The workers of the dask scheduler at `address`, such as tcp://10.0.0.1:8786.

    `patience_seconds` is how long to wait for the scheduler, and for a first worker or, when all are gone, another.
    Start workers with one thread (`--nthreads 1`): solvers use one, and `home` means one worker's one thread. All need
    the versions that this process has. Do not use a cluster for tasks of a few milliseconds: each costs some.
    """

    address: str
    patience_seconds: float = 60.0

    def __post_init__(self) -> None:
        if not self.patience_seconds > 0:
            raise AskError(f"patience_seconds is {self.patience_seconds!r}: it must be above 0")

    @contextmanager
    def team(self, build: Callable[[], Any]) -> Iterator[Team]:
        """The cluster's workers, those included that join later; none is started or stopped."""
        recipe = packed_recipe(build)
        try:
            from distributed import Client
        except ImportError as error:
            raise MissingExtraError("distributed", "cluster") from error
        try:
            client = Client(self.address, timeout=self.patience_seconds, set_as_default=False)
        except (OSError, ValueError) as error:
            raise EngineError(
                f"No dask scheduler answers at {self.address}: {error}. Start one with: dask scheduler"
            ) from error
        host = _Host(self, client, uuid4().hex, recipe)
        try:
            host.wait()
            yield Guests(host, host.recipe)
        finally:
            host.leave()


class _Host:
    def __init__(self, engine: Dask, client: Any, team: str, recipe: bytes) -> None:
        self.engine = engine
        self.client = client
        self.team = team
        self.recipe = recipe
        self.threads: dict[str, int] = {}  # of each worker
        self.homes: dict[str, str] = {}
        self.placed: dict[str, str] = {}  # where a task sent home was sent
        self.alone_since: float | None = None

    def wait(self) -> None:
        """For a worker."""
        self.look()
        while not self.threads:
            sleep(WAIT_SECONDS)
            self.look()

    def leave(self) -> None:
        """Take along what was left in workers."""
        with suppress(Exception):  # whoever is gone holds nothing
            if self.client.status == "running":
                self.client.run(forget, self.team)
        self.client.close()

    def submit(self, key: str, recipe: bytes | None, task: bytes, *, home: bool) -> Any:
        self.placed.pop(key, None)
        where = {}
        if home and self.threads:
            self.placed[key] = self._home(key)
            where = {"workers": [self.placed[key]]}
        name = f"resilience-{uuid4().hex}"
        return self.client.submit(serve, self.team, recipe, key, task, key=name, pure=False, **where)

    def _home(self, key: str) -> str:
        if self.homes.get(key) not in self.threads:
            held = Counter(dict.fromkeys(self.threads, 0))
            held.update(worker for worker in self.homes.values() if worker in held)
            self.homes[key] = min(held, key=lambda worker: held[worker])
        return self.homes[key]

    def room(self) -> int:
        return max(16, 4 * sum(self.threads.values()))

    def told(self, future: Any) -> bytes:
        from distributed import KilledWorker

        try:
            told: bytes = future.result(timeout=FETCH_SECONDS)
        except KilledWorker as error:
            raise LostError(
                f"ended {error.allowed_failures + 1} workers, the last at {error.last_worker.address}"
            ) from error
        except CancelledError as error:
            raise EngineError(self._gone()) from error
        return told

    def look(self) -> set[str]:
        """Greets who is new, and asks for what waits for homes that are gone."""
        there = self._workers()
        new = self._greeted(sorted(set(there) - set(self.threads)))
        self.threads = {worker: threads for worker, threads in there.items() if worker in new or worker in self.threads}
        if self.threads:
            self.alone_since = None
            return {key for key, worker in self.placed.items() if worker not in self.threads}
        self.alone_since = self.alone_since or monotonic()
        if monotonic() - self.alone_since >= self.engine.patience_seconds:
            raise EngineError(
                f"No worker of the dask scheduler at {self.engine.address} has answered for "
                f"{self.engine.patience_seconds:g} s. Start some with: dask worker {self.engine.address} --nthreads 1"
            )
        return set()

    def _workers(self) -> dict[str, int]:
        """Each worker that the scheduler knows, with its threads."""
        if self.client.status == "running":
            with suppress(OSError, TimeoutError):
                there: dict[str, int] = self.client.nthreads(callback_timeout=ASK_SECONDS)
                return there
        raise EngineError(self._gone())

    def _gone(self) -> str:
        return f"The dask scheduler at {self.engine.address} is gone. Start it again, and run what did not finish"

    def _greeted(self, workers: list[str]) -> set[str]:
        """Those of the new workers that answered; they have the recipe now, and are like us."""
        if not workers:
            return set()
        theirs = self.client.run(learn, self.team, self.recipe, workers=workers, on_error="return")
        told = {worker: said for worker, said in theirs.items() if not isinstance(said, OSError)}  # it is gone already
        faults = [fault for worker, said in told.items() for fault in _unlike(worker, said)]
        if faults:
            listed = "\n".join(f"  {fault}" for fault in faults)
            raise EngineError(
                f"Workers of the dask scheduler at {self.engine.address} would not give the answers that this process "
                f"gives. Install there what is here:\n{listed}"
            )
        return set(told)


def _unlike(worker: str, said: dict[str, str] | Exception) -> Iterator[str]:
    """How a worker's versions differ from ours."""
    if isinstance(said, Exception):
        yield f"{worker} cannot run the toolkit: {type(said).__name__}: {said}"
        return
    for package, here in versions().items():
        there = said.get(package, "not installed")
        if there != here:
            yield f"{worker} has {package} {there}, here it is {here}"
