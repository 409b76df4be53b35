"""Part of a network in which switches change, fed anew by itself, and the load that its edges then carry."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from grid.topology.arrays import NONE, BoolArray, FloatArray, IntArray
from grid.topology.feeding import FeedTree, feed
from grid.topology.network import Network


@dataclass(frozen=True, eq=False, kw_only=True)
class Region:
    """Hold some nodes and the edges among them, numbered by themselves in ascending order of the network's.

    Attributes:
        nodes: positions of its nodes in the network; the sources that it hangs on are among them.
        edges: positions of the edges with both ends in it.
        start: per edge the number of the node it begins at.
        end: per edge the number of the node it ends at.
        sources: numbers of its sources.
        transformers: positions of its transformers that stand at no source.
        at: per transformer the number of its node.
    """

    nodes: IntArray
    edges: IntArray
    start: IntArray
    end: IntArray
    sources: IntArray
    transformers: IntArray
    at: IntArray

    def fed(self, is_closed: BoolArray, *, failed: IntArray | None = None) -> FeedTree:
        """Return how its sources feed it.

        Args:
            is_closed: per edge of the network.
            failed: nodes of the network whose sources fail.
        """
        sources = self.sources
        if failed is not None:
            sources = sources[~np.isin(self.nodes[sources], failed)]
        return feed(
            node_count=len(self.nodes),
            start=self.start,
            end=self.end,
            is_closed=is_closed[self.edges],
            sources=sources,
        )


@dataclass(frozen=True, eq=False, kw_only=True)
class Carried:
    """Hold the load behind each node of a region, itself included.

    Attributes:
        known_kva: sum of the loads that are known.
        unknown: how many loads are not.
    """

    known_kva: FloatArray
    unknown: IntArray


def region_around(network: Network, nodes: IntArray) -> Region:
    """Return the parts of the network that some nodes belong to, with the sources they hang on.

    Of nodes that are sources, all parts that closed edges join to them belong to it too.
    """
    arrays = network.arrays
    is_source = np.zeros(len(arrays.nodes), dtype=np.bool_)
    is_source[arrays.sources] = True
    seeds = nodes
    at_source = nodes[is_source[nodes]]
    if len(at_source):
        leads = network.is_closed & (
            np.isin(arrays.edge_start, at_source) | np.isin(arrays.edge_end, at_source)
        )
        seeds = np.concatenate([nodes, arrays.edge_start[leads], arrays.edge_end[leads]])
    is_wanted = np.zeros(int(network.part.max()) + 1 if len(network.part) else 0, dtype=np.bool_)
    is_wanted[network.part[seeds]] = True
    inner = is_wanted[network.part] & ~is_source
    at_start, at_end = inner[arrays.edge_start], inner[arrays.edge_end]
    ends_in = (at_start | is_source[arrays.edge_start]) & (at_end | is_source[arrays.edge_end])
    is_seed = np.zeros(len(arrays.nodes), dtype=np.bool_)
    is_seed[nodes] = True
    joins_seeds = is_seed[arrays.edge_start] & is_seed[arrays.edge_end]
    edges = np.flatnonzero(ends_in & (at_start | at_end | joins_seeds))
    own = np.concatenate([np.flatnonzero(inner), at_source, arrays.edge_start[edges], arrays.edge_end[edges]])
    found = np.unique(own)
    number = np.full(len(arrays.nodes), NONE, dtype=np.int64)
    number[found] = np.arange(len(found))
    units = np.flatnonzero(inner[arrays.transformer_node])
    return Region(
        nodes=found,
        edges=edges,
        start=number[arrays.edge_start[edges]],
        end=number[arrays.edge_end[edges]],
        sources=np.flatnonzero(is_source[found]),
        transformers=units,
        at=number[arrays.transformer_node[units]],
    )


def carried(region: Region, tree: FeedTree, load_kva: FloatArray) -> Carried:
    """Return what each node of a region passes on, from the loads of all transformers of the network."""
    load = load_kva[region.transformers]
    is_known = ~np.isnan(load)
    count = len(region.nodes)
    kva = np.bincount(region.at[is_known], load[is_known], minlength=count)
    unknown = np.bincount(region.at[~is_known], minlength=count)
    return Carried(known_kva=_behind(tree, kva), unknown=_behind(tree, unknown).astype(np.int64))


def _behind(tree: FeedTree, values: FloatArray | IntArray) -> FloatArray:
    """Return per node the sum of values behind it; 0 for one that is not fed."""
    total = np.concatenate([[0.0], np.cumsum(values[tree.order], dtype=np.float64)])
    fed = tree.position != NONE
    found = np.zeros(len(values))
    found[fed] = total[tree.end[fed]] - total[tree.position[fed]]
    return found
