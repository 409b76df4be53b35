"""The elimination tree and the pattern of L, from the branches alone."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from cascade.engine.native.compile import kernel
from grid.powerflow.arrays import IntArray

Int32Array = npt.NDArray[np.int32]
UInt32Array = npt.NDArray[np.uint32]


def unsigned(index: IntArray | npt.NDArray[np.int32]) -> Any:
    """Return indices without sign: with them, numba need not ask at every access whether one is negative.

    That halves the time of a factorisation. The type is loose since the kernels take any whole numbers.
    """
    return index.astype(np.uint32)


@kernel
def lower_neighbours(n: int, low: Int32Array, high: Int32Array) -> tuple[Int32Array, Int32Array]:
    """Return for every place the earlier places it has a branch to, in compressed rows."""
    start = np.zeros(n + 1, dtype=np.int32)
    for branch in range(len(low)):
        start[high[branch] + 1] += 1
    for k in range(n):
        start[k + 1] += start[k]
    fill = start[:n].copy()
    neighbours = np.empty(len(low), dtype=np.int32)
    for branch in range(len(low)):
        k = high[branch]
        neighbours[fill[k]] = low[branch]
        fill[k] += 1
    return start, neighbours


@kernel
def elimination_tree(start: Int32Array, neighbours: Int32Array) -> Int32Array:
    """Return the parent of every place (Liu's algorithm with path compression)."""
    n = len(start) - 1
    parent = np.full(n, -1, dtype=np.int32)
    ancestor = np.full(n, -1, dtype=np.int32)
    for k in range(n):
        for q in range(start[k], start[k + 1]):
            i = neighbours[q]
            while i != -1 and i < k:
                above = ancestor[i]
                ancestor[i] = k
                if above == -1:
                    parent[i] = k
                i = above
    return parent


@kernel
def postorder(parent: Int32Array) -> Int32Array:
    """Return the place of each node when every subtree is numbered without a gap."""
    n = len(parent)
    child = np.full(n, -1, dtype=np.int32)
    sibling = np.full(n, -1, dtype=np.int32)
    for k in range(n - 1, -1, -1):
        if parent[k] >= 0:
            sibling[k] = child[parent[k]]
            child[parent[k]] = k
    post = np.empty(n, dtype=np.int32)
    stack = np.empty(n, dtype=np.int32)
    count = 0
    for root in range(n):
        if parent[root] >= 0:
            continue
        stack[0] = root
        top = 0
        while top >= 0:
            node = stack[top]
            below = child[node]
            if below >= 0:
                child[node] = sibling[below]
                top += 1
                stack[top] = below
            else:
                post[node] = count
                count += 1
                top -= 1
    return post


@kernel
def pattern_of_l(
    parent: Int32Array, start: Int32Array, neighbours: Int32Array
) -> tuple[Int32Array, Int32Array, Int32Array, Int32Array, Int32Array]:
    """Return the pattern of L by columns and by rows.

    Row k holds the places on the paths of the tree from the neighbours of k up to k.
    """
    n = len(parent)
    mark = np.full(n, -1, dtype=np.int32)
    in_column = np.zeros(n + 1, dtype=np.int32)
    row_start = np.zeros(n + 1, dtype=np.int32)
    for k in range(n):
        mark[k] = k
        count = 0
        for q in range(start[k], start[k + 1]):
            i = neighbours[q]
            while mark[i] != k:
                mark[i] = k
                in_column[i + 1] += 1
                count += 1
                i = parent[i]
        row_start[k + 1] = row_start[k] + count
    column_start = np.cumsum(in_column).astype(np.int32)
    fill = column_start[:n].copy()
    row = np.empty(row_start[n], dtype=np.int32)
    mark[:] = -1
    for k in range(n):
        mark[k] = k
        for q in range(start[k], start[k + 1]):
            i = neighbours[q]
            while mark[i] != k:
                mark[i] = k
                row[fill[i]] = k
                fill[i] += 1
                i = parent[i]
    # Columns are filled with ascending rows, and going through them in order fills the rows ascending.
    column = np.empty(len(row), dtype=np.int32)
    at = np.empty(len(row), dtype=np.int32)
    next_in_row = row_start[:n].copy()
    for i in range(n):
        for p in range(column_start[i], column_start[i + 1]):
            k = row[p]
            column[next_in_row[k]] = i
            at[next_in_row[k]] = p
            next_in_row[k] += 1
    return column_start, row, row_start, column, at


@kernel
def slots(column_start: Int32Array, row: Int32Array, low: Int32Array, high: Int32Array) -> Int32Array:
    """Return where the entry of every branch is among the values by column."""
    slot = np.empty(len(low), dtype=np.int32)
    for branch in range(len(low)):
        i = low[branch]
        first, last = column_start[i], column_start[i + 1]
        slot[branch] = first + np.searchsorted(row[first:last], high[branch])
    return slot
