"""Points and lines in the text forms that PostGIS reads during COPY."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

SRID = 4326

_NUMBER = r"[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?"
LINE_PATTERN = rf"^\s*(?i:LINESTRING)\s*\(\s*{_NUMBER}\s+{_NUMBER}(?:\s*,\s*{_NUMBER}\s+{_NUMBER})+\s*\)\s*$"
"""Lines that match it are read by PostGIS without an error, so that one bad line aborts nothing."""

_POINT = np.dtype(
    [("order", "u1"), ("type", "<u4"), ("srid", "<u4"), ("x", "<f8"), ("y", "<f8")], align=False
)
_POINT_WITH_SRID = 0x20000001


def ewkb_points(lon: pa.Array, lat: pa.Array) -> pa.Array:
    """Return points as hexadecimal EWKB in WGS 84; null where either coordinate is null."""
    known = pc.and_(pc.is_valid(lon), pc.is_valid(lat)).to_numpy(zero_copy_only=False)
    points = np.empty(len(lon), dtype=_POINT)
    points["order"] = 1
    points["type"] = _POINT_WITH_SRID
    points["srid"] = SRID
    points["x"] = pc.fill_null(lon, 0.0).to_numpy(zero_copy_only=False)
    points["y"] = pc.fill_null(lat, 0.0).to_numpy(zero_copy_only=False)
    text = points.tobytes().hex().encode()
    width = 2 * _POINT.itemsize
    offsets = (
        np.arange(0, len(text) + 1, width, dtype=np.int32) if len(points) else np.zeros(1, dtype=np.int32)
    )
    array = pa.StringArray.from_buffers(len(points), pa.py_buffer(offsets), pa.py_buffer(text))
    return array if known.all() else pc.if_else(pa.array(known), array, pa.scalar(None, pa.string()))


def ewkt_lines(wkt: pa.Array) -> pa.Array:
    """Return lines as EWKT in WGS 84; null stays null."""
    return pc.binary_join_element_wise(pa.scalar(f"SRID={SRID}"), wkt, pa.scalar(";"))
