"""Islands: the connected components of buses over the branches in service."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components

from grid.powerflow.arrays import BoolArray, IntArray


@dataclass(frozen=True, eq=False)
class Islands:
    """Hold the island of every bus.

    Attributes:
        label: island number of each bus, 0 .. ``count`` - 1.
        count: number of islands; a bus without branches in service is an island of its own.
    """

    label: IntArray
    count: int

    def first_bus(self) -> IntArray:
        """Return the lowest bus index of every island."""
        first = np.full(self.count, len(self.label), dtype=np.int64)
        np.minimum.at(first, self.label, np.arange(len(self.label)))
        return first


class IslandFinder:
    """Find the islands of one set of branches again and again, building the adjacency only once.

    The symmetric adjacency of the bus pairs that have a branch is kept in compressed row form. Leaving
    branches out is then a mask over its entries and a running count, which is several times cheaper than
    building a matrix each time.
    """

    def __init__(self, *, n_buses: int, branch_from: IntArray, branch_to: IntArray) -> None:
        """Build the adjacency of all branches."""
        low, high = np.minimum(branch_from, branch_to), np.maximum(branch_from, branch_to)
        # Parallel branches must become one entry: with duplicates connected_components(connection="strong")
        # of scipy 1.17 never returns.
        pairs, self._pair_of_branch = np.unique(low * n_buses + high, return_inverse=True)
        low, high = pairs // n_buses, pairs % n_buses
        row = np.concatenate([low, high])
        order = np.argsort(row, kind="stable")
        self._n_buses = n_buses
        self._n_pairs = len(pairs)
        self._column = np.concatenate([high, low])[order].astype(np.int32)
        self._pair = np.tile(np.arange(len(pairs)), 2)[order]
        self._row_start = np.concatenate([[0], np.cumsum(np.bincount(row, minlength=n_buses))])
        self._ones = np.ones(len(row))

    def find(self, branch_on: BoolArray) -> Islands:
        """Return the islands formed by the branches marked as in service.

        A bus out of service is one none of whose branches is marked: it comes back as an island of its own.
        """
        kept = np.bincount(self._pair_of_branch, branch_on, minlength=self._n_pairs)[self._pair] > 0.0
        before = np.zeros(len(kept) + 1, dtype=np.int32)
        np.cumsum(kept, out=before[1:])
        column = self._column[kept]
        row_start = before[self._row_start]
        adjacency = csr_array(
            (self._ones[: len(column)], column, row_start), shape=(self._n_buses, self._n_buses)
        )
        # The matrix is symmetric, so strong components are the components, found without building the
        # transpose.
        count, label = connected_components(adjacency, directed=True, connection="strong")
        return Islands(label=label.astype(np.int64), count=int(count))
