"""One process at a time in a folder."""

from __future__ import annotations

import json
import os
import socket
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path

from resilience.errors import RunError


@dataclass(frozen=True, kw_only=True)
class Holder:
    """A process: its number, on which machine, and when it began (as the system counts; "" where it does not say)."""

    pid: int
    host: str
    began: str

    @classmethod
    def here(cls) -> Holder:
        """This process."""
        return cls(pid=os.getpid(), host=socket.gethostname(), began=_began(os.getpid()))

    def gone(self) -> bool:
        """Whether it has surely ended. Of another machine nothing is sure."""
        if self.host != socket.gethostname() or os.name == "nt":  # where to ask after a process would end it
            return False
        try:
            os.kill(self.pid, 0)
        except ProcessLookupError:
            return True
        except PermissionError:
            return False
        return _began(self.pid) != self.began  # the number was given to another process


def _began(pid: int) -> str:
    with suppress(OSError):
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[19]
    return ""


@dataclass(frozen=True, kw_only=True)
class Lock:
    """A file that is there as long as a process works in `folder`. It is left behind by one that was killed."""

    path: Path
    folder: Path

    def take(self) -> None:
        """Create the file, or take it over from a process of this machine that has ended.

        Raises
        ------
        RunError
            If another process holds it, or may hold it.
        """
        try:
            self._create(self.path)
        except FileExistsError:
            self._take_over()

    def release(self) -> None:
        """Remove the file."""
        self.path.unlink(missing_ok=True)

    def holder(self) -> Holder | None:
        """Who holds it, if anybody does; an unreadable file is held by nobody known."""
        try:
            return Holder(**json.loads(self.path.read_text("utf-8")))
        except FileNotFoundError:
            return None
        except (OSError, ValueError, TypeError):
            return Holder(pid=0, host="an unknown machine", began="")

    def refuse_held(self) -> None:
        """Complain if a process that may be alive holds it."""
        holder = self.holder()
        if holder is not None and not holder.gone():
            where = "this machine" if holder.host == socket.gethostname() else holder.host
            raise RunError(
                f"{self.folder} is in use by process {holder.pid} on {where}. Wait for it, or give another folder. "
                f"If that process has ended (its machine went down, say), delete {self.path}"
            )

    def _take_over(self) -> None:
        """Two that see one dead holder must not both win: who creates the second file first does."""
        self.refuse_held()
        turn = self.path.with_suffix(".turn")
        try:
            self._create(turn)
        except FileExistsError as error:
            raise RunError(f"Another process is just taking over {self.folder}. If none is, delete {turn}") from error
        try:
            self.refuse_held()
            os.replace(turn, self.path)  # noqa: PTH105 (the one call that replaces in one step on every system)
        except BaseException:
            turn.unlink(missing_ok=True)
            raise

    def _create(self, path: Path) -> None:
        file = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o666)
        try:
            os.write(file, json.dumps(asdict(Holder.here())).encode())
        except OSError:
            path.unlink()  # an empty one would be held by nobody known
            raise
        finally:
            os.close(file)
