"""Polygons from WKB or WKT, in whole columns. None is repaired: what crosses itself is no area."""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import shapely

from grid.intake.geometry import FloatArray, Transform, geometry_values

Shape = npt.NDArray[np.object_]

AUTHALIC_RADIUS_M = 6_371_007.1809
"""Radius of the sphere with the area of the WGS 84 ellipsoid."""

_WGS84_SRIDS = (0, 4326)


@dataclass(frozen=True)
class Areas:
    """The areas of a batch, by row; None with the reason in ``problems``, without one if none was given."""

    shapes: Shape
    problems: list[str | None]

    def wkt(self) -> pa.Array:
        """Return their texts, whose numbers read back as exactly these."""
        return pa.array(shapely.to_wkt(self.shapes, rounding_precision=-1), pa.string(), from_pandas=True)

    def inner_points(self) -> FloatArray:
        """Return a point inside each, (n, 2); NaN where there is none."""
        points = shapely.point_on_surface(self.shapes)
        return np.stack([shapely.get_x(points), shapely.get_y(points)], axis=1)

    def area_m2(self) -> FloatArray:
        """Return the size of each on the authalic sphere, at most 0.6 % off the ellipsoid; NaN where none is.

        The cylindrical equal-area projection keeps every size.
        """

        def flat(degrees: FloatArray) -> FloatArray:
            lon, lat = np.radians(degrees).T
            return AUTHALIC_RADIUS_M * np.stack([lon, np.sin(lat)], axis=1)

        return np.asarray(shapely.area(shapely.transform(self.shapes, flat)), dtype=np.float64)


def read_areas(column: pa.Array, transform: Transform | None, *, may_be_several: bool) -> Areas:
    """Return the areas of a column, transformed to WGS 84.

    Args:
        column: WKB (binary) or WKT or hexadecimal WKB (text).
        transform: None if they are in WGS 84 already.
        may_be_several: whether a MULTIPOLYGON of more than one part is one; one of one part is that part.

    Raises:
        TypeError: if the column is neither binary nor text.
    """
    values = geometry_values(column)
    problems: list[str | None] = [None] * len(values)
    shapes = np.array([_read(value, number, problems) for number, value in enumerate(values)], dtype=object)
    shapes = shapely.force_2d(shapes)
    for number in np.flatnonzero(shapely.get_type_id(shapes) == shapely.GeometryType.MULTIPOLYGON).tolist():
        if shapely.get_num_geometries(shapes[number]) == 1:
            shapes[number] = shapely.get_geometry(shapes[number], 0)
    if transform is not None:
        shapes = _moved(shapes, problems, transform)
    for number in np.flatnonzero(shapes != None).tolist():  # noqa: E711 - by element
        problem = _problem(shapes[number], may_be_several=may_be_several)
        if problem is not None:
            shapes[number], problems[number] = None, problem
    return Areas(shapes, problems)


def _read(value: bytes | str | None, number: int, problems: list[str | None]) -> shapely.Geometry | None:
    if value is None:
        return None
    is_text = isinstance(value, str)
    srid = 0
    if isinstance(value, str) and value[:5].upper() == "SRID=":
        head, _, value = value.partition(";")
        srid = int(head[5:]) if head[5:].isdigit() else -1
    try:
        if isinstance(value, str) and not _is_hexadecimal(value):
            shape = shapely.from_wkt(value)
        else:
            shape = shapely.from_wkb(value)
    except shapely.errors.GEOSException as error:
        is_open = "closed" in str(error)
        form = "WKT or WKB" if is_text else "WKB"
        problems[number] = "has a ring that is not closed" if is_open else f"is no well-formed {form}"
        return None
    srid = srid or int(shapely.get_srid(shape))
    if srid not in _WGS84_SRIDS:
        problems[number] = f"names the reference system {srid}; state it for the whole file instead"
        return None
    return None if shape.is_empty else shape


def _is_hexadecimal(text: str) -> bool:
    return re.fullmatch(r"(?:[0-9A-Fa-f]{2}){9,}", text) is not None


def _moved(shapes: Shape, problems: list[str | None], transform: Transform) -> Shape:
    points, rows = shapely.get_coordinates(shapes, return_index=True)
    x, y = transform(points[:, 0], points[:, 1])
    moved = np.stack([x, y], axis=1)
    lost = np.unique(rows[~np.isfinite(moved).all(axis=1)])
    for number in lost.tolist():
        shapes[number] = None
        problems[number] = "lies where its reference system has no place on the Earth"
    found: Shape = shapely.set_coordinates(shapes, moved[~np.isin(rows, lost)])
    return found


def _problem(shape: shapely.Geometry, *, may_be_several: bool) -> str | None:
    """Return what is wrong with an area in WGS 84, if anything."""
    if shape.geom_type not in {"Polygon", "MultiPolygon"}:
        return f"is a {shape.geom_type.upper()}, must be a POLYGON" + (
            " or MULTIPOLYGON" if may_be_several else ""
        )
    if shape.geom_type == "MultiPolygon" and not may_be_several:
        return f"is a MULTIPOLYGON of {len(shape.geoms)} parts, must be of one"
    if not np.isfinite(shapely.get_coordinates(shape)).all():
        return "has a coordinate that is not finite"
    west, south, east, north = shape.bounds
    if west < -180.0 or south < -90.0 or east > 180.0 or north > 90.0:
        return "leaves -180 to 180, -90 to 90 degrees"
    if not shape.is_valid:
        return f"is not valid ({shapely.is_valid_reason(shape).partition('[')[0]})"
    return None
