"""Lines near a place, the nearest of them and where on it, and what is connected to one."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from django.contrib.gis.db.models import GeometryField
from django.contrib.gis.geos import LineString, Point
from django.db.models import Count, F, Func, QuerySet, Sum, Value

from flux_site.api.errors import BadInput, NotFound
from grid import models
from grid.selectors import topology
from grid.selectors.spatial.areas import check_length, check_position, local_plane
from grid.selectors.spatial.classes import PLACED, FoundAsset, Placed, PlacedClass, wanted_classes
from grid.selectors.spatial.measuring import Region, geodesic_m
from grid.selectors.spatial.nearest import nearest_of
from grid.selectors.spatial.policy import check_first, from_postgis, require_views
from grid.selectors.tracing import DOWNSTREAM_LAYERS, Downstream, downstream
from grid.topology import NONE, Network

LINE_CLASSES = (PlacedClass.LINE, PlacedClass.BRANCH)
MAX_RADIUS_M = 20_000.0
MAX_DISTANCE_M = 100_000.0
STEP_M = 2_000.0
"""Long straight lines are followed as geodesics in steps of this."""

MOST_CONNECTED = 1_000


@dataclass(frozen=True, kw_only=True)
class NearLine:
    """A line near a place: how near, and where on it.

    Attributes:
        line: its ``distance_m`` is that on the ellipsoid; its place the nearest point.
        length_m: None if it is not known.
    """

    line: FoundAsset
    length_m: float | None


@dataclass(frozen=True, kw_only=True)
class LinesNear:
    """The lines near a place: how many, how long all together, and the nearest of them."""

    count: int
    total_length_km: float
    lines: list[NearLine]


@dataclass(frozen=True, kw_only=True)
class LineAssets:
    """What is connected to a line section.

    Attributes:
        feeds_from: the sections and switches that meet its end on the side of the source.
        feeds: those that meet its other end; both ends are in ``feeds_from`` if it is not fed.
        poles: those that carry it; likewise ``transformers`` and ``switches`` are those on it.
        meter_count: of the transformers on it.
        customer_count: active accounts of those meters.
        behind: everything that is fed through it.
    """

    line_id: str
    circuit_id: str
    is_fed: bool
    feeds_from: list[FoundAsset]
    feeds: list[FoundAsset]
    transformers: list[FoundAsset]
    switches: list[FoundAsset]
    poles: list[FoundAsset]
    meter_count: int
    customer_count: int
    behind: Downstream


def lines_near(
    *, lon: float, lat: float, radius_m: float, classes: Iterable[PlacedClass], first: int, user: Any
) -> LinesNear:
    """Return the lines within a distance of a place, the nearest first.

    Raises:
        BadInput: naming the field.
        PermissionRefused, NeverSynced, DatabaseUnavailable: if it cannot be answered.
    """
    point = check_position(lon, lat)
    check_length(radius_m, field="radiusM", most_m=MAX_RADIUS_M)
    check_first(first)
    wanted = _line_classes(classes, user)

    def ask() -> LinesNear:
        region = Region.around(point.x, point.y, radius_m)
        count, length_m, found = 0, 0.0, []
        for placed in wanted:
            rows = region.holding(placed.rows(user), placed.place, bulge_m=placed.bulge_m)
            told = rows.aggregate(count=Count("pk"), length_m=Sum(_length_m(placed)))
            count += told["count"]
            length_m += told["length_m"] or 0.0
            near = rows.annotate(distance_m=geodesic_m(placed.place, point)).order_by("distance_m", "pk")
            found += _with_nearest_points(placed, placed.found(near[:first], has_distance=True), point)
        found.sort(key=lambda each: (each.line.distance_m, each.line.asset_id))
        return LinesNear(count=count, total_length_km=length_m / 1000.0, lines=found[:first])

    return from_postgis(field="linesNear", layers=[each.layer for each in wanted], ask=ask)


def nearest_line(
    *, lon: float, lat: float, max_distance_m: float, classes: Iterable[PlacedClass], user: Any
) -> NearLine | None:
    """Return the line nearest to a place; None if there is none within the distance.

    Raises:
        BadInput: naming the field.
        PermissionRefused, NeverSynced, DatabaseUnavailable: if it cannot be answered.
    """
    point = check_position(lon, lat)
    check_length(max_distance_m, field="maxDistanceM", most_m=MAX_DISTANCE_M)
    wanted = _line_classes(classes, user)

    def ask() -> NearLine | None:
        found = [
            each
            for placed in wanted
            for each in _with_nearest_points(
                placed, nearest_of(placed, point, 1, max_distance_m, user), point
            )
        ]
        return min(found, key=lambda each: (each.line.distance_m, each.line.asset_id), default=None)

    return from_postgis(field="nearestLine", layers=[each.layer for each in wanted], ask=ask)


def assets_of_line(*, line_id: str, user: Any) -> LineAssets:
    """Return what is connected to a line section, by connectivity and never by nearness.

    Raises:
        NotFound: if there is no such section that the user may see.
        PermissionRefused, NeverSynced, DatabaseUnavailable: if it cannot be answered.
    """
    shown = (PlacedClass.LINE, PlacedClass.SWITCH, PlacedClass.TRANSFORMER, PlacedClass.POLE)
    require_views(user, (*(PLACED[each].model for each in shown), models.Meter, models.Customer))
    network = topology.network()  # before: the first reading of a large one takes longer than an answer may
    return from_postgis(
        field="assetsOfLine",
        layers=(*DOWNSTREAM_LAYERS, "poles"),
        ask=lambda: _connected(network, line_id, user),
    )


def _connected(network: Network, line_id: str, user: Any) -> LineAssets:
    section = models.LineSection.objects.visible_to(user).filter(pk=line_id).first()
    position = network.arrays.sections.position(line_id)
    if section is None or position == NONE:
        raise NotFound(f"There is no line {line_id!r} that you may see.", field="lineId")
    far = int(network.tree.far_end[position])
    start, end = int(network.arrays.edge_start[position]), int(network.arrays.edge_end[position])
    near_ends = [start, end] if far == NONE else [end if far == start else start]
    behind = downstream(network=network, asset_id=line_id, user=user)

    def of(kind: PlacedClass, **condition: Any) -> list[FoundAsset]:
        placed = PLACED[kind]
        rows = placed.rows(user).filter(**condition)
        return placed.found(rows.order_by("pk")[:MOST_CONNECTED])

    def meeting(nodes: Sequence[int]) -> list[FoundAsset]:
        lines, switches = _edges_at(network, nodes, without=position)
        return [*of(PlacedClass.LINE, pk__in=lines), *of(PlacedClass.SWITCH, pk__in=switches)]

    meters = models.Meter.objects.visible_to(user).filter(transformer__line_id=line_id)
    customers = models.Customer.objects.visible_to(user).filter(meter__transformer__line_id=line_id)
    return LineAssets(
        line_id=line_id,
        circuit_id=section.circuit_id,
        is_fed=far != NONE,
        feeds_from=meeting(near_ends),
        feeds=[] if far == NONE else meeting([far]),
        transformers=of(PlacedClass.TRANSFORMER, line_id=line_id),
        switches=of(PlacedClass.SWITCH, line_id=line_id),
        poles=of(PlacedClass.POLE, line_id=line_id),
        meter_count=meters.count(),
        customer_count=customers.filter(topology.IS_SERVED).count(),
        behind=behind,
    )


def _edges_at(network: Network, nodes: Sequence[int], *, without: int) -> tuple[list[str], list[str]]:
    """Return the sections and switches that begin or end at some nodes."""
    arrays, sections = network.arrays, len(network.arrays.sections)
    meets = np.isin(arrays.edge_start, nodes) | np.isin(arrays.edge_end, nodes)
    edges = np.flatnonzero(meets)
    edges = edges[edges != without]
    lines = arrays.sections.keys(edges[edges < sections])
    return lines, arrays.switches.keys(edges[edges >= sections] - sections)


def _line_classes(classes: Iterable[PlacedClass], user: Any) -> list[Placed]:
    wanted = wanted_classes(classes)
    for placed in wanted:
        if placed.kind not in LINE_CLASSES:
            raise BadInput(
                f"classes has {placed.kind}; lines are {' and '.join(LINE_CLASSES)}.", field="classes"
            )
    require_views(user, (each.model for each in wanted))
    return wanted


def _length_m(placed: Placed) -> Any:
    return F("length_m") if placed.kind == PlacedClass.LINE else F("length_km") * 1000.0


def _with_nearest_points(placed: Placed, found: Sequence[FoundAsset], point: Point) -> list[NearLine]:
    """Return found lines with the point on each that is nearest, as geodesics see it."""
    routes = _routes(placed, [each.asset_id for each in found])
    there, back = local_plane(point.x, point.y)
    near = []
    for each in found:
        route, length_m = routes[each.asset_id]
        on_plane: Any = route.transform(there, clone=True)
        nearest = on_plane.interpolate(on_plane.project(Point(0.0, 0.0, srid=on_plane.srid)))
        nearest.transform(back)
        moved = FoundAsset(**(vars(each) | {"lon": nearest.x, "lat": nearest.y}))
        near.append(NearLine(line=moved, length_m=length_m))
    return near


def _routes(placed: Placed, ids: Sequence[str]) -> dict[str, tuple[LineString, float | None]]:
    followed = Func(
        F(placed.place),
        Value(STEP_M),
        function="ST_Segmentize",
        template="%(function)s(%(expressions)s)::geometry",
        arg_joiner="::geography, ",
        output_field=GeometryField(srid=4326),
    )
    rows: QuerySet[Any] = placed.model.objects.filter(pk__in=ids).order_by()  # type: ignore[attr-defined]
    told = rows.annotate(followed=followed, told_length_m=_length_m(placed))
    return {pk: (route, length) for pk, route, length in told.values_list("pk", "followed", "told_length_m")}
