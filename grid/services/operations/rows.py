"""Rows of operations as their tables in the warehouse hold them, in values that JSON can carry."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import UTC
from typing import Any

import sqlalchemy as sa

from grid import models
from grid.warehouse import tables

OUTAGE, INTERRUPTIONS, WORK_ORDER, CREW = (
    "grid.outage",
    "grid.outage_interruptions",
    "grid.work_order",
    "grid.crew",
)
EVENT = "grid.operation_event"
"""Kinds of edits. The interruptions of an outage are one edit, whose key is the outage's."""


def outage_row(outage: models.Outage) -> dict[str, Any]:
    """Return an outage."""
    return _row(outage, tables.outage_restoration_tracker, {"outage_id": "pk"})


def interruption_rows(rows: Iterable[models.OutageInterruption]) -> dict[str, Any]:
    """Return all interruptions of an outage."""
    names = {"interruption_id": "pk"}
    return {"rows": [_row(row, tables.outage_interruptions, names) for row in rows]}


def work_order_row(order: models.WorkOrder) -> dict[str, Any]:
    """Return a work order."""
    return _row(order, tables.work_orders, {"work_order_id": "pk"})


def crew_row(crew: models.Crew) -> dict[str, Any]:
    """Return a crew."""
    return _row(crew, tables.crews, {"crew_id": "pk", "crew_name": "name", "crew_kind": "kind"})


def event_row(event: models.OperationEvent) -> dict[str, Any]:
    """Return a line of the history."""
    return {
        field.attname: getattr(event, field.attname)
        for field in models.OperationEvent._meta.concrete_fields
        if not field.primary_key
    }


def _row(row: Any, table: sa.Table, names: dict[str, str]) -> dict[str, Any]:
    """Return the values of the columns of a table of the warehouse."""
    location = getattr(row, "location", None)
    special: dict[str, Callable[[], Any]] = {
        "longitude": lambda: None if location is None else location.x,
        "latitude": lambda: None if location is None else location.y,
    }
    found: dict[str, Any] = {}
    for column in table.columns:
        if column.name in special:
            found[column.name] = special[column.name]()
            continue
        value = getattr(row, names.get(column.name, column.name))
        is_moment = value is not None and isinstance(column.type, sa.DateTime)
        found[column.name] = value.astimezone(UTC) if is_moment else value
    return found
