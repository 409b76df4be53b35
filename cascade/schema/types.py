"""API types of the cascade laboratory."""

from typing import Any

import strawberry
import strawberry_django
from django.db.models import QuerySet
from strawberry import auto, relay
from strawberry.types import Info
from strawberry_django import ComparisonFilterLookup, StrFilterLookup
from strawberry_django.relay import DjangoCursorConnection

from cascade import models
from cascade.selectors.trips import trip_names
from flux_site.api.errors import BadInput
from flux_site.api.ordering import UnknownLast, in_default_order
from flux_site.api.visibility import require, require_login
from flux_site.jobs.schema import Job
from grid.selectors.network import name_assets

MAX_TRIPS = 1000


@strawberry.type(description="An asset that fails first.")
class OutageAsset:
    """What an outage names."""

    asset_id: str
    kind: str
    name: str | None = strawberry.field(description="Null if the cache no longer holds it.")


@strawberry.type(description="A branch that tripped.")
class CascadeTrip:
    """A trip with the flow that caused it."""

    branch_asset_id: str
    name: str | None
    flow_mw: float = strawberry.field(description="Flow at the trip, MW, positive from its from-end.")
    rating_mva: float = strawberry.field(description="Rating in force in the run, MVA.")
    loading_pct: float = strawberry.field(description="Flow over rating, %.")


@strawberry_django.type(models.CascadeWave)
class CascadeWave:
    """One wave; wave 0 is the initial outages."""

    number: auto
    tripped_count: auto
    shed_mw: auto
    cumulative_shed_mw: auto
    served_mw: auto
    islands_alive: auto
    islands_dead: auto

    @strawberry_django.field(
        prefetch_related=["trips"], description="The branches whose trip began this wave, most loaded first."
    )
    def trips(self, first: int = 100) -> list[CascadeTrip]:
        """Return the trips."""
        if not 0 <= first <= MAX_TRIPS:
            raise BadInput(f"first is {first}; it must be 0 to {MAX_TRIPS}.", field="first")
        rows = sorted(self.trips.all(), key=lambda row: -row.loading_pct)[:first]  # type: ignore[attr-defined]
        names = trip_names(self.run)  # type: ignore[attr-defined]
        return [
            CascadeTrip(
                branch_asset_id=row.branch_id,
                name=names.get(row.branch_id),
                flow_mw=row.flow_mw,
                rating_mva=row.rating_mva,
                loading_pct=row.loading_pct,
            )
            for row in rows
        ]


@strawberry_django.type(models.Scenario)
class Scenario(relay.Node):
    """A named set of initial outages."""

    name: auto
    description: auto
    interconnect: auto
    load_multiplier: auto
    rating_multiplier: auto
    created_at: auto
    updated_at: auto

    @strawberry_django.field(only=["outages"], description="What fails first.")
    def outages(self) -> list[OutageAsset]:
        """Return the outages with their names."""
        return outage_assets(self.outages)  # type: ignore[arg-type]

    @classmethod
    def get_queryset(cls, queryset: QuerySet[Any], info: Info, **_: Any) -> QuerySet[Any]:
        """Return the scenarios; they are shared among those who may view them."""
        require(info, "cascade.view_scenario")
        return in_default_order(queryset)


@strawberry_django.filter_type(models.CascadeRun)
class CascadeRunFilter:
    """Filter of runs."""

    name: StrFilterLookup | None
    interconnect: StrFilterLookup | None
    total_shed_mw: ComparisonFilterLookup[float] | None
    tripped_count: ComparisonFilterLookup[int] | None


@strawberry_django.order_type(models.CascadeRun)
class CascadeRunOrder(UnknownLast):
    """Order of runs."""

    created_at: auto
    total_shed_mw: auto
    tripped_count: auto


@strawberry_django.type(models.CascadeRun, filters=CascadeRunFilter, ordering=CascadeRunOrder)
class CascadeRun(relay.Node):
    """One cascade; results are null until its job has succeeded."""

    scenario: Scenario | None
    name: auto
    interconnect: auto
    load_multiplier: auto
    rating_multiplier: auto
    created_at: auto
    network_digest: auto
    total_load_mw: auto
    base_shed_mw: auto
    initial_shed_mw: auto
    total_shed_mw: auto
    served_mw: auto
    tripped_count: auto
    wave_count: auto
    islands_alive: auto
    islands_dead: auto
    closest_margin_frac: auto
    termination_reason: auto
    elapsed_ms: auto
    waves: list[CascadeWave]

    @strawberry_django.field(
        select_related=["job__owner"],
        description="The job that computes it; whoever may see the run may see it.",
    )
    def job(self) -> Job:
        """Return the job without asking anew whether it may be seen: a viewer sees runs, but not all jobs."""
        return self.job  # type: ignore[return-value]

    @strawberry_django.field(only=["id"], description="The run's plain id, as cascadeRun takes it.")
    def run_id(self) -> strawberry.ID:
        """Return the plain id."""
        return strawberry.ID(str(self.pk))  # type: ignore[attr-defined]

    @strawberry_django.field(only=["outages"], description="What failed first.")
    def outages(self) -> list[OutageAsset]:
        """Return the outages with their names."""
        return outage_assets(self.outages)  # type: ignore[arg-type]

    @strawberry_django.field(
        only=["id"], description="Arrow stream: every branch with its trip wave and final flow."
    )
    def branches_url(self) -> str:
        """Return the address of the branch columns."""
        return f"/columns/cascade-runs/{self.pk}/branches"  # type: ignore[attr-defined]

    @strawberry_django.field(only=["id"], description="Arrow stream: every substation that lost load.")
    def substations_url(self) -> str:
        """Return the address of the substation columns."""
        return f"/columns/cascade-runs/{self.pk}/substations"  # type: ignore[attr-defined]

    @classmethod
    def get_queryset(cls, queryset: QuerySet[Any], info: Info, **_: Any) -> QuerySet[Any]:
        """Return the runs the user may see."""
        visible = queryset.visible_to(require_login(info))  # type: ignore[attr-defined]
        return in_default_order(visible)


def outage_assets(asset_ids: list[str]) -> list[OutageAsset]:
    """Return outages with their names, in the order given."""
    named = {each.asset_id: each for each in name_assets(asset_ids)}
    kinds = {"SUB": "Substation", "BUS": "Bus", "BR": "Branch"}
    return [
        OutageAsset(
            asset_id=asset_id,
            kind=kinds.get(asset_id.partition("-")[0], "Asset"),
            name=named[asset_id].name if asset_id in named else None,
        )
        for asset_id in asset_ids
    ]


ScenarioConnection = DjangoCursorConnection[Scenario]
CascadeRunConnection = DjangoCursorConnection[CascadeRun]
