"""Factors of a network that has lost branches, made from factors of the same network with others lost.

A changed branch changes those rows of L that lie on the way from its earlier end to the root of the
elimination tree, and no others (Davis, Hager, "Row modifications of a sparse Cholesky factorization", SIAM J.
Matrix Anal. Appl. 26(3), 2005). Those are computed anew, each as
:func:`cascade.engine.native.factor.refactor` does; the others stay. A row is made by the same sums in the
same order whatever was lost before, so factors do not depend, to the last bit, on those they were made from.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from cascade.engine.native.compile import kernel
from cascade.engine.native.elimination import UInt32Array, unsigned
from cascade.engine.native.factor import Pattern, Values
from grid.powerflow.arrays import FloatArray, IntArray


class Incidence(NamedTuple):
    """Hold what the rows of B are put together from.

    Attributes:
        start: first entry of every place in ``branch``; one more than places.
        branch: branches at the place, ascending.
        other: the place at the other end of each if it is the earlier one, else the place itself.
    """

    start: UInt32Array
    branch: UInt32Array
    other: UInt32Array


def make_incidence(pattern: Pattern) -> Incidence:
    """Return it for a pattern."""
    n, m = len(pattern.order), len(pattern.low)
    ends = np.concatenate([pattern.low, pattern.high])
    branch = np.tile(np.arange(m), 2)
    order = np.lexsort((branch, ends))
    own = ends[order]
    other = np.concatenate([pattern.high, pattern.low])[order]
    return Incidence(
        start=unsigned(np.searchsorted(own, np.arange(n + 1))),
        branch=unsigned(branch[order]),
        other=unsigned(np.minimum(own, other)),
    )


@kernel
def refactor_changed(
    pattern: Pattern,
    incidence: Incidence,
    weight: FloatArray,
    old_weight: FloatArray,
    shunt: FloatArray,
    values: Values,
    is_stale: IntArray,
    work: FloatArray,
) -> int:
    """Bring factors up to date; return the place of the first pivot that is 0 or no number, or -1.

    Args:
        pattern: the pattern.
        incidence: of the same.
        weight: susceptance of each branch, MW per radian; 0 for those out of service.
        old_weight: what ``values`` were made with; becomes ``weight``.
        shunt: shunt at each place, MW per radian; the same in every call.
        values: the factors.
        is_stale: per place, whether its row has to be made anew whatever the weights: 1 everywhere at first,
            and again after a bad pivot; else 0 at the end.
        work: n numbers, overwritten.
    """
    lower, by_row, inverse = values.lower, values.by_row, values.inverse_diagonal
    for branch in range(len(weight)):
        if weight[branch] == old_weight[branch]:
            continue
        old_weight[branch] = weight[branch]
        place = np.int64(pattern.low[branch])
        while place >= 0 and not is_stale[place]:
            is_stale[place] = 1
            place = np.int64(pattern.parent[place])
    for k in range(len(is_stale)):
        if not is_stale[k]:
            continue
        is_stale[k] = 0
        first, last = pattern.row_start[k], pattern.row_start[k + 1]
        for q in range(first, last):
            work[pattern.column[q]] = 0.0
        pivot = shunt[k]
        for p in range(incidence.start[k], incidence.start[k + 1]):
            w = weight[incidence.branch[p]]
            pivot += w
            work[incidence.other[p]] -= w
        for q in range(first, last):
            i = pattern.column[q]
            end = pattern.at[q]
            y = work[i]
            for p in range(pattern.column_start[i], end):
                work[pattern.row[p]] -= lower[p] * y
            entry = y * inverse[i]
            pivot -= entry * y
            lower[end] = entry
            by_row[q] = entry
        if not abs(pivot) > 0.0:
            is_stale[:] = 1
            return k
        inverse[k] = 1.0 / pivot
    return -1
