"""An append-only file of answers: a record each, with its own checksum, so that a torn last one is seen and dropped."""

from __future__ import annotations

import errno
import os
import struct
import threading
import time
import zlib
from contextlib import suppress
from hashlib import blake2b
from pathlib import Path
from typing import Any

from resilience.errors import RunError
from resilience.journal.plain import read, written

HEAD = struct.Struct(">32sQ16s")  # fingerprint of what was asked, length of the answer, checksum of both
SYNC_SECONDS = 1.0  # a killed process loses nothing that was handed to the system; a power cut, so much
FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


class Log:
    """The answers in `path`; what is there already is read, up to the first record that is not whole.

    Raises
    ------
    RunError
        If it cannot be opened.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.places: dict[bytes, tuple[int, int]] = {}
        self._turn = threading.Lock()  # Ctrl-C comes in another thread than work
        try:
            path.touch()
            self._file = path.open("r+b", buffering=0)
            self.dropped = self._scan()
        except OSError as error:
            raise RunError(f"Cannot open {path}: {error.strerror or error}") from error
        self._synced = time.monotonic()

    def __len__(self) -> int:
        """How many answers there are; one that is being added is waited for, so that nobody takes the log for empty."""
        if self._file.closed:
            return len(self.places)
        with self._turn:
            return len(self.places)

    def __contains__(self, key: bytes) -> bool:
        return key in self.places

    def get(self, key: bytes) -> Any:
        """The answer to what has this fingerprint.

        Raises
        ------
        RunError
            If it is no answer of ours.
        """
        place, length = self.places[key]
        try:
            with self._turn:
                data = self._read(place, length)
            return read(zlib.decompress(data))
        except Exception as error:
            raise RunError(f"{self.path} holds what no run wrote ({error}). Do not trust this folder") from error

    def put(self, key: bytes, value: object) -> None:
        """Add an answer; one that is there already is not added again.

        Raises
        ------
        RunError
            If there is no room for it. What is there stays.
        """
        if key in self.places:
            return
        data = zlib.compress(written(value), 1)
        with self._turn:
            try:
                self._append(HEAD.pack(key, len(data), _checksum(key, data)) + data)
                self._sync()
            except OSError as error:
                self._file.truncate(self._end)
                raise RunError(self._why(error)) from error
            self.places[key] = (self._end + HEAD.size, len(data))
            self._end += HEAD.size + len(data)

    def _sync(self) -> None:
        if time.monotonic() - self._synced > SYNC_SECONDS:
            os.fsync(self._file.fileno())
            self._synced = time.monotonic()

    def close(self) -> None:
        """Wait for an answer that is being added, and add no more."""
        self._turn.acquire()
        with suppress(OSError):  # what the disk did not take is missed, by its checksum, when it is read
            os.fsync(self._file.fileno())
        self._file.close()

    def _append(self, record: bytes) -> None:
        self._file.seek(self._end)
        rest = memoryview(record)
        while rest:  # a disk that is almost full takes a part, and refuses the next
            rest = rest[self._file.write(rest) :]

    def _read(self, place: int, length: int) -> bytes:
        self._file.seek(place)
        return self._file.read(length)

    def _scan(self) -> int:
        """Finds the records; how many bytes of a torn one were cut off."""
        size, self._end = self.path.stat().st_size, 0
        while head := self._read(self._end, HEAD.size):
            if len(head) < HEAD.size:
                break
            key, length, checksum = HEAD.unpack(head)
            place = self._end + HEAD.size
            if place + length > size or _checksum(key, self._read(place, length)) != checksum:
                break
            self.places[key] = (place, length)
            self._end = place + length
        self._file.truncate(self._end)
        return size - self._end

    def _why(self, error: OSError) -> str:
        what = "The disk is full" if error.errno in FULL else f"Cannot write: {error.strerror or error}"
        kept = f"{len(self.places)} finished pieces of work are kept in {self.path}"
        return f"{what}. {kept if self.places else 'Nothing was finished'}."


def _checksum(key: bytes, data: bytes) -> bytes:
    return blake2b(data, key=key, digest_size=16).digest()
