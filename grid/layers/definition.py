"""What a sync layer is: which warehouse rows make up which table of the cache, and how fresh it must be."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from django.db import models

from grid.warehouse.statements import tables_read

Window = Callable[[datetime], sa.ColumnElement[bool]]


class Schedule(StrEnum):
    """When a layer is synced by itself."""

    EVERY_5_MINUTES = "EVERY_5_MINUTES"
    DAILY = "DAILY"


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
class Layer:
    """A table of the cache and the query that fills it.

    Attributes:
        key: name in commands, the API and the state rows.
        title: name for people.
        model: the table of the cache; its primary key ``id`` is the natural key.
        source: select over the warehouse whose columns are named as the model's columns, foreign keys
            with ``_id``. A point comes as ``lon`` and ``lat``, a line as ``<column>_wkt``.
        schedule: when it is synced by itself.
        max_age: a layer that was not confirmed equal to its source for longer is too old for operations.
        window: for layers that hold recent rows only: given the newest moment in the warehouse, the
            condition a row must meet. Rows leave such a layer by age, so mass deletion is normal.
        clocks: columns whose newest value is that moment; tables that only they and the window read may
            be absent from the warehouse.
        size_table: the table whose row count is closest to the layer's; the first one read by default.
    """

    key: str
    title: str
    model: type[models.Model]
    source: sa.Select[Any]
    schedule: Schedule = Schedule.DAILY
    max_age: timedelta = timedelta(hours=26)
    window: Window | None = None
    clocks: tuple[sa.Column[datetime], ...] = ()
    size_table: sa.Table | None = None

    @property
    def table(self) -> str:
        """The name of its table in the cache."""
        return self.model._meta.db_table

    @property
    def source_tables(self) -> list[sa.Table]:
        """The warehouse tables it rests on, by name."""
        tables = {table.fullname: table for table in [*tables_read(self.source), *self.clock_tables]}
        return [tables[name] for name in sorted(tables)]

    @property
    def clock_tables(self) -> list[sa.Table]:
        """The warehouse tables that tell the newest moment; they may be absent."""
        return [clock.table for clock in self.clocks]

    @property
    def counted_table(self) -> sa.Table:
        """The warehouse table whose size tells how long a run takes."""
        return self.size_table if self.size_table is not None else _first_table(self.source)

    def combined_version(self, versions: Mapping[str, str | None]) -> str | None:
        """Return one version for all its source tables and its own definition; None if one was never loaded.

        Args:
            versions: the version of every source table by its full name.
        """
        if any(versions[table.fullname] is None for table in tables_read(self.source)):
            return None
        own = [f"{table.fullname}={versions[table.fullname]}" for table in self.source_tables]
        text = "\n".join([str(self.source), *own])
        return hashlib.sha256(text.encode()).hexdigest()[:32]


def _first_table(select: sa.Select[Any]) -> sa.Table:
    element: Any = select.get_final_froms()[0]
    while isinstance(element, sa.Join):
        element = element.left
    if not isinstance(element, sa.Table):
        raise TypeError(f"the source of a layer must start from a warehouse table, not {element!r}")
    return element
