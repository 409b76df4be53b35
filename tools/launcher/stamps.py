"""Stamps: what a step was last done for, so that it is repeated when, and only when, its inputs changed."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from hashlib import sha256
from pathlib import Path

SKIPPED_FOLDERS = frozenset({"node_modules", "dist", "coverage", "__pycache__", "test-results"})


def list_files(folder: Path, *, skipped: frozenset[str] = SKIPPED_FOLDERS) -> Iterator[Path]:
    """Yield the files below ``folder`` in a stable order, leaving out folders of the skipped names."""
    for parent, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if name not in skipped)
        for name in sorted(names):
            yield Path(parent) / name


def fingerprint(paths: Iterable[Path], *, extra: Iterable[str] = ()) -> str:
    """Return a hash of the names and contents of files and folders, and of extra strings.

    A path that does not exist counts as absent, which differs from empty.
    """
    digest = sha256()
    for path in paths:
        for file in list_files(path) if path.is_dir() else (path,):
            digest.update(f"{file}\0".encode())
            digest.update(sha256(file.read_bytes()).digest() if file.is_file() else b"absent")
    for text in extra:
        digest.update(f"{text}\0".encode())
    return digest.hexdigest()


class Stamp:
    """One remembered fingerprint. Forget it before the work begins, write it when the work is done."""

    def __init__(self, folder: Path, name: str) -> None:
        self.path = folder / name

    def matches(self, value: str) -> bool:
        """Return whether the work was last completed for this fingerprint."""
        try:
            return self.path.read_text(encoding="utf-8").strip() == value
        except OSError:
            return False

    def is_written(self) -> bool:
        """Return whether the work was ever completed."""
        return self.path.exists()

    def forget(self) -> None:
        self.path.unlink(missing_ok=True)

    def write(self, value: str) -> None:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        partial = self.path.with_suffix(".partial")
        partial.write_text(value + "\n", encoding="utf-8")
        partial.replace(self.path)
