"""What changed in a layer's columns since a version that the server still remembers.

A version is the digest of the rows that were sent. For each the server remembers, for a while, the keys of
the rows and a hash of each. A delta compares these with the rows as they are now, so it is right whatever
made them differ: a sync, an edit, a joined table, or zones granted to the user or taken away.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa

from grid.selectors.keeping import keep, kept

REMEMBERED_S = 3600
VERSIONS_PER_USER = 16
"""Later ones push out the oldest: a user's views cost Redis some megabytes at most."""
KEY = "id"
VERSION, KIND, REMOVED = "flux.version", "flux.kind", "flux.removed"
"""Names in the metadata of an answer's schema."""


class DeltaKind(StrEnum):
    """Whether an answer is the whole table or what changed."""

    FULL = "full"
    DELTA = "delta"


@dataclass(frozen=True, kw_only=True)
class Delta:
    """An answer.

    Attributes:
        kind: FULL: all rows; DELTA: rows that are new or changed.
        version: of the rows as they are now.
        rows: new and changed rows, or all.
        removed: keys of rows that are gone, or that the user no longer sees.
        is_remembered: whether the next question can be asked since this version.
    """

    kind: DeltaKind
    version: str
    rows: pa.Table
    removed: tuple[str, ...]
    is_remembered: bool


def delta(*, table: pa.Table, scope: str, user: Any, since: str | None) -> Delta:
    """Return what changed since a version, or the whole table where that version is not remembered.

    Args:
        table: the rows as they are now; unique by ``id``.
        scope: what was asked for, such as a layer and a rectangle; versions of one are none of another.
        user: who asks; nobody's versions are known to somebody else.
        since: the version that the client has; None: none.
    """
    now = _fingerprints(table)
    place = hashlib.sha256(f"{user.pk}|{scope}".encode()).hexdigest()[:32]
    version = _digest(now)
    then = _remembered(place, since) if since else None
    is_remembered = _remember(place, version, now, user)
    if then is None:
        return Delta(
            kind=DeltaKind.FULL, version=version, rows=table, removed=(), is_remembered=is_remembered
        )
    changed, removed = _compared(then, now)
    return Delta(
        kind=DeltaKind.DELTA,
        version=version,
        rows=table.take(pa.array(changed, pa.int64())),
        removed=removed,
        is_remembered=is_remembered,
    )


def table_version(table: pa.Table) -> str:
    """Return the version of rows: the digest of their keys and values."""
    return _digest(_fingerprints(table))


def _fingerprints(table: pa.Table) -> pa.Table:
    """Return the key of each row and a hash of all its values."""
    if table.num_rows == 0:
        return pa.table({"key": pa.array([], pa.string()), "hash": pa.array([], pa.uint64())})
    names = ", ".join(f'"{name}"' for name in table.column_names)
    with duckdb.connect(config={"threads": 1}) as session:
        session.register("given", table)
        found = session.sql(f'SELECT "{KEY}" AS "key", hash({names}) AS "hash" FROM given')  # noqa: S608
        rows: pa.Table = found.to_arrow_table()
    return rows.combine_chunks()


def _digest(rows: pa.Table) -> str:
    digest = hashlib.sha256()
    digest.update("\0".join(rows["key"].to_pylist()).encode())
    digest.update(np.asarray(rows["hash"].to_numpy()).tobytes())
    return digest.hexdigest()[:32]


def _compared(then: pa.Table, now: pa.Table) -> tuple[list[int], tuple[str, ...]]:
    """Return the places of rows that are new or changed, and the keys of those that are gone."""
    before = dict(zip(then["key"].to_pylist(), then["hash"].to_pylist(), strict=True))
    changed = []
    for place, (key, value) in enumerate(zip(now["key"].to_pylist(), now["hash"].to_pylist(), strict=True)):
        if before.pop(key, None) != value:
            changed.append(place)
    return changed, tuple(before)


def _remembered(place: str, version: str) -> pa.Table | None:
    payload = kept(f"columns:{place}:{version}")
    if payload is None:
        return None
    with pa.ipc.open_stream(payload) as reader:
        return reader.read_all()


def _remember(place: str, version: str, rows: pa.Table, user: Any) -> bool:
    """Keep a version for a while, in place of the user's oldest one when there are too many."""
    sink = pa.BufferOutputStream()
    options = pa.ipc.IpcWriteOptions(compression="zstd")
    with pa.ipc.new_stream(sink, rows.schema, options=options) as writer:
        writer.write_table(rows)
    name = f"columns:{place}:{version}"
    if not keep(name, sink.getvalue().to_pybytes(), seconds=REMEMBERED_S):
        return False
    ring = f"columns:of:{user.pk}"
    names = [each for each in kept(ring) or [] if each != name]
    for old in names[: max(len(names) + 1 - VERSIONS_PER_USER, 0)]:
        keep(old, None, seconds=1)
    return keep(ring, [*names, name][-VERSIONS_PER_USER:], seconds=REMEMBERED_S)
