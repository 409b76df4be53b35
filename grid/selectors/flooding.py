"""What stands in the water of a flood: in the flood zones of the record, and in areas that somebody names."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib.gis.geos import GEOSGeometry
from django.db.models import Exists, F, OuterRef, QuerySet, Subquery

from grid import models


@dataclass(frozen=True, kw_only=True)
class Water:
    """Ground under water of one depth, m."""

    area: GEOSGeometry
    depth_m: float


@dataclass(frozen=True, kw_only=True)
class WetZones:
    """Which flood zones of the record are under water.

    Attributes:
        codes: of these FEMA codes; empty: of any.
        least_annual_chance_pct: that flood at least so often; None: however often.
    """

    codes: tuple[str, ...] = ()
    least_annual_chance_pct: float | None = None

    def rows(self) -> QuerySet[models.FloodZone]:
        """Return the zones."""
        found = models.FloodZone.objects.all()
        if self.codes:
            found = found.filter(zone_code__in=self.codes)
        if self.least_annual_chance_pct is not None:
            found = found.filter(annual_chance_pct__gte=self.least_annual_chance_pct)
        return found


def flooded_substations(
    interconnect: str, *, zones: WetZones | None, areas: Sequence[Water]
) -> dict[str, float | None]:
    """Return the substations of a network that stand in water, with its depth, m; None where unknown."""
    return _flooded(models.Substation.objects.filter(interconnect=interconnect), zones, areas)


def flooded_pad_transformers(
    interconnect: str, *, zones: WetZones | None, areas: Sequence[Water]
) -> dict[str, float | None]:
    """Return the distribution transformers on no pole that stand in water, with its depth likewise."""
    rows = models.Transformer.objects.filter(
        pole__isnull=True, circuit__substation__interconnect=interconnect
    )
    return _flooded(rows, zones, areas)


def _flooded(rows: QuerySet[Any], zones: WetZones | None, areas: Sequence[Water]) -> dict[str, float | None]:
    """Return what is in water by its deepest known depth; a known depth counts before an unknown one."""
    found: dict[str, float | None] = {}
    if zones is not None:
        here = zones.rows().filter(outline__intersects=OuterRef("location"))
        deepest = here.order_by(F("base_flood_depth_m").desc(nulls_last=True)).values("base_flood_depth_m")
        wet = rows.filter(Exists(here)).annotate(deepest_m=Subquery(deepest[:1]))
        found = dict(wet.order_by().values_list("pk", "deepest_m"))
    for water in areas:
        for key in rows.filter(location__intersects=water.area).order_by().values_list("pk", flat=True):
            found[key] = max(water.depth_m, found.get(key) or 0.0)
    return found
