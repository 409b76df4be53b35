"""Which switches make a faulted place dead, who stays out, and what may be fed from elsewhere."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.sparse import coo_array, csr_array
from scipy.sparse.csgraph import breadth_first_order, maximum_flow

from grid.topology.arrays import NONE, BoolArray, IntArray
from grid.topology.feeding import components
from grid.topology.network import Network
from grid.topology.supply import NOTHING, lost_without, transformers_at


@dataclass(frozen=True, eq=False, kw_only=True)
class DeadPart:
    """Hold a healthy part that lost its supply.

    Attributes:
        nodes: its nodes.
        transformers: its transformers.
        ties: open switches between it and what is still fed: closing one of them feeds all of it.
    """

    nodes: IntArray
    transformers: IntArray
    ties: IntArray


@dataclass(frozen=True, eq=False, kw_only=True)
class Isolation:
    """Hold how a faulted place is isolated. Switches are positions among the switches.

    Attributes:
        zone_edges: what is dead for as long as the fault lasts: the sections that no switch parts from it.
        zone_transformers: the transformers there.
        opens: the fewest switches that make it dead; of equally few those nearest to it, which leave the
            fewest out. None if it is dead already.
        separates: further switches to open before what is behind them can be fed from elsewhere.
        recloses: of ``opens`` those that can be closed again once ``separates`` are open.
        lost: transformers without supply once ``opens`` are open.
        parts: healthy parts without supply once the zone is cut off from all sides.
        is_possible: False if a substation's own node is in the zone: no switch parts the fault from it.
    """

    zone_edges: IntArray
    zone_transformers: IntArray
    opens: IntArray
    separates: IntArray
    recloses: IntArray
    lost: IntArray
    parts: list[DeadPart]
    is_possible: bool

    @property
    def stays_out(self) -> IntArray:
        """Transformers that no tie can feed until the repair is done."""
        hopeless = [part.transformers for part in self.parts if not len(part.ties)]
        return np.unique(np.concatenate([self.zone_transformers, *hopeless]))


def isolate(network: Network, nodes: IntArray, failed: IntArray = NOTHING) -> Isolation:
    """Return how a fault is isolated.

    Args:
        network: in the state before.
        nodes: the nodes at fault.
        failed: nodes of the sources that failed with it.
    """
    arrays, sections = network.arrays, len(network.arrays.sections)
    in_zone = np.isin(network.zone, np.unique(network.zone[nodes]))
    at_start, at_end = in_zone[arrays.edge_start], in_zone[arrays.edge_end]
    zone_edges = np.flatnonzero((at_start & at_end)[:sections])
    zone_transformers = transformers_at(network, np.flatnonzero(in_zone))
    alive = np.setdiff1d(arrays.sources, failed)
    boundary = np.flatnonzero(network.is_closed & (at_start != at_end)) - sections
    if in_zone[alive].any():
        return Isolation(
            zone_edges=zone_edges,
            zone_transformers=zone_transformers,
            opens=NOTHING,
            separates=NOTHING,
            recloses=NOTHING,
            lost=NOTHING,
            parts=[],
            is_possible=False,
        )
    opens = _fewest_switches(network, in_zone, alive)
    lost_nodes = lost_without(network, sections + boundary, failed)
    is_lost = np.zeros(len(arrays.nodes), dtype=np.bool_)
    is_lost[lost_nodes] = True
    parts = dead_parts(network, sections + boundary, failed, at_fault=in_zone)
    may_live = ~is_lost & (network.tree.position != NONE)
    for part in parts:
        if len(part.ties):
            may_live[part.nodes] = True
    edges = sections + boundary
    outside = np.where(at_start[edges], arrays.edge_end[edges], arrays.edge_start[edges])
    return Isolation(
        zone_edges=zone_edges,
        zone_transformers=zone_transformers,
        opens=opens,
        separates=np.setdiff1d(boundary[may_live[outside]], opens),
        recloses=np.setdiff1d(opens, boundary),
        lost=transformers_at(network, lost_without(network, sections + opens, failed)),
        parts=[part for part in parts if len(part.transformers)],
        is_possible=True,
    )


def dead_parts(
    network: Network, opened: IntArray, failed: IntArray = NOTHING, *, at_fault: BoolArray | None = None
) -> list[DeadPart]:
    """Return the healthy parts that lose their supply, those with the most transformers first.

    Args:
        network: in the state before.
        opened: the edges that open.
        failed: nodes of the sources that fail.
        at_fault: per node whether it is at fault and must not be fed.
    """
    arrays, sections = network.arrays, len(network.arrays.sections)
    lost = lost_without(network, opened, failed)
    fed = network.tree.position != NONE
    fed[lost] = False
    if at_fault is not None:
        lost = lost[~at_fault[lost]]
    if not len(lost):
        return []
    is_lost = np.zeros(len(arrays.nodes), dtype=np.bool_)
    is_lost[lost] = True
    stays = network.is_closed.copy()
    stays[opened] = False
    inside = stays & is_lost[arrays.edge_start] & is_lost[arrays.edge_end]
    label = components(len(arrays.nodes), arrays.edge_start[inside], arrays.edge_end[inside])
    ties = _ways_in(network, is_lost, fed)
    start, end = arrays.edge_start[sections + ties], arrays.edge_end[sections + ties]
    tie_label = label[np.where(is_lost[start], start, end)]
    units = transformers_at(network, lost)
    unit_label = label[arrays.transformer_node[units]]
    found = [
        DeadPart(
            nodes=lost[label[lost] == each],
            transformers=units[unit_label == each],
            ties=ties[tie_label == each],
        )
        for each in np.unique(label[lost]).tolist()
    ]
    return sorted(found, key=lambda part: -len(part.transformers))


def _ways_in(network: Network, is_lost: BoolArray, fed: BoolArray) -> IntArray:
    """Return the open switches between what is lost and what is fed."""
    arrays, sections = network.arrays, len(network.arrays.sections)
    start, end = arrays.edge_start[sections:], arrays.edge_end[sections:]
    return np.flatnonzero(network.is_open & ((is_lost[start] & fed[end]) | (fed[start] & is_lost[end])))


def _fewest_switches(network: Network, in_zone: BoolArray, alive: IntArray) -> IntArray:
    """Return the fewest closed switches that part a zone from all sources: a minimum cut.

    What no switch parts is one point; each closed switch carries one. By the theorem of Ford and Fulkerson
    the largest flow equals the fewest switches, and what can still reach the zone then ends at the cut
    nearest to it.
    """
    arrays, sections = network.arrays, len(network.arrays.sections)
    switches = np.flatnonzero(~network.is_open)
    start = network.zone[arrays.edge_start[sections + switches]]
    end = network.zone[arrays.edge_end[sections + switches]]
    switches, start, end = switches[start != end], start[start != end], end[start != end]
    near = np.unique(network.zone[np.flatnonzero(in_zone)])
    feeding = np.unique(network.zone[alive])
    joined = components(int(network.zone.max()) + 1, start, end)
    same = np.isin(joined[start], joined[near])  # only what hangs together with the zone can feed it
    switches, start, end = switches[same], start[same], end[same]
    feeding = feeding[np.isin(joined[feeding], joined[near])]
    if not len(feeding):
        return NOTHING
    points = np.unique(np.concatenate([start, end, near, feeding]))
    count = len(points)
    source, sink = count, count + 1
    a, b = np.searchsorted(points, start), np.searchsorted(points, end)
    unlimited = len(switches) + 1
    roots, goals = np.searchsorted(points, feeding), np.searchsorted(points, near)
    rows = np.concatenate([a, b, np.full(len(roots), source), goals])
    columns = np.concatenate([b, a, roots, np.full(len(goals), sink)])
    values = np.concatenate([np.ones(2 * len(a)), np.full(len(roots) + len(goals), unlimited)]).astype(
        np.int32
    )
    capacity: csr_array = coo_array((values, (rows, columns)), shape=(count + 2, count + 2)).tocsr()
    flow = maximum_flow(capacity, source, sink).flow
    residual = (capacity - flow).tocsr()
    residual.eliminate_zeros()
    backwards = residual.T.tocsr()
    reached = breadth_first_order(backwards, sink, directed=True, return_predecessors=False)
    is_near = np.zeros(count + 2, dtype=np.bool_)
    is_near[reached] = True
    cut: IntArray = switches[is_near[a] != is_near[b]]
    return cut
