"""The GraphQL schema of the product."""

import enum
from typing import Any

import strawberry
import strawberry_django
from django.conf import settings
from strawberry.extensions import DisableIntrospection, SchemaExtension
from strawberry.relay import Node, node
from strawberry.schema.config import StrawberryConfig
from strawberry.types import ExecutionContext
from strawberry_django.optimizer import DjangoOptimizerExtension

from agent.schema.conversations import ConversationMutation, ConversationQuery, ConversationSubscription
from agent.schema.document_changes import DocumentsMutation
from agent.schema.documents import DocumentsQuery
from cascade.schema.batches import BatchMutation, BatchQuery
from cascade.schema.centrality import CentralityMutation, CentralityQuery
from cascade.schema.comparing import ComparingQuery
from cascade.schema.decisions import DecisionsMutation, DecisionsQuery
from cascade.schema.distribution import DistributionQuery
from cascade.schema.forecasts import ForecastMutation, ForecastQuery
from cascade.schema.graph_models import GraphModelsQuery
from cascade.schema.learning import LearningMutation, LearningQuery
from cascade.schema.operations import CascadeMutation, CascadeQuery
from cascade.schema.progress import CascadeSubscription
from cascade.schema.risk_now import RiskQuery, RiskSubscription
from cascade.schema.scenarios import ScenarioMutation, ScenarioQuery
from cascade.schema.transformer_risk import TransformerRiskMutation, TransformerRiskQuery
from cascade.schema.vulnerability import (
    VulnerabilityMutation,
    VulnerabilityQuery,
    VulnerabilitySubscription,
)
from flux_site import health
from flux_site.api.audit.mutations import audited
from flux_site.api.audit.operations import RecordedReads, RecordedReadsAsync
from flux_site.api.audit.schema import AuditQuery
from flux_site.api.guard import Requires
from flux_site.api.limits import MAX_PAGE
from flux_site.api.paging import PagedParser
from flux_site.api.reporting import process_errors
from flux_site.api.saved_view_schema import SavedViewMutation, SavedViewQuery
from flux_site.api.schema import AccessMutation, AccessQuery
from flux_site.api.site import Site, site
from flux_site.api.stream_refusals import with_refusals
from flux_site.api.subgraph import SubgraphQuery, SubgraphSchema
from flux_site.jobs.schema import JSON_OBJECT_SCALAR, JobsMutation, JobsQuery, JobsSubscription, JSONObject
from grid.federation import BackendsExtension
from grid.schema.ami import AmiQuery
from grid.schema.connectivity import ConnectivityQuery
from grid.schema.data_quality import DataQualityMutation, DataQualityQuery
from grid.schema.exports import ExportsMutation, ExportsQuery
from grid.schema.fast import FastExecutor
from grid.schema.feeders import FeedersQuery
from grid.schema.freshness import Operational
from grid.schema.grid_topology import GridTopologyQuery
from grid.schema.health import HealthMutation
from grid.schema.imports import ImportsMutation, ImportsQuery
from grid.schema.initial_load import InitialLoadQuery
from grid.schema.live import OperationsSubscription
from grid.schema.live_layers import LayerSubscription
from grid.schema.live_loading import LoadingSubscription
from grid.schema.operations import OperationsQuery
from grid.schema.outages import OutagesMutation, OutagesQuery
from grid.schema.outbox import OutboxQuery
from grid.schema.prices import PricesQuery
from grid.schema.queries import AssetConnections, AssetLookups
from grid.schema.rating_series import RatingSeriesQuery
from grid.schema.ratings import RatingQuery
from grid.schema.readings import ReadingsMutation, ReadingsQuery
from grid.schema.reliability import ReliabilityQuery
from grid.schema.spatial import SpatialQuery
from grid.schema.storms import StormsQuery
from grid.schema.streaming import StreamingMutation, StreamingQuery
from grid.schema.sync import SyncMutation, SyncQuery
from grid.schema.territory import TerritoryQuery
from grid.schema.topology import TopologyQuery
from grid.schema.types.base import GEOJSON_SCALAR, GeoJSON
from grid.schema.vegetation import VegetationMutation, VegetationQuery
from grid.schema.vegetation_growth import VegetationGrowthQuery
from grid.schema.weather import WeatherQuery


@strawberry.enum(description="OK; DEGRADED: something is down; DOWN: nothing can be answered.")
class HealthStatus(enum.Enum):
    """The verdict on the services."""

    OK = "OK"
    DEGRADED = "DEGRADED"
    DOWN = "DOWN"


@strawberry.type(description="One service the product stands on.")
class ServiceHealth:
    """A service."""

    name: str
    is_up: bool
    latency_ms: float | None


@strawberry.type(description="The health of the product.")
class Health:
    """The verdict and the services."""

    status: HealthStatus
    services: list[ServiceHealth]


@strawberry.type
class Query(
    SubgraphQuery,
    AccessQuery,
    SavedViewQuery,
    AuditQuery,
    JobsQuery,
    InitialLoadQuery,
    TerritoryQuery,
    OperationsQuery,
    TopologyQuery,
    GridTopologyQuery,
    SpatialQuery,
    ConnectivityQuery,
    DistributionQuery,
    DataQualityQuery,
    ReadingsQuery,
    AmiQuery,
    ReliabilityQuery,
    StormsQuery,
    PricesQuery,
    RatingQuery,
    RatingSeriesQuery,
    WeatherQuery,
    VegetationQuery,
    VegetationGrowthQuery,
    FeedersQuery,
    SyncQuery,
    ImportsQuery,
    ExportsQuery,
    OutboxQuery,
    OutagesQuery,
    StreamingQuery,
    AssetConnections,
    AssetLookups,
    CascadeQuery,
    CentralityQuery,
    GraphModelsQuery,
    DocumentsQuery,
    ConversationQuery,
    DecisionsQuery,
    ScenarioQuery,
    ComparingQuery,
    BatchQuery,
    RiskQuery,
    VulnerabilityQuery,
    ForecastQuery,
    LearningQuery,
    TransformerRiskQuery,
):
    """Everything that can be asked."""

    node: Node | None = node(extensions=[Operational(), Requires()], description="Anything with a Relay id.")

    @strawberry_django.field(
        description="Whether the services are up. The only field open to anonymous users."
    )
    def health(self) -> Health:
        """Return the health."""
        states = health.states()
        return Health(
            status=HealthStatus(health.verdict(states)),
            services=[
                ServiceHealth(name=state.name, is_up=state.is_up, latency_ms=state.latency_ms)
                for state in states
            ],
        )

    @strawberry_django.field(extensions=[Requires(without_database=True)], description="The site's settings.")
    def site(self) -> Site:
        """Return the settings."""
        return site()


@audited
@strawberry.type
class Mutation(
    AccessMutation,
    SavedViewMutation,
    JobsMutation,
    ReadingsMutation,
    HealthMutation,
    DataQualityMutation,
    SyncMutation,
    ImportsMutation,
    ExportsMutation,
    OutagesMutation,
    StreamingMutation,
    VegetationMutation,
    CascadeMutation,
    CentralityMutation,
    DecisionsMutation,
    ScenarioMutation,
    BatchMutation,
    VulnerabilityMutation,
    ForecastMutation,
    LearningMutation,
    TransformerRiskMutation,
    ConversationMutation,
    DocumentsMutation,
):
    """Everything that can be done."""


@strawberry.type
class Subscription(
    JobsSubscription,
    OperationsSubscription,
    LoadingSubscription,
    LayerSubscription,
    CascadeSubscription,
    RiskSubscription,
    VulnerabilitySubscription,
    ConversationSubscription,
):
    """Everything that can be followed."""


class FluxSchema(SubgraphSchema):
    """The schema, with errors that carry a code."""

    def process_errors(self, errors: list[Any], execution_context: ExecutionContext | None = None) -> None:
        """Give every error its code; expected ones are not logged."""
        process_errors(errors, execution_context)

    async def stream(self, *arguments: Any, **options: Any) -> Any:
        """Return the results of an operation; one that is refused has its refusal as the only result."""
        return with_refusals(await super().stream(*arguments, **options), self.process_errors)

    def get_extensions(self, sync: bool = False) -> list[SchemaExtension]:
        """Return the extensions, around all of them the one that records personal data."""
        return [RecordedReads() if sync else RecordedReadsAsync(), *super().get_extensions(sync)]


class Optimized(DjangoOptimizerExtension):
    """The optimizer, taking nested rows from the models' own managers, which know who may see what."""

    def __init__(self) -> None:
        super().__init__(prefetch_custom_queryset=True)


schema = FluxSchema(
    query=Query,
    mutation=Mutation,
    subscription=Subscription,
    execution_context_class=FastExecutor,
    extensions=[
        BackendsExtension,
        PagedParser,
        Optimized,
        *([] if settings.GRAPHQL_HAS_INTROSPECTION else [DisableIntrospection]),
    ],
    config=StrawberryConfig(
        relay_max_results=MAX_PAGE,
        scalar_map={GeoJSON: GEOJSON_SCALAR, JSONObject: JSON_OBJECT_SCALAR},
        disable_field_suggestions=not settings.GRAPHQL_HAS_INTROSPECTION,
    ),
)
