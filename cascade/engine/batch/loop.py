"""The cascades themselves: the rules of :mod:`cascade.engine.cascade`, compiled, many in a row.

Three things make a wave cheap. Lost branches are rank-one changes to the factors of the intact network, whose
columns are kept for all cascades. Islands are looked for only at the ends of lost branches. And a part that
comes loose needs no reference bus of its own: of the branches that joined it to the rest one stays in the
equations (it is *held*). Every island is balanced, so that branch, the only one between the two, carries
nothing, and its flow is reported as 0 like that of any other branch out of service.

A cascade that these means cannot solve soundly is given up here and run by the reference path.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from cascade.engine.batch.arrays import Base, Grid, Lists, Work
from cascade.engine.batch.splitting import int64, split_islands
from cascade.engine.batch.updates import (
    MAX_NEW_COLUMNS,
    add_column,
    apply_changes,
    copy,
    factorise_now,
    factorise_small,
    solve,
)
from cascade.engine.native.compile import kernel
from cascade.engine.trips.protection import EQUAL_LOADING_FRAC
from grid.powerflow.arrays import FloatArray, IntArray

STABLE, BLACKOUT, WAVE_LIMIT, UNSOLVED = 0, 1, 2, 3
MAX_REFINEMENTS = 2


class Rows(NamedTuple):
    """Hold one row per contingency, filled by the loop.

    Attributes:
        shed_mw: load lost.
        n_waves: waves with trips.
        n_tripped: branches tripped.
        ending: why it ended, or UNSOLVED.
        closest_margin: smallest ||flow|/rate - 1| met; infinite if no rated branch was ever live.
        first_loading: largest |flow|/rate after the outages; 0 if no rated branch is live.
        first_branch: the branch that has it; -1 if there is none.
        solves: power flows solved.
    """

    shed_mw: FloatArray
    n_waves: IntArray
    n_tripped: IntArray
    ending: IntArray
    closest_margin: FloatArray
    first_loading: FloatArray
    first_branch: IntArray
    solves: IntArray


class Trips(NamedTuple):
    """Hold one row per trip: wave, branch and the flow that tripped it."""

    wave: IntArray
    branch: IntArray
    flow_mw: FloatArray


@kernel
def run_rows(
    first: int,
    last: int,
    lists: Lists,
    max_waves: int,
    grid: Grid,
    base: Base,
    work: Work,
    rows: Rows,
    trips: Trips,
    served_mw: FloatArray,
) -> int:
    """Run the contingencies from ``first`` up to ``last``; return the first one not run.

    Trips are written from the first place on. It stops early where the room left for them may not do for one
    more cascade. ``served_mw`` has a row per contingency, or no rows if the load per bus is not wanted.
    """
    n_branches = len(grid.start)
    n_trips = int64(0)
    for row in range(first, last):
        if n_trips + n_branches > len(trips.wave):
            return row
        ending, n_lost, split = _run_one(
            row,
            lists.branch[lists.branch_start[row] : lists.branch_start[row + 1]],
            lists.bus[lists.bus_start[row] : lists.bus_start[row + 1]],
            lists.unit[lists.unit_start[row] : lists.unit_start[row + 1]],
            max_waves,
            grid,
            base,
            work,
            rows,
            trips,
            n_trips,
        )
        rows.ending[row] = ending
        if ending != UNSOLVED:
            n_trips += rows.n_tripped[row]
            if len(served_mw):
                copy(served_mw[row], work.load_mw)
        _put_back(grid, base, work, n_lost, split)
    return last


@kernel
def _put_back(grid: Grid, base: Base, work: Work, n_lost: int, split: bool) -> None:
    """Return the working space to the state of the intact network."""
    for i in range(n_lost):
        k = work.lost[i]
        work.branch_on[k] = True
        work.held[k] = False
        work.weight_mw[k] = base.weight_mw[k]
        work.shift_mw[k] = base.shift_mw[k]
    if split:
        copy(work.weight_mw, base.weight_mw)
        copy(work.shift_mw, base.shift_mw)
        for at in range(len(base.label)):
            work.label[at] = base.label[at]
        for i in range(base.n_labels):
            work.alive[i] = base.alive[i]
        copy(work.load_mw, base.load_mw)
        copy(work.unit_p_mw, base.unit_p_mw)
        copy(work.unit_pmax_mw, grid.unit_pmax_mw)
        copy(work.injection_mw, base.injection_mw)


@kernel
def _take_out(branches: IntArray, buses: IntArray, grid: Grid, base: Base, work: Work) -> int:
    """Apply the initial outages and return the number of branches lost.

    Branches in dead islands change nothing and are not counted.
    """
    n_lost = 0
    for k in branches:
        if work.branch_on[k]:
            work.branch_on[k] = False
            work.lost[n_lost] = k
            n_lost += 1
    for at in buses:
        work.load_mw[at] = 0.0
        for p in range(grid.adjacency.start[at], grid.adjacency.start[at + 1]):
            k = grid.adjacency.branch[p]
            if work.branch_on[k]:
                work.branch_on[k] = False
                work.lost[n_lost] = k
                n_lost += 1
    return n_lost


@kernel
def _stop_units(units: IntArray, grid: Grid, work: Work) -> None:
    """Take units out, each with its capacity; a pump takes its consumption with it."""
    given, pumped_mw = grid.given, work.spare
    for unit in units:
        own = given.unit[unit]
        if own >= 0:
            work.unit_p_mw[own] = 0.0
            work.unit_pmax_mw[own] = 0.0
        pumped_mw[given.bus[unit]] = 0.0
    for unit in units:
        pumped_mw[given.bus[unit]] += given.pumped_mw[unit]
    for unit in units:
        at = given.bus[unit]
        load_mw = given.bus_load_mw[at]
        if pumped_mw[at] > 0.0 and load_mw > 0.0:
            # A pump that feeds on an infeed at its own bus is not in the load there.
            work.load_mw[at] *= 1.0 - min(pumped_mw[at], load_mw) / load_mw
        pumped_mw[at] = 0.0


@kernel
def _balance(grid: Grid, work: Work, n_labels: int) -> tuple[float, int]:
    """Balance every island by the rules of :func:`grid.powerflow.balance.balance_islands`.

    Returns:
        The load served and the number of live islands.
    """
    capacity, output, load, load_share, headroom_share = work.sums
    label, n = work.label, len(work.load_mw)
    for i in range(n_labels):
        capacity[i] = output[i] = load[i] = 0.0
    for unit in range(len(grid.unit_bus)):
        island = label[grid.unit_bus[unit]]
        capacity[island] += work.unit_pmax_mw[unit]
        output[island] += work.unit_p_mw[unit]
    for at in range(n):
        load[label[at]] += work.load_mw[at]
    n_alive = 0
    for i in range(n_labels):
        alive = capacity[i] > 0.0 and load[i] > 0.0
        work.alive[i] = alive
        n_alive += alive
        load_share[i] = 1.0 if alive else 0.0
        headroom_share[i] = 0.0
        demand, supply = load[i], output[i]
        output[i] = 1.0 if alive else 0.0
        if alive and demand > capacity[i]:
            load_share[i] = capacity[i] / demand
            headroom_share[i] = 1.0
        elif alive and supply < demand:
            headroom_share[i] = (demand - supply) / (capacity[i] - supply)
        elif alive and supply > demand:
            output[i] = demand / supply
    served_mw = 0.0
    for at in range(n):
        work.load_mw[at] *= load_share[label[at]]
        served_mw += work.load_mw[at]
        work.injection_mw[at] = -work.load_mw[at]
    for unit in range(len(grid.unit_bus)):
        at = grid.unit_bus[unit]
        island = label[at]
        pmax, p = work.unit_pmax_mw[unit], work.unit_p_mw[unit]
        p = min(pmax, p * output[island] + (pmax - p) * headroom_share[island])
        work.unit_p_mw[unit] = p
        work.injection_mw[at] += p
    return served_mw, n_alive


@kernel
def _settle_dead(grid: Grid, work: Work) -> None:
    """Take the branches of dead islands out of the flows."""
    for k in range(len(grid.start)):
        if not work.alive[work.label[grid.start[k]]]:
            work.weight_mw[k] = 0.0
            work.shift_mw[k] = 0.0


@kernel
def _right_side(grid: Grid, work: Work, x: FloatArray) -> None:
    """Fill x with the injections and what phase shifts add to them."""
    copy(x, work.injection_mw)
    for k in range(len(grid.start)):
        if work.shift_mw[k] != 0.0:
            x[grid.start[k]] += work.shift_mw[k]
            x[grid.end[k]] -= work.shift_mw[k]


@kernel
def _residual(grid: Grid, work: Work, step_only: bool) -> float:
    """Fill flows and the residual of every bus from the angles; return the largest, NaN if there is one.

    With ``step_only`` the angles are a correction: what follows from them is added to the flows.
    """
    x, residual = work.angle_rad, work.residual_mw
    copy(residual, work.injection_mw)
    for k in range(len(grid.start)):
        u, v = grid.start[k], grid.end[k]
        flow = (x[u] - x[v]) * work.weight_mw[k] + (work.flow_mw[k] if step_only else -work.shift_mw[k])
        work.flow_mw[k] = flow
        residual[u] -= flow
        residual[v] += flow
    largest, total = 0.0, 0.0
    for at in range(len(residual)):
        size = abs(residual[at])
        largest = max(largest, size)
        total += size
    return largest if total < np.inf else np.nan


@kernel
def _flows(grid: Grid, base: Base, work: Work, own_factor: bool, rank: int) -> bool:
    """Fill the flows from the angles, corrected until every bus balances; return whether they do."""
    largest = _residual(grid, work, False)
    for _ in range(MAX_REFINEMENTS):
        if largest <= base.tolerance_mw:
            break
        copy(work.angle_rad, work.residual_mw)
        solve(grid, base, work, own_factor, work.angle_rad)
        apply_changes(grid, work, rank, work.angle_rad)
        largest = _residual(grid, work, True)
    return largest <= base.tolerance_mw


@kernel
def _judge(grid: Grid, work: Work) -> tuple[int, float, float]:
    """Return the number of overloads, the closest margin and the largest loading."""
    n_over, closest, highest = 0, np.inf, 0.0
    for k in range(len(grid.start)):
        size = abs(work.flow_mw[k])
        n_over += size > grid.limit_mva[k]
        loading = size * grid.inverse_rate[k]
        judged = grid.inverse_rate[k] > 0.0 and work.weight_mw[k] != 0.0
        margin = abs(loading * grid.inverse_threshold - 1.0) if judged else np.inf
        closest = min(closest, margin)
        highest = max(highest, loading)
    return n_over, closest, highest


@kernel
def _run_one(
    row: int,
    branches: IntArray,
    buses: IntArray,
    units: IntArray,
    max_waves: int,
    grid: Grid,
    base: Base,
    work: Work,
    rows: Rows,
    trips: Trips,
    n_trips: int,
) -> tuple[int, int, bool]:
    """Run one cascade; return how it ended, the number of branches lost, and whether islands changed."""
    _stop_units(units, grid, work)
    n_lost = _take_out(branches, buses, grid, base, work)
    # Typed by hand: with plain constants every kernel called is compiled once more for the constant.
    known, rank, wave, n_labels = int64(0), int64(0), int64(0), base.n_labels
    own_factor = solved_right = split = n_lost < 0
    unbalanced = len(buses) > 0 or len(units) > 0
    served_mw, n_alive = base.served_mw, 0
    for i in range(base.n_labels):
        n_alive += base.alive[i]
    closest = np.inf
    tripped = 0
    while True:
        # Lost branches of dead islands are in no equation, and what happens there costs nothing more.
        n_live = known
        for i in range(known, n_lost):
            k = work.lost[i]
            if work.alive[work.label[grid.start[k]]]:
                work.lost[i], work.lost[n_live] = work.lost[n_live], k
                n_live += 1
            work.weight_mw[k] = 0.0
            if work.shift_mw[k] != 0.0:
                work.shift_mw[k] = 0.0
                solved_right = False
                split = True  # so that all is put back
                unbalanced = True
        before = n_labels
        n_labels = split_islands(
            work.lost[known:n_live],
            n_live - known,
            grid.start,
            grid.end,
            work.branch_on,
            grid.adjacency,
            work.search,
            work.label,
            n_labels,
            work.held,
            work.cut,
            work.cut_label,
        )
        if n_labels > before or unbalanced:
            served_mw, n_alive = _balance(grid, work, n_labels)
            _settle_dead(grid, work)
            split, unbalanced = True, False
            fresh_right = True
        else:
            fresh_right = False
        new, unsolved_columns = 0, 0
        for i in range(known, n_live):
            k = work.lost[i]
            if not work.held[k]:
                new += 1
                unsolved_columns += own_factor or work.column_of[k] < 0
        too_many = rank + new > len(work.changed)
        keepable = not own_factor and work.n_kept[0] + unsolved_columns <= work.column.shape[0] - len(
            work.changed
        )
        if too_many or (unsolved_columns > MAX_NEW_COLUMNS and not keepable):
            if not factorise_now(grid, base, work):
                return UNSOLVED, n_lost, True
            own_factor, rank, solved_right, fresh_right = True, int64(0), True, True
        elif new:
            for i in range(known, n_live):
                k = work.lost[i]
                if not work.held[k]:
                    add_column(grid, base, work, own_factor, k, rank)
                    rank += 1
            if not factorise_small(grid, work, rank):
                return UNSOLVED, n_lost, True
        known = n_lost
        if fresh_right:
            _right_side(grid, work, work.right)
            solve(grid, base, work, own_factor, work.right)
            solved_right = True
        copy(work.angle_rad, work.right if solved_right else base.angle_rad)
        apply_changes(grid, work, rank, work.angle_rad)
        if not _flows(grid, base, work, own_factor, rank):
            return UNSOLVED, n_lost, True
        n_over, margin, loading = _judge(grid, work)
        closest = min(closest, margin)
        if wave == 0:
            rows.first_loading[row] = loading
            rows.first_branch[row] = -1
            for k in range(len(grid.start)):
                if loading > 0.0 and abs(work.flow_mw[k]) * grid.inverse_rate[k] == loading:
                    rows.first_branch[row] = k
                    break
        if n_over == 0 or wave == max_waves:
            break
        wave += 1
        # Of branches equally loaded but for rounding the first one trips.
        least = loading * (1.0 - EQUAL_LOADING_FRAC) if grid.one_by_one else 0.0
        for k in range(len(grid.start)):
            size = abs(work.flow_mw[k])
            if size > grid.limit_mva[k] and size * grid.inverse_rate[k] >= least:
                trips.wave[n_trips + tripped] = wave
                trips.branch[n_trips + tripped] = k
                trips.flow_mw[n_trips + tripped] = work.flow_mw[k]
                tripped += 1
                work.branch_on[k] = False
                work.lost[n_lost] = k
                n_lost += 1
                if grid.one_by_one:
                    break
    rows.shed_mw[row] = base.served_mw - served_mw
    rows.n_waves[row] = wave
    rows.n_tripped[row] = tripped
    rows.closest_margin[row] = closest
    rows.solves[row] = wave + 1
    if n_over:
        return WAVE_LIMIT, n_lost, split
    return (STABLE if n_alive else BLACKOUT), n_lost, split
