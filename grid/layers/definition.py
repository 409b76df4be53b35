"""What a sync layer is: which warehouse rows make up which table of the cache, and how fresh it must be."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from functools import cached_property
from typing import Any

import sqlalchemy as sa
from django.db import models
from sqlalchemy.sql import visitors

from grid.warehouse.statements import tables_read

Window = Callable[[datetime], sa.ColumnElement[bool]]


class Schedule(StrEnum):
    """How often a layer is looked at by itself; every one is also synced in full once a day."""

    EVERY_MINUTE = "EVERY_MINUTE"
    EVERY_5_MINUTES = "EVERY_5_MINUTES"
    SURROUNDINGS = "SURROUNDINGS"
    """Every five minutes, by a job of its own that no other layer waits for; in other jobs at the end."""


class SyncMode(StrEnum):
    """How the rows to sync are found."""

    FULL = "FULL"
    WATERMARK = "WATERMARK"
    CHANGES = "CHANGES"


class FallbackReason(StrEnum):
    """Why a run that might have been incremental was a full one."""

    FIRST_RUN = "FIRST_RUN"
    DEFINITION_CHANGED = "DEFINITION_CHANGED"
    HISTORY_GONE = "HISTORY_GONE"
    SUPPORTING_TABLE_CHANGED = "SUPPORTING_TABLE_CHANGED"
    TOO_MANY_CHANGES = "TOO_MANY_CHANGES"
    REFUSED_ROWS_UNKNOWN = "REFUSED_ROWS_UNKNOWN"
    SOURCE_CHANGED = "SOURCE_CHANGED"
    PROOF_FAILED = "PROOF_FAILED"


class RunStatus(StrEnum):
    """How a run of a layer ended, or that it has not."""

    RUNNING = "RUNNING"
    SUCCEEDED = "SUCCEEDED"
    FAILED = "FAILED"
    CANCELLED = "CANCELLED"
    SKIPPED = "SKIPPED"


class LayerStatus(StrEnum):
    """What an operator must know of a layer at a glance."""

    NEVER_SYNCED = "NEVER_SYNCED"
    FRESH = "FRESH"
    STALE = "STALE"
    RUNNING = "RUNNING"
    FAILED = "FAILED"
    PAUSED = "PAUSED"


class AlertReason(StrEnum):
    """Why a layer became too old."""

    PAUSED = "PAUSED"
    RUN_FAILED = "RUN_FAILED"
    NOT_CONFIRMED = "NOT_CONFIRMED"


@dataclass(frozen=True, kw_only=True, eq=False)
class Watermark:
    """The column that tells when a row was last written or what moment it is of.

    Attributes:
        column: that column of the warehouse.
        cached: the column of the cache that holds the same moment.
        overlap: rows up to so much older than the newest one are read again, since a row may get another
            value at the same moment, and late.
    """

    column: sa.Column[datetime]
    cached: str
    overlap: timedelta


@dataclass(frozen=True, kw_only=True, eq=False)
class Edits:
    """How the rows of a layer are known in the outbox, where operators change them in the cache.

    Attributes:
        kind: of their edits in the outbox.
        column: the column of the layer's table that holds the key of the edit.
        in_id: the SQL by which that key is read off the row's id, which stands for ``{}``.
    """

    kind: str
    column: str = "id"
    in_id: str = "{}"


@dataclass(frozen=True, kw_only=True, eq=False)
class Layer:
    """A table of the cache and the query that fills it.

    Attributes:
        key: name in commands, the API and the state rows.
        title: name for people.
        model: the table of the cache; its primary key ``id`` is the natural key.
        source: select over the warehouse whose columns are named as the model's columns, foreign keys
            with ``_id``. A point comes as ``lon`` and ``lat``, a line or an area as
            ``<column>_wkt``.
        watermark: how rows written lately are known; None if they are known by the table's history of
            changes, or not at all.
        schedule: how often it is looked at by itself.
        is_incremental: False for a layer every run of which is a full one: it is small, or its rows change
            together.
        may_be_absent: whether a warehouse need not hold its source; a sync of other layers then leaves it
            out.
        max_age: a layer that was not confirmed equal to its source for longer is too old for operations.
        window: for layers that hold recent rows only: given the newest moment in the warehouse, the
            condition a row must meet. Rows leave such a layer by age, so mass deletion is normal.
        clocks: columns whose newest value is that moment; tables that only they and the window read may
            be absent from the warehouse.
        sheds_rows: whether rows leave it by age without a window, so that mass deletion is normal too.
        size_table: the table whose row count is closest to the layer's; the first one read by default.
        edits: how edits of its rows are known, for layers whose rows operators change in the cache.
    """

    key: str
    title: str
    model: type[models.Model]
    source: sa.Select[Any]
    watermark: Watermark | None = None
    schedule: Schedule = Schedule.EVERY_MINUTE
    is_incremental: bool = True
    may_be_absent: bool = False
    max_age: timedelta = timedelta(hours=26)
    window: Window | None = None
    clocks: tuple[sa.Column[datetime], ...] = ()
    sheds_rows: bool = False
    size_table: sa.Table | None = None
    edits: Edits | None = None

    @property
    def table(self) -> str:
        """The name of its table in the cache."""
        return self.model._meta.db_table

    @property
    def mode(self) -> SyncMode:
        """How the rows to sync are found, where nothing forces a full run."""
        if not self.is_incremental:
            return SyncMode.FULL
        return SyncMode.CHANGES if self.watermark is None else SyncMode.WATERMARK

    @property
    def is_optional(self) -> bool:
        """Whether operations do without it; a warehouse need not hold its source."""
        return self.may_be_absent or self.schedule == Schedule.SURROUNDINGS

    @cached_property  # a query is walked through and compiled: too slow for each look at all layers
    def source_tables(self) -> list[sa.Table]:
        """The warehouse tables it rests on, by name."""
        tables = {table.fullname: table for table in [*tables_read(self.source), *self.clock_tables]}
        return [tables[name] for name in sorted(tables)]

    @property
    def loses_rows_by_age(self) -> bool:
        """Whether only an empty source is suspicious, and not that most rows go."""
        return self.sheds_rows or self.window is not None

    @property
    def source_key(self) -> sa.ColumnElement[str]:
        """The expression over the warehouse that is the row's key."""
        selected: Any = self.source.selected_columns["id"]
        return selected.element if isinstance(selected, sa.Label) else selected

    @property
    def main_table(self) -> sa.Table:
        """The warehouse table each of whose rows is a row of the layer."""
        return _first_table(self.source)

    @property
    def supporting_tables(self) -> list[sa.Table]:
        """The other warehouse tables that values of its rows come from."""
        return [table for table in tables_read(self.source) if table is not self.main_table]

    def columns_read(self, table: sa.Table) -> set[str]:
        """Return the columns of a warehouse table on which the values of its rows depend."""
        return {
            element.name
            for element in visitors.iterate(self.source)
            if isinstance(element, sa.Column) and element.table is table
        }

    @property
    def clock_tables(self) -> list[sa.Table]:
        """The warehouse tables that tell the newest moment; they may be absent."""
        return [clock.table for clock in self.clocks]

    @property
    def counted_table(self) -> sa.Table:
        """The warehouse table whose size tells how long a run takes."""
        return self.size_table if self.size_table is not None else self.main_table

    @cached_property
    def definition(self) -> str:
        """A value that changes with the query, the watermark or the columns of its table in the cache."""
        fields = [
            (f.column, f.get_internal_type(), f.null, getattr(f, "max_length", None), list(f.flatchoices))
            for f in self.model._meta.concrete_fields
        ]
        mark = self.watermark and (str(self.watermark.column), self.watermark.cached)
        return _digest([str(self.source), repr(fields), repr(mark)])

    def combined_version(self, versions: Mapping[str, str | None]) -> str | None:
        """Return one version for all its source tables and its own definition; None if one was never loaded.

        Args:
            versions: the version of every source table by its full name.
        """
        if any(versions[table.fullname] is None for table in tables_read(self.source)):
            return None
        own = [f"{table.fullname}={versions[table.fullname]}" for table in self.source_tables]
        return _digest([self.definition, *own])


def _digest(parts: list[str]) -> str:
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:32]


def _first_table(select: sa.Select[Any]) -> sa.Table:
    element: Any = select.get_final_froms()[0]
    while isinstance(element, sa.Join):
        element = element.left
    if not isinstance(element, sa.Table):
        raise TypeError(f"the source of a layer must start from a warehouse table, not {element!r}")
    return element
