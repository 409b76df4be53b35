"""What a client may know of this site's settings."""

import strawberry
from django.conf import settings


@strawberry.type(description="What the map needs to know about this site.")
class Site:
    """The site's settings that a client may know."""

    territory_name: str
    territory_bbox: list[float] = strawberry.field(description="West, south, east, north, degrees.")
    is_territory_given: bool = strawberry.field(
        description="Whether FLUX_TERRITORY_BBOX is set: a map then frames it, else what circuits serve."
    )
    time_zone: str
    map_style_url: str | None = strawberry.field(description="Online base map, if one is configured.")


def site() -> Site:
    """Return the settings."""
    return Site(
        territory_name=settings.TERRITORY_NAME,
        territory_bbox=list(settings.TERRITORY_BBOX),
        is_territory_given=settings.IS_TERRITORY_GIVEN,
        time_zone=settings.TIME_ZONE,
        map_style_url=settings.MAP_STYLE_URL,
    )
