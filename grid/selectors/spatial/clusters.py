"""Where things lie close together: clusters by density (DBSCAN) of a distance in metres.

A thing with at least so many things within the distance, itself among them, is at the core of a cluster;
cores within the distance of each other are of one cluster, with all that is near them; what is near no core
is noise. They are clustered on a plane around the middle of all things, on which distances are right within
0.03 % up to 250 km from it.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

import numpy as np
import pyarrow as pa
import shapely
from django.contrib.gis.geos import GEOSGeometry, Point, Polygon
from django.db.models import Model, QuerySet, Value

from flux_site.api.errors import BadInput
from flux_site.api.prepared import fetch_columns
from grid import models
from grid.models.base import AssetQuerySet
from grid.operations import ACTIVE_OUTAGE_STATUSES, WorkStatus
from grid.selectors.spatial.areas import WGS84, AreaSpec, check_length, local_plane, parse_area
from grid.selectors.spatial.density import by_density, on_plane
from grid.selectors.spatial.measuring import Region
from grid.selectors.spatial.placed_rows import chosen, placed_rows, points_query
from grid.selectors.spatial.policy import check_count, check_first, check_size, from_postgis, require_views
from grid.selectors.spatial.row_arrays import Floats, Positions

MAX_DISTANCE_M = 10_000.0
MAX_MIN_POINTS = 1_000
MOST_POINTS = 100_000
MOST_KEPT = 1_000_000
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
    rows: Callable[[], AssetQuerySet]
    key: Clustered
    place: str = "location"
    value: Callable[[], Any] = lambda: Value(1.0)
    weight: Callable[[], Any] = lambda: Value(1.0)
    has_keys: bool = True
    edited_by: Mapping[str, str] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """What its rows are kept under."""
        return f"clustered-{self.key}"


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
        key=Clustered.ACTIVE_OUTAGES,
        models=(models.Outage,),
        layers=("outages",),
        rows=lambda: models.Outage.objects.filter(status__in=ACTIVE_OUTAGE_STATUSES),
        edited_by={"grid_outage": "pk"},
    ),
    Clustered.OPEN_WORK_ORDERS: _Subject(
        key=Clustered.OPEN_WORK_ORDERS,
        models=(models.WorkOrder,),
        layers=("work_orders",),
        rows=lambda: models.WorkOrder.objects.exclude(
            status__in=(WorkStatus.COMPLETED, WorkStatus.CANCELLED)
        ),
        edited_by={"grid_workorder": "pk"},
    ),
    Clustered.OVERLOADED_TRANSFORMERS: _Subject(
        key=Clustered.OVERLOADED_TRANSFORMERS,
        models=(models.Transformer, models.TransformerLoad),
        layers=("transformers", "transformer_load"),
        rows=lambda: models.Transformer.objects.filter(latest_load__loading_pct__gt=OVERLOADED_ABOVE_PCT),
    ),
    Clustered.TRANSFORMERS: _Subject(
        key=Clustered.TRANSFORMERS,
        models=(models.Transformer,),
        layers=("transformers",),
        rows=lambda: models.Transformer.objects.all(),
    ),
    Clustered.CRITICAL_CUSTOMERS: _Subject(
        key=Clustered.CRITICAL_CUSTOMERS,
        models=(models.Customer,),
        layers=("customers", "meters"),
        rows=lambda: models.Customer.objects.filter(account_status="ACTIVE", critical_kind__isnull=False),
        place="meter__location",
    ),
    Clustered.METERS: _Subject(
        key=Clustered.METERS,
        models=(models.Meter,),
        layers=("meters",),
        rows=lambda: models.Meter.objects.all(),
    ),
    Clustered.TREES: _Subject(
        key=Clustered.TREES, models=(models.Tree,), layers=("trees",), rows=lambda: models.Tree.objects.all()
    ),
}


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
        return _clusters(*_places(subject, region, user), distance_m, min_points, first)

    return from_postgis(field="clusters", layers=subject.layers, ask=ask)


def _places(subject: _Subject, region: Region | None, user: Any) -> tuple[pa.StringArray, Floats, Floats]:
    """Return the keys of things and where they are."""
    kept = placed_rows(subject, most=MOST_KEPT)
    if kept is not None and kept.key is not None:
        at = chosen(kept, region, user)
        check_count(len(kept) if at is None else len(at), most=MOST_POINTS, what="things", field="area")
        if at is None:
            return kept.key, kept.lon, kept.lat
        return kept.key.take(pa.array(at)), kept.lon[at], kept.lat[at]
    rows: QuerySet[Any] = subject.rows().visible_to(user)
    if region is not None:
        rows = region.holding(rows, subject.place)
    check_size(rows, most=MOST_POINTS, what="things", field="area")
    sql, params = points_query(subject, rows, is_whole=True).query.sql_with_params()
    lon, lat, _, _, _, keys = fetch_columns(sql, params, count=6)
    if keys is None:
        return pa.array([], pa.string()), np.empty(0), np.empty(0)
    return pa.array(keys, pa.string()), lon, lat


def _clusters(
    keys: pa.StringArray, lon: Floats, lat: Floats, distance_m: float, min_points: int, first: int
) -> Clusters:
    if not len(keys):
        return Clusters(point_count=0, clustered_count=0, noise_count=0, cluster_count=0, clusters=[])
    west, east, south, north = lon.min(), lon.max(), lat.min(), lat.max()
    if west < east and south < north:
        box = [float(each) for each in (west, south, east, north)]
        parse_area(AreaSpec(bbox=box), field="area")  # refused if it is too large
    x, y = on_plane(lon, lat, float(west + east) / 2.0, float(south + north) / 2.0)
    number = by_density(x, y, distance_m=distance_m, min_points=min_points)
    sizes = np.bincount(number[number >= 0])
    clustered = int(sizes.sum())
    order = np.argsort(number, kind="stable")
    parts = np.split(order[len(keys) - clustered :], np.cumsum(sizes)[:-1]) if clustered else []
    named = [(part, keys.take(pa.array(part)).to_pylist()) for part in _largest(parts, keys, first)]
    return Clusters(
        point_count=len(keys),
        clustered_count=clustered,
        noise_count=len(keys) - clustered,
        cluster_count=len(sizes),
        clusters=[
            _cluster(place, names, lon[part], lat[part]) for place, (part, names) in enumerate(named, start=1)
        ],
    )


def _largest(parts: list[Positions], keys: pa.StringArray, first: int) -> list[Positions]:
    """Return the largest parts, of as large ones those with the least key before."""
    by_size = sorted(parts, key=len, reverse=True)
    least = len(by_size[min(first, len(by_size)) - 1]) if by_size else 0
    hopeful = [part for part in by_size if len(part) >= least]
    told = [(-len(part), min(keys.take(pa.array(part)).to_pylist()), n) for n, part in enumerate(hopeful)]
    return [hopeful[n] for _, _, n in sorted(told)[:first]]


def _cluster(number: int, keys: list[str], lon: Floats, lat: Floats) -> Cluster:
    places = shapely.multipoints(np.column_stack((lon, lat)))
    hull = GEOSGeometry(memoryview(shapely.convex_hull(places).wkb), srid=WGS84)
    there, _ = local_plane(float(lon.mean()), float(lat.mean()))
    flat = hull.transform(there, clone=True)
    corners = np.array(_corners(flat))
    return Cluster(
        number=number,
        count=len(keys),
        member_ids=sorted(keys)[:MOST_MEMBERS],
        lon=float(lon.mean()),
        lat=float(lat.mean()),
        extent_m=max(float(np.hypot(*(corners - corner).T).max()) for corner in corners),
        hull=hull,
    )


def _corners(shape: Any) -> list[Any]:
    if isinstance(shape, Polygon):
        return list(shape.coords[0])
    return [shape.coords] if isinstance(shape, Point) else list(shape.coords)
