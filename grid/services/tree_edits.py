"""Inspections of trees as edits that flow back to the warehouse, and their return from it.

Which order was made of a work package needs no edit of its own: the order names the span.
"""

from __future__ import annotations

from typing import Any

from django.db import connection, transaction

from grid import models
from grid.services import outbox
from grid.services.outbox import Action

INSPECTION = "grid.tree_inspection"
"""The kind of these edits; their key is the number of the inspection."""

_FIELDS = ("tree_id", "zone_id", "inspected_at", "failure_likelihood", "lean", "note", "inspector")


def record_inspection_edit(inspection: models.TreeInspection, *, actor: Any | None) -> None:
    """Write an inspection down to be delivered; call it last in the transaction that makes it."""
    payload = {name: getattr(inspection, name) for name in _FIELDS}
    outbox.record(kind=INSPECTION, key=str(inspection.pk), action=Action.INSERT, payload=payload, actor=actor)


@transaction.atomic
def restore_inspections(stream_id: str) -> int:
    """Read back the inspections that this database lacks; return how many. Again changes nothing.

    Raises:
        WarehouseError: if the warehouse cannot be read.
    """
    known = {str(pk) for pk in models.TreeInspection.objects.values_list("pk", flat=True)}
    rows = [row for row in outbox.list_rows(stream_id=stream_id, kind=INSPECTION) if row.key not in known]
    models.TreeInspection.objects.bulk_create(
        models.TreeInspection(pk=int(row.key), **{name: row.payload[name] for name in _FIELDS})
        for row in rows
    )
    if rows:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT setval(pg_get_serial_sequence('grid_treeinspection', 'id'), max(id)) "
                "FROM grid_treeinspection"
            )
    return len(rows)
