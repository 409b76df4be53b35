"""The versions of tables: others after every change, whoever makes it; see the migrations 0018 and 0021."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import reduce
from operator import xor

from flux_site.api.prepared import fetch

_VERSIONS = "SELECT table_name, bit_xor(mark) FROM grid_datachange WHERE table_name = ANY(%s) GROUP BY 1"
_MARKS = """
SELECT table_name, bit_xor(mark), coalesce(bit_xor(mark) FILTER (WHERE row_ids IS NULL), 0)
FROM grid_datachange WHERE table_name = ANY(%s) GROUP BY 1
"""
_CHANGES = "SELECT table_name, mark, row_ids FROM grid_datachange WHERE table_name = ANY(%s) LIMIT %s"
MOST_CHANGES = 1_000
"""More changes than these are not looked at one by one."""

Versions = tuple[int, ...]


@dataclass(frozen=True, kw_only=True)
class Marks:
    """The versions of some tables, and what is left of them without the changes that tell their rows.

    As long as a base is the same, nothing has changed but the rows told since the marks were last folded.
    """

    versions: Versions
    bases: Versions


@dataclass(frozen=True, kw_only=True)
class ToldChanges:
    """The marks of some tables, and by table the rows told as changed since the marks were last folded."""

    marks: Marks
    row_ids: dict[str, set[str]]


def data_versions(tables: Sequence[str]) -> Versions | None:
    """Return the versions of some tables, in their order; None if one of them has none.

    To be read before the rows: what changes in between is then read again the next time.
    """
    found = table_versions(tables)
    return tuple(found[table] for table in tables) if found.keys() >= set(tables) else None


def table_versions(tables: Sequence[str]) -> dict[str, int]:
    """Return the versions of those of some tables that have one, by table. To be read before the rows."""
    return dict(fetch(_VERSIONS, (list(tables),)))


def data_marks(tables: Sequence[str]) -> Marks | None:
    """Return the versions with their bases; None if a table has none. To be read before the rows, too."""
    found = {table: (version, base) for table, version, base in fetch(_MARKS, (list(tables),))}
    if not found.keys() >= set(tables):
        return None
    versions, bases = zip(*(found[table] for table in tables), strict=True)
    return Marks(versions=versions, bases=bases)


def told_changes(tables: Sequence[str]) -> ToldChanges | None:
    """Return which rows of some tables were told as changed; None if a table has no version, or too many."""
    found = fetch(_CHANGES, (list(tables), MOST_CHANGES + 1))
    if len(found) > MOST_CHANGES or not {table for table, *_ in found} >= set(tables):
        return None
    marks = {table: [(mark, ids) for name, mark, ids in found if name == table] for table in tables}
    return ToldChanges(
        marks=Marks(
            versions=tuple(reduce(xor, (mark for mark, _ in each)) for each in marks.values()),
            bases=tuple(
                reduce(xor, (mark for mark, ids in each if ids is None), 0) for each in marks.values()
            ),
        ),
        row_ids={table: {key for _, ids in each for key in ids or ()} for table, each in marks.items()},
    )
