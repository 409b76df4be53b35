"""The area that a question is about, as GraphQL takes it."""

import strawberry

from grid.schema.types.base import GeoJSON
from grid.selectors.spatial.areas import MAX_RADIUS_M, MAX_VERTICES, MAX_WIDTH_M, AreaSpec, Circle, Corridor


@strawberry.input(description="The ground on both sides of a path, rounded off around its ends.")
class CorridorInput:
    """A corridor."""

    path: list[list[float]] = strawberry.field(description="Positions, [longitude, latitude] in degrees.")
    width_m: float = strawberry.field(
        description=f"Of the whole corridor, m: half of it on each side; at most {MAX_WIDTH_M:g}."
    )


@strawberry.input(description="The ground within a distance of a point.")
class CircleInput:
    """A circle."""

    lon: float = strawberry.field(description="Longitude of its centre, degrees (WGS 84).")
    lat: float = strawberry.field(description="Latitude of its centre, degrees (WGS 84).")
    radius_m: float = strawberry.field(description=f"Its radius, m; at most {MAX_RADIUS_M:g}.")


@strawberry.input(
    description="An area: exactly one of the four. None may cross the antimeridian; what is invalid is "
    "refused, never repaired."
)
class AreaInput:
    """An area."""

    polygon: GeoJSON | None = strawberry.field(
        default=None,
        description=f"A GeoJSON Polygon or MultiPolygon (WGS 84) of at most {MAX_VERTICES} positions.",
    )
    bbox: list[float] | None = strawberry.field(
        default=None, description="West, south, east, north, degrees."
    )
    corridor: CorridorInput | None = None
    circle: CircleInput | None = None

    def spec(self) -> AreaSpec:
        """Return it as the selectors take it; it is checked there."""
        return AreaSpec(
            polygon=self.polygon,
            bbox=self.bbox,
            corridor=None if self.corridor is None else Corridor(**vars(self.corridor)),
            circle=None if self.circle is None else Circle(**vars(self.circle)),
        )
