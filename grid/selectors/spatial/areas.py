"""The area that a question is about, as clients name it: checked, and turned into a polygon."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, cast

from django.conf import settings
from django.contrib.gis.gdal import CoordTransform, SpatialReference
from django.contrib.gis.geos import GEOSGeometry, LineString, MultiPolygon, Point, Polygon

from flux_site.api.errors import BadInput

MAX_VERTICES = 10_000
MAX_WIDTH_M = 20_000.0
MAX_RADIUS_M = 100_000.0
ARCS_PER_QUARTER = 32
"""Corners that stand for a quarter of a circle: its edge is then at most 0.03 % of the radius inside."""

WGS84 = 4326
WGS84_NAMES = frozenset({"EPSG:4326", "OGC:CRS84", "CRS84"})
EARTH_RADIUS_M = 6_371_008.8
EQUATOR_DEGREE_M = 111_319.4
"""A degree of longitude is at least so long times the cosine of the latitude, WGS 84, m."""
SHORTEST_DEGREE_M = 110_574.0
"""A degree of latitude is at least so long, WGS 84, m."""
PROJECTION_ERROR_M = 0.001
"""What a projection may be off: PROJ takes latitudes below 1e-10 rad, 0.6 mm, for the equator."""


@dataclass(frozen=True, kw_only=True)
class Corridor:
    """The ground on both sides of a path.

    Attributes:
        path: points, longitude before latitude, degrees.
        width_m: of the whole corridor: half of it on each side, and rounded off around the ends.
    """

    path: Sequence[Sequence[float]]
    width_m: float


@dataclass(frozen=True, kw_only=True)
class Circle:
    """The ground within a distance of a point."""

    lon: float
    lat: float
    radius_m: float


@dataclass(frozen=True, kw_only=True)
class AreaSpec:
    """An area as a client names it: exactly one of the four.

    Attributes:
        polygon: a GeoJSON Polygon or MultiPolygon.
        bbox: west, south, east, north in degrees.
    """

    polygon: Any = None
    bbox: Sequence[float] | None = None
    corridor: Corridor | None = None
    circle: Circle | None = None


def parse_area(spec: AreaSpec, *, field: str = "area") -> GEOSGeometry:
    """Return an area as a valid polygon or multipolygon, WGS 84.

    Raises:
        BadInput: naming the part at fault, what is wrong with it and what is allowed; nothing is repaired.
    """
    given = [name for name in ("polygon", "bbox", "corridor", "circle") if getattr(spec, name) is not None]
    if len(given) != 1:
        raise BadInput(
            f"{field} has {' and '.join(given) or 'nothing'}; name exactly one of polygon, bbox, corridor "
            "and circle.",
            field=field,
        )
    where = f"{field}.{given[0]}"
    if spec.polygon is not None:
        area = _polygon(spec.polygon, where)
    elif spec.bbox is not None:
        area = _bbox(spec.bbox, where)
    elif spec.corridor is not None:
        area = _corridor(spec.corridor, where)
    else:
        area = _circle(cast("Circle", spec.circle), where)
    _check_extent(area, where)
    return area


def check_position(lon: float, lat: float, *, field: str | None = None) -> Point:
    """Return a point of WGS 84.

    Args:
        lon: longitude, degrees.
        lat: latitude, degrees.
        field: what the two are part of; else each is named by itself.

    Raises:
        BadInput: if one is no number or out of range.
    """
    for name, value, most in (("lon", lon, 180.0), ("lat", lat, 90.0)):
        if not _is_number(value) or not -most <= value <= most:
            raise BadInput(
                f"{name} is {value}; it must be {-most:g} to {most:g} degrees.",
                field=f"{field}.{name}" if field else name,
            )
    return Point(float(lon), float(lat), srid=WGS84)


def check_length(value: float, *, field: str, most_m: float) -> float:
    """Return a length in metres.

    Raises:
        BadInput: unless it is above zero and at most ``most_m``.
    """
    if not _is_number(value) or not 0.0 < value <= most_m:
        raise BadInput(f"{field} is {value}; it must be above 0 and at most {most_m:g} m.", field=field)
    return float(value)


def local_plane(lon: float, lat: float) -> tuple[CoordTransform, CoordTransform]:
    """Return the way to a plane around a point and back; distances from the point are exact on it, m."""
    plane = SpatialReference(f"+proj=aeqd +lat_0={lat:.15f} +lon_0={lon:.15f} +datum=WGS84 +units=m +no_defs")
    globe = SpatialReference(WGS84)
    return CoordTransform(globe, plane), CoordTransform(plane, globe)


def around(lon: float, lat: float, distance_m: float) -> tuple[float, float, float, float]:
    """Return a rectangle, west to north in degrees, that holds all within a distance of a point."""
    distance_m += PROJECTION_ERROR_M
    up = distance_m / SHORTEST_DEGREE_M
    south, north = lat - up, lat + up
    widest = max(abs(south), abs(north))
    if widest >= 90.0:
        return -180.0, max(south, -90.0), 180.0, min(north, 90.0)
    across = distance_m / (EQUATOR_DEGREE_M * math.cos(math.radians(widest)))
    return max(lon - across, -180.0), south, min(lon + across, 180.0), north


def area_km2(area: GEOSGeometry) -> float:
    """Return the size of an area on a sphere of the Earth's mean radius, km²: within 0.5 % of the truth."""
    total = 0.0
    parts: Any = area if area.geom_type == "MultiPolygon" else (area,)
    for polygon in parts:
        outer, *holes = (abs(_ring_m2(ring)) for ring in polygon.coords)
        total += outer - sum(holes)
    return total / 1e6


def _polygon(given: Any, where: str) -> GEOSGeometry:
    if not isinstance(given, dict) or given.get("type") not in {"Polygon", "MultiPolygon"}:
        kind = given.get("type") if isinstance(given, dict) else type(given).__name__
        raise BadInput(f"{where} is a {kind}; it must be a GeoJSON Polygon or MultiPolygon.", field=where)
    _check_reference(given, where)
    parts = given.get("coordinates")
    polygons: Any = [parts] if given["type"] == "Polygon" else parts
    _check_rings(polygons, where)
    made = [
        Polygon(*([(float(each[0]), float(each[1])) for each in ring] for ring in polygon), srid=WGS84)
        for polygon in polygons
    ]
    area = made[0] if given["type"] == "Polygon" else MultiPolygon(made, srid=WGS84)
    if not area.valid:
        raise BadInput(
            f"{where} is not valid: {area.valid_reason}. Its rings must not cross or touch themselves or "
            "each other, and holes must lie inside.",
            field=where,
        )
    return area


def _check_reference(given: dict[str, Any], where: str) -> None:
    """Refuse any other reference system than that of GeoJSON, and a geometry that claims an SRID."""
    if "crs" in given:
        crs = given["crs"]
        properties = crs.get("properties") if isinstance(crs, dict) else None
        name = properties.get("name") if isinstance(properties, dict) else crs
        told = str(name).upper().removeprefix("URN:OGC:DEF:CRS:").replace("::", ":").replace("1.3:", "")
        if told not in WGS84_NAMES:
            raise BadInput(
                f"{where}.crs is {str(name)[:80]!r}; GeoJSON is in WGS 84 (EPSG:4326), longitude before "
                "latitude.",
                field=f"{where}.crs",
            )
    if "srid" in given and given["srid"] != WGS84:
        raise BadInput(
            f"{where}.srid is {str(given['srid'])[:20]}; it must be 4326, or left out.", field=f"{where}.srid"
        )


def _check_rings(polygons: Any, where: str) -> None:
    count = 0
    for polygon in _listed(polygons, where, "polygons"):
        for ring in _listed(polygon, where, "rings"):
            points = _listed(ring, where, "positions")
            count += len(points)
            if count > MAX_VERTICES:
                raise _too_many(where)
            _check_path(points, where)
            if len(points) < 4 or points[0][:2] != points[-1][:2]:
                raise BadInput(
                    f"{where} has a ring that is not closed: it needs four positions or more, the last the "
                    "same as the first.",
                    field=where,
                )


def _listed(value: Any, where: str, what: str) -> list[Any]:
    if not isinstance(value, list) or not value:
        raise BadInput(f"{where} must have a list of {what}, and has none.", field=where)
    return value


def _check_path(points: Iterable[Any], where: str) -> None:
    """Refuse positions that are none, and edges over half the globe."""
    before: float | None = None
    for position in points:
        if not isinstance(position, Sequence) or isinstance(position, str) or not 2 <= len(position) <= 3:
            raise BadInput(
                f"{where} has the position {str(position)[:60]}; a position is [longitude, latitude].",
                field=where,
            )
        lon, lat = position[0], position[1]
        is_placed = _is_number(lon) and _is_number(lat) and -180.0 <= lon <= 180.0 and -90.0 <= lat <= 90.0
        if not is_placed:
            raise BadInput(
                f"{where} has the position {str(list(position))[:60]}; longitudes are -180 to 180, latitudes "
                "-90 to 90, finite.",
                field=where,
            )
        if before is not None and abs(lon - before) > 180.0:
            raise _over_antimeridian(where)
        before = lon


def _bbox(given: Sequence[float], where: str) -> GEOSGeometry:
    if len(given) != 4:
        raise BadInput(f"{where} has {len(given)} numbers; it must be west, south, east, north.", field=where)
    west, south, east, north = given
    _check_path([(west, south)], where)
    _check_path([(east, north)], where)
    if west > east:
        raise _over_antimeridian(where)
    if west == east or south >= north:
        raise BadInput(
            f"{where} is {list(given)}; west must be below east, and south below north.", field=where
        )
    area = Polygon.from_bbox((west, south, east, north))
    area.srid = WGS84
    return area


def _corridor(given: Corridor, where: str) -> GEOSGeometry:
    path = [tuple(each) if isinstance(each, list) else each for each in given.path]
    if len(path) < 2:
        raise BadInput(
            f"{where}.path has {len(path)} positions; it needs two or more.", field=f"{where}.path"
        )
    if len(path) > MAX_VERTICES:
        raise _too_many(f"{where}.path")
    _check_path(path, f"{where}.path")
    width_m = check_length(given.width_m, field=f"{where}.widthM", most_m=MAX_WIDTH_M)
    line = LineString([(float(each[0]), float(each[1])) for each in path], srid=WGS84)
    west, south, east, north = line.extent
    if line.length == 0.0:
        raise BadInput(f"{where}.path does not lead anywhere; name two places.", field=f"{where}.path")
    reach = around((west + east) / 2.0, max(abs(south), abs(north)), width_m / 2.0)
    margin = (reach[2] - reach[0]) / 2.0
    if west - margin <= -180.0 or east + margin >= 180.0:
        raise _over_antimeridian(where)
    _check_extent(line, where)
    return _buffered(line, (west + east) / 2.0, (south + north) / 2.0, width_m / 2.0)


def _circle(given: Circle, where: str) -> GEOSGeometry:
    centre = check_position(given.lon, given.lat, field=where)
    radius_m = check_length(given.radius_m, field=f"{where}.radiusM", most_m=MAX_RADIUS_M)
    west, south, east, north = around(given.lon, given.lat, radius_m)
    if west <= -180.0 or east >= 180.0 or south <= -90.0 or north >= 90.0:
        raise _over_antimeridian(where)
    return _buffered(centre, given.lon, given.lat, radius_m)


def _buffered(shape: GEOSGeometry, lon: float, lat: float, distance_m: float) -> GEOSGeometry:
    there, back = local_plane(lon, lat)
    area = shape.transform(there, clone=True).buffer(distance_m, quadsegs=ARCS_PER_QUARTER)
    area.transform(back)
    area.srid = WGS84
    return area  # type: ignore[no-any-return]


def _check_extent(area: GEOSGeometry, where: str) -> None:
    west, south, east, north = area.extent
    middle = math.cos(math.radians((south + north) / 2.0))
    longest_km = max((east - west) * middle, north - south) * EQUATOR_DEGREE_M / 1000.0
    if longest_km > settings.AREA_MAX_SIDE_KM:
        raise BadInput(
            f"{where} is {longest_km:.0f} km across; one question is about at most "
            f"{settings.AREA_MAX_SIDE_KM:g} km (FLUX_AREA_MAX_SIDE_KM).",
            field=where,
        )


def _is_number(value: Any) -> bool:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    return isinstance(value, int) or math.isfinite(value)  # a huge int is no float, but out of every range


def _ring_m2(ring: Sequence[Sequence[float]]) -> float:
    """Return the signed area of a ring on the sphere, by its trapezoids down to the equator."""
    total = 0.0
    for (lon, lat, *_), (next_lon, next_lat, *_) in itertools.pairwise(ring):
        heights = math.sin(math.radians(lat)) + math.sin(math.radians(next_lat))
        total += math.radians(next_lon - lon) * heights / 2.0
    return total * EARTH_RADIUS_M**2


def _too_many(where: str) -> BadInput:
    return BadInput(f"{where} has more than {MAX_VERTICES} positions; simplify it.", field=where)


def _over_antimeridian(where: str) -> BadInput:
    return BadInput(
        f"{where} crosses the antimeridian (longitude 180) or a pole; ask about each side by itself.",
        field=where,
    )
