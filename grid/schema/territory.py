"""GraphQL of the territory."""

from datetime import datetime

import strawberry
import strawberry_django
from strawberry.types import Info

from flux_site.api.guard import Requires
from flux_site.api.visibility import require_login
from grid.selectors import territory


@strawberry.type(description="The ground that circuits serve.")
class ServiceTerritory:
    """The territory."""

    area_km2: float | None = strawberry.field(
        description="On the ellipsoid, km²: the sum of the circuits' areas, which never overlap."
    )
    bbox: list[float] | None = strawberry.field(
        description="West, south, east, north of these areas, degrees. Null where none is drawn."
    )
    circuit_count: int = strawberry.field(description="Circuits whose area is drawn.")
    computed_at: datetime | None = strawberry.field(description="When the oldest of them was drawn.")
    reason: str | None = strawberry.field(description="Why the area is null.")


@strawberry.type
class TerritoryQuery:
    """Questions about the territory."""

    @strawberry_django.field(
        extensions=[Requires("grid.view_servicearea")],
        description="How much ground the circuits that the user may see serve.",
    )
    def service_territory(self, info: Info) -> ServiceTerritory:
        """Return the territory."""
        return ServiceTerritory(**vars(territory.service_territory(require_login(info))))
