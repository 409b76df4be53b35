"""LDLᵀ factors of B on a pattern found once, and solves with them.

B (see :mod:`grid.powerflow.dc_model`) always has the same pattern, so the fill-reducing order, the
elimination tree and the pattern of L are found once per network (:func:`analyse`). The numeric part is the
up-looking method without pivoting (Davis, "Algorithm 849: a concise sparse Cholesky factorization package",
ACM TOMS 31(4), 2005). Negative reactances make B indefinite, and then a pivot can be small: :func:`factorise`
measures how well the factors solve a probe, and :attr:`Factors.trusted` says whether they may be used. If
not, use the solver of :mod:`grid.powerflow.dcflow`, which exchanges rows.

Inside the kernels buses go by their *place* in the order: ``pattern.position[bus]`` is the place of a bus,
``pattern.order[place]`` the bus of a place. Blocks of right-hand sides are arrays of shape ``(n, LANES)``,
the lane last.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from cascade.engine.native.compile import LANES, inlined, kernel
from cascade.engine.native.elimination import (
    Int32Array,
    UInt32Array,
    elimination_tree,
    lower_neighbours,
    pattern_of_l,
    postorder,
    slots,
    unsigned,
)
from grid.powerflow.arrays import BoolArray, FloatArray, IntArray
from grid.powerflow.dc_model import SINGULAR_GROWTH, DcModel

MAX_BACKWARD_ERROR = 1e-13
"""Largest backward error of the probe with which factors are trusted; US networks stay below 1e-15."""


class Pattern(NamedTuple):
    """Hold what all factors of one network have in common. Made of arrays, so that kernels take it.

    Attributes:
        position: place of each bus.
        order: bus of each place.
        parent: elimination tree: the parent's place, -1 for a root. A parent comes after its children.
        column_start: start of each column of L in ``row`` and in the values; one more than places.
        row: places of the entries below the diagonal, ascending within a column.
        row_start: start of each row of L in ``column`` and ``at``.
        column: places of the entries left of the diagonal, ascending within a row.
        at: where the values of those entries are, by column.
        low: per branch, the earlier place of its two ends.
        high: per branch, the later place.
        slot: per branch, where its entry of L is, by column.
    """

    position: UInt32Array
    order: UInt32Array
    parent: Int32Array
    column_start: UInt32Array
    row: UInt32Array
    row_start: UInt32Array
    column: UInt32Array
    at: UInt32Array
    low: UInt32Array
    high: UInt32Array
    slot: UInt32Array


class Values(NamedTuple):
    """Hold the numbers of one factorisation L D Lᵀ.

    Attributes:
        lower: L below its unit diagonal, by column.
        by_row: the same, by row.
        inverse_diagonal: 1 / D.
    """

    lower: FloatArray
    by_row: FloatArray
    inverse_diagonal: FloatArray


@dataclass(frozen=True, eq=False)
class Factors:
    """Hold factors and what is known of their quality.

    Attributes:
        pattern: the pattern.
        values: the numbers.
        trusted: whether B is far enough from singular and the probe was solved well enough.
        backward_error: max |v - B y| / (max |B| max |y| + max |v|) of a probe v; NaN if a pivot was 0.
        growth: lower estimate of the condition of B; NaN if a pivot was 0.
    """

    pattern: Pattern
    values: Values
    trusted: bool
    backward_error: float
    growth: float


def analyse(model: DcModel) -> Pattern:
    """Return the pattern of L for a network, in the model's fill-reducing order, postordered."""
    network = model.network
    n = network.n_buses
    place = model.position.astype(np.int32)
    start = place[network.branch_from]
    end = place[network.branch_to]
    neighbour_start, neighbours = lower_neighbours(n, np.minimum(start, end), np.maximum(start, end))
    post = postorder(elimination_tree(neighbour_start, neighbours))
    position = post[place]
    order = np.empty(n, dtype=np.int32)
    order[position] = np.arange(n, dtype=np.int32)
    start, end = position[network.branch_from], position[network.branch_to]
    low, high = np.minimum(start, end), np.maximum(start, end)
    neighbour_start, neighbours = lower_neighbours(n, low, high)
    parent = elimination_tree(neighbour_start, neighbours)
    column_start, row, row_start, column, at = pattern_of_l(parent, neighbour_start, neighbours)
    slot = slots(column_start, row, low, high)
    return Pattern(
        position=unsigned(position),
        order=unsigned(order),
        parent=parent,
        column_start=unsigned(column_start),
        row=unsigned(row),
        row_start=unsigned(row_start),
        column=unsigned(column),
        at=unsigned(at),
        low=unsigned(low),
        high=unsigned(high),
        slot=unsigned(slot),
    )


def empty_values(pattern: Pattern) -> Values:
    """Return room for the numbers of one factorisation."""
    size = len(pattern.row)
    return Values(lower=np.empty(size), by_row=np.empty(size), inverse_diagonal=np.empty(len(pattern.order)))


def factorise(model: DcModel, pattern: Pattern, *, branch_on: BoolArray, grounded: IntArray) -> Factors:
    """Factorise B of the branches given and measure how far its factors can be trusted.

    Args:
        model: the network's model.
        pattern: its pattern, from :func:`analyse`.
        branch_on: branches that B contains; the others count as 0.
        grounded: buses that get the model's shunt; exactly one in every component.
    """
    n = len(pattern.order)
    weight = np.where(branch_on, model.susceptance_mw, 0.0)
    shunt = np.zeros(n)
    shunt[pattern.position[grounded]] = model.shunt_mw
    values = empty_values(pattern)
    if refactor(pattern, weight, shunt, values, np.empty(n)) >= 0:
        return Factors(pattern=pattern, values=values, trusted=False, backward_error=np.nan, growth=np.nan)
    probe = np.random.default_rng(1).standard_normal(n)
    answer = probe.copy()
    solve_one(pattern, values, answer)
    ends = np.abs(weight)
    largest = np.bincount(pattern.low, ends, n) + np.bincount(pattern.high, ends, n) + shunt
    growth = float(np.max(np.abs(answer)) * np.max(largest))
    residual = float(np.max(np.abs(probe - multiply(pattern, weight, shunt, answer))))
    error = residual / (growth + float(np.max(np.abs(probe))))
    # Written so that NaN is not trusted.
    trusted = error <= MAX_BACKWARD_ERROR and growth <= SINGULAR_GROWTH
    return Factors(pattern=pattern, values=values, trusted=trusted, backward_error=error, growth=growth)


@kernel
def refactor(
    pattern: Pattern, weight: FloatArray, shunt: FloatArray, values: Values, work: FloatArray
) -> int:
    """Factorise B into ``values``; return the place of the first pivot that is 0 or no number, or -1.

    Args:
        pattern: the pattern.
        weight: susceptance of each branch, MW per radian; 0 for those out of service.
        shunt: shunt at each *place*, MW per radian.
        values: where the numbers go.
        work: n numbers, overwritten.
    """
    lower, by_row, inverse = values.lower, values.by_row, values.inverse_diagonal
    n = len(pattern.order)
    lower[:] = 0.0
    inverse[:] = shunt
    for branch in range(len(weight)):
        w = weight[branch]
        lower[pattern.slot[branch]] -= w
        inverse[pattern.low[branch]] += w
        inverse[pattern.high[branch]] += w
    for k in range(n):
        first, last = pattern.row_start[k], pattern.row_start[k + 1]
        for q in range(first, last):
            work[pattern.column[q]] = lower[pattern.at[q]]
        pivot = inverse[k]
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
            return k
        inverse[k] = 1.0 / pivot
    return -1


@kernel
def solve_one(pattern: Pattern, values: Values, x: FloatArray) -> None:
    """Replace the right-hand side ``x``, by place, with the solution."""
    n = len(x)
    for k in range(n):
        total = x[k]
        for q in range(pattern.row_start[k], pattern.row_start[k + 1]):
            total -= values.by_row[q] * x[pattern.column[q]]
        x[k] = total
    for k in range(n - 1, -1, -1):
        total = x[k] * values.inverse_diagonal[k]
        for p in range(pattern.column_start[k], pattern.column_start[k + 1]):
            total -= values.lower[p] * x[pattern.row[p]]
        x[k] = total


@kernel
def solve_block(pattern: Pattern, values: Values, x: FloatArray) -> None:
    """Replace LANES right-hand sides, ``x[place, lane]``, with their solutions."""
    for k in range(len(x)):
        a0, a1, a2, a3, a4, a5, a6, a7 = (
            x[k, 0],
            x[k, 1],
            x[k, 2],
            x[k, 3],
            x[k, 4],
            x[k, 5],
            x[k, 6],
            x[k, 7],
        )
        for q in range(pattern.row_start[k], pattern.row_start[k + 1]):
            v = values.by_row[q]
            c = pattern.column[q]
            a0 -= v * x[c, 0]
            a1 -= v * x[c, 1]
            a2 -= v * x[c, 2]
            a3 -= v * x[c, 3]
            a4 -= v * x[c, 4]
            a5 -= v * x[c, 5]
            a6 -= v * x[c, 6]
            a7 -= v * x[c, 7]
        x[k, 0], x[k, 1], x[k, 2], x[k, 3], x[k, 4], x[k, 5], x[k, 6], x[k, 7] = (
            a0,
            a1,
            a2,
            a3,
            a4,
            a5,
            a6,
            a7,
        )
    backward_block(pattern, values, x)


@kernel
def backward_block(pattern: Pattern, values: Values, x: FloatArray) -> None:
    """Do the second half of :func:`solve_block`: divide by D and solve with Lᵀ."""
    for k in range(len(x) - 1, -1, -1):
        _substitute(pattern, values, k, values.inverse_diagonal[k], 1, x)


@inlined
def _substitute(pattern: Pattern, values: Values, k: int, d: float, used: int, x: FloatArray) -> None:
    """Finish one place; if it is not used its right-hand side counts as 0."""
    a0 = a1 = a2 = a3 = a4 = a5 = a6 = a7 = 0.0
    if used:
        a0, a1, a2, a3 = x[k, 0] * d, x[k, 1] * d, x[k, 2] * d, x[k, 3] * d
        a4, a5, a6, a7 = x[k, 4] * d, x[k, 5] * d, x[k, 6] * d, x[k, 7] * d
    for p in range(pattern.column_start[k], pattern.column_start[k + 1]):
        v = values.lower[p]
        c = pattern.row[p]
        a0 -= v * x[c, 0]
        a1 -= v * x[c, 1]
        a2 -= v * x[c, 2]
        a3 -= v * x[c, 3]
        a4 -= v * x[c, 4]
        a5 -= v * x[c, 5]
        a6 -= v * x[c, 6]
        a7 -= v * x[c, 7]
    x[k, 0], x[k, 1], x[k, 2], x[k, 3], x[k, 4], x[k, 5], x[k, 6], x[k, 7] = a0, a1, a2, a3, a4, a5, a6, a7


@inlined
def _eliminate(pattern: Pattern, values: Values, k: int, x: FloatArray) -> None:
    for p in range(pattern.column_start[k], pattern.column_start[k + 1]):
        v = values.lower[p]
        c = pattern.row[p]
        for lane in range(LANES):
            x[c, lane] -= v * x[k, lane]


@kernel
def solve_branches(pattern: Pattern, values: Values, branches: IntArray, x: FloatArray) -> None:
    """Put B⁻¹ (e_low - e_high) of up to LANES branches into the lanes of ``x``; unused lanes become 0.

    The ends are taken by place: +1 at ``pattern.low``, -1 at ``pattern.high``. The first half of the solve
    touches only the paths from the ends to the root of the elimination tree, so branches that are near each
    other in the order make the cheapest blocks. What was in ``x`` before does not matter.
    """
    n = len(x)
    reached = np.zeros(n, dtype=np.uint8)
    head = n
    for branch in branches:
        # The later end is an ancestor of the earlier one, so its path is part of the other's.
        place = pattern.low[branch]
        head = min(head, place)
        while place >= 0 and not reached[place]:
            reached[place] = 1
            x[place] = 0.0
            place = pattern.parent[place]
    for lane in range(len(branches)):
        x[pattern.low[branches[lane]], lane] += 1.0
        x[pattern.high[branches[lane]], lane] -= 1.0
    for k in range(head, n):
        if reached[k]:
            _eliminate(pattern, values, k, x)
    for k in range(n - 1, -1, -1):
        _substitute(pattern, values, k, values.inverse_diagonal[k] if reached[k] else 0.0, reached[k], x)


@kernel
def forward_block(pattern: Pattern, values: Values, head: int, x: FloatArray) -> None:
    """Do the first half of :func:`solve_block` from a place on, passing over places where every lane is 0."""
    for k in range(head, len(x)):
        used = False
        for lane in range(LANES):
            used |= x[k, lane] != 0.0
        if used:
            _eliminate(pattern, values, k, x)


@kernel
def multiply(pattern: Pattern, weight: FloatArray, shunt: FloatArray, x: FloatArray) -> FloatArray:
    """Return B x, all by place."""
    result = shunt * x
    for branch in range(len(weight)):
        i, j = pattern.low[branch], pattern.high[branch]
        flow = weight[branch] * (x[i] - x[j])
        result[i] += flow
        result[j] -= flow
    return result
