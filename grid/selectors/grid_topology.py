"""The transmission network as nodes and edges: buses with what they carry, and the branches between them."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Q, QuerySet

from flux_site.api.errors import BadInput
from grid import models

LAYERS = ("buses", "branches", "plants", "substations")
MOST_NODES = 2_000


@dataclass(frozen=True, kw_only=True)
class TopologyScope:
    """Which buses: all that a user may see, or some of them.

    Attributes:
        user: who asks.
        interconnect: of this interconnection.
        zone_id: of this load zone.
        substation_ids: of these substations.
        least_kv: of this nominal voltage or above.
    """

    user: Any
    interconnect: str | None = None
    zone_id: str | None = None
    substation_ids: Sequence[str] | None = None
    least_kv: float | None = None

    def buses(self) -> QuerySet[models.Bus]:
        """Return the buses."""
        rows = models.Bus.objects.visible_to(self.user)
        if self.interconnect is not None:
            rows = rows.filter(interconnect=self.interconnect)
        if self.zone_id is not None:
            rows = rows.filter(zone_id=self.zone_id)
        if self.substation_ids is not None:
            rows = rows.filter(substation_id__in=list(self.substation_ids))
        if self.least_kv is not None:
            rows = rows.filter(base_kv__gte=self.least_kv)
        return rows


@dataclass(frozen=True, kw_only=True)
class TopologyNode:
    """A bus.

    Attributes:
        bus: the row, with its substation.
        capacity_mw: of the units in service at it.
        edge_count: branches in service that end at it, whether or not they are among the edges.
    """

    bus: models.Bus
    capacity_mw: float
    edge_count: int


@dataclass(frozen=True, kw_only=True)
class Topology:
    """A page of nodes, the branches in service between them, and how many lead elsewhere."""

    node_count: int
    nodes: list[TopologyNode]
    edges: list[models.Branch]
    edges_out_count: int


def grid_topology(scope: TopologyScope, *, first: int, offset: int) -> Topology:
    """Return a page of the buses by id, with the branches in service between those of the page.

    Branches that the user may not see are not counted either.

    Raises:
        BadInput: naming the field.
    """
    if not 0 <= first <= MOST_NODES:
        raise BadInput(f"first is {first}; it must be 0 to {MOST_NODES}.", field="first")
    if offset < 0:
        raise BadInput(f"offset is {offset}; it must not be negative.", field="offset")
    if scope.substation_ids is not None and len(scope.substation_ids) > MOST_NODES:
        raise BadInput(
            f"substationIds has {len(scope.substation_ids)}; at most {MOST_NODES}.", field="substationIds"
        )
    rows = scope.buses().order_by("id")
    buses = list(rows.select_related("substation")[offset : offset + first])
    ids = [bus.pk for bus in buses]
    touching = models.Branch.objects.visible_to(scope.user).filter(in_service=True)
    branches = list(touching.filter(Q(from_bus_id__in=ids) | Q(to_bus_id__in=ids)).order_by("id"))
    shown = set(ids)
    ends: Counter[str] = Counter()
    for branch in branches:
        ends.update((branch.from_bus_id, branch.to_bus_id))
    edges = [branch for branch in branches if {branch.from_bus_id, branch.to_bus_id} <= shown]
    capacity = _capacity_mw(ids)
    return Topology(
        node_count=rows.count(),
        nodes=[
            TopologyNode(bus=bus, capacity_mw=capacity.get(bus.pk, 0.0), edge_count=ends[bus.pk])
            for bus in buses
        ],
        edges=edges,
        edges_out_count=len(branches) - len(edges),
    )


def _capacity_mw(bus_ids: list[str]) -> dict[str, float]:
    """Return the capacity of the units in service at some buses."""
    found: defaultdict[str, float] = defaultdict(float)
    plants = models.Plant.objects.filter(bus_id__in=bus_ids, in_service=True).order_by()
    for bus_id, p_max_mw in plants.values_list("bus_id", "p_max_mw"):
        found[bus_id] += max(p_max_mw, 0.0)
    return found
