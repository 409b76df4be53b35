"""What is in an area, class by class: how many, and a page of them."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from flux_site.api.errors import BadInput
from grid.selectors.spatial.areas import AreaSpec, area_km2
from grid.selectors.spatial.classes import FoundAsset, Placed, PlacedClass, wanted_classes
from grid.selectors.spatial.measuring import Region
from grid.selectors.spatial.policy import check_first, check_size, from_postgis, require_views

MOST_ROWS = 200_000


@dataclass(frozen=True, kw_only=True)
class ClassInArea:
    """The assets of a class in an area: all counted, a page of them by id."""

    kind: PlacedClass
    count: int
    assets: list[FoundAsset]
    end_cursor: str | None
    has_next_page: bool


@dataclass(frozen=True, kw_only=True)
class InArea:
    """What is in an area, and how large that is."""

    area_km2: float
    classes: list[ClassInArea]


def assets_in(
    *, area: AreaSpec, classes: Iterable[PlacedClass], first: int, after: str | None, user: Any
) -> InArea:
    """Return the assets of the classes of which something is in an area, by id.

    Args:
        after: the id after which the page begins; only with one class.

    Raises:
        BadInput: naming the field.
        LimitExceeded: if the area holds too many.
        PermissionRefused, NeverSynced, DatabaseUnavailable: if it cannot be answered.
    """
    region = Region.of(area)
    wanted = wanted_classes(classes)
    if after is not None and len(wanted) > 1:
        raise BadInput("after goes with one class; ask for the pages of each by themselves.", field="after")
    check_first(first)
    require_views(user, (each.model for each in wanted))

    def ask() -> InArea:
        return InArea(
            area_km2=area_km2(region.area),
            classes=[_of_class(each, region, first, after, user) for each in wanted],
        )

    return from_postgis(field="assetsIn", layers=[layer for each in wanted for layer in each.layers], ask=ask)


def _of_class(placed: Placed, region: Region, first: int, after: str | None, user: Any) -> ClassInArea:
    rows = region.holding(placed.rows(user), placed.place, bulge_m=placed.bulge_m)
    check_size(rows, most=MOST_ROWS, what=f"rows of {placed.kind}", field="area")
    page = rows if after is None else rows.filter(pk__gt=after)
    found = placed.found(page.order_by("pk")[: first + 1])
    shown = found[:first]
    return ClassInArea(
        kind=placed.kind,
        count=rows.count(),
        assets=shown,
        end_cursor=shown[-1].asset_id if shown else None,
        has_next_page=len(found) > first,
    )
