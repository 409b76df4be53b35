"""Warehouses that misbehave at a chosen moment; everything else is passed on to a real one."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pyarrow as pa

from grid.warehouse import Warehouse


class Eventful:
    """Delivers small batches and calls ``between`` after each one, with the number delivered."""

    def __init__(self, real: Warehouse, between: Callable[[int], None], *, batch_rows: int = 8) -> None:
        self._real = real
        self._between = between
        self._batch_rows = batch_rows

    def select_arrow(self, query: Any, batch_rows: int = 0) -> Iterator[pa.RecordBatch]:
        """Deliver the rows in small batches."""
        for number, batch in enumerate(self._real.select_arrow(query, self._batch_rows), 1):
            yield batch
            self._between(number)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._real, name)


class Altered:
    """Delivers each batch through ``alter``; a batch for which it returns None is lost."""

    def __init__(self, real: Warehouse, alter: Callable[[pa.RecordBatch], pa.RecordBatch | None]) -> None:
        self._real = real
        self._alter = alter

    def select_arrow(self, query: Any, batch_rows: int = 0) -> Iterator[pa.RecordBatch]:
        """Deliver the altered batches."""
        for batch in self._real.select_arrow(query, 8):
            altered = self._alter(batch)
            if altered is not None:
                yield altered

    def __getattr__(self, name: str) -> Any:
        return getattr(self._real, name)


class Counting:
    """Counts the rows that are read from a real warehouse, other than counts of rows."""

    def __init__(self, real: Warehouse) -> None:
        self._real = real
        self.rows_read = 0

    def select_arrow(self, query: Any, batch_rows: int = 65_536) -> Iterator[pa.RecordBatch]:
        """Deliver the rows and count them."""
        for batch in self._real.select_arrow(query, batch_rows):
            self.rows_read += batch.num_rows
            yield batch

    def select_rows(self, query: Any) -> list[dict[str, Any]]:
        """Return the rows and count them, unless it is a count."""
        rows = self._real.select_rows(query)
        self.rows_read += 0 if rows and set(rows[0]) == {"rows"} else len(rows)
        return rows

    def __getattr__(self, name: str) -> Any:
        return getattr(self._real, name)


class Heard:
    """A report that keeps the lines of the log."""

    job_id = None

    def __init__(self) -> None:
        self.lines: list[str] = []

    def progress(self, frac: float, step: str) -> None:
        """Do nothing."""

    def log(self, line: str) -> None:
        """Keep the line."""
        self.lines.append(line)
