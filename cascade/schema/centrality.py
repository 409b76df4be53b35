"""GraphQL of the centralities."""

from datetime import datetime
from typing import Annotated, Any

import strawberry
import strawberry_django
from strawberry.types import Info

from cascade import models
from cascade.selectors.centralities import Measure, central_nodes, newest_run
from cascade.services.centrality import start_centralities
from flux_site.api.guard import Requires
from flux_site.api.operation import Fault, expected_failures
from flux_site.api.visibility import require_login
from flux_site.jobs.schema import Job

CentralityScopeEnum = strawberry.enum(
    models.CentralityScope,
    name="CentralityScope",
    description="TRANSMISSION: the buses of an interconnection. WHOLE: also all under them, to the meters.",
)
CentralityMeasureEnum = strawberry.enum(
    Measure, name="CentralityMeasure", description="What nodes are ranked by."
)
StartCentralitiesPayload = Annotated[Job | Fault, strawberry.union("StartCentralitiesPayload")]


@strawberry.input
class StartCentralitiesInput:
    """Which nodes to measure."""

    scope: CentralityScopeEnum = models.CentralityScope.TRANSMISSION
    interconnect: str | None = strawberry.field(
        default=None, description="Whose buses; may be left out where the cache holds only one."
    )
    seed: int = strawberry.field(default=0, description="Of samples and bootstrap; the same gives the same.")


@strawberry.type(description="How well a measure of the graph ranks the load lost in simulation.")
class MeasureCorrelation:
    """A correlation."""

    measure: str
    rho: float | None = strawberry.field(
        description="Spearman's rank correlation with the load lost in the cascade that the outage of a bus "
        "starts, -1 to 1; null if one of the two is the same everywhere."
    )
    low: float | None = strawberry.field(description="Lower end of its 95 % bootstrap interval.")
    high: float | None = strawberry.field(description="Its upper end.")
    top_decile_share: float | None = strawberry.field(
        description="Share of all simulated loss caused by the tenth of the nodes that it ranks highest."
    )
    best_share: float | None = strawberry.field(description="The share of the tenth that was truly worst.")
    nodes: int = strawberry.field(description="Nodes compared.")


@strawberry.type(description="One measurement of the nodes of the grid.")
class CentralityRun:
    """A run."""

    scope: CentralityScopeEnum
    interconnect: str
    computed_at: datetime
    graph_digest: str = strawberry.field(description="SHA-256 of the graph measured.")
    node_count: int | None
    edge_count: int | None
    sample_count: int | None = strawberry.field(
        description="Nodes that betweenness and closeness start from; null: from all, so they are exact."
    )
    betweenness_error: float | None = strawberry.field(
        description="With 95 % confidence no betweenness is further off; null if exact."
    )
    simulated_count: int | None = strawberry.field(description="Buses whose outage was simulated.")
    correlations: list[MeasureCorrelation]


@strawberry.type(description="The measures of one node.")
class NodeCentrality:
    """A node."""

    node_id: str
    node_kind: str = strawberry.field(description="BUS, NODE (of a circuit), TRANSFORMER or METER.")
    substation_id: str | None = strawberry.field(description="Of a bus.")
    degree: float = strawberry.field(description="Neighbours / (nodes - 1).")
    betweenness: float = strawberry.field(description="Share of the shortest paths through it, 0 to 1.")
    closeness: float = strawberry.field(description="Harmonic: mean of 1/distance to all others, 0 to 1.")
    eigenvector: float = strawberry.field(description="The greatest is 1.")
    pagerank: float = strawberry.field(description="All nodes add up to 1.")
    clustering: float = strawberry.field(description="Share of its pairs of neighbours that are neighbours.")
    neighbours_2_hops: int = strawberry.field(description="Nodes at most two edges away.")
    downstream_nodes: int = strawberry.field(description="Nodes that no source reaches any more without it.")
    downstream_customers: int | None = strawberry.field(
        description="Customers that lose supply without it; null where none are known."
    )
    electrical_betweenness: float | None = strawberry.field(
        description="Share of all transfers from units to loads that pass the bus; null for other nodes."
    )
    simulated_loss_mw: float | None = strawberry.field(
        description="Load lost in the cascade that its outage starts, MW; null: not simulated."
    )


@strawberry.type(description="Nodes in the order asked for, of the newest measurement.")
class CentralNodes:
    """A page."""

    run: CentralityRun | None = strawberry.field(description="Null: nothing was measured yet.")
    items: list[NodeCentrality]


@strawberry.type
class CentralityQuery:
    """Questions about how central nodes are."""

    @strawberry_django.field(
        extensions=[Requires("cascade.view_nodecentrality")],
        description="The most central nodes by one measure, the most central first, with how well each "
        "measure ranks what simulation says. A measure of the graph knows no flows and no ratings.",
    )
    def central_nodes(
        self,
        info: Info,
        scope: CentralityScopeEnum = models.CentralityScope.TRANSMISSION,
        interconnect: str | None = None,
        order_by: CentralityMeasureEnum = Measure.BETWEENNESS,
        node_kinds: list[str] | None = None,
        node_ids: list[str] | None = None,
        first: int = 20,
    ) -> CentralNodes:
        """Return a page."""
        require_login(info)
        run = newest_run(scope=scope, interconnect=interconnect)
        rows = (
            central_nodes(run, order_by=order_by, node_kinds=node_kinds, node_ids=node_ids, first=first)
            if run
            else []
        )
        return CentralNodes(run=_run(run) if run else None, items=[_node(row) for row in rows])


@strawberry.type
class CentralityMutation:
    """Control of the measurement."""

    @strawberry_django.mutation(
        handle_django_errors=False,
        extensions=[Requires("cascade.add_centralityrun")],
        description="Measure how central each node is, as a job, with the outages simulated to compare with.",
    )
    def start_centralities(self, info: Info, input: StartCentralitiesInput) -> StartCentralitiesPayload:
        """Start a measurement."""

        def start() -> Any:
            return start_centralities(
                scope=str(input.scope),
                interconnect=input.interconnect,
                seed=input.seed,
                user=require_login(info),
            ).job

        return expected_failures(start)


def _run(row: models.CentralityRun) -> CentralityRun:
    assert row.computed_at is not None  # noqa: S101 - finished runs only
    return CentralityRun(
        scope=models.CentralityScope(row.scope),
        interconnect=row.interconnect,
        computed_at=row.computed_at,
        graph_digest=row.graph_digest,
        node_count=row.node_count,
        edge_count=row.edge_count,
        sample_count=row.sample_count,
        betweenness_error=row.betweenness_error,
        simulated_count=row.simulated_count,
        correlations=[
            MeasureCorrelation(nodes=each["n_nodes"], **{k: v for k, v in each.items() if k != "n_nodes"})
            for each in row.correlations or []
        ],
    )


def _node(row: models.NodeCentrality) -> NodeCentrality:
    names = NodeCentrality.__annotations__
    return NodeCentrality(**{name: getattr(row, name) for name in names})
