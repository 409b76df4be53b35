"""A graph, and what a cascade on it reports."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from cascade.engine.errors import CascadeInputError
from grid.powerflow.arrays import FloatArray, IntArray
from grid.powerflow.network import Network


class InvalidGraph(CascadeInputError):
    """Report a graph, or a value of its nodes or edges, that no model can work with."""

    code = "INVALID_GRAPH"


@dataclass(frozen=True, eq=False, kw_only=True)
class Graph:
    """Hold an undirected graph. Parallel edges count once; an edge from a node to itself is refused.

    Attributes:
        node_ids: one id per node; at least one node.
        edge_from: index of the node at one end of each edge.
        edge_to: index of the node at the other.
    """

    node_ids: tuple[str, ...]
    edge_from: IntArray
    edge_to: IntArray

    def __post_init__(self) -> None:
        """Copy, freeze and check.

        Raises:
            InvalidGraph: naming the field.
        """
        object.__setattr__(self, "node_ids", tuple(self.node_ids))
        if not self.node_ids:
            raise InvalidGraph(field="node_ids", message="is empty; allowed: at least one node")
        if len(set(self.node_ids)) < len(self.node_ids):
            raise InvalidGraph(field="node_ids", message="holds an id twice; allowed: each once")
        for name in ("edge_from", "edge_to"):
            given = np.array(getattr(self, name))
            if given.ndim != 1 or (given.size and given.dtype.kind not in "iu"):
                raise InvalidGraph(field=name, message="is no list of node indices")
            if given.size and (given.min() < 0 or given.max() >= self.n_nodes):
                raise InvalidGraph(
                    field=name,
                    message=f"holds {given.min()} .. {given.max()}; allowed: 0 .. {self.n_nodes - 1}",
                )
            ends = given.astype(np.int64)
            ends.setflags(write=False)
            object.__setattr__(self, name, ends)
        if len(self.edge_from) != len(self.edge_to):
            raise InvalidGraph(field="edge_to", message="must be as long as edge_from")
        if np.any(self.edge_from == self.edge_to):
            raise InvalidGraph(field="edge_to", message="equals edge_from somewhere; allowed: another node")

    @property
    def n_nodes(self) -> int:
        """Count the nodes."""
        return len(self.node_ids)

    @property
    def n_edges(self) -> int:
        """Count the edges, parallel ones too."""
        return len(self.edge_from)

    @cached_property
    def node_index(self) -> dict[str, int]:
        """Return the position of each node id."""
        return {node_id: index for index, node_id in enumerate(self.node_ids)}

    def positions(self, node_ids: Sequence[str], *, field: str) -> IntArray:
        """Return the indices of nodes, ascending.

        Raises:
            InvalidGraph: if none is given, or one is not in the graph.
        """
        unknown = [node_id for node_id in node_ids if node_id not in self.node_index]
        if unknown:
            raise InvalidGraph(field=field, message=f"not in the graph: {', '.join(map(str, unknown[:10]))}")
        if not node_ids:
            raise InvalidGraph(field=field, message="is empty; allowed: at least one node")
        return np.unique([self.node_index[node_id] for node_id in node_ids]).astype(np.int64)


def bus_graph(network: Network) -> Graph:
    """Return the graph of the buses and branches of a network."""
    return Graph(node_ids=network.bus_ids, edge_from=network.branch_from, edge_to=network.branch_to)


@dataclass(frozen=True, eq=False, kw_only=True)
class GraphWave:
    """Hold the nodes that failed in one wave.

    Attributes:
        index: 0 for the nodes that failed first.
        nodes: their indices, ascending.
        parents: index of the node that made each fail; -1 where the model knows none.
        strength: what made each fail: its probability, or its load as a share of its capacity; NaN in wave 0.
    """

    index: int
    nodes: IntArray
    parents: IntArray
    strength: FloatArray


def check_values(field: str, values: object, *, count: int, lowest: float, highest: float) -> FloatArray:
    """Return one number per node or edge, checked.

    Raises:
        InvalidGraph: naming the field and the first place at fault. Unknown values are refused: a model of
            probabilities has no answer for them.
    """
    try:
        array = np.array(values, dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise InvalidGraph(field=field, message="is no list of numbers") from error
    if array.shape != (count,):
        raise InvalidGraph(field=field, message=f"has shape {array.shape}; allowed: {count} numbers")
    bad = ~((array >= lowest) & (array <= highest))
    if bad.any():
        first = int(np.argmax(bad))
        raise InvalidGraph(
            field=field, message=f"is {array[first]:g} at {first}; allowed: {lowest:g} to {highest:g}"
        )
    array.setflags(write=False)
    return array
