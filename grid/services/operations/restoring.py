"""Rebuilding what was known of outages, work orders and crews, after the database was lost.

Their rows come back with the next sync. Two things do not: edits that had reached ``operator_edits`` and not
yet the tables of the warehouse are applied there now; and the history is read back.
"""

from __future__ import annotations

import uuid
from typing import Any

import sqlalchemy as sa
from django.db import connection

from grid import models
from grid.selectors.warehouse import get_warehouse
from grid.services import outbox
from grid.services.operations import rows
from grid.services.outbox.applying import BATCH_KEYS, TARGETS, put_rows
from grid.services.tree_edits import restore_inspections
from grid.warehouse import Warehouse
from grid.warehouse.statements import reading_as_empty

_VERSIONED = (rows.CREW, rows.OUTAGE, rows.WORK_ORDER)
_BATCH = 1000


def restore_operations(stream_id: str) -> int:
    """Apply what was delivered last, read inspections and the history back; return how many changes it holds.

    Applying again changes nothing. A row that the warehouse holds in a higher version is left alone.

    Raises:
        WarehouseError: if the warehouse cannot be read or written.
    """
    warehouse = get_warehouse()
    own: set[str] = set()
    for kind in _VERSIONED:
        applied = _apply_newer(warehouse, stream_id, kind)
        if kind == rows.OUTAGE:
            own = applied
    found = outbox.list_rows(stream_id=stream_id, kind=rows.INTERRUPTIONS)
    _put(warehouse, stream_id, rows.INTERRUPTIONS, {row.key: row.payload for row in found if row.key in own})
    restore_inspections(stream_id)
    return _restore_history(stream_id)


def _apply_newer(warehouse: Warehouse, stream_id: str, kind: str) -> set[str]:
    """Put the rows newer than those of the warehouse; return the keys whose rows are of the edits."""
    target = TARGETS[kind]
    edited = {row.key: row.payload for row in outbox.list_rows(stream_id=stream_id, kind=kind)}
    columns = target.table.c
    held: dict[str, int] = {}
    keys = list(edited)
    for start in range(0, len(keys), BATCH_KEYS):
        query = sa.select(columns[target.column].label("key"), columns.version).where(
            columns[target.column].in_(keys[start : start + BATCH_KEYS])
        )
        answer = warehouse.select_rows(reading_as_empty(query, target.table))
        held |= {row["key"]: row["version"] for row in answer}
    newer = {key: row for key, row in edited.items() if row["version"] > held.get(key, 0)}
    _put(warehouse, stream_id, kind, newer)
    return {key for key, row in edited.items() if row["version"] >= held.get(key, 0)}


def _put(warehouse: Warehouse, stream_id: str, kind: str, payloads: dict[str, Any]) -> None:
    keys = sorted(payloads)
    for start in range(0, len(keys), BATCH_KEYS):
        part = {key: payloads[key] for key in keys[start : start + BATCH_KEYS]}
        # A batch of its own each time: an earlier restoration may have put other rows.
        batch_id = f"restore/{stream_id}/{kind}/{start}/{uuid.uuid4().hex}"
        put_rows(warehouse, kind, part, batch_id)


def _restore_history(stream_id: str) -> int:
    events = [
        models.OperationEvent(pk=int(row.key), **row.payload)
        for row in outbox.list_rows(stream_id=stream_id, kind=rows.EVENT)
    ]
    models.OperationEvent.objects.bulk_create(events, batch_size=_BATCH)
    if events:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT setval(pg_get_serial_sequence('grid_operationevent', 'id'), %s)",
                [max(event.pk for event in events)],
            )
    return len(events)
