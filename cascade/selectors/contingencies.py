"""The ranked contingency report of a batch."""

from typing import Any

import pyarrow as pa

from cascade import models
from cascade.engine.arrays import from_ipc

MAX_ROWS = 1_000


def report_of(batch_id: int) -> pa.Table | None:
    """Return the report of a batch, the most severe contingency first; None until it has finished."""
    data = models.CascadeBatch.objects.filter(pk=batch_id).values_list("report", flat=True).first()
    return None if data is None else from_ipc(data)


def report_rows(batch_id: int, first: int | None, offset: int) -> list[dict[str, Any]]:
    """Return some rows of the report of a batch; None: all that are left."""
    table = report_of(batch_id)
    rows: list[dict[str, Any]] = [] if table is None else table.slice(offset, first).to_pylist()
    return rows
