"""Which branch's trips followed which branch's loss in a batch."""

from enum import StrEnum
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from cascade import models
from cascade.engine.arrays import from_ipc

MAX_EDGES = 1_000


class Direction(StrEnum):
    """Which influence of a branch is asked for."""

    OUT = "OUT"
    """What followed its loss."""
    IN = "IN"
    """What its trips followed."""


def influence_of(batch_id: int) -> pa.Table | None:
    """Return the influence of branches on each other, the most frequent first; None until it has finished."""
    data = models.CascadeBatch.objects.filter(pk=batch_id).values_list("influence", flat=True).first()
    return None if data is None else from_ipc(data)


def influence_rows(
    batch_id: int, *, first: int, offset: int, branch_id: str | None, direction: Direction
) -> list[dict[str, Any]]:
    """Return some pairs, of one branch if one is named."""
    table = influence_of(batch_id)
    if table is None:
        return []
    if branch_id is not None:
        column = "from_branch_id" if direction == Direction.OUT else "to_branch_id"
        table = table.filter(pc.equal(table[column], branch_id))
    rows: list[dict[str, Any]] = table.slice(offset, first).to_pylist()
    return rows
