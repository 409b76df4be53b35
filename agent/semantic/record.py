"""What the warehouse has on record: its newest moment, when each record begins, the values that occur."""

from __future__ import annotations

import threading
from datetime import datetime

from sqlalchemy import DateTime, func, select

from agent.semantic.expressions import Clock
from agent.semantic.form import Question
from agent.semantic.model import DimensionKind, SemanticModel
from agent.semantic.visibility import EVERYTHING, Viewer, may_see, readable
from agent.semantic.vocabulary import Catalog
from grid.warehouse.errors import TableNotLoaded
from grid.warehouse.interface import Warehouse

MOST_VALUES = 5_000
"""A dimension with more values than these is not read beforehand: its values are not words of questions."""


def read_anchor(model: SemanticModel, warehouse: Warehouse) -> datetime | None:
    """Return the newest moment on record, naive UTC; None without any."""
    newest: datetime | None = None
    for dimension in model.clock:
        column = model.tables[dimension.table].columns_of.c[dimension.column]
        query = select(func.max(column, type_=DateTime()).label("newest"))
        if newest is not None:  # only what is newer still: nearly all files of readings are skipped
            query = query.where(column > newest)
        try:
            rows = warehouse.select_rows(query)
        except TableNotLoaded:
            continue
        newest = max((row["newest"] for row in rows if row["newest"] is not None), default=newest)
    return newest


def read_catalog(model: SemanticModel, warehouse: Warehouse, viewer: Viewer = EVERYTHING) -> Catalog:
    """Return the values of the sampled dimensions that a viewer may see."""
    catalog: dict[str, list[str]] = {}
    for name, dimension in model.dimensions.items():
        if not dimension.is_sampled or not may_see(model, dimension.table, viewer):
            continue
        column = readable(model, dimension.table, viewer).c[dimension.column]
        query = select(column.label("value")).where(column.is_not(None)).distinct().limit(MOST_VALUES + 1)
        try:
            rows = warehouse.select_rows(query)
        except TableNotLoaded:
            continue
        if len(rows) <= MOST_VALUES:
            catalog[name] = sorted(str(row["value"]) for row in rows)
    return catalog


class Record:
    """When the record of each table begins. May be used by many threads at once."""

    def __init__(self, model: SemanticModel, warehouse: Warehouse, clock: Clock) -> None:
        self._model = model
        self._warehouse = warehouse
        self._clock = clock
        self._lock = threading.Lock()
        self._first: dict[str, datetime | None] = {}

    def coverage(self, question: Question) -> tuple[str | None, tuple[str, ...]]:
        """Return why a period holds nothing at all, and what to know where it holds only part.

        "None in 2019" would be untrue of a record that begins in 2023.
        """
        notes = []
        for name in self._times(question):
            first = self._first_moment(name)
            dimension = self._model.dimensions[name]
            if first is None or dimension.kind is DimensionKind.YEAR:
                continue
            table = self._model.tables[dimension.table]
            local = first if dimension.kind is DimensionKind.DATE else Clock(first, self._clock.zone).local
            begins = f"The record of {table.nouns[0]}s begins on {local.day} {local:%B %Y}"
            for period in question.periods:
                if period.end is not None and period.end <= local:
                    return f"{begins}; of the time before nothing is known.", ()
                if period.start is not None and period.start.date() < local.date():
                    notes.append(f"{begins}: the time before is not counted.")
        return None, tuple(dict.fromkeys(notes))

    def _times(self, question: Question) -> list[str]:
        if not question.periods:
            return []
        if question.time is not None:
            return [question.time]
        tables = [self._model.metrics[name].table for name in question.metrics] or [question.subject or ""]
        found = []
        for name in dict.fromkeys(tables):
            table = self._model.tables[name]
            if table.time is not None and not table.time_words:
                found.append(f"{name}.{table.time}")
        return found

    def _first_moment(self, name: str) -> datetime | None:
        with self._lock:
            if name in self._first:
                return self._first[name]
        dimension = self._model.dimensions[name]
        column = self._model.tables[dimension.table].columns_of.c[dimension.column]
        rows = self._warehouse.select_rows(select(func.min(column, type_=column.type).label("first")))
        first = rows[0]["first"] if rows else None
        if first is not None and not isinstance(first, datetime):
            first = datetime(first.year, first.month, first.day)  # noqa: DTZ001 - a local day
        with self._lock:
            self._first[name] = first
        return first
