"""API types of assets' health."""

import json
from typing import Any

import strawberry
import strawberry_django
from django.db.models import QuerySet
from strawberry import auto
from strawberry.types import Info

from flux_site.api.ordering import in_default_order
from flux_site.api.visibility import visible
from grid import models
from grid.schema.fast.columns import shows_rows
from grid.schema.types import filters, ordering
from grid.schema.types.base import Asset
from grid.schema.types.distribution import Circuit, Pole, Transformer
from grid.schema.types.transmission import Substation
from grid.standards.asset_health import Evidence

UNITS = {
    Evidence.AGE: "years",
    Evidence.MEMBERS: "mean health score of its assets",
    Evidence.LOADING: "% of its rating at most",
    Evidence.AGEING: "mean ageing factor of its insulation",
    Evidence.INSPECTION: "condition code, 1 as new to 5 failed",
    Evidence.WORK_ORDERS: "orders to repair or replace it",
    Evidence.FAULTS: "faults in five years; of a circuit per 10 km and year",
}
"""What the value of each piece of evidence is."""


@strawberry.type(description="What one piece of evidence contributes to a health index.")
class HealthContribution:
    """A contribution."""

    evidence: str = strawberry.field(
        description="AGE, MEMBERS, LOADING, AGEING, INSPECTION, WORK_ORDERS or FAULTS."
    )
    points: float = strawberry.field(
        description="Points of the index; all of them and 100 sum to it. 0 where the evidence is unknown."
    )
    is_known: bool
    value: float | None = strawberry.field(description="The evidence itself; null is unknown.")
    unit: str


@strawberry_django.federation.type(
    models.AssetHealth,
    keys=["assetId"],
    filters=filters.AssetHealthFilter,
    ordering=ordering.AssetHealthOrder,
)
class AssetHealth(Asset):
    """How healthy an asset is by the evidence at hand. Its id is that of the asset."""

    asset_kind: auto
    transformer: Transformer | None
    pole: Pole | None
    circuit: Circuit | None
    substation: Substation | None
    on_circuit: Circuit | None
    in_substation: Substation
    as_of: auto
    health_index: auto
    health_score: auto
    band: auto
    confidence_frac: auto
    failures_per_year: auto
    reason: auto

    @strawberry_django.field(only=["contributions"], description="What each piece of evidence contributes.")
    def contributions(self) -> list[HealthContribution]:
        """Return the contributions."""
        return [
            HealthContribution(
                evidence=evidence,
                points=points,
                is_known=value is not None,
                value=value,
                unit=UNITS[Evidence(evidence)],
            )
            for evidence, points, value in json.loads(self.contributions)  # type: ignore[arg-type]
        ]

    @classmethod
    @shows_rows(permission="grid.view_{model}", zone="zone_id")
    def get_queryset(cls, queryset: QuerySet[Any], info: Info, **_: Any) -> QuerySet[Any]:
        """Return the rows the user may see, the worst first."""
        return in_default_order(visible(queryset, info))
