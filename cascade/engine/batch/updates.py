"""Angles of a network that loses branches, by rank-one changes of a factorised matrix.

With branches k out, ``(B - Σ b_k a_k a_kᵀ)⁻¹ p = y + Z x`` where ``y = B⁻¹ p``, the columns of Z are
``z_k = B⁻¹ a_k``, and ``(I - diag(b) Aᵀ Z) x = diag(b) Aᵀ y`` (Woodbury; see
:mod:`grid.powerflow.flow_updates`). The columns of the intact network are kept: they are the same for all
cascades.
"""

from __future__ import annotations

from cascade.engine.batch.arrays import Base, Grid, Work
from cascade.engine.batch.refactoring import refactor_changed
from cascade.engine.native.compile import kernel
from cascade.engine.native.factor import solve_one
from grid.powerflow.arrays import FloatArray

TINY_SMALL_PIVOT = 1e-9
"""Pivot of the small matrix, whose diagonal is 1 - PTDF, below which the changes are given up."""
MAX_NEW_COLUMNS = 6
"""More columns to solve for in one step cost more than factorising afresh."""


@kernel
def copy(to: FloatArray, values: FloatArray) -> None:
    """Copy an array (a loop: a slice costs the compiler seconds in every kernel that has one)."""
    for i in range(len(to)):
        to[i] = values[i]


@kernel
def solve(grid: Grid, base: Base, work: Work, own_factor: bool, x: FloatArray) -> None:
    """Solve with the factors in use: the intact network's or the cascade's own."""
    if own_factor:
        solve_one(grid.pattern, work.values, x)
    else:
        solve_one(grid.pattern, base.values, x)


@kernel
def factorise_now(grid: Grid, base: Base, work: Work) -> bool:
    """Factorise the branches in service and the held ones; return whether that was sound."""
    for k in range(len(grid.start)):
        kept = work.branch_on[k] or work.held[k]
        work.wanted[k] = base.weight_mw[k] if kept else 0.0
    broken = refactor_changed(
        grid.pattern,
        grid.incidence,
        work.wanted,
        work.in_factor,
        base.shunt_mw,
        work.values,
        work.is_stale,
        work.spare,
    )
    if broken >= 0:
        return False
    if len(base.probe) == 0:
        return True
    # Branches of negative reactance are about, so B may be close to singular.
    copy(work.spare, base.probe)
    solve_one(grid.pattern, work.values, work.spare)
    growth = 0.0
    for at in range(len(work.spare)):
        growth = max(growth, abs(work.spare[at]))
    return growth <= base.largest_growth


@kernel
def add_column(grid: Grid, base: Base, work: Work, own_factor: bool, branch: int, rank: int) -> None:
    """Note one more branch out, as change number ``rank``, and have its column ready."""
    work.changed[rank] = branch
    n_keepable = work.column.shape[0] - len(work.changed)
    if not own_factor and work.column_of[branch] >= 0:
        work.place[rank] = work.column_of[branch]
        return
    place = n_keepable + rank
    if not own_factor and work.n_kept[0] < n_keepable:
        place = work.n_kept[0]
        work.n_kept[0] += 1
        work.column_of[branch] = place
    column = work.column[place]
    for at in range(len(column)):
        column[at] = 0.0
    column[grid.start[branch]] = 1.0
    column[grid.end[branch]] = -1.0
    solve(grid, base, work, own_factor, column)
    work.place[rank] = place


@kernel
def factorise_small(grid: Grid, work: Work, rank: int) -> bool:
    """Factorise I - diag(b) Aᵀ Z with row exchanges; return whether every pivot was sound."""
    small, swapped = work.small, work.swapped
    for i in range(rank):
        branch = work.changed[i]
        u, v, b = grid.start[branch], grid.end[branch], grid.susceptance_mw[branch]
        for j in range(rank):
            column = work.column[work.place[j]]
            small[i, j] = -b * (column[u] - column[v])
        small[i, i] += 1.0
    for i in range(rank):
        best = i
        for r in range(i + 1, rank):
            if abs(small[r, i]) > abs(small[best, i]):
                best = r
        swapped[i] = best
        if best != i:
            for j in range(rank):
                small[i, j], small[best, j] = small[best, j], small[i, j]
        if not abs(small[i, i]) > TINY_SMALL_PIVOT:
            return False
        for r in range(i + 1, rank):
            factor = small[r, i] / small[i, i]
            small[r, i] = factor
            for j in range(i + 1, rank):
                small[r, j] -= factor * small[i, j]
    return True


@kernel
def apply_changes(grid: Grid, work: Work, rank: int, x: FloatArray) -> None:
    """Turn a solution of the factorised matrix into one of the changed matrix."""
    answer, small = work.answer, work.small
    for i in range(rank):
        branch = work.changed[i]
        answer[i] = grid.susceptance_mw[branch] * (x[grid.start[branch]] - x[grid.end[branch]])
    for i in range(rank):
        best = work.swapped[i]
        answer[i], answer[best] = answer[best], answer[i]
    for i in range(rank):
        for j in range(i):
            answer[i] -= small[i, j] * answer[j]
    for i in range(rank - 1, -1, -1):
        for j in range(i + 1, rank):
            answer[i] -= small[i, j] * answer[j]
        answer[i] /= small[i, i]
    for i in range(rank):
        column, factor = work.column[work.place[i]], answer[i]
        for bus in range(len(x)):
            x[bus] += factor * column[bus]
