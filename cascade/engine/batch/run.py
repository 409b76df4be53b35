"""Run a batch of cascades."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, fields, replace

import numpy as np

from cascade.engine.batch.arrays import Base, Grid, Lists, Work, make_base, make_grid, make_work
from cascade.engine.batch.contingencies import Contingencies
from cascade.engine.batch.loop import UNSOLVED, Rows, Trips, run_rows
from cascade.engine.batch.result import ENDINGS, BatchResult
from cascade.engine.cascade import simulate
from cascade.engine.conditions import AS_STORED, Conditions
from cascade.engine.outages import NoOutage, Outages
from cascade.engine.params import CascadeParams
from cascade.engine.prepared import Prepared, prepare
from cascade.engine.state import CascadeState
from cascade.engine.trips.chance import row_seed
from grid.powerflow.arrays import FloatArray, IntArray
from grid.powerflow.dcflow import SingularIsland
from grid.powerflow.network import Network

FIRST_STEP, MOST_STEP = 64, 4_096
STEP_S = 0.2
"""Contingencies between two reports of progress are as many as take about this long."""
COMPILED_SETTINGS = frozenset(
    {
        "load_multiplier",
        "rating_multiplier",
        "overload_tolerance_frac",
        "max_waves",
        "trip_threshold_frac",
        "trip_selection",
        "seed",
    }
)
"""The settings that the compiled loop knows; a seed is nothing without options that draw. Any other, not at
its default, takes the reference path."""

_ENDING = {ending: code for code, ending in enumerate(ENDINGS) if ending is not None}


def run_many(
    network: Network | Prepared,
    params: CascadeParams,
    contingencies: Contingencies,
    *,
    conditions: Conditions = AS_STORED,
    with_bus_served: bool = False,
    progress: Callable[[int, int], None] | None = None,
) -> BatchResult:
    """Run the cascade that each contingency starts.

    The rows are those of :func:`cascade.engine.cascade.simulate`: the same waves wherever no flow lies within
    1e-5 of its limit. They do not depend on each other, on their order or on how a batch is split. Cascades
    that the compiled loop cannot solve soundly, which takes negative reactances, and settings that it does
    not know are run by ``simulate`` itself; ``by_reference`` says so for each row. Settings that draw by
    chance do so anew in every row, see :func:`cascade.engine.trips.chance.row_seed`.

    Memory: one number per contingency and column, and up to :data:`cascade.engine.batch.arrays.CACHE_BYTES`
    for the network; with ``with_bus_served`` also one number per contingency and bus.

    Args:
        network: the network, or one prepared for many cascades.
        params: the settings.
        contingencies: what goes out first.
        conditions: ratings and costs of the hour.
        with_bus_served: whether to report the load served per bus.
        progress: called with the number done and the total from time to time; to stop, raise from it.

    Raises:
        InvalidContingencies: if they are of another network.
        InvalidConditions: if the conditions are of another network, or lack what the settings need.
    """
    prepared = network if isinstance(network, Prepared) else prepare(network)
    contingencies.check(prepared.source)
    state = CascadeState(prepared=prepared, params=params, conditions=conditions)
    total, n_buses = len(contingencies), prepared.network.n_buses
    rows = _empty_rows(total)
    served_mw = np.full((total, n_buses), np.nan) if with_bus_served else np.empty((0, n_buses))
    book = _TripBook()
    compiled = _Compiled.of(prepared, params, state, contingencies) if _is_known(params) else None
    reported = 0
    if compiled is not None:
        first, step = 0, FIRST_STEP
        while first < total:
            began, last = time.perf_counter(), min(first + step, total)
            compiled.run(first, last, rows, served_mw, book)
            reported += int(np.count_nonzero(rows.ending[first:last] != UNSOLVED))
            if progress is not None:
                progress(reported, total)
            pace = STEP_S / max(time.perf_counter() - began, 1e-3)
            first, step = last, int(min(max(1.0, step * min(pace, 4.0)), MOST_STEP))
    by_reference = rows.ending == UNSOLVED
    for row in np.flatnonzero(by_reference).tolist():
        _run_by_reference(row, prepared, params, contingencies, conditions, rows, served_mw, book)
        reported += 1
        if progress is not None:
            progress(reported, total)
    row_of_trip, wave, branch, flow_mw = book.columns()
    unsolved = rows.ending == UNSOLVED
    rows.closest_margin[unsolved | np.isinf(rows.closest_margin)] = np.nan
    rows.first_loading[unsolved | (rows.first_branch < 0)] = np.nan
    return BatchResult(
        params=params,
        network_digest=prepared.source.digest(),
        demand_mw=state.demand_mw,
        base_shed_mw=state.demand_mw - state.base_served_mw,
        shed_mw=rows.shed_mw,
        n_waves=rows.n_waves,
        n_tripped=rows.n_tripped,
        ending=rows.ending,
        closest_margin=rows.closest_margin,
        first_loading_frac=rows.first_loading,
        first_loaded_branch=rows.first_branch,
        by_reference=by_reference,
        trip_start=np.searchsorted(row_of_trip, np.arange(total + 1)).astype(np.int64),
        trip_wave=wave,
        trip_branch=branch,
        trip_flow_mw=flow_mw,
        bus_served_mw=served_mw if with_bus_served else None,
    )


class _TripBook:
    """Collect trips: contingency, wave, branch and flow of each."""

    def __init__(self) -> None:
        none = np.empty(0, dtype=np.int64)
        self._parts: list[tuple[IntArray, IntArray, IntArray, FloatArray]] = [(none, none, none, np.empty(0))]

    def add(self, row: IntArray, wave: IntArray, branch: IntArray, flow_mw: FloatArray) -> None:
        """Add the trips of some contingencies, each contingency's in order."""
        self._parts.append((row, wave, branch, flow_mw))

    def columns(self) -> tuple[IntArray, IntArray, IntArray, FloatArray]:
        """Return all trips in the order of the contingencies."""
        row, wave, branch, flow_mw = (np.concatenate(column) for column in zip(*self._parts, strict=True))
        order = np.argsort(row, kind="stable")
        return row[order], wave[order], branch[order], flow_mw[order]


@dataclass(frozen=True, eq=False)
class _Compiled:
    """Hold what the compiled loop needs for a batch."""

    grid: Grid
    base: Base
    work: Work
    position: IntArray
    lists: Lists
    max_waves: int

    @classmethod
    def of(
        cls, prepared: Prepared, params: CascadeParams, state: CascadeState, contingencies: Contingencies
    ) -> _Compiled | None:
        """Return them; None if the intact network cannot be solved without pivoting."""
        if prepared.factor is None:
            return None
        grid = make_grid(prepared, params, state)
        base = make_base(prepared, grid, state)
        if base is None:
            return None
        position = grid.pattern.position.astype(np.int64)
        unit_start, unit = _each_once(contingencies, prepared.source.n_units)
        return cls(
            grid=grid,
            base=base,
            work=make_work(grid, base),
            position=position,
            lists=Lists(
                branch_start=contingencies.branch_start,
                branch=contingencies.branch,
                bus_start=contingencies.bus_start,
                bus=position[contingencies.bus],
                unit_start=unit_start,
                unit=unit,
            ),
            max_waves=-1 if params.max_waves is None else params.max_waves,
        )

    def run(self, first: int, last: int, rows: Rows, served_mw: FloatArray, book: _TripBook) -> None:
        """Run some contingencies, in as many steps as the room for trips needs."""
        m = len(self.grid.start)
        trips = Trips(
            np.empty(4 * m + 64, dtype=np.int64), np.empty(4 * m + 64, dtype=np.int64), np.empty(4 * m + 64)
        )
        while first < last:
            stopped = run_rows(
                first,
                last,
                self.lists,
                self.max_waves,
                self.grid,
                self.base,
                self.work,
                rows,
                trips,
                served_mw,
            )
            if len(served_mw):
                served_mw[first:stopped] = served_mw[first:stopped, self.position]
            count = np.maximum(rows.n_tripped[first:stopped], 0)
            used = slice(0, int(count.sum()))
            book.add(
                np.repeat(np.arange(first, stopped), count),
                trips.wave[used].copy(),
                trips.branch[used].copy(),
                trips.flow_mw[used].copy(),
            )
            first = stopped


def _each_once(contingencies: Contingencies, n_units: int) -> tuple[IntArray, IntArray]:
    """Return the units of the contingencies, each once in its own: a pump counted twice would take twice."""
    n = max(n_units, 1)
    row = np.repeat(np.arange(len(contingencies)), np.diff(contingencies.unit_start))
    key = np.unique(row * n + contingencies.unit)
    return np.searchsorted(key, n * np.arange(len(contingencies) + 1)).astype(np.int64), key % n


def _run_by_reference(
    row: int,
    prepared: Prepared,
    params: CascadeParams,
    contingencies: Contingencies,
    conditions: Conditions,
    rows: Rows,
    served_mw: FloatArray,
    book: _TripBook,
) -> None:
    """Run one contingency by the reference path; leave its row unknown if it has no unique solution."""
    if params.draws_by_chance:
        params = replace(params, seed=row_seed(params.seed, int(contingencies.number[row])))
    try:
        outages = contingencies.outages(row, prepared.source)
    except NoOutage:
        outages = Outages.none(prepared.source)
    try:
        result = simulate(
            network=prepared, outages=outages, params=params, conditions=conditions, parents=False
        )
        first = result
        if result.n_waves:
            first = simulate(
                network=prepared,
                outages=outages,
                params=replace(params, max_waves=0),
                conditions=conditions,
                parents=False,
            )
    except SingularIsland:
        return
    rows.shed_mw[row] = result.shed_mw
    rows.n_waves[row] = result.n_waves
    rows.n_tripped[row] = len(result.tripped)
    rows.ending[row] = _ENDING[result.termination]
    rows.closest_margin[row] = result.closest_margin
    loading = np.zeros(len(first.flow_mw))
    np.divide(np.abs(first.flow_mw), first.rate_mva, out=loading, where=prepared.rated)
    if len(loading) and loading.max() > 0.0:
        rows.first_branch[row] = np.argmax(loading)
        rows.first_loading[row] = loading.max()
    if len(served_mw):
        served_mw[row] = result.bus_served_mw
    for wave in result.waves[1:]:
        count = len(wave.tripped)
        book.add(np.full(count, row), np.full(count, wave.index), wave.tripped, wave.tripped_flow_mw)


def _is_known(params: CascadeParams) -> bool:
    """Return whether every setting that the compiled loop does not know is at its default."""
    plain = CascadeParams()
    return all(
        getattr(params, field.name) == getattr(plain, field.name)
        for field in fields(params)
        if field.name not in COMPILED_SETTINGS
    )


def _empty_rows(total: int) -> Rows:
    return Rows(
        shed_mw=np.full(total, np.nan),
        n_waves=np.full(total, -1, dtype=np.int64),
        n_tripped=np.full(total, -1, dtype=np.int64),
        ending=np.full(total, UNSOLVED, dtype=np.int64),
        closest_margin=np.full(total, np.nan),
        first_loading=np.full(total, np.nan),
        first_branch=np.full(total, -1, dtype=np.int64),
        solves=np.zeros(total, dtype=np.int64),
    )
