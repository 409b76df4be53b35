"""What the compiled loop reads and writes: network, base state, working space, in order of elimination."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from cascade.engine.batch.refactoring import Incidence, make_incidence
from cascade.engine.batch.splitting import Adjacency, Search, make_adjacency, make_search
from cascade.engine.native.elimination import unsigned
from cascade.engine.native.factor import Pattern, Values, analyse, empty_values, refactor, solve_one
from cascade.engine.options import TripSelection
from cascade.engine.params import CascadeParams
from cascade.engine.prepared import Prepared
from cascade.engine.state import CascadeState
from grid.powerflow.arrays import BoolArray, FloatArray, IntArray
from grid.powerflow.dc_model import SINGULAR_GROWTH
from grid.powerflow.dcflow import mismatch_tolerance_mw

MAX_COLUMNS = 40
"""Branches taken out by rank-one changes before the matrix is factorised afresh."""
CACHE_BYTES = 256 * 2**20
"""Most memory for the answers of the intact network to the loss of single branches."""

SOUND_GROWTH = 1e-2 * SINGULAR_GROWTH
"""Condition up to which factors made without row exchanges are used."""


class Given(NamedTuple):
    """Hold the units of the network as it was given: what a lost one takes with it.

    Attributes:
        unit: the unit of the normalised network that a generating one is; -1 for a pump.
        bus: bus of every unit.
        pumped_mw: what a pump consumes; 0 for a generating unit.
        bus_load_mw: load per bus of the normalised network, which holds the pumps' share.
    """

    unit: IntArray
    bus: IntArray
    pumped_mw: FloatArray
    bus_load_mw: FloatArray


class Lists(NamedTuple):
    """Hold contingencies as the loop reads them: branches, buses by place, units as given."""

    branch_start: IntArray
    branch: IntArray
    bus_start: IntArray
    bus: IntArray
    unit_start: IntArray
    unit: IntArray


class Grid(NamedTuple):
    """Hold one network with its ratings; buses are numbered in the order of elimination.

    Attributes:
        start: bus at the from end of every branch.
        end: bus at the to end.
        susceptance_mw: b of every branch.
        limit_mva: flow above which a branch trips; infinite if it has no rating.
        inverse_rate: 1 / rating; 0 if it has none.
        inverse_threshold: 1 / trip threshold, the share of a rating from which on a branch is overloaded.
        one_by_one: whether only the most overloaded branch trips in a wave.
        unit_bus: bus of every unit.
        unit_pmax_mw: capacity of every unit.
        given: the units as they were given, which outages name.
        adjacency: neighbours of every bus.
        pattern: where L has entries.
        incidence: the branches at every bus, for making rows of L anew.
    """

    start: IntArray
    end: IntArray
    susceptance_mw: FloatArray
    limit_mva: FloatArray
    inverse_rate: FloatArray
    inverse_threshold: float
    one_by_one: bool
    unit_bus: IntArray
    unit_pmax_mw: FloatArray
    given: Given
    adjacency: Adjacency
    pattern: Pattern
    incidence: Incidence


class Base(NamedTuple):
    """Hold the balanced intact network and its factors.

    Attributes:
        load_mw: load served per bus.
        unit_p_mw: output per unit.
        injection_mw: generation less load per bus.
        label: island of every bus.
        alive: per label whether the island is alive.
        n_labels: labels in use.
        served_mw: load served.
        weight_mw: b of the branches in live islands, 0 for the others.
        shift_mw: b · φ of the same.
        shunt_mw: shunt per bus.
        angle_rad: angles.
        values: the factors.
        probe: a vector that shows whether B is close to singular; empty if all reactances are positive.
        largest_growth: largest angle in answer to the probe with which factors are used.
        tolerance_mw: largest mismatch of a bus taken as rounding.
    """

    load_mw: FloatArray
    unit_p_mw: FloatArray
    injection_mw: FloatArray
    label: IntArray
    alive: BoolArray
    n_labels: int
    served_mw: float
    weight_mw: FloatArray
    shift_mw: FloatArray
    shunt_mw: FloatArray
    angle_rad: FloatArray
    values: Values
    probe: FloatArray
    largest_growth: float
    tolerance_mw: float


class Work(NamedTuple):
    """Hold what the loop writes to: the running cascade, its factors and the columns.

    Attributes:
        branch_on: branches in service.
        held: branches out of service that stay in the equations.
        weight_mw: b of the branches that carry power, 0 for the others.
        shift_mw: b · φ of the same.
        label: island of every bus.
        alive: per label.
        load_mw: load per bus.
        unit_p_mw: output per unit.
        unit_pmax_mw: capacity per unit; 0 for those taken out.
        injection_mw: generation less load per bus.
        right: angles without the rank-one changes.
        angle_rad: angles.
        flow_mw: flows.
        residual_mw: injection less flows per bus.
        values: factors, when factorised afresh.
        wanted: weights that B is to be factorised with.
        in_factor: weights that the factors were last made with.
        is_stale: rows of L to be made anew.
        spare: one entry per bus.
        sums: five rows with one entry per label.
        lost: branches lost, in the order of their loss.
        cut: working array of the splitting.
        cut_label: the same.
        search: the same.
        column: columns of solved branches: the kept ones, then those of the running cascade.
        column_of: per branch, where its kept column is; -1 if it has none.
        n_kept: one entry, the number of kept columns.
        changed: branch of each rank-one change.
        place: where its column is.
        small: the small matrix of the changes, factorised.
        swapped: its row exchanges.
        answer: its right side and solution.
    """

    branch_on: BoolArray
    held: BoolArray
    weight_mw: FloatArray
    shift_mw: FloatArray
    label: IntArray
    alive: BoolArray
    load_mw: FloatArray
    unit_p_mw: FloatArray
    unit_pmax_mw: FloatArray
    injection_mw: FloatArray
    right: FloatArray
    angle_rad: FloatArray
    flow_mw: FloatArray
    residual_mw: FloatArray
    values: Values
    wanted: FloatArray
    in_factor: FloatArray
    is_stale: IntArray
    spare: FloatArray
    sums: FloatArray
    lost: IntArray
    cut: IntArray
    cut_label: IntArray
    search: Search
    column: FloatArray
    column_of: IntArray
    n_kept: IntArray
    changed: IntArray
    place: IntArray
    small: FloatArray
    swapped: IntArray
    answer: FloatArray


def make_grid(prepared: Prepared, params: CascadeParams, state: CascadeState) -> Grid:
    """Return the network in order of elimination, with the ratings in force in a state."""
    network = prepared.network
    pattern = analyse(prepared.model)
    position = pattern.position.astype(np.int64)
    start, end = position[network.branch_from], position[network.branch_to]
    inverse_rate = np.zeros(network.n_branches)
    np.divide(1.0, state.rate_mva, out=inverse_rate, where=prepared.rated)
    return Grid(
        start=unsigned(start),
        end=unsigned(end),
        susceptance_mw=np.array(prepared.model.susceptance_mw),
        limit_mva=np.array(state.limit_mva),
        inverse_rate=inverse_rate,
        inverse_threshold=1.0 / params.trip_threshold_frac,
        one_by_one=params.trip_selection is TripSelection.MOST_OVERLOADED,
        unit_bus=unsigned(position[network.unit_bus]),
        unit_pmax_mw=np.array(network.unit_pmax_mw),
        given=_given(prepared, position),
        adjacency=make_adjacency(network.n_buses, start, end),
        pattern=pattern,
        incidence=make_incidence(pattern),
    )


def _given(prepared: Prepared, position: IntArray) -> Given:
    source = prepared.source
    pumping = source.unit_p_mw < 0.0
    bus_load_mw = np.empty(prepared.network.n_buses)
    bus_load_mw[position] = prepared.network.bus_load_mw
    return Given(
        # Normalising keeps the order of the generating units and puts infeeds after them.
        unit=np.where(pumping, -1, np.cumsum(~pumping) - 1).astype(np.int64),
        bus=position[source.unit_bus],
        pumped_mw=np.where(pumping, -source.unit_p_mw, 0.0),
        bus_load_mw=bus_load_mw,
    )


def make_base(prepared: Prepared, grid: Grid, state: CascadeState) -> Base | None:
    """Return the intact network's state and factors; None if they cannot be had without pivoting.

    Args:
        prepared: the network.
        grid: the same in order of elimination.
        state: a state that nothing has been taken out of.
    """
    network, model = prepared.network, prepared.model
    n, position = network.n_buses, grid.pattern.position
    load_mw, label, bus_dead = np.empty(n), np.empty(n, dtype=np.int64), np.empty(n, dtype=np.bool_)
    load_mw[position] = state.bus_load_mw
    label[position] = state.islands.label
    bus_dead[position] = state.bus_dead
    injection_mw = np.bincount(grid.unit_bus, state.unit_p_mw, n) - load_mw
    alive = np.zeros(2 * n + 1, dtype=np.bool_)  # labels may go unused, but not more than there are buses
    alive[label] = ~bus_dead
    live_on = ~bus_dead[grid.start]
    weight_mw = np.where(live_on, grid.susceptance_mw, 0.0)
    shift_mw = np.where(live_on, model.shift_flow_mw, 0.0)
    shunt_mw = np.where(bus_dead, model.shunt_mw, 0.0)
    first = np.unique(label, return_index=True)[1]
    shunt_mw[first] = model.shunt_mw
    values = empty_values(grid.pattern)
    if refactor(grid.pattern, weight_mw, shunt_mw, values, np.empty(n)) >= 0:
        return None
    probe = np.empty(0)
    ends = np.abs(grid.susceptance_mw)
    largest_mw = np.bincount(grid.start, ends, n) + np.bincount(grid.end, ends, n) + model.shunt_mw
    largest_growth = SOUND_GROWTH / float(np.max(largest_mw))
    if np.any(weight_mw < 0.0):
        probe = np.random.default_rng(1).standard_normal(n)
        answer = probe.copy()
        solve_one(grid.pattern, values, answer)
        if not np.max(np.abs(answer)) <= largest_growth:
            return None
    angle_rad = (
        injection_mw + np.bincount(grid.start, shift_mw, n) - np.bincount(grid.end, shift_mw, n)
    ).astype(np.float64)
    solve_one(grid.pattern, values, angle_rad)
    return Base(
        load_mw=load_mw,
        unit_p_mw=np.array(state.unit_p_mw),
        injection_mw=injection_mw,
        label=label,
        alive=alive,
        n_labels=state.islands.count,
        served_mw=float(load_mw.sum()),
        weight_mw=weight_mw,
        shift_mw=shift_mw,
        shunt_mw=shunt_mw,
        angle_rad=angle_rad,
        values=values,
        probe=probe,
        largest_growth=largest_growth,
        tolerance_mw=mismatch_tolerance_mw(injection_mw),
    )


def make_work(grid: Grid, base: Base) -> Work:
    """Return working space in the state of the intact network."""
    n, m = len(base.load_mw), len(grid.start)
    n_kept = max(0, min(m, CACHE_BYTES // (8 * n)))
    return Work(
        branch_on=np.ones(m, dtype=np.bool_),
        held=np.zeros(m, dtype=np.bool_),
        weight_mw=base.weight_mw.copy(),
        shift_mw=base.shift_mw.copy(),
        label=base.label.copy(),
        alive=base.alive.copy(),
        load_mw=base.load_mw.copy(),
        unit_p_mw=base.unit_p_mw.copy(),
        unit_pmax_mw=grid.unit_pmax_mw.copy(),
        injection_mw=base.injection_mw.copy(),
        right=np.empty(n),
        angle_rad=np.empty(n),
        flow_mw=np.zeros(m),
        residual_mw=np.empty(n),
        values=empty_values(grid.pattern),
        wanted=np.empty(m),
        in_factor=np.zeros(m),
        is_stale=np.ones(n, dtype=np.int64),
        spare=np.zeros(n),
        sums=np.zeros((5, 2 * n + 1)),
        lost=np.empty(m, dtype=np.int64),
        cut=np.empty(m, dtype=np.int64),
        cut_label=np.empty(m, dtype=np.int64),
        search=make_search(n),
        column=np.empty((n_kept + MAX_COLUMNS, n)),
        column_of=np.full(m, -1, dtype=np.int64),
        n_kept=np.zeros(1, dtype=np.int64),
        changed=np.empty(MAX_COLUMNS, dtype=np.int64),
        place=np.empty(MAX_COLUMNS, dtype=np.int64),
        small=np.empty((MAX_COLUMNS, MAX_COLUMNS)),
        swapped=np.empty(MAX_COLUMNS, dtype=np.int64),
        answer=np.empty(MAX_COLUMNS),
    )
