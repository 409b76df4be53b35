"""File locks of a checkout. The system frees them when their holder dies, so none is ever stale."""

from __future__ import annotations

import fcntl
import json
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

POLL_S = 0.2


class RunLock:
    """The lock of the one ``run`` or ``test`` of a checkout; it carries what the holder says of itself."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._descriptor: int | None = None

    def acquire(self) -> bool:
        """Return whether the lock is ours now."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(self.path, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(descriptor)
            return False
        self._descriptor = descriptor
        return True

    def release(self) -> None:
        if self._descriptor is not None:
            os.ftruncate(self._descriptor, 0)
            os.close(self._descriptor)
            self._descriptor = None

    def describe(self, **facts: str | int) -> None:
        """Keep facts about the holder, such as its process id and its address."""
        if self._descriptor is None:
            raise RuntimeError("only the holder of a lock may describe itself")
        text = json.dumps(facts).encode()
        os.ftruncate(self._descriptor, 0)
        os.pwrite(self._descriptor, text, 0)

    def read(self) -> dict[str, str | int]:
        """Return what the holder, or the last one if it died, said of itself."""
        try:
            facts = json.loads(self.path.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return {}
        return facts if isinstance(facts, dict) else {}


@contextmanager
def exclusive(path: Path, *, waiting_for: str) -> Iterator[None]:
    """Hold a lock, waiting for whoever has it, and saying so."""
    lock = RunLock(path)
    told = False
    while not lock.acquire():
        if not told:
            print(f"(waiting for {waiting_for}) ", end="", flush=True)
            told = True
        time.sleep(POLL_S)
    try:
        yield
    finally:
        lock.release()
