"""Who loses supply if edges open or sources fail, in any state of the switches, loops included."""

from __future__ import annotations

import numpy as np

from grid.topology.arrays import NONE, BoolArray, IntArray
from grid.topology.feeding import components
from grid.topology.network import Network

NOTHING: IntArray = np.empty(0, dtype=np.int64)


def is_fed(network: Network) -> BoolArray:
    """Return per node whether a closed path leads to a source."""
    fed: BoolArray = network.tree.position != NONE
    return fed


def behind(network: Network, nodes: IntArray) -> IntArray:
    """Return the nodes fed through any of some nodes, these among them, in feeding order."""
    tree = network.tree
    fed = nodes[tree.position[nodes] != NONE]
    if len(fed) == 1:
        return tree.order[tree.position[fed[0]] : tree.end[fed[0]]]
    step = np.zeros(len(tree.order) + 1, dtype=np.int64)
    np.add.at(step, tree.position[fed], 1)
    np.add.at(step, tree.end[fed], -1)
    return tree.order[np.cumsum(step[:-1]) > 0]


def lost_without(network: Network, edges: IntArray, sources: IntArray = NOTHING) -> IntArray:
    """Return the nodes that lose supply if closed edges open and sources fail.

    Args:
        network: in the state before.
        edges: the edges that open; those open already change nothing.
        sources: the nodes of sources that fail.
    """
    arrays, tree = network.arrays, network.tree
    far = tree.far_end[edges]
    suspects = behind(network, np.concatenate([far[far != NONE], sources]))
    if not len(suspects):
        return NOTHING
    # Only a loop can feed any of them otherwise: the tree reaches them through what opens or fails.
    loops = np.setdiff1d(network.loop_edges, edges)
    if not len(loops):
        return suspects
    is_suspect = np.zeros(len(arrays.nodes), dtype=np.bool_)
    is_suspect[suspects] = True
    start, end = arrays.edge_start[loops], arrays.edge_end[loops]
    bridge = is_suspect[start] != is_suspect[end]
    rescued = np.where(is_suspect[start[bridge]], start[bridge], end[bridge])
    if not len(rescued):
        return suspects
    number = np.full(len(arrays.nodes), NONE, dtype=np.int64)
    number[suspects] = np.arange(len(suspects))
    stays_closed = network.is_closed.copy()
    stays_closed[edges] = False
    inside = stays_closed & is_suspect[arrays.edge_start] & is_suspect[arrays.edge_end]
    label = components(len(suspects), number[arrays.edge_start[inside]], number[arrays.edge_end[inside]])
    return suspects[~np.isin(label, label[number[rescued]])]


def transformers_at(network: Network, nodes: IntArray) -> IntArray:
    """Return the transformers that stand at some nodes, in ascending order of their ids."""
    is_there = np.zeros(len(network.arrays.nodes), dtype=np.bool_)
    is_there[nodes] = True
    return np.flatnonzero(is_there[network.arrays.transformer_node])
