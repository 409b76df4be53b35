"""Locks between the processes of one machine, held on a file and freed by the system when they die."""

from __future__ import annotations

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from grid.warehouse.errors import WarehouseConflict, WarehouseUnavailable

WAIT_S = 600.0
_POLL_S = 0.05


@contextmanager
def held(path: Path, *, exclusive: bool, wait_s: float = WAIT_S) -> Iterator[None]:
    """Hold the lock at ``path``: shared among writers that may overlap, exclusive for one alone.

    Raises:
        WarehouseConflict: if it is not free within ``wait_s``.
        WarehouseUnavailable: if the file cannot be created.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o664)
    except OSError as error:
        raise WarehouseUnavailable(f"cannot lock {path.stem} for writing: {error}") from error
    try:
        _acquire(descriptor, fcntl.LOCK_EX if exclusive else fcntl.LOCK_SH, path, wait_s)
        yield
    finally:
        os.close(descriptor)


def _acquire(descriptor: int, kind: int, path: Path, wait_s: float) -> None:
    deadline = time.monotonic() + wait_s
    while True:
        try:
            fcntl.flock(descriptor, kind | fcntl.LOCK_NB)
            return
        except BlockingIOError:
            if time.monotonic() >= deadline:
                raise WarehouseConflict(
                    f"another process has been writing table {path.stem} for over {wait_s:.0f} s",
                    table=path.stem,
                ) from None
            time.sleep(_POLL_S)
