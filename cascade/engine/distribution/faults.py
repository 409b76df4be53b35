"""What failed, which protective devices clear it, and what loses its supply."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from grid.topology import NONE, Network
from grid.topology.arrays import BoolArray, IntArray
from grid.topology.supply import NOTHING, lost_without


@dataclass(frozen=True, eq=False, kw_only=True)
class Failures:
    """Hold what failed, by position.

    Attributes:
        nodes: nodes at fault: the ends of sections, the feet of switches.
        sources: nodes of substations that failed or are without voltage.
        transformers: distribution transformers that failed by themselves; nothing else loses its supply.
        meters: meters likewise.
    """

    nodes: IntArray = field(default_factory=lambda: NOTHING)
    sources: IntArray = field(default_factory=lambda: NOTHING)
    transformers: IntArray = field(default_factory=lambda: NOTHING)
    meters: IntArray = field(default_factory=lambda: NOTHING)


@dataclass(frozen=True, eq=False, kw_only=True)
class Cleared:
    """Hold the state once the protection has acted.

    Attributes:
        at_fault: per node whether it must not be fed until it is repaired, or until its substation is back.
        sources: nodes of the sources that failed, those that a fault without a device took along among them.
        tripped: positions of the switches that opened by themselves.
        boundary: edges of closed switches between what is at fault and the rest.
        lost: per node whether it had supply and lost it.
    """

    at_fault: BoolArray
    sources: IntArray
    tripped: IntArray
    boundary: IntArray
    lost: BoolArray


def clear(network: Network, failures: Failures) -> Cleared:
    """Return what the protection does, the network being in the state before.

    Of each fault the nearest device upstream that isolates by itself opens. In a loop, where that does not
    end the supply, every closed switch around the fault does. A fault that no device parts from a substation
    takes the substation along.
    """
    arrays, tree, zone = network.arrays, network.tree, network.zone
    count, sections = len(arrays.nodes), len(arrays.sections)
    is_source = np.zeros(count, dtype=np.bool_)
    is_source[arrays.sources] = True
    sources = np.unique(failures.sources)
    tripped: set[int] = set()
    while True:
        in_fault = np.isin(zone, np.unique(zone[np.concatenate([failures.nodes, sources])]))
        at_start, at_end = in_fault[arrays.edge_start], in_fault[arrays.edge_end]
        boundary = np.flatnonzero(network.is_closed & (at_start != at_end))
        taken = {int(node) for node in np.flatnonzero(in_fault & is_source)} | set(sources.tolist())
        tripped = set()
        is_own = np.isin(
            zone, np.setdiff1d(zone[failures.nodes], zone[np.array(sorted(taken), dtype=np.int64)])
        )
        members = np.flatnonzero(is_own & (tree.position != NONE))
        members = members[np.argsort(tree.position[members], kind="stable")]
        _, first = np.unique(zone[members], return_index=True)
        for root in members[first].tolist():  # the node through which each fault is fed
            device = int(network.node_device[root])
            if device != NONE:
                tripped.add(device)
            else:
                taken.add(_source_of(network, root))
        if len(taken) == len(sources):
            break
        sources = np.array(sorted(taken), dtype=np.int64)
    opened = sections + np.array(sorted(tripped), dtype=np.int64)
    lost_nodes = lost_without(network, opened, sources)
    lost = np.zeros(count, dtype=np.bool_)
    lost[lost_nodes] = True
    alive = in_fault & (tree.position != NONE) & ~lost
    if alive.any():  # another way of a loop still feeds the fault: the devices on all sides open
        around = boundary[alive[arrays.edge_start[boundary]] | alive[arrays.edge_end[boundary]]]
        opened = np.union1d(opened, around)
        lost[lost_without(network, opened, sources)] = True
    return Cleared(
        at_fault=in_fault,
        sources=sources,
        tripped=opened - sections,
        boundary=boundary,
        lost=lost & (tree.position != NONE),
    )


def _source_of(network: Network, node: int) -> int:
    while network.tree.parent[node] != NONE:
        node = int(network.tree.parent[node])
    return node
