"""Expressions of PostGIS for querysets: geodesic distances, what is within an area, the order of nearness."""

from dataclasses import dataclass
from typing import Any

from django.contrib.gis.db.models import GeometryField
from django.contrib.gis.geos import GEOSGeometry, Point, Polygon
from django.db.models import BooleanField, F, FloatField, Func, QuerySet, Value

from grid.selectors.spatial.areas import WGS84, AreaSpec, around, parse_area

BULGE_M = 6_000.0
"""How far a straight line of a map may bulge out of its rectangle as a geodesic: of 500 km at 49° north."""

_ON_SURFACE = "%(function)s(ST_PointOnSurface(%(expressions)s))"


def shape(geometry: GEOSGeometry) -> Value:
    """Return a geometry as an expression."""
    return Value(geometry, output_field=GeometryField(srid=WGS84))


def geodesic_m(place: str, point: Point) -> Func:
    """Return the shortest distance between the geometry ``place`` and a point on the ellipsoid, m."""
    return Func(
        F(place),
        shape(point),
        function="ST_Distance",
        template="%(function)s(%(expressions)s::geography)",
        arg_joiner="::geography, ",
        output_field=FloatField(),
    )


def nearness(place: str, point: Point) -> Func:
    """Return an order of nearness by degrees that an index gives: nearly, not quite, that of distance."""
    return Func(
        F(place),
        shape(point),
        template="%(expressions)s",
        arg_joiner=" <-> ",
        output_field=FloatField(),
    )


def coordinate(place: str, axis: str, *, is_point: bool = False) -> Func:
    """Return the longitude (``X``) or latitude (``Y``) of a point that lies on the geometry."""
    return Func(
        F(place),
        function=f"ST_{axis}",
        template="%(function)s(%(expressions)s)" if is_point else _ON_SURFACE,
        output_field=FloatField(),
    )


@dataclass(frozen=True, kw_only=True)
class Region:
    """An area as a condition of queries.

    A circle is the ground within its radius on the ellipsoid; every other area is that inside its edges,
    which are straight between longitudes and latitudes. What lies on the edge is inside.
    """

    area: GEOSGeometry
    centre: Point | None = None
    radius_m: float = 0.0

    @classmethod
    def of(cls, spec: AreaSpec, *, field: str = "area") -> "Region":
        """Return the region of an area.

        Raises:
            BadInput: naming the part of the area at fault.
        """
        area = parse_area(spec, field=field)
        if spec.circle is None:
            return cls(area=area)
        return cls.around(spec.circle.lon, spec.circle.lat, spec.circle.radius_m, area=area)

    @classmethod
    def around(cls, lon: float, lat: float, radius_m: float, *, area: GEOSGeometry | None = None) -> "Region":
        """Return the ground within a distance of a point."""
        box = rectangle(lon, lat, radius_m) if area is None else area
        return cls(area=box, centre=Point(lon, lat, srid=WGS84), radius_m=radius_m)

    def holding(self, rows: QuerySet[Any], place: str, *, bulge_m: float = 0.0) -> QuerySet[Any]:
        """Return the rows of which something is in the region; ``bulge_m`` is that of long lines."""
        if self.centre is None:
            return rows.filter(**{f"{place}__intersects": self.area})
        box = rectangle(self.centre.x, self.centre.y, self.radius_m + bulge_m)
        return rows.filter(**{f"{place}__bboverlaps": box}).filter(
            Func(
                F(place),
                shape(self.centre),
                Value(self.radius_m),
                function="ST_DWithin",
                template="%(function)s(%(expressions)s)",
                arg_joiner="::geography, ",
                output_field=BooleanField(),
            )
        )


def rectangle(lon: float, lat: float, distance_m: float) -> Polygon:
    """Return a rectangle that holds all within a distance of a point."""
    box = Polygon.from_bbox(around(lon, lat, distance_m))
    box.srid = WGS84
    return box
