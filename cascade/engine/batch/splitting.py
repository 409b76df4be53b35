"""How the loss of branches splits islands, found from the lost branches alone.

Two searches start from the ends of each lost branch and take turns; either they meet, which near the ends of
a meshed branch is soon, or the smaller side is exhausted and is an island of its own. So the cost is that of
the small side, not of the network.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from cascade.engine.native.compile import kernel
from cascade.engine.native.elimination import unsigned
from grid.powerflow.arrays import BoolArray, IntArray

int64: Any = np.int64
"""Gives a number the kernels' type. It is of any type to the checker, which tells numpy's from Python's."""


class Adjacency(NamedTuple):
    """Hold the neighbours of every bus: ``bus`` and ``branch`` from ``start[i]`` to ``start[i + 1]``."""

    start: IntArray
    bus: IntArray
    branch: IntArray


class Search(NamedTuple):
    """Hold what the searches write to.

    Attributes:
        mark: per bus, the search and side that saw it last.
        near: buses seen from the first end.
        far: buses seen from the second end.
        epoch: one entry, the number of searches so far.
        root: per island label, for joining labels.
    """

    mark: IntArray
    near: IntArray
    far: IntArray
    epoch: IntArray
    root: IntArray


def make_adjacency(n: int, start: IntArray, end: IntArray) -> Adjacency:
    """Return the neighbours of every bus."""
    own = np.concatenate([start, end])
    order = np.argsort(own, kind="stable")
    return Adjacency(
        start=unsigned(np.searchsorted(own[order], np.arange(n + 1))),
        bus=unsigned(np.concatenate([end, start])[order]),
        branch=unsigned(np.tile(np.arange(len(start)), 2)[order]),
    )


def make_search(n: int) -> Search:
    """Return fresh working arrays for a network of n buses."""
    return Search(
        np.full(n, -1, dtype=np.int64), *(np.zeros(size, dtype=np.int64) for size in (n, n, 1, 2 * n + 1))
    )


@kernel
def _search_both(
    u: int, v: int, branch_on: BoolArray, adjacency: Adjacency, search: Search
) -> tuple[int, int]:
    """Search from two buses in turn.

    Returns:
        0 if they are connected; 1 or 2 if the side of the first or second was exhausted, with the number of
        its buses, which are in ``search.near`` or ``search.far``.
    """
    mark, near, far = search.mark, search.near, search.far
    search.epoch[0] += 1
    first = 2 * search.epoch[0]
    second = first + 1
    mark[u], mark[v] = first, second
    near[0], far[0] = u, v
    near_head, near_tail, far_head, far_tail = 0, 1, 0, 1
    while True:
        if near_head == near_tail:
            return 1, near_tail
        bus = near[near_head]
        near_head += 1
        for p in range(adjacency.start[bus], adjacency.start[bus + 1]):
            if branch_on[adjacency.branch[p]]:
                other = adjacency.bus[p]
                if mark[other] == second:
                    return 0, 0
                if mark[other] != first:
                    mark[other] = first
                    near[near_tail] = other
                    near_tail += 1
        if far_head == far_tail:
            return 2, far_tail
        bus = far[far_head]
        far_head += 1
        for p in range(adjacency.start[bus], adjacency.start[bus + 1]):
            if branch_on[adjacency.branch[p]]:
                other = adjacency.bus[p]
                if mark[other] == first:
                    return 0, 0
                if mark[other] != second:
                    mark[other] = second
                    far[far_tail] = other
                    far_tail += 1


@kernel
def _separate(
    u: int,
    v: int,
    old: int,
    fresh: int,
    label: IntArray,
    branch_on: BoolArray,
    adjacency: Adjacency,
    search: Search,
) -> int:
    """Give the exhausted side of two buses the fresh label, if it still has the old one.

    Returns:
        0 if they are connected, else 1 or 2 for the side that was exhausted, plus 2 if it was relabelled.
    """
    side, size = _search_both(u, v, branch_on, adjacency, search)
    if side == 0:
        return 0
    members = search.near if side == 1 else search.far
    if label[members[0]] != old:
        return side
    for i in range(size):
        label[members[i]] = fresh
    return side + 2


@kernel
def split_islands(
    lost: IntArray,
    n_lost: int,
    start: IntArray,
    end: IntArray,
    branch_on: BoolArray,
    adjacency: Adjacency,
    search: Search,
    label: IntArray,
    n_labels: int,
    held: BoolArray,
    cut: IntArray,
    cut_label: IntArray,
) -> int:
    """Relabel the islands that the loss of some branches splits.

    Every component of a split island contains an end of a branch whose ends have come apart (a cut branch),
    and c cut branches make at most c + 1 components of it. So components are looked for at those ends only,
    and only until c new ones are known. Of the cut branches, as many are marked as held as join the
    components to a tree: see :mod:`cascade.engine.batch.loop`.

    Args:
        lost: the branches lost just now; both ends of each have the same label.
        n_lost: how many they are.
        start: bus at the from end of every branch.
        end: bus at the to end of every branch.
        branch_on: branches in service, these not among them.
        adjacency: the neighbours of every bus.
        search: working arrays.
        label: island label of every bus; changed.
        n_labels: labels in use.
        held: branches out of service that stay in the equations; changed.
        cut: working array, one entry per branch.
        cut_label: the same.

    Returns:
        The number of labels in use now.
    """
    before = n_labels
    for i in range(n_lost):
        cut_label[i] = label[start[lost[i]]]
    n_cut = 0
    for i in range(n_lost):
        u, v, old = int64(start[lost[i]]), int64(end[lost[i]]), cut_label[i]
        found = _separate(u, v, old, n_labels, label, branch_on, adjacency, search)
        if found:
            cut[n_cut] = lost[i]
            cut_label[n_cut] = old
            n_cut += 1
            if found > 2:
                n_labels += 1
    if n_cut == 0:
        return before
    if n_labels - before < n_cut:
        n_labels = _find_the_others(
            cut, cut_label, n_cut, start, end, branch_on, adjacency, search, label, n_labels
        )
    root = search.root
    for i in range(n_cut):
        root[label[start[cut[i]]]] = label[start[cut[i]]]
        root[label[end[cut[i]]]] = label[end[cut[i]]]
    for i in range(n_cut):
        a, b = label[start[cut[i]]], label[end[cut[i]]]
        while root[a] != a:
            a = root[a]
        while root[b] != b:
            b = root[b]
        if a != b:
            root[a] = b
            held[cut[i]] = True
    return n_labels


@kernel
def _find_the_others(
    cut: IntArray,
    cut_label: IntArray,
    n_cut: int,
    start: IntArray,
    end: IntArray,
    branch_on: BoolArray,
    adjacency: Adjacency,
    search: Search,
    label: IntArray,
    n_labels: int,
) -> int:
    """Compare the cut ends that still have an old label with each other, label by label."""
    for i in range(n_cut):
        old = cut_label[i]
        if old < 0:
            continue
        rest = int64(-1)  # typed, or the searches are compiled once more for the constant
        for j in range(i, n_cut):
            if cut_label[j] != old:
                continue
            cut_label[j] = -1
            for bus in (int64(start[cut[j]]), int64(end[cut[j]])):
                if label[bus] != old or bus == rest:
                    continue
                if rest < 0:
                    rest = bus
                    continue
                found = _separate(bus, rest, old, n_labels, label, branch_on, adjacency, search)
                if found:
                    n_labels += 1
                    if found == 4:
                        rest = bus
    return n_labels
