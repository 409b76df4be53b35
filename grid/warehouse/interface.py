"""What every warehouse offers, whatever stores the data."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any, Protocol, runtime_checkable

import pyarrow as pa
from sqlalchemy import Table

from grid.warehouse.arrow import Query
from grid.warehouse.incoming import Data

BATCH_ROWS = 65_536
KEEP_HOURS = 24  # far longer than any query


@dataclass(frozen=True)
class RowsOf:
    """The rows of a table whose ``column`` holds one of ``keys``."""

    column: str
    keys: tuple[str, ...]


@dataclass(frozen=True)
class Expected:
    """The version of a table that a write rests on; None: it was never loaded."""

    version: str | None


class Warehouse(Protocol):
    """The source of truth: declared tables, written in batches, read with SQLAlchemy Core selects.

    An instance may be used by many threads at once. Readers see whole batches only.
    """

    def prepare(self) -> None:
        """Create what is missing to hold the declared tables; safe to repeat.

        Raises:
            WarehouseUnavailable: if the place cannot be reached or written.
        """

    def ping(self) -> None:
        """Check that the warehouse answers.

        Raises:
            WarehouseUnavailable: if it does not.
        """

    def select_arrow(self, query: Query, batch_rows: int = BATCH_ROWS) -> Iterator[pa.RecordBatch]:
        """Run ``query`` and return its rows as Arrow batches of at most ``batch_rows``, streamed.

        Column names are lower case and types are the same on every backend. There is always at
        least one batch, so that the schema of an empty answer is known. The query starts at the
        call, so errors of the query itself are raised here and not by the first step.

        Raises:
            TableNotLoaded: if a table was never loaded (but see ``statements.reading_as_empty``).
            WarehouseQueryInvalid, WarehouseQueryTimeout, WarehouseQueryTooLarge: here or while reading.
            WarehouseCorrupted, WarehouseUnavailable: if the data cannot be read.
        """

    def select_rows(self, query: Query) -> list[dict[str, Any]]:
        """Run ``query`` and return all its rows; raises what ``select_arrow`` raises."""

    def append(self, table: Table, data: Data, batch_id: str) -> int:
        """Add ``data`` to ``table`` in one commit and return the number of rows added.

        A batch is written exactly once: 0 is returned, and nothing read from ``data``, when the
        table already holds ``batch_id``.

        Raises:
            SchemaMismatch: if the data does not fit the table; nothing is written.
            WarehouseFull, WarehouseConflict, WarehouseUnavailable: nothing of the batch is visible.
        """

    def replace(self, table: Table, data: Data, batch_id: str, *, expected: Expected | None = None) -> int:
        """Put ``data`` in place of all rows of ``table`` in one commit; otherwise like ``append``.

        With ``expected`` the commit is made only if the table still has that version, so that rows read
        from it may be written back without losing what others commit meanwhile.

        Raises:
            WarehouseConflict: if the table has another version than expected; nothing is written.
        """

    def replace_rows(
        self, table: Table, rows: RowsOf, data: Data, batch_id: str, *, expected: Expected | None = None
    ) -> int:
        """Put ``data`` in place of some rows of ``table`` in one commit; otherwise like ``replace``.

        The rows of ``data`` must be of the same keys; other rows stay as they are.

        Raises:
            ValueError: if ``rows`` names no key, or a column that is not text.
        """

    def version(self, table: Table) -> str | None:
        """Return an opaque value that changes with every commit; None if the table was never loaded."""

    def changed_keys(
        self, table: Table, since: str, *, columns: Iterable[str], limit: int
    ) -> list[str] | None:
        """Return the keys of the rows that differ between version ``since`` of ``table`` and now.

        A row differs if it was added, deleted or has another value in one of ``columns``; a row that was
        written anew with equal values does not, however the table is stored. A backend that cannot tell
        which columns changed also names rows that changed in others.

        Args:
            table: a table whose primary key is one column of text.
            since: what ``version`` returned.
            columns: the columns that matter.
            limit: at most so many keys are returned.

        Returns:
            The keys, each once, in no order; None if the warehouse no longer knows the state of then.

        Raises:
            WarehouseCorrupted, WarehouseUnavailable, WarehouseQueryTimeout, WarehouseQueryTooLarge: if
                the data cannot be read.
        """

    def row_count(self, table: Table) -> int:
        """Return the number of rows of ``table``.

        Raises:
            TableNotLoaded: if it was never loaded.
        """

    def compact(self, table: Table, keep_hours: int = KEEP_HOURS) -> None:
        """Tidy how ``table`` is stored; its rows stay the same.

        Small files are merged, and files are deleted that only states older than ``keep_hours`` need;
        a query that still reads such a state would fail. To be run now and then by a job.
        """

    def compact_if_scattered(self, table: Table, *, small_files: int) -> bool:
        """Tidy ``table`` if it lies in at least so many small files; return whether it did."""

    def close(self) -> None:
        """Release what the instance holds; it may be used again and then reopens."""


@runtime_checkable
class PartitionedWarehouse(Warehouse, Protocol):
    """A warehouse in which the application itself derives tables from others, a date at a time.

    The embedded warehouse is one; Snowflake keeps its derived tables itself, as dynamic tables.
    """

    def replace_partition(self, table: Table, day: date, data: Data, batch_id: str) -> int:
        """Put ``data`` in place of the rows of one date; otherwise like ``replace``.

        ``table`` is partitioned by a date, and ``data`` holds rows of ``day`` only.
        """

    def known_batches(self, table: Table, batch_ids: Iterable[str]) -> set[str]:
        """Return those of ``batch_ids`` that ``table`` was written with."""

    def partition_versions(self, table: Table) -> dict[date, str]:
        """Return, for each date that has rows, an opaque value that changes when they do.

        It may change without them too, when their files are tidied. Empty if never loaded.
        """
