"""What is nearest to a place, exactly: by distance on the ellipsoid.

An index of degrees gives the nearest rows nearly in order. The farthest of as many as are wanted bounds the
distance of the true ones, so that all within it are looked at once more and measured.
"""

from collections.abc import Iterable
from typing import Any

from django.contrib.gis.geos import Point
from django.db.models import Max

from grid.selectors.spatial.areas import check_length, check_position
from grid.selectors.spatial.classes import FoundAsset, Placed, PlacedClass, wanted_classes
from grid.selectors.spatial.measuring import geodesic_m, nearness, rectangle
from grid.selectors.spatial.policy import check_first, from_postgis, require_views

MAX_DISTANCE_M = 100_000.0


def nearest_assets(
    *,
    lon: float,
    lat: float,
    classes: Iterable[PlacedClass],
    first: int,
    max_distance_m: float,
    user: Any,
) -> list[FoundAsset]:
    """Return the ``first`` assets of the classes that are nearest to a place, the nearest first.

    Raises:
        BadInput: naming the field.
        PermissionRefused: if the user may not see one of the classes.
        NeverSynced, DatabaseUnavailable: if PostGIS cannot answer.
    """
    point = check_position(lon, lat)
    check_first(first)
    check_length(max_distance_m, field="maxDistanceM", most_m=MAX_DISTANCE_M)
    wanted = wanted_classes(classes)
    require_views(user, (each.model for each in wanted))

    def ask() -> list[FoundAsset]:
        found = [
            asset for placed in wanted for asset in nearest_of(placed, point, first, max_distance_m, user)
        ]
        found.sort(key=lambda asset: (asset.distance_m, asset.kind, asset.asset_id))
        return found[:first]

    return from_postgis(
        field="nearestAssets", layers=[layer for each in wanted for layer in each.layers], ask=ask
    )


def nearest_of(
    placed: Placed, point: Point, first: int, max_distance_m: float, user: Any
) -> list[FoundAsset]:
    """Return the nearest assets of one class, the nearest first."""
    rows = placed.rows(user)

    def within(distance_m: float) -> Any:
        box = rectangle(point.x, point.y, distance_m + placed.bulge_m)
        return rows.filter(**{f"{placed.place}__bboverlaps": box}).annotate(
            distance_m=geodesic_m(placed.place, point)
        )

    near = within(max_distance_m).order_by(nearness(placed.place, point))[:first]
    farthest = near.aggregate(farthest=Max("distance_m"))["farthest"]
    if farthest is None:
        return []
    # Fewer than wanted may be within the bound only if it is beyond what is asked about.
    bound = min(farthest, max_distance_m)
    exact = within(bound).filter(distance_m__lte=bound).order_by("distance_m", "pk")[:first]
    return placed.found(exact, has_distance=True)
