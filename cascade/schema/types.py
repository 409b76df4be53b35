"""API types of the cascade laboratory."""

from enum import Enum
from typing import Any

import strawberry
import strawberry_django
from django.db.models import QuerySet
from strawberry import auto, relay
from strawberry.types import Info
from strawberry_django import ComparisonFilterLookup, StrFilterLookup
from strawberry_django.relay import DjangoCursorConnection

from cascade import models
from cascade.schema.distribution_types import InitiatorKindEnum
from cascade.selectors.columns import islands_of
from cascade.selectors.failed_elements import failed_elements
from cascade.selectors.paths import MAX_PATHS, paths_of
from cascade.selectors.trips import trip_names
from flux_site.api.errors import BadInput
from flux_site.api.ordering import UnknownLast, in_default_order
from flux_site.api.visibility import require, require_login
from flux_site.jobs.schema import Job, JSONObject
from grid.schema.connectivity_types import page_of
from grid.selectors.network import name_assets

MAX_TRIPS = 1000


@strawberry.enum(description="A part of a run's result.")
class RunPart(Enum):
    """What can be downloaded."""

    ALL = "ALL"
    WAVES = "WAVES"
    TRIPS = "TRIPS"
    BRANCHES = "BRANCHES"
    BUSES = "BUSES"
    SUBSTATIONS = "SUBSTATIONS"


@strawberry.enum(description="A file format of a run's result. ALL comes as JSON only.")
class RunFormat(Enum):
    """How it can be downloaded."""

    JSON = "JSON"
    CSV = "CSV"
    PARQUET = "PARQUET"


@strawberry.type(description="An asset that fails first.")
class OutageAsset:
    """What an outage names."""

    asset_id: str
    kind: str
    name: str | None = strawberry.field(description="Null if the cache no longer holds it.")


@strawberry.type(description="An element of the distribution network that fails first.")
class FailedElement:
    """An element."""

    asset_id: str
    kind: InitiatorKindEnum


@strawberry.type(description="A branch that tripped.")
class CascadeTrip:
    """A trip with the flow that caused it."""

    branch_asset_id: str
    name: str | None
    flow_mw: float = strawberry.field(description="Flow at the trip, MW, positive from its from-end.")
    rating_mva: float = strawberry.field(description="Rating in force in the run, MVA.")
    loading_pct: float = strawberry.field(description="Flow over rating, %.")
    cause: str = strawberry.field(description="Why it tripped, such as OVERLOAD or HIDDEN_FAILURE.")
    parent_id: str | None = strawberry.field(
        description="The branch or unit whose loss raised its flow most; null if none did."
    )
    parent_wave: int | None = strawberry.field(description="The wave the parent was lost in.")
    parent_rise_mw: float | None = strawberry.field(
        description="What the parent's loss added to its flow, MW."
    )


@strawberry.type(description="A chain of losses: each led to the next.")
class CascadePath:
    """A path of propagation."""

    branch_asset_ids: list[str] = strawberry.field(
        description="From the first loss to a trip that led to nothing more."
    )


@strawberry.type(description="A part of the network that holds together at the end of a run.")
class CascadeIsland:
    """An island."""

    number: int
    is_alive: bool = strawberry.field(description="Whether it has supply.")
    bus_count: int
    base_served_mw: float = strawberry.field(description="Load its buses were served before, MW.")
    served_mw: float = strawberry.field(description="Load they are served at the end, MW.")


@strawberry.type(description="Where a fact of a scenario comes from.")
class ScenarioSource:
    """A source."""

    title: str
    url: str | None
    fact: str
    measure: str | None = strawberry.field(description="The quantity, for comparing with a run.")
    value: float | None
    basis: str = strawberry.field(description="PUBLISHED, MEASURED or ASSUMPTION.")


@strawberry.type(description="What a run was computed on, frozen when it was queued.")
class CascadeInputs:
    """Frozen inputs."""

    digest: str = strawberry.field(description="SHA-256 of network and inputs; equal for equal inputs.")
    network_digest: str
    params: JSONObject = strawberry.field(description="The settings of the cascade, all of them.")
    outages: JSONObject = strawberry.field(description="What fails first: ids of branches, buses and units.")
    summary: JSONObject = strawberry.field(
        description="What was made of the scenario: notes, what was drawn, spans of temperature and wind."
    )

    @classmethod
    def of(cls, inputs: models.FrozenInputs) -> "CascadeInputs":
        """Return frozen inputs as the API shows them."""
        return cls(
            digest=inputs.pk,
            network_digest=inputs.network_id,
            params=inputs.params,  # type: ignore[arg-type]
            outages=inputs.outages,  # type: ignore[arg-type]
            summary=inputs.summary,  # type: ignore[arg-type]
        )


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
    dead_bus_count: auto
    customers_out: auto
    customers_expected: auto
    time_s: auto

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
                cause=row.cause,
                parent_id=row.parent_id or None,
                parent_wave=row.parent_wave,
                parent_rise_mw=row.parent_rise_mw,
            )
            for row in rows
        ]


@strawberry_django.type(models.ScenarioVersion)
class ScenarioVersion(relay.Node):
    """One version of a scenario; it never changes."""

    number: auto
    name: auto
    description: auto
    digest: auto
    note: auto
    created_at: auto

    @strawberry_django.field(only=["spec"], description="All that it says.")
    def spec(self) -> JSONObject:
        """Return the document."""
        return self.spec  # type: ignore[return-value]

    @strawberry_django.field(only=["spec"], description="The publications behind it.")
    def sources(self) -> list[ScenarioSource]:
        """Return the sources."""
        return [
            ScenarioSource(
                title=each["title"],
                url=each.get("url") or None,
                fact=each["fact"],
                measure=each.get("measure") or None,
                value=each.get("value"),
                basis=each.get("basis", "PUBLISHED"),
            )
            for each in self.spec.get("sources", ())  # type: ignore[attr-defined]
        ]

    @strawberry_django.field(select_related=["author"], description="Who wrote it; null for the product.")
    def author(self) -> str | None:
        """Return the user name of the author."""
        return self.author.get_username() if self.author else None  # type: ignore[attr-defined]

    @classmethod
    def get_queryset(cls, queryset: QuerySet[Any], info: Info, **_: Any) -> QuerySet[Any]:
        """Return the versions; they are shared among those who may view scenarios."""
        require(info, "cascade.view_scenario")
        return queryset


@strawberry_django.filter_type(models.Scenario)
class ScenarioFilter:
    """Filter of scenarios."""

    name: StrFilterLookup | None
    kind: StrFilterLookup | None
    key: StrFilterLookup | None
    interconnect: StrFilterLookup | None


@strawberry_django.type(models.Scenario, filters=ScenarioFilter)
class Scenario(relay.Node):
    """A named event; it says what its newest version says."""

    name: auto
    key: auto
    kind: str
    description: auto
    newest_number: auto
    versions: list[ScenarioVersion] = strawberry_django.field(description="All versions, the newest first.")
    interconnect: auto
    load_multiplier: auto
    rating_multiplier: auto
    created_at: auto
    updated_at: auto

    @strawberry_django.field(only=["id"], description="The scenario's plain id, as mutations take it.")
    def scenario_id(self) -> strawberry.ID:
        """Return the plain id."""
        return strawberry.ID(str(self.pk))  # type: ignore[attr-defined]

    @strawberry_django.field(select_related=["owner"], description="Whose it is; null for the product's.")
    def owner(self) -> str | None:
        """Return the user name of the owner."""
        return self.owner.get_username() if self.owner else None  # type: ignore[attr-defined]

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
    customers_out: auto
    result_digest: auto
    element_count: auto
    waves: list[CascadeWave]
    version: ScenarioVersion | None

    @strawberry_django.field(
        select_related=["inputs"],
        description="What it was computed on; null for old runs that did not keep it.",
    )
    def inputs(self) -> CascadeInputs | None:
        """Return the frozen inputs."""
        return None if self.inputs is None else CascadeInputs.of(self.inputs)  # type: ignore[arg-type]

    @strawberry_django.field(only=["repeat_of_id"], description="The run that this one repeats.")
    def repeat_of_id(self) -> strawberry.ID | None:
        """Return the plain id of the run that was repeated."""
        repeated = self.repeat_of_id
        return None if repeated is None else strawberry.ID(str(repeated))

    @strawberry_django.field(
        only=["impact"], description="What the loss means for circuits and customers; null where unknown."
    )
    def impact(self) -> JSONObject | None:
        """Return the impact."""
        return self.impact  # type: ignore[return-value]

    @strawberry_django.field(
        only=["id"], description="How the cascade spread, path by path, the longest first; 1 to 200 of them."
    )
    def paths(self, first: int = 50) -> list[CascadePath]:
        """Return the paths."""
        if not 1 <= first <= MAX_PATHS:
            raise BadInput(f"first is {first}; it must be 1 to {MAX_PATHS}.", field="first")
        return [CascadePath(branch_asset_ids=path) for path in paths_of(self.pk)[:first]]  # type: ignore[attr-defined]

    @strawberry_django.field(
        only=["id"],
        description="The islands it ended in, the one with the most load first; 1 to 1,000.",
    )
    def islands(self, first: int = 100) -> list[CascadeIsland]:
        """Return the islands."""
        if not 1 <= first <= MAX_TRIPS:
            raise BadInput(f"first is {first}; it must be 1 to {MAX_TRIPS}.", field="first")
        return [CascadeIsland(**island) for island in islands_of(self)[:first]]  # type: ignore[arg-type]

    @strawberry_django.field(
        only=["id"], description="Address of a download of one part; the run must have finished."
    )
    def export_url(self, part: RunPart = RunPart.ALL, format: RunFormat = RunFormat.JSON) -> str:
        """Return the address of a download."""
        return f"/exports/cascade-runs/{self.pk}/{part.value.lower()}.{format.value.lower()}"  # type: ignore[attr-defined]

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
        only=["area"], description="The area that was named, with its classes; null if none was."
    )
    def area(self) -> JSONObject | None:
        """Return the area."""
        return self.area  # type: ignore[return-value]

    @strawberry_django.field(
        select_related=["inputs"],
        description="A page of the elements of the distribution network that failed first, of those that the "
        "user may see; 1 to 1,000.",
    )
    def elements(self, info: Info, first: int = 100, offset: int = 0) -> list[FailedElement]:
        """Return a page."""
        page_of(first, offset)
        found = failed_elements(self, user=require_login(info), first=first, offset=offset)  # type: ignore[arg-type]
        return [FailedElement(kind=kind, asset_id=key) for kind, key in found]  # type: ignore[arg-type]

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
    kinds = {"SUB": "Substation", "BUS": "Bus", "BR": "Branch", "PLANT": "Plant"}
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
