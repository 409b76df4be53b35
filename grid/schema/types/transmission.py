"""API types of transmission."""

from typing import TYPE_CHECKING, Annotated, Any

import strawberry
import strawberry_django
from django.db.models import Count, QuerySet
from strawberry import auto
from strawberry.types import Info
from strawberry_django.relay import DjangoCursorConnection

from flux_site.api.visibility import require_login
from grid import models
from grid.schema.fast.columns import shows_rows
from grid.schema.types import filters, ordering
from grid.schema.types.base import Asset, LocatedAsset, RoutedAsset

if TYPE_CHECKING:
    from grid.schema.types.distribution import Circuit, Transformer
    from grid.schema.types.health import AssetHealth
    from grid.schema.types.outages import Outage
    from grid.schema.types.status import SubstationStatus

CircuitRef = Annotated["Circuit", strawberry.lazy("grid.schema.types.distribution")]
TransformerRef = Annotated["Transformer", strawberry.lazy("grid.schema.types.distribution")]
SubstationStatusRef = Annotated["SubstationStatus", strawberry.lazy("grid.schema.types.status")]
HealthRef = Annotated["AssetHealth", strawberry.lazy("grid.schema.types.health")]
OutageRef = Annotated["Outage", strawberry.lazy("grid.schema.types.outages")]


def _other_zone(what: str) -> Any:
    """Return a relation that may lead into another zone than the row's own."""
    return strawberry_django.field(description=f"{what}; null where it lies in a zone you may not see.")


@strawberry_django.type(models.Zone)
class Zone:
    """A load zone."""

    id: strawberry.ID
    name: auto
    state: auto
    interconnect: auto
    time_zone: auto

    @classmethod
    @shows_rows(zone="id")
    def get_queryset(cls, queryset: QuerySet[Any], info: Info, **_: Any) -> QuerySet[Any]:
        """Return the zones the user may see."""
        return queryset.visible_to(require_login(info))  # type: ignore[attr-defined,no-any-return]


@strawberry_django.federation.type(
    models.Substation, keys=["assetId"], filters=filters.SubstationFilter, ordering=ordering.SubstationOrder
)
class Substation(LocatedAsset):
    """A substation."""

    name: auto
    zone: Zone | None
    interconnect: auto
    max_kv: auto
    min_kv: auto
    capacity_mva: auto
    load_mw: auto
    generation_capacity_mw: auto
    status: auto
    commissioned_date: auto
    operating_status: SubstationStatusRef | None = strawberry_django.field(
        description="Supply and load now; null if it feeds no circuits, or until first computed."
    )
    health: HealthRef | None
    buses: DjangoCursorConnection["Bus"] = strawberry_django.connection()
    plants: DjangoCursorConnection["Plant"] = strawberry_django.connection()
    circuits: DjangoCursorConnection[CircuitRef] = strawberry_django.connection()
    transformers: DjangoCursorConnection[TransformerRef] = strawberry_django.connection()
    outages: DjangoCursorConnection[OutageRef] = strawberry_django.connection()
    branches_from: DjangoCursorConnection["Branch"] = strawberry_django.connection(
        description="Branches whose from-end is here."
    )
    branches_to: DjangoCursorConnection["Branch"] = strawberry_django.connection(
        description="Branches whose to-end is here."
    )
    circuit_count: int = strawberry_django.field(
        annotate={"circuit_count": Count("circuits", distinct=True)},
        description="Distribution circuits it feeds.",
    )


@strawberry_django.federation.type(
    models.Bus, keys=["assetId"], filters=filters.BusFilter, ordering=ordering.BusOrder
)
class Bus(Asset):
    """A bus."""

    number: auto
    substation: Substation | None = _other_zone("Its substation")
    zone: Zone | None
    interconnect: auto
    base_kv: auto
    load_mw: auto
    load_mvar: auto
    plants: DjangoCursorConnection["Plant"] = strawberry_django.connection()


@strawberry_django.federation.type(
    models.Branch, keys=["assetId"], filters=filters.BranchFilter, ordering=ordering.BranchOrder
)
class Branch(RoutedAsset):
    """A transmission line or transformer."""

    kind: auto
    zone: Zone | None
    from_bus: Bus | None = _other_zone("The bus at its from-end")
    to_bus: Bus | None = _other_zone("The bus at its to-end")
    from_substation: Substation | None = _other_zone("The substation at its from-end")
    to_substation: Substation | None = _other_zone("The substation at its to-end")
    interconnect: auto
    base_kv: auto
    r_pu: auto
    x_pu: auto
    tap_ratio: auto
    phase_shift_deg: auto
    source_rating_mva: auto
    rating_mva: auto
    is_rating_adjusted: auto
    base_flow_mw: auto
    base_loading_pct: auto
    length_km: auto
    in_service: auto


@strawberry_django.federation.type(
    models.Plant, keys=["assetId"], filters=filters.PlantFilter, ordering=ordering.PlantOrder
)
class Plant(Asset):
    """A generating unit."""

    bus: Bus | None = _other_zone("Its bus")
    substation: Substation
    zone: Zone | None
    interconnect: auto
    fuel_type: auto
    p_mw: auto
    p_max_mw: auto
    p_min_mw: auto
    in_service: auto
