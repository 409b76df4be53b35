"""Feeders as an Arrow table: the straight way from each substation to its transformers, with live state."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from grid.selectors.feeders import COLUMNS, FeederScope, feeders
from grid.selectors.map_layers import Bbox

KEY = "feeders"
_TEXTS = frozenset({"id", "circuit_id", "substation_id"})


def feeder_table(*, bbox: Bbox | None, user: Any) -> pa.Table:
    """Return the feeders that a user may see, by the keys of their transformers.

    A rectangle chooses those whose own rectangle meets it.
    """
    found = feeders(FeederScope(user=user), COLUMNS)
    table = pa.table({name: _column(name, found[name]) for name in COLUMNS})
    if bbox is not None:
        west = np.minimum(found["from_lon"], found["to_lon"])
        east = np.maximum(found["from_lon"], found["to_lon"])
        south = np.minimum(found["from_lat"], found["to_lat"])
        north = np.maximum(found["from_lat"], found["to_lat"])
        meets = (west <= bbox.east) & (east >= bbox.west) & (south <= bbox.north) & (north >= bbox.south)
        table = table.filter(pa.array(meets))
    return table.take(pc.sort_indices(table["id"]))


def _column(name: str, values: Any) -> pa.Array:
    """Return a column; NaN is not known."""
    if name in _TEXTS:
        return pa.array(values, pa.string())
    return pa.array(np.asarray(values, dtype=np.float64), pa.float64(), from_pandas=True)
