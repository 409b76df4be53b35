"""The grid as a plain graph of nodes and edges."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

import numpy as np

from cascade.engine.errors import CascadeInputError
from grid.powerflow.arrays import BoolArray, FloatArray, IntArray


@dataclass(frozen=True, eq=False, kw_only=True)
class GridGraph:
    """Hold nodes and undirected edges. Parallel edges count as one, edges from a node to itself as none.

    Attributes:
        node_ids: one id per node.
        node_kinds: what each is: BUS, SUBSTATION, NODE, TRANSFORMER, METER.
        edge_start: per edge the position of one end.
        edge_end: per edge the position of the other.
        is_source: per node whether power enters the grid there.
        customers: per node the customers served at it; NaN where that is not known.

    Raises:
        CascadeInputError: if an edge ends nowhere, or arrays differ in length.
    """

    node_ids: tuple[str, ...]
    node_kinds: tuple[str, ...]
    edge_start: IntArray
    edge_end: IntArray
    is_source: BoolArray
    customers: FloatArray

    def __post_init__(self) -> None:
        """Check the lengths and the ends, and drop what a simple graph has not."""
        n = len(self.node_ids)
        for field in ("node_kinds", "is_source", "customers"):
            if len(getattr(self, field)) != n:
                raise CascadeInputError(
                    field=field, message=f"has {len(getattr(self, field))} entries; allowed: {n}, one a node"
                )
        start, end = np.asarray(self.edge_start, np.int64), np.asarray(self.edge_end, np.int64)
        if len(start) != len(end):
            raise CascadeInputError(
                field="edge_end", message=f"has {len(end)} entries; allowed: {len(start)}, one an edge"
            )
        if len(start) and not (min(start.min(), end.min()) >= 0 and max(start.max(), end.max()) < n):
            raise CascadeInputError(field="edge_start", message=f"an end is no node; allowed: 0 to {n - 1}")
        low, high = np.minimum(start, end), np.maximum(start, end)
        pairs = np.unique(low[low != high] * max(n, 1) + high[low != high])
        object.__setattr__(self, "edge_start", pairs // max(n, 1))
        object.__setattr__(self, "edge_end", pairs % max(n, 1))

    @property
    def n_nodes(self) -> int:
        """Count the nodes."""
        return len(self.node_ids)

    @property
    def n_edges(self) -> int:
        """Count the distinct edges."""
        return len(self.edge_start)

    def digest(self) -> str:
        """Return the SHA-256 of all that the measures rest on."""
        state = hashlib.sha256()
        for text in (self.node_ids, self.node_kinds):
            state.update("\n".join(text).encode())
        for array in (self.edge_start, self.edge_end, self.is_source, self.customers):
            state.update(np.ascontiguousarray(array).tobytes())
        return state.hexdigest()
