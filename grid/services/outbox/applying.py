"""Bringing the latest state of edited rows into the tables of the warehouse that hold such rows.

An edit is appended to ``operator_edits`` first, then applied: the rows of its key take the place of
those that the table holds. Only one process does so at a time. It reads the table's version, then the
edits, then writes on the condition that the version is still the same. So a process that lost its lock
without noticing cannot put an older state over a newer one, and another writer's rows are not lost.
Applying again changes nothing.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import pyarrow as pa
import sqlalchemy as sa
from django.utils import timezone

from grid import models
from grid.services.outbox.streams import this_stream
from grid.warehouse import (
    Expected,
    RowsOf,
    SchemaMismatch,
    Warehouse,
    WarehouseConflict,
    WarehouseError,
    pa_schema,
)
from grid.warehouse.tables import (
    crews,
    gnn_predictions,
    gnn_training_runs,
    outage_interruptions,
    outage_restoration_tracker,
    precomputed_cascade_failures,
    precomputed_cascades,
    work_orders,
)

logger = logging.getLogger(__name__)

BATCH_KEYS = 500
_ATTEMPTS = 5
Row = dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class Target:
    """Where edits of a kind go: a table, its column that holds their key, and the rows of a payload."""

    table: sa.Table
    column: str
    rows: Callable[[Row], Sequence[Row]]


def _one(payload: Row) -> Sequence[Row]:
    return [payload]


def _many(payload: Row) -> Sequence[Row]:
    rows: Sequence[Row] = payload["rows"]
    return rows


TARGETS: Mapping[str, Target] = {
    "cascade.gnn_predictions": Target(table=gnn_predictions, column="state_key", rows=_many),
    "cascade.precomputed": Target(table=precomputed_cascades, column="scenario_id", rows=_one),
    "cascade.precomputed_failures": Target(
        table=precomputed_cascade_failures, column="scenario_id", rows=_many
    ),
    "grid.crew": Target(table=crews, column="crew_id", rows=_one),
    "grid.outage": Target(table=outage_restoration_tracker, column="outage_id", rows=_one),
    "grid.outage_interruptions": Target(table=outage_interruptions, column="outage_id", rows=_many),
    "grid.work_order": Target(table=work_orders, column="work_order_id", rows=_one),
    "ml.gnn_training_run": Target(table=gnn_training_runs, column="model_version", rows=_one),
}
"""The kinds of edits that change rows of a table of their own."""


def apply_edits(warehouse: Warehouse, check_turn: Callable[[], None]) -> int:
    """Apply what was delivered; return how many edits. The caller holds the lock of delivery.

    Args:
        warehouse: where the tables are.
        check_turn: raises unless the lock is still held.

    Raises:
        WarehouseError: if the warehouse is away; what was not applied is applied later.
    """
    applied = 0
    for kind, target in TARGETS.items():
        while True:
            done = _apply_some(warehouse, kind, target, check_turn)
            applied += done
            if not done:
                break
    return applied


def put_rows(warehouse: Warehouse, kind: str, payloads: Mapping[str, Row | None], batch_id: str) -> None:
    """Put the rows of keys in place of those that the table of a kind holds; None: there are none.

    Raises:
        WarehouseError: if the warehouse is away, or others write without pause.
    """
    target = TARGETS[kind]
    for attempt in range(1, _ATTEMPTS + 1):
        expected = Expected(warehouse.version(target.table))
        try:
            _write(warehouse, target, payloads, f"{batch_id}/{attempt}", expected)
        except WarehouseConflict:
            if attempt == _ATTEMPTS:
                raise
        else:
            return


def _apply_some(warehouse: Warehouse, kind: str, target: Target, check_turn: Callable[[], None]) -> int:
    for attempt in range(1, _ATTEMPTS + 1):
        # The order matters: a version read after the edits would hide that somebody applied newer ones.
        expected = Expected(warehouse.version(target.table))
        check_turn()
        waiting = list(
            models.OutboxEvent.objects.filter(
                kind=kind, delivered_at__isnull=False, applied_at__isnull=True
            ).order_by("sequence")[:BATCH_KEYS]
        )
        if not waiting:
            return 0
        latest = {event.key: event for event in waiting}
        newest = _newest_delivered(kind, latest)
        batch_id = f"apply/{this_stream()}/{waiting[0].sequence}-{max(newest.values(), key=_number).sequence}"
        payloads = {key: event.payload for key, event in newest.items()}
        try:
            _write(warehouse, target, payloads, f"{batch_id}/{len(newest)}/{expected.version}", expected)
        except WarehouseConflict:
            if attempt == _ATTEMPTS:
                raise
            continue
        except SchemaMismatch as error:
            _note(waiting, error)
            logger.error("The table %s refuses edits of %s: %s", target.table.fullname, kind, error)
            return 0
        models.OutboxEvent.objects.filter(pk__in=[event.pk for event in waiting]).update(
            applied_at=timezone.now(), last_error=""
        )
        return len(waiting)
    raise AssertionError("unreachable")


def _number(event: models.OutboxEvent) -> int:
    return event.sequence


def _newest_delivered(kind: str, latest: Mapping[str, models.OutboxEvent]) -> dict[str, models.OutboxEvent]:
    """Return the newest delivered edit of each key, which may be newer than those that wait in this batch."""
    found = dict(latest)
    events = models.OutboxEvent.objects.filter(kind=kind, key__in=list(latest), delivered_at__isnull=False)
    for event in events.order_by("sequence"):
        if event.sequence > found[event.key].sequence:
            found[event.key] = event
    return found


def _write(
    warehouse: Warehouse,
    target: Target,
    payloads: Mapping[str, Row | None],
    batch_id: str,
    expected: Expected,
) -> None:
    rows = [
        _typed(row, target.table)
        for payload in payloads.values()
        if payload is not None
        for row in target.rows(payload)
    ]
    data = pa.Table.from_pylist(rows, schema=pa_schema(target.table))
    warehouse.replace_rows(
        target.table,
        RowsOf(column=target.column, keys=tuple(payloads)),
        data,
        batch_id,
        expected=expected,
    )


def _typed(row: Row, table: sa.Table) -> Row:
    """Return a row of a payload with its moments as the warehouse has them: UTC, without zone."""
    return {column.name: _value(row.get(column.name), column) for column in table.columns}


def _value(value: Any, column: sa.Column[Any]) -> Any:
    if value is not None and isinstance(column.type, sa.DateTime):
        return datetime.fromisoformat(value).astimezone(UTC).replace(tzinfo=None)
    return value


def _note(events: Sequence[models.OutboxEvent], error: WarehouseError) -> None:
    pending = models.OutboxEvent.objects.filter(pk__in=[event.pk for event in events])
    pending.update(last_error=f"{error.code}: {error.message}"[:2000])
