"""Contingencies as bytes and back."""

import numpy as np
import pyarrow as pa

from cascade.engine.arrays import from_ipc, to_ipc
from cascade.engine.batch.contingencies import Contingencies

_NAMES = ("branch_start", "branch", "bus_start", "bus", "unit_start", "unit")


def packed(contingencies: Contingencies) -> bytes:
    """Return contingencies as an Arrow IPC stream."""
    values = pa.array([getattr(contingencies, name) for name in _NAMES], pa.list_(pa.int64()))
    return to_ipc(pa.table({"name": list(_NAMES), "values": values}))


def unpacked(data: bytes | memoryview) -> Contingencies:
    """Return the contingencies of :func:`packed`; those kept before units could be lost have none."""
    table = from_ipc(data)
    values = {
        name: np.array(row.values.to_numpy(zero_copy_only=False), dtype=np.int64)
        for name, row in zip(table["name"].to_pylist(), table["values"], strict=True)
    }
    return Contingencies(**values)
