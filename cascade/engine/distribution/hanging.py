"""How much hangs under each node of the network."""

from __future__ import annotations

import numpy as np

from grid.topology import NONE, Network
from grid.topology.arrays import FloatArray, IntArray


def under_nodes(network: Network, unit_values: FloatArray | IntArray) -> FloatArray:
    """Return per node the sum over the transformers fed through it; 0 of one that is not fed.

    Where there is a loop, by the ways of the fewest edges.

    Args:
        network: in some state of its switches.
        unit_values: per transformer, without NaN.
    """
    tree, arrays = network.tree, network.arrays
    at_node = np.bincount(arrays.transformer_node, weights=unit_values, minlength=len(arrays.nodes))
    total = np.concatenate([[0.0], np.cumsum(at_node[tree.order])])
    found = np.zeros(len(arrays.nodes))
    fed = tree.position != NONE
    found[fed] = total[tree.end[fed]] - total[tree.position[fed]]
    return found


def under_switches(network: Network, unit_values: FloatArray | IntArray) -> FloatArray:
    """Return per switch the sum over the transformers fed through it; 0 of an open one."""
    far = network.tree.far_end[len(network.arrays.sections) :]
    return np.where(far == NONE, 0.0, under_nodes(network, unit_values)[far]) if len(far) else np.zeros(0)
