"""The power balance of islands with merit order, ramp limits and load shedding in blocks."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from cascade.engine.options import DispatchRule
from cascade.engine.params import CascadeParams
from grid.powerflow.arrays import BoolArray, FloatArray, IntArray, sum_by
from grid.powerflow.islands import Islands

BALANCED_FRAC = 1e-9
"""An island whose load and output differ by less, as a share of its load, is left as it is."""


@dataclass(frozen=True, eq=False, kw_only=True)
class LimitedBalance:
    """Hold a balanced state.

    Attributes:
        bus_load_mw: load served at each bus.
        unit_p_mw: output of each unit.
        unit_pmax_mw: capacity of each unit, 0 once it was tripped.
        bus_blocks: blocks of load shed so far at each bus.
        alive: per island, whether it carries power.
        tripped_units: indices of the units tripped by a surplus, ascending.
        blocks_shed: blocks of load that went, summed over the islands.
        largest_residual_mw: largest |generation - load| of an island.
    """

    bus_load_mw: FloatArray
    unit_p_mw: FloatArray
    unit_pmax_mw: FloatArray
    bus_blocks: IntArray
    alive: BoolArray
    tripped_units: IntArray
    blocks_shed: int
    largest_residual_mw: float


class Dispatcher:
    """Balance islands by the rules that the settings ask for."""

    def __init__(self, *, params: CascadeParams, unit_bus: IntArray, unit_cost: FloatArray | None) -> None:
        """Take the rules, where the units are and what they cost (NaN: not known)."""
        self._by_merit = params.dispatch is DispatchRule.MERIT_ORDER
        self._unit_bus = unit_bus
        self._ramp_frac = np.inf if params.ramp is None else params.ramp.frac_per_min * params.ramp.window_min
        self._ufls = params.ufls
        if params.ufls is not None:
            # Share of the load left after 0, 1, 2, … blocks; the last may be 0 but for rounding.
            gone = np.concatenate([[0.0], np.cumsum(params.ufls.steps_frac)])
            self._left = np.where(gone > 1.0 - 1e-9, 0.0, 1.0 - gone)
        if self._by_merit and unit_cost is not None:
            place = np.arange(len(unit_bus))
            unknown = np.isnan(unit_cost)
            cost = np.where(unknown, 0.0, unit_cost)
            self._raise_rank = _rank(np.lexsort((place, cost, unknown)))
            self._lower_rank = _rank(np.lexsort((place, -cost, unknown)))

    def balance(
        self,
        *,
        islands: Islands,
        bus_load_mw: FloatArray,
        unit_p_mw: FloatArray,
        unit_pmax_mw: FloatArray,
        bus_blocks: IntArray,
        intact: bool,
    ) -> LimitedBalance:
        """Balance every island.

        With load L, and each unit able to go from ``low`` to ``high`` (0 and its capacity; with ramp limits
        no further from its output than rate · window · capacity):

        1. No capacity or no load: the island is dead; its load is lost and its units stop.
        2. Σ low > L: units trip, the one with the least output first, until Σ low <= L.
        3. L > Σ high: load is shed, evenly down to Σ high; with blocks, as many further ones as bring it to
           Σ high or less. If the last was not enough the island goes dead, or the rest is cut evenly.
           Where that was more than was short, 2 may apply once more.
        4. Output is then raised or lowered to L: in proportion to the room of each unit, or by merit.

        An island that balances is left as it is. The intact network has neither ramp limits nor blocks.

        Args:
            islands: the islands.
            bus_load_mw: load served so far, >= 0.
            unit_p_mw: output so far, 0 .. capacity.
            unit_pmax_mw: capacity.
            bus_blocks: blocks shed so far at each bus.
            intact: whether this is the intact network.
        """
        n = islands.count
        unit_island = islands.label[self._unit_bus]
        load = sum_by(islands.label, bus_load_mw, n)
        capacity = sum_by(unit_island, unit_pmax_mw, n)
        output = sum_by(unit_island, unit_p_mw, n)
        state = _Working(
            load_mw=bus_load_mw.copy(),
            p_mw=unit_p_mw.copy(),
            pmax_mw=unit_pmax_mw.copy(),
            blocks=bus_blocks.copy(),
            tripped=[],
            blocks_shed=0,
        )
        alive = (capacity > 0.0) & (load > 0.0)
        uneven = np.abs(output - load) > BALANCED_FRAC * load
        for island in np.flatnonzero(alive & uneven):
            alive[island] = self._balance_one(
                state,
                buses=np.flatnonzero(islands.label == island),
                units=np.flatnonzero(unit_island == island),
                intact=intact,
            )
        state.load_mw[~alive[islands.label]] = 0.0
        state.p_mw[~alive[unit_island]] = 0.0
        residual = sum_by(unit_island, state.p_mw, n) - sum_by(islands.label, state.load_mw, n)
        return LimitedBalance(
            bus_load_mw=state.load_mw,
            unit_p_mw=state.p_mw,
            unit_pmax_mw=state.pmax_mw,
            bus_blocks=state.blocks,
            alive=alive,
            tripped_units=np.array(sorted(state.tripped), dtype=np.int64),
            blocks_shed=state.blocks_shed,
            largest_residual_mw=float(np.max(np.abs(residual), initial=0.0)),
        )

    def _balance_one(self, state: _Working, *, buses: IntArray, units: IntArray, intact: bool) -> bool:
        """Balance one island in place; return whether it is alive."""
        reach = np.full(len(units), np.inf)
        if not intact and np.isfinite(self._ramp_frac):
            reach = self._ramp_frac * state.pmax_mw[units]
        p = state.p_mw[units]
        low, high = np.maximum(p - reach, 0.0), np.minimum(p + reach, state.pmax_mw[units])
        load = float(state.load_mw[buses].sum())
        while True:
            self._trip_surplus(state, units=units, p=p, low=low, high=high, load=load)
            most = float(high.sum())
            if most <= 0.0:
                return False
            if load <= most:
                break
            load = self._shed(state, buses=buses, load=load, most=most, in_blocks=not intact)
            if load <= 0.0:
                return False
            # A block may have been more than was short, and what is left less than the units can go down to.
            if float(low.sum()) <= load * (1.0 + BALANCED_FRAC):
                break
        state.p_mw[units] = self._dispatch(units, p=p, low=low, high=high, load=load)
        return True

    @staticmethod
    def _trip_surplus(
        state: _Working, *, units: IntArray, p: FloatArray, low: FloatArray, high: FloatArray, load: float
    ) -> None:
        """Trip units in place until what the others must put out is no more than the load."""
        for place in np.argsort(p, kind="stable"):
            if low.sum() <= load * (1.0 + BALANCED_FRAC):
                return
            if low[place] > 0.0:
                p[place] = low[place] = high[place] = 0.0
                state.pmax_mw[units[place]] = 0.0
                state.tripped.append(int(units[place]))

    def _shed(self, state: _Working, *, buses: IntArray, load: float, most: float, in_blocks: bool) -> float:
        """Shed load until it is at most what the units reach; return what is left, 0 if all goes dead."""
        if in_blocks and self._ufls is not None:
            # All buses of an island have shed the same blocks: islands only split.
            done = int(state.blocks[buses[0]])
            total = len(self._left) - 1
            step = done
            while step < total and load * self._left[step] / self._left[done] > most:
                step += 1
            state.blocks[buses] = step
            state.blocks_shed += step - done
            share = float(self._left[step] / self._left[done])
            state.load_mw[buses] *= share
            load *= share
            if load <= most:
                return load
            if self._ufls.collapses:
                return 0.0
        state.load_mw[buses] *= most / load
        return most

    def _dispatch(
        self, units: IntArray, *, p: FloatArray, low: FloatArray, high: FloatArray, load: float
    ) -> FloatArray:
        """Return the output of each unit that meets the load: Σ low <= load <= Σ high."""
        change = load - float(p.sum())
        room = high - p if change >= 0.0 else p - low
        total = float(room.sum())
        if total <= 0.0:
            return p
        if self._by_merit:
            rank = self._raise_rank if change >= 0.0 else self._lower_rank
            order = np.argsort(rank[units])
            before = np.concatenate([[0.0], np.cumsum(room[order])[:-1]])
            moved = np.empty_like(room)
            moved[order] = np.clip(abs(change) - before, 0.0, room[order])
        else:
            moved = room * min(abs(change) / total, 1.0)
        return p + moved if change >= 0.0 else p - moved


@dataclass(eq=False, kw_only=True)
class _Working:
    """Hold the arrays that are balanced in place."""

    load_mw: FloatArray
    p_mw: FloatArray
    pmax_mw: FloatArray
    blocks: IntArray
    tripped: list[int]
    blocks_shed: int


def _rank(order: IntArray) -> IntArray:
    rank = np.empty(len(order), dtype=np.int64)
    rank[order] = np.arange(len(order))
    return rank
