"""The GraphQL schema of the product."""

import enum
from typing import Any

import strawberry
import strawberry_django
from django.conf import settings
from strawberry.extensions import DisableIntrospection, MaxTokensLimiter, ValidationCache
from strawberry.relay import Node, node
from strawberry.schema.config import StrawberryConfig
from strawberry.types import ExecutionContext
from strawberry_django.optimizer import DjangoOptimizerExtension

from cascade.schema.operations import CascadeMutation, CascadeQuery
from flux_site import health
from flux_site.api.guard import Requires
from flux_site.api.limits import MAX_PAGE, MAX_TOKENS, LimitsExtension
from flux_site.api.paging import PagedParser
from flux_site.api.reporting import process_errors
from flux_site.api.schema import AccessMutation, AccessQuery
from flux_site.api.subgraph import SubgraphQuery, SubgraphSchema
from flux_site.jobs.schema import JSON_OBJECT_SCALAR, JobsMutation, JobsQuery, JobsSubscription, JSONObject
from grid.federation import BackendsExtension
from grid.schema.ami import AmiQuery
from grid.schema.freshness import Operational
from grid.schema.imports import ImportsMutation, ImportsQuery
from grid.schema.operations import OperationsQuery
from grid.schema.outbox import OutboxQuery
from grid.schema.prices import PricesQuery
from grid.schema.queries import AssetConnections, AssetLookups
from grid.schema.readings import ReadingsMutation, ReadingsQuery
from grid.schema.sync import SyncMutation, SyncQuery
from grid.schema.types.base import GEOJSON_SCALAR, GeoJSON


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


@strawberry.type(description="What the map needs to know about this site.")
class Site:
    """The site's settings that a client may know."""

    territory_name: str
    territory_bbox: list[float] = strawberry.field(description="West, south, east, north, degrees.")
    time_zone: str
    map_style_url: str | None = strawberry.field(description="Online base map, if one is configured.")


@strawberry.type
class Query(
    SubgraphQuery,
    AccessQuery,
    JobsQuery,
    OperationsQuery,
    ReadingsQuery,
    AmiQuery,
    PricesQuery,
    SyncQuery,
    ImportsQuery,
    OutboxQuery,
    AssetConnections,
    AssetLookups,
    CascadeQuery,
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
        return Site(
            territory_name=settings.TERRITORY_NAME,
            territory_bbox=list(settings.TERRITORY_BBOX),
            time_zone=settings.TIME_ZONE,
            map_style_url=settings.MAP_STYLE_URL,
        )


@strawberry.type
class Mutation(
    AccessMutation, JobsMutation, ReadingsMutation, SyncMutation, ImportsMutation, CascadeMutation
):
    """Everything that can be done."""


@strawberry.type
class Subscription(JobsSubscription):
    """Everything that can be followed."""


class FluxSchema(SubgraphSchema):
    """The schema, with errors that carry a code."""

    def process_errors(self, errors: list[Any], execution_context: ExecutionContext | None = None) -> None:
        """Give every error its code; expected ones are not logged."""
        process_errors(errors, execution_context)


class TokenLimit(MaxTokensLimiter):
    """The token limit, as a class so that the validation cache holds."""

    def __init__(self) -> None:
        super().__init__(max_token_count=MAX_TOKENS)


class Optimized(DjangoOptimizerExtension):
    """The optimizer, taking nested rows from the models' own managers, which know who may see what."""

    def __init__(self) -> None:
        super().__init__(prefetch_custom_queryset=True)


class Validated(ValidationCache):
    """Keeps the outcome of the last validations."""

    def __init__(self) -> None:
        super().__init__(maxsize=256)


schema = FluxSchema(
    query=Query,
    mutation=Mutation,
    subscription=Subscription,
    extensions=[
        BackendsExtension,
        TokenLimit,
        LimitsExtension,
        PagedParser,
        Validated,
        Optimized,
        *([] if settings.GRAPHQL_HAS_INTROSPECTION else [DisableIntrospection]),
    ],
    config=StrawberryConfig(
        relay_max_results=MAX_PAGE,
        scalar_map={GeoJSON: GEOJSON_SCALAR, JSONObject: JSON_OBJECT_SCALAR},
        disable_field_suggestions=not settings.GRAPHQL_HAS_INTROSPECTION,
    ),
)
