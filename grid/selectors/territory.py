"""How much ground is served."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib.gis.db.models import Extent
from django.db.models import Count, Min, Sum

from grid import models


@dataclass(frozen=True, kw_only=True)
class ServiceTerritory:
    """The ground that circuits serve; its area and bounds are null where none is drawn."""

    area_km2: float | None
    bbox: list[float] | None
    circuit_count: int
    computed_at: datetime | None
    reason: str | None


def service_territory(user: Any) -> ServiceTerritory:
    """Return the ground of the circuits that the user may see, km² on the ellipsoid.

    The areas of two circuits never overlap, so the whole is their sum. It is as old as its oldest part.
    """
    found = models.ServiceArea.objects.visible_to(user).aggregate(
        area=Sum("area_km2"), bbox=Extent("boundary"), count=Count("pk"), at=Min("computed_at")
    )
    return ServiceTerritory(
        area_km2=found["area"],
        bbox=None if found["bbox"] is None else list(found["bbox"]),
        circuit_count=found["count"],
        computed_at=found["at"],
        reason=None if found["count"] else "No service areas are drawn yet; a sync draws them.",
    )
