"""Coordinates from any reference system to WGS 84, by the GDAL and PROJ that GeoDjango uses."""

from __future__ import annotations

import struct

import numpy as np
from django.contrib.gis.gdal import AxisOrder, CoordTransform, GDALException, OGRGeometry, SpatialReference

from grid.intake.errors import IntakeError
from grid.intake.geometry import FloatArray, Transform

_WGS84 = 4326
_AT_ONCE = 65_536


def to_wgs84(crs: str | None) -> Transform | None:
    """Return what brings x and y in ``crs`` to longitude and latitude; None if they are that already.

    Raises:
        IntakeError: CRS_UNKNOWN, if PROJ does not know the system.
    """
    if crs is None:
        return None
    try:
        source = SpatialReference(crs, axis_order=AxisOrder.TRADITIONAL)
        target = SpatialReference(_WGS84, axis_order=AxisOrder.TRADITIONAL)
        change = CoordTransform(source, target)
    except (GDALException, TypeError, ValueError) as error:
        raise IntakeError(
            f"The reference system {crs[:80]!r} is not known. Name it as EPSG:2278 or by its WKT.",
            code="CRS_UNKNOWN",
            field="crs",
        ) from error

    def transform(x: FloatArray, y: FloatArray) -> tuple[FloatArray, FloatArray]:
        points = np.stack([x, y], axis=1)
        moved = np.empty_like(points)
        for start in range(0, len(points), _AT_ONCE):
            moved[start : start + _AT_ONCE] = _moved(points[start : start + _AT_ONCE], change)
        return moved[:, 0], moved[:, 1]

    return transform


def _moved(points: FloatArray, change: CoordTransform) -> FloatArray:
    """Transform points all at once; where one cannot be, halve until it alone is lost (NaN)."""
    # One line through all points is one call into GDAL instead of thousands.
    line = points if len(points) > 1 else np.repeat(points, 2, axis=0)
    geometry = OGRGeometry(
        memoryview(struct.pack("<BII", 1, 2, len(line)) + np.ascontiguousarray(line, "<f8").tobytes())
    )
    try:
        geometry.transform(change)
    except GDALException:
        if len(points) == 1:
            return np.full((1, 2), np.nan)
        half = len(points) // 2
        return np.concatenate([_moved(points[:half], change), _moved(points[half:], change)])
    moved = (
        np.frombuffer(bytes(geometry.wkb)[9:], dtype="<f8").reshape(-1, 2)[: len(points)].astype(np.float64)
    )
    moved[~np.isfinite(moved).all(axis=1)] = np.nan
    return moved
