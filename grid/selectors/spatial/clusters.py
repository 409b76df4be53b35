"""Where things lie close together: clusters by density (DBSCAN) of a distance in metres.

A thing with at least so many things within the distance, itself among them, is at the core of a cluster;
cores within the distance of each other are of one cluster, with all that is near them; what is near no core
is noise. PostGIS clusters on a plane around the middle of all things, on which distances are right within
0.03 % up to 250 km from it.
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from django.contrib.gis.db.models import Extent, GeometryField
from django.contrib.gis.geos import MultiPoint, Point, Polygon
from django.db.models import Count, F, Func, IntegerField, Model, QuerySet, Value, Window

from flux_site.api.errors import BadInput
from grid import models
from grid.operations import ACTIVE_OUTAGE_STATUSES, WorkStatus
from grid.selectors.spatial.areas import AreaSpec, check_length, local_plane, parse_area
from grid.selectors.spatial.measuring import Region, coordinate
from grid.selectors.spatial.policy import check_first, check_size, from_postgis, require_views

MAX_DISTANCE_M = 10_000.0
MAX_MIN_POINTS = 1_000
MOST_POINTS = 100_000
MOST_MEMBERS = 1_000
OVERLOADED_ABOVE_PCT = 100.0


class Clustered(StrEnum):
    """What is clustered."""

    ACTIVE_OUTAGES = "ACTIVE_OUTAGES"
    OPEN_WORK_ORDERS = "OPEN_WORK_ORDERS"
    OVERLOADED_TRANSFORMERS = "OVERLOADED_TRANSFORMERS"
    TRANSFORMERS = "TRANSFORMERS"
    CRITICAL_CUSTOMERS = "CRITICAL_CUSTOMERS"
    METERS = "METERS"
    TREES = "TREES"


@dataclass(frozen=True, kw_only=True, eq=False)
class _Subject:
    models: tuple[type[Model], ...]
    layers: tuple[str, ...]
    rows: Callable[[Any], QuerySet[Any]]
    place: str = "location"


@dataclass(frozen=True, kw_only=True)
class Cluster:
    """Things that lie close together.

    Attributes:
        member_ids: at most ``MOST_MEMBERS`` of their ids, in order.
        lon: of the mean of their places, degrees.
        extent_m: the largest distance between two of them.
        hull: the smallest convex shape around them: a polygon, or less where they lie on one line.
    """

    number: int
    count: int
    member_ids: list[str]
    lon: float
    lat: float
    extent_m: float
    hull: Any


@dataclass(frozen=True, kw_only=True)
class Clusters:
    """The clusters, the largest first; of all there are ``cluster_count``."""

    point_count: int
    clustered_count: int
    noise_count: int
    cluster_count: int
    clusters: list[Cluster]


SUBJECTS: dict[Clustered, _Subject] = {
    Clustered.ACTIVE_OUTAGES: _Subject(
        models=(models.Outage,),
        layers=("outages",),
        rows=lambda user: models.Outage.objects.visible_to(user).filter(status__in=ACTIVE_OUTAGE_STATUSES),
    ),
    Clustered.OPEN_WORK_ORDERS: _Subject(
        models=(models.WorkOrder,),
        layers=("work_orders",),
        rows=lambda user: models.WorkOrder.objects.visible_to(user).exclude(
            status__in=(WorkStatus.COMPLETED, WorkStatus.CANCELLED)
        ),
    ),
    Clustered.OVERLOADED_TRANSFORMERS: _Subject(
        models=(models.Transformer, models.TransformerLoad),
        layers=("transformers", "transformer_load"),
        rows=lambda user: models.Transformer.objects.visible_to(user).filter(
            latest_load__loading_pct__gt=OVERLOADED_ABOVE_PCT
        ),
    ),
    Clustered.TRANSFORMERS: _Subject(
        models=(models.Transformer,),
        layers=("transformers",),
        rows=lambda user: models.Transformer.objects.visible_to(user),
    ),
    Clustered.CRITICAL_CUSTOMERS: _Subject(
        models=(models.Customer,),
        layers=("customers", "meters"),
        rows=lambda user: models.Customer.objects.visible_to(user).filter(
            account_status="ACTIVE", critical_kind__isnull=False
        ),
        place="meter__location",
    ),
    Clustered.METERS: _Subject(
        models=(models.Meter,),
        layers=("meters",),
        rows=lambda user: models.Meter.objects.visible_to(user),
    ),
    Clustered.TREES: _Subject(
        models=(models.Tree,), layers=("trees",), rows=lambda user: models.Tree.objects.visible_to(user)
    ),
}


class _ByDensity(Func):
    function = "ST_ClusterDBSCAN"
    window_compatible = True
    output_field = IntegerField()


def clusters(
    *, of: Clustered, distance_m: float, min_points: int, area: AreaSpec | None, first: int, user: Any
) -> Clusters:
    """Return the ``first`` largest clusters of things, of an area or of everything the user may see.

    Args:
        distance_m: how close things must be.
        min_points: how many things within the distance make a core, itself among them.

    Raises:
        BadInput: naming the field.
        LimitExceeded: if there are too many things.
        PermissionRefused, NeverSynced, DatabaseUnavailable: if it cannot be answered.
    """
    subject = SUBJECTS[Clustered(of)]
    check_length(distance_m, field="distanceM", most_m=MAX_DISTANCE_M)
    if not 2 <= min_points <= MAX_MIN_POINTS:
        raise BadInput(f"minPoints is {min_points}; it must be 2 to {MAX_MIN_POINTS}.", field="minPoints")
    check_first(first)
    require_views(user, subject.models)
    region = None if area is None else Region.of(area)

    def ask() -> Clusters:
        rows = subject.rows(user).order_by()
        if region is not None:
            rows = region.holding(rows, subject.place)
        check_size(rows, most=MOST_POINTS, what="things", field="area")
        return _clusters(subject, rows, distance_m, min_points, first)

    return from_postgis(field="clusters", layers=subject.layers, ask=ask)


def _clusters(
    subject: _Subject, rows: QuerySet[Any], distance_m: float, min_points: int, first: int
) -> Clusters:
    found = rows.aggregate(count=Count("pk"), extent=Extent(subject.place))
    if not found["count"]:
        return Clusters(point_count=0, clustered_count=0, noise_count=0, cluster_count=0, clusters=[])
    west, south, east, north = found["extent"]
    if west < east and south < north:
        parse_area(AreaSpec(bbox=[west, south, east, north]), field="area")  # refused if it is too large
    lon, lat = (west + east) / 2.0, (south + north) / 2.0
    plane = f"+proj=aeqd +lat_0={lat:.9f} +lon_0={lon:.9f} +datum=WGS84 +units=m +no_defs"
    on_plane = Func(
        F(subject.place), Value(plane), function="ST_Transform", output_field=GeometryField(srid=0)
    )
    told = rows.annotate(
        _cluster=Window(_ByDensity(on_plane, Value(distance_m), Value(min_points))),
        _lon=coordinate(subject.place, "X", is_point=True),
        _lat=coordinate(subject.place, "Y", is_point=True),
    ).values_list("pk", "_cluster", "_lon", "_lat")
    members: dict[int, list[tuple[str, float, float]]] = {}
    for key, number, x, y in told:
        if number is not None:
            members.setdefault(number, []).append((key, x, y))
    largest = sorted((sorted(each) for each in members.values()), key=lambda each: (-len(each), each[0]))
    clustered = sum(map(len, largest))
    return Clusters(
        point_count=found["count"],
        clustered_count=clustered,
        noise_count=found["count"] - clustered,
        cluster_count=len(largest),
        clusters=[_cluster(number, each) for number, each in enumerate(largest[:first], start=1)],
    )


def _cluster(number: int, members: list[tuple[str, float, float]]) -> Cluster:
    points = MultiPoint([Point(x, y) for _, x, y in members], srid=4326)
    lon, lat = (sum(values) / len(members) for values in list(zip(*members, strict=True))[1:])
    hull = points.convex_hull
    there, _ = local_plane(lon, lat)
    flat = hull.transform(there, clone=True)
    corners = _corners(flat)
    extent_m = max(Point(*one).distance(Point(*other)) for one in corners for other in corners)
    return Cluster(
        number=number,
        count=len(members),
        member_ids=[key for key, _, _ in members[:MOST_MEMBERS]],
        lon=lon,
        lat=lat,
        extent_m=extent_m,
        hull=hull,
    )


def _corners(shape: Any) -> list[Any]:
    if isinstance(shape, Polygon):
        return list(shape.coords[0])
    return [shape.coords] if isinstance(shape, Point) else list(shape.coords)
