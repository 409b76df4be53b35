"""API types of outages, work orders and crews, and of their history."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, ClassVar

import strawberry
import strawberry_django
from django.db.models import Prefetch, QuerySet
from strawberry import auto, relay
from strawberry.types import Info
from strawberry_django.relay import DjangoCursorConnection

from flux_site.api.ordering import in_default_order
from flux_site.api.visibility import visible
from flux_site.jobs.schema import JSONObject
from grid import models
from grid.operations import CAUSES, restoration_steps
from grid.schema.types import filters, ordering
from grid.schema.types.base import Asset, LocatedAsset
from grid.schema.types.distribution import Circuit, Meter, Switch, Transformer
from grid.schema.types.transmission import Substation


def _interruptions_of_steps(info: Info) -> Prefetch:
    """Return the interruptions that steps are made of, apart from those selected by themselves."""
    rows = models.OutageInterruption.objects.only("outage_id", "restored_at", "customers")
    return Prefetch("interruptions", queryset=rows, to_attr="step_rows")


_HISTORY = "Every change, newest first. Kept with the cache: not answered while PostGIS is away."


@strawberry.type(description="Customers of an outage that were supplied again at the same moment.")
class RestorationStep:
    """A step."""

    rests_on_layer: ClassVar[str] = "outage_interruptions"

    step_number: int
    restored_at: datetime
    customers_restored: int


@strawberry.type(description="A cause of interruptions.")
class CauseCode:
    """A cause."""

    code: str
    label: str
    category: str = strawberry.field(description="Its category in IEEE Std 1782.")


def cause_codes() -> list[CauseCode]:
    """Return every cause."""
    return [CauseCode(code=each.code, label=each.label, category=each.category) for each in CAUSES.values()]


@strawberry_django.type(models.OperationEvent)
class OperationEvent(relay.Node):
    """One change of an outage, a work order or a crew."""

    version: auto
    action: auto
    from_status: auto
    to_status: auto
    actor: auto
    at: auto
    note: auto

    @strawberry_django.field(
        only=["changes"], description="The values that changed, as an object: name: [before, after]."
    )
    def changes(self) -> JSONObject:
        """Return the changes."""
        return self.changes  # type: ignore[return-value]

    @classmethod
    def get_queryset(cls, queryset: QuerySet[Any], info: Info, **_: Any) -> QuerySet[Any]:
        """Return the changes the user may see."""
        return in_default_order(visible(queryset, info))


@strawberry_django.federation.type(
    models.Crew, keys=["assetId"], filters=filters.CrewFilter, ordering=ordering.CrewOrder
)
class Crew(Asset):
    """A crew of the field."""

    name: auto
    kind: auto
    home_substation: Substation
    member_count: auto
    status: auto
    version: auto
    updated_at: auto
    outages: DjangoCursorConnection["Outage"] = strawberry_django.connection()
    work_orders: DjangoCursorConnection["WorkOrder"] = strawberry_django.connection()
    history: DjangoCursorConnection[OperationEvent] = strawberry_django.connection(description=_HISTORY)

    @strawberry_django.field(only=["location"], description="Longitude, degrees; null if not known.")
    def lon(self) -> float | None:
        """Return the longitude."""
        return None if self.location is None else self.location.x  # type: ignore[attr-defined]

    @strawberry_django.field(only=["location"], description="Latitude, degrees; null if not known.")
    def lat(self) -> float | None:
        """Return the latitude."""
        return None if self.location is None else self.location.y  # type: ignore[attr-defined]


@strawberry_django.federation.type(
    models.OutageInterruption,
    keys=["assetId"],
    filters=filters.OutageInterruptionFilter,
    ordering=ordering.OutageInterruptionOrder,
)
class OutageInterruption(Asset):
    """The customers of one transformer, or of one meter, without supply by an outage."""

    outage: "Outage"
    transformer: Transformer
    meter: Meter | None
    substation: Substation
    circuit: Circuit
    customers: auto
    started_at: auto
    restored_at: auto


@strawberry_django.federation.type(
    models.Outage, keys=["assetId"], filters=filters.OutageFilter, ordering=ordering.OutageOrder
)
class Outage(LocatedAsset):
    """Customers without supply behind one device."""

    substation: Substation
    circuit: Circuit
    switch: Switch | None
    transformer: Transformer | None
    meter: Meter | None
    status: auto
    cause_code: auto
    is_planned: auto
    source: auto
    started_at: auto
    confirmed_at: auto
    restored_at: auto
    estimated_restoration_at: auto
    estimated_restoration_p80_at: auto
    customers_interrupted: auto
    customers_out: auto
    crew: Crew | None
    notes: auto
    version: auto
    updated_at: auto
    interruptions: DjangoCursorConnection[OutageInterruption] = strawberry_django.connection()
    work_orders: DjangoCursorConnection["WorkOrder"] = strawberry_django.connection()
    history: DjangoCursorConnection[OperationEvent] = strawberry_django.connection(description=_HISTORY)

    @strawberry_django.field(
        prefetch_related=[_interruptions_of_steps],
        description="How its customers came back, step by step, from its interruptions.",
    )
    def steps(self, info: Info) -> list[RestorationStep]:
        """Return the steps."""
        rows: Sequence[models.OutageInterruption] = self.step_rows  # type: ignore[attr-defined]
        steps = restoration_steps((row.restored_at, row.customers) for row in rows)
        return [
            RestorationStep(step_number=number, restored_at=at, customers_restored=customers)
            for number, (at, customers) in enumerate(steps, start=1)
        ]


@strawberry_django.federation.type(
    models.WorkOrder, keys=["assetId"], filters=filters.WorkOrderFilter, ordering=ordering.WorkOrderOrder
)
class WorkOrder(LocatedAsset):
    """A piece of field work."""

    work_type: auto
    priority: auto
    status: auto
    asset_kind: auto
    target_asset_id: str = strawberry_django.field(
        field_name="asset_id", description="The asset the work is done on."
    )
    substation: Substation
    circuit: Circuit
    outage: Outage | None
    crew_id: str | None = strawberry_django.field(
        only=["crew_id"], description="Its crew; null if none is assigned."
    )
    crew: Crew | None
    description: auto
    created_at: auto
    scheduled_at: auto
    completed_at: auto
    estimated_hours: auto
    actual_hours: auto
    version: auto
    updated_at: auto
    history: DjangoCursorConnection[OperationEvent] = strawberry_django.connection(description=_HISTORY)
