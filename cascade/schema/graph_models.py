"""GraphQL of the graph models, which know no flows and no ratings."""

from datetime import datetime
from typing import Any

import strawberry
import strawberry_django
from strawberry.types import Info

from cascade.engine.graph_models.motter_lai import MotterLaiParams
from cascade.engine.graph_models.probabilistic_bfs import SpreadParams, SpreadRule
from cascade.services import graph_models as service
from cascade.services.graph_models import MOST_NODES, MOST_WAVES, GraphModel
from flux_site.api.guard import Requires
from flux_site.api.visibility import require

PERMISSION = "cascade.view_nodecentrality"
ALSO = ("grid.view_substation", "grid.view_bus", "grid.view_branch", "grid.view_circuit")
_SPREAD = SpreadParams()
_MOTTER = MotterLaiParams()

GraphModelEnum = strawberry.enum(
    GraphModel,
    name="GraphModel",
    description="PROBABILISTIC_BFS: spreading by probability. MOTTER_LAI: overload of shortest paths. Both "
    "are topological toys.",
)
SpreadRuleEnum = strawberry.enum(
    SpreadRule,
    name="SpreadRule",
    description="THRESHOLD: a neighbour fails if its probability reaches the threshold. CHANCE: it then "
    "fails with that probability, drawn from the seed.",
)


@strawberry.input(description="Settings of PROBABILISTIC_BFS; the defaults are the demonstration's.")
class SpreadingInput:
    """Settings."""

    temperature_c: float = strawberry.field(
        default=_SPREAD.temperature_c, description="Air temperature, -60 to 60 °C."
    )
    load_multiplier: float = strawberry.field(
        default=_SPREAD.load_multiplier, description="Load factor, above 0, at most 100."
    )
    threshold_prob: float = strawberry.field(
        default=_SPREAD.threshold_prob, description="The least probability that counts, 0 to 1."
    )
    rule: SpreadRuleEnum = _SPREAD.rule
    max_nodes: int = strawberry.field(
        default=_SPREAD.max_nodes,
        description=f"Stop with this many failed substations, patient zero among them, 1 to {MOST_NODES}.",
    )
    seed: int = strawberry.field(default=_SPREAD.seed, description="What CHANCE is drawn from, 0 or more.")


@strawberry.input(description="Settings of MOTTER_LAI.")
class MotterLaiInput:
    """Settings."""

    alpha: float = strawberry.field(
        default=_MOTTER.alpha, description="Spare capacity as a share of the load at the start, 0 to 1000."
    )
    count_ends: bool = strawberry.field(
        default=_MOTTER.count_ends, description="Whether paths that begin or end at a node load it too."
    )


@strawberry.type(description="A substation that a graph model takes out.")
class GraphCascadeNode:
    """A node."""

    substation_id: str
    name: str
    lat: float = strawberry.field(description="Degrees (WGS 84).")
    lon: float = strawberry.field(description="Degrees (WGS 84).")
    triggered_by_id: str | None = strawberry.field(
        description="The substation that made it fail; null for patient zero, always with MOTTER_LAI, which "
        "names no cause, and where that substation is out of your sight."
    )
    strength: float | None = strawberry.field(
        description="The probability with which it failed, or its load over its capacity, counted in paths; "
        "null for patient zero, and where it has no capacity."
    )
    load_mw: float = strawberry.field(
        description="Demand at it in the planning base case, MW. Not what a cascade would lose."
    )
    customers: int | None = strawberry.field(
        description="Active accounts on its circuits; null where no circuits of it are known."
    )


@strawberry.type(description="Substations that fail together, by their order in the network.")
class GraphCascadeWave:
    """A wave."""

    number: int = strawberry.field(description="0: patient zero.")
    count: int = strawberry.field(description="Of the substations that you may see.")
    nodes: list[GraphCascadeNode]


@strawberry.type(description="What a topological toy takes out. It knows no flows and no ratings.")
class GraphCascade:
    """An answer."""

    model: GraphModelEnum
    label: str = strawberry.field(description="What the model is, to be shown with its numbers.")
    caveat: str = strawberry.field(description="What its numbers do not say.")
    formula: str
    source: str = strawberry.field(description="Where the formula is from.")
    interconnect: str
    node_count: int = strawberry.field(description="Substations of the graph.")
    edge_count: int = strawberry.field(description="Pairs of them that branches in service join.")
    waves: list[GraphCascadeWave]
    failed_count: int = strawberry.field(description="In all waves, patient zero too, of those you may see.")
    hidden_count: int = strawberry.field(description="Further ones, in zones that you may not see.")
    is_settled: bool = strawberry.field(
        description="Whether nothing further would fail; false: the limit on waves or nodes ended it."
    )
    load_mw: float = strawberry.field(
        description="Demand at the substations told, MW, as in the planning base case."
    )
    customers: int | None = strawberry.field(
        description="Active accounts at the substations told, where circuits are known; null: nowhere."
    )
    customers_unknown_count: int = strawberry.field(
        description="Substations told whose customers are not known."
    )
    connected_frac: float | None = strawberry.field(
        description="G = N'/N: the largest component at the end over that at the start; of MOTTER_LAI only."
    )
    largest_before: int | None = strawberry.field(description="N, in substations; of MOTTER_LAI only.")
    largest_after: int | None = strawberry.field(description="N', in substations; of MOTTER_LAI only.")
    centralities_at: datetime | None = strawberry.field(
        description="When betweenness and criticality were measured; of PROBABILISTIC_BFS only."
    )


@strawberry.type
class GraphModelsQuery:
    """Questions to the graph models."""

    @strawberry_django.field(
        extensions=[Requires(PERMISSION)],
        description="What a topological toy takes out once a substation fails, for comparison with what "
        "others publish. No flows, no ratings: startCascadeRun simulates a cascade. PROBABILISTIC_BFS needs "
        "startCentralities first.",
    )
    def graph_cascade(
        self,
        info: Info,
        model: GraphModelEnum,
        patient_zero_id: str,
        interconnect: str | None = None,
        spreading: SpreadingInput | None = None,
        motter_lai: MotterLaiInput | None = None,
        max_waves: int = MOST_WAVES,
    ) -> GraphCascade:
        """Return the waves."""
        user: Any = require(info, PERMISSION)
        for permission in ALSO:
            require(info, permission)
        found = service.graph_cascade(
            model=model,
            patient_zero_id=patient_zero_id,
            interconnect=interconnect,
            spreading=None if spreading is None else vars(spreading),
            motter=None if motter_lai is None else vars(motter_lai),
            max_waves=max_waves,
            user=user,
        )
        return _answer(found)


def _answer(found: service.GraphCascade) -> GraphCascade:
    nodes = [node for wave in found.waves for node in wave]
    known = [node.customers for node in nodes if node.customers is not None]
    before, after = found.largest_before, found.largest_after
    return GraphCascade(
        model=found.model,
        **vars(found.told),
        interconnect=found.interconnect,
        node_count=found.n_nodes,
        edge_count=found.n_edges,
        waves=[
            GraphCascadeWave(number=number, count=len(wave), nodes=[_node(node) for node in wave])
            for number, wave in enumerate(found.waves)
        ],
        failed_count=len(nodes),
        hidden_count=found.hidden_count,
        is_settled=found.is_settled,
        load_mw=sum(node.place.load_mw for node in nodes),
        customers=sum(known) if known else None,
        customers_unknown_count=len(nodes) - len(known),
        connected_frac=None if before is None or after is None else after / before,
        largest_before=before,
        largest_after=after,
        centralities_at=found.centrality_run.computed_at if found.centrality_run else None,
    )


def _node(node: service.FailedNode) -> GraphCascadeNode:
    place = node.place
    return GraphCascadeNode(
        substation_id=place.substation_id,
        name=place.name,
        lat=place.lat,
        lon=place.lon,
        triggered_by_id=node.triggered_by_id,
        strength=node.strength,
        load_mw=place.load_mw,
        customers=node.customers,
    )
