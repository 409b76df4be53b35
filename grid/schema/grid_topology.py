"""GraphQL of the transmission network as nodes and edges."""

from typing import Any

import strawberry
import strawberry_django
from strawberry.types import Info

from flux_site.api.guard import Requires
from flux_site.api.visibility import require
from grid import models
from grid.federation import from_either_store
from grid.selectors.grid_topology import LAYERS, TopologyNode, TopologyScope, grid_topology

PERMISSION = "grid.view_bus"
ALSO = ("grid.view_branch", "grid.view_plant", "grid.view_substation")


@strawberry.type(description="A bus of the transmission network.")
class GridTopologyNode:
    """A node."""

    bus_id: str
    substation_id: str
    substation_name: str
    zone_id: str | None
    lat: float = strawberry.field(description="Of its substation, degrees (WGS 84).")
    lon: float = strawberry.field(description="Of its substation, degrees (WGS 84).")
    base_kv: float = strawberry.field(description="Nominal voltage, kV.")
    load_mw: float = strawberry.field(description="Demand in the planning base case, MW.")
    capacity_mw: float = strawberry.field(description="Of the units in service at it, MW.")
    edge_count: int = strawberry.field(
        description="Branches in service that end at it, whether or not they are among the edges."
    )


@strawberry.type(description="A branch in service between two of the nodes.")
class GridTopologyEdge:
    """An edge."""

    branch_id: str
    from_bus_id: str
    to_bus_id: str
    kind: str = strawberry.field(description="LINE, TRANSFORMER or WINDING.")
    base_kv: float = strawberry.field(description="Higher of the two voltages, kV.")
    x_pu: float = strawberry.field(description="Series reactance, per unit on 100 MVA.")
    rating_mva: float | None = strawberry.field(description="Rating in force, MVA; null: unlimited.")
    base_flow_mw: float = strawberry.field(description="Flow in the planning base case, MW.")
    length_km: float | None = strawberry.field(description="Null inside one substation.")


@strawberry.type(description="A page of the transmission network.")
class GridTopology:
    """Nodes and edges."""

    node_count: int = strawberry.field(description="Nodes in all, of which this is a page.")
    nodes: list[GridTopologyNode]
    edges: list[GridTopologyEdge] = strawberry.field(description="Those between the nodes of the page.")
    edges_out_count: int = strawberry.field(description="Branches that lead from them to other nodes.")


@strawberry.type
class GridTopologyQuery:
    """Questions about how the transmission network hangs together."""

    @strawberry_django.field(
        extensions=[Requires(PERMISSION, without_database=True)],
        description="Buses by id, 2,000 at most in a page, with the branches in service between them. What "
        "hangs under a substation is told by trace, downstream and feederColumns.",
    )
    def grid_topology(
        self,
        info: Info,
        interconnect: str | None = None,
        zone_id: str | None = None,
        substation_ids: list[str] | None = None,
        least_kv: float | None = None,
        first: int = 500,
        offset: int = 0,
    ) -> GridTopology:
        """Return a page."""
        user: Any = require(info, PERMISSION)
        for permission in ALSO:
            require(info, permission)
        scope = TopologyScope(
            user=user,
            interconnect=interconnect,
            zone_id=zone_id,
            substation_ids=substation_ids,
            least_kv=least_kv,
        )
        found = from_either_store(
            field="gridTopology",
            layers=LAYERS,
            ask=lambda: grid_topology(scope, first=first, offset=offset),
        )
        return GridTopology(
            node_count=found.node_count,
            nodes=[_node(node) for node in found.nodes],
            edges=[_edge(branch) for branch in found.edges],
            edges_out_count=found.edges_out_count,
        )


def _node(node: TopologyNode) -> GridTopologyNode:
    bus = node.bus
    substation = bus.substation
    return GridTopologyNode(
        bus_id=bus.pk,
        substation_id=bus.substation_id,
        substation_name=substation.name,
        zone_id=bus.zone_id,
        lat=substation.location.y,
        lon=substation.location.x,
        base_kv=bus.base_kv,
        load_mw=bus.load_mw,
        capacity_mw=node.capacity_mw,
        edge_count=node.edge_count,
    )


def _edge(branch: models.Branch) -> GridTopologyEdge:
    return GridTopologyEdge(
        branch_id=branch.pk,
        from_bus_id=branch.from_bus_id,
        to_bus_id=branch.to_bus_id,
        kind=branch.kind,
        base_kv=branch.base_kv,
        x_pu=branch.x_pu,
        rating_mva=branch.rating_mva,
        base_flow_mw=branch.base_flow_mw,
        length_km=branch.length_km,
    )
