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
