"""Points, lines and areas in the text forms that PostGIS reads during COPY."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import shapely

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


BoolArray = npt.NDArray[np.bool_]

_SHAPES = {shapely.GeometryType.POLYGON: "POLYGON", shapely.GeometryType.MULTIPOLYGON: "MULTIPOLYGON"}


@dataclass(frozen=True, kw_only=True)
class Areas:
    """A column of areas as read: their text for PostGIS, and which rows are at fault.

    Attributes:
        ewkb: hexadecimal EWKB in WGS 84; null where there is none or it cannot be read.
        unreadable: what is no closed area of a wanted shape in two dimensions.
        outside: what leaves the world.
        invalid: what crosses or touches itself, by what PostGIS (GEOS) says of it.
    """

    ewkb: pa.Array
    unreadable: BoolArray
    outside: BoolArray
    invalid: dict[str, BoolArray]


def read_areas(wkt: pa.Array, shapes: tuple[str, ...]) -> Areas:
    """Read areas; none is repaired.

    Args:
        wkt: their texts; null stays null.
        shapes: the wanted ones, of POLYGON and MULTIPOLYGON.
    """
    texts = wkt.to_numpy(zero_copy_only=False)
    given = wkt.is_valid().to_numpy(zero_copy_only=False)
    areas = shapely.from_wkt(texts, on_invalid="ignore")
    wanted = [kind for kind, name in _SHAPES.items() if name in shapes]
    readable = np.isin(shapely.get_type_id(areas), wanted)
    readable &= (shapely.get_coordinate_dimension(areas) == 2) & ~shapely.is_empty(areas)
    west, south, east, north = shapely.bounds(areas).T
    within = (west >= -180.0) & (south >= -90.0) & (east <= 180.0) & (north <= 90.0)  # false for NaN
    suspects = np.flatnonzero(readable & within & ~shapely.is_valid(areas))
    invalid: dict[str, BoolArray] = {}
    for row in suspects.tolist():
        reason = str(shapely.is_valid_reason(areas[row])).partition("[")[0]
        invalid.setdefault(reason, np.zeros(len(areas), dtype=np.bool_))[row] = True
    kept = np.where(readable, areas, None)
    ewkb = shapely.to_wkb(shapely.set_srid(kept, SRID), hex=True, include_srid=True)
    return Areas(
        ewkb=pa.array(ewkb, pa.string(), from_pandas=True),
        unreadable=given & ~readable,
        outside=readable & ~within,
        invalid=invalid,
    )
