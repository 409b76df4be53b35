"""Which file of a Delta table is missing or unreadable."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
from deltalake.exceptions import DeltaError

_COMMIT = re.compile(r"^(\d{20})\.json$")


@dataclass(frozen=True)
class Damage:
    """A file that cannot be used and what is wrong with it."""

    file: Path
    problem: str


def log_identity(folder: Path) -> tuple[int, ...] | None:
    """Return a value that differs when the table was deleted and made again; None without a log."""
    log = folder / "_delta_log"
    try:
        inode = log.stat().st_ino
    except FileNotFoundError:
        return None
    try:
        first = (log / f"{0:020d}.json").stat()
    except FileNotFoundError:
        # The first commit is cleaned up once checkpoints cover it; a log without any file is none.
        return (inode,) if any(log.glob("*.json")) or any(log.glob("*.parquet")) else None
    return (inode, first.st_ino, first.st_mtime_ns)


def has_data_files(folder: Path) -> bool:
    """Return whether there are Parquet files, whatever the log says."""
    return folder.is_dir() and next(folder.rglob("*.parquet"), None) is not None


def check_log(folder: Path, *, after: int) -> None:
    """Raise DeltaError if a commit later than version ``after`` is an empty file.

    Delta reads such a file as a commit that changed nothing, and rows would silently be missing.
    """
    for version, file in _commits(folder):
        if version > after and file.stat().st_size == 0:
            raise DeltaError(f"{file} is empty")


def find_damage(folder: Path, files: tuple[Path, ...] = ()) -> Damage | None:
    """Return the first damaged file of the log, then of ``files``; None if all look sound."""
    return _log_damage(folder) or next((d for d in map(parquet_damage, files) if d is not None), None)


def parquet_damage(file: Path) -> Damage | None:
    """Return what is wrong with a Parquet file; None if it can be read to the end of its footer."""
    try:
        pq.read_metadata(file)
    except FileNotFoundError:
        return Damage(file, "file is missing")
    except (OSError, pa.ArrowException) as error:
        return Damage(file, f"file is not readable Parquet ({str(error).splitlines()[0]})")
    return None


def _log_damage(folder: Path) -> Damage | None:
    log = folder / "_delta_log"
    if not log.is_dir():
        return Damage(log, "log is missing") if has_data_files(folder) else None
    commits = _commits(folder)
    checkpoints = sorted(log.glob("*.checkpoint*.parquet"))
    if not commits and not checkpoints:
        return Damage(log, "log holds no commit")
    if commits and commits[0][0] > 0 and not checkpoints:
        return Damage(log / f"{0:020d}.json", "file is missing")
    for (before, _), (version, _) in pairwise(commits):
        if version != before + 1:
            return Damage(log / f"{before + 1:020d}.json", "file is missing")
    for _, file in commits:
        problem = _commit_problem(file)
        if problem is not None:
            return Damage(file, problem)
    return next((damage for damage in map(parquet_damage, checkpoints) if damage is not None), None)


def _commit_problem(file: Path) -> str | None:
    try:
        lines = file.read_text(encoding="utf-8").splitlines()
        if not lines:
            return "file is empty"
        for line in lines:
            if not isinstance(json.loads(line), dict):
                return "file is not a commit"
    except (ValueError, OSError) as error:
        return f"file is not a commit ({error})"
    return None


def _commits(folder: Path) -> list[tuple[int, Path]]:
    files = (folder / "_delta_log").glob("*.json")
    found = [(int(match[1]), file) for file in files if (match := _COMMIT.match(file.name))]
    return sorted(found)
