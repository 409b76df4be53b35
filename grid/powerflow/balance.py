"""The power balance of islands: what generation and load do within seconds of a separation."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from grid.powerflow.arrays import BoolArray, FloatArray, IntArray, sum_by
from grid.powerflow.islands import Islands


@dataclass(frozen=True, eq=False)
class Balance:
    """Hold a balanced state.

    Attributes:
        bus_load_mw: load served at each bus.
        unit_p_mw: output of each unit.
        alive: per island, whether it has both capacity and load.
        largest_residual_mw: largest |generation - load| of an island, by summation error only.
    """

    bus_load_mw: FloatArray
    unit_p_mw: FloatArray
    alive: BoolArray
    largest_residual_mw: float


def balance_islands(
    *,
    islands: Islands,
    bus_load_mw: FloatArray,
    unit_bus: IntArray,
    unit_p_mw: FloatArray,
    unit_pmax_mw: FloatArray,
) -> Balance:
    """Balance every island by the first rule that applies.

    With load L, output G and capacity C of the island:

    1. C = 0 or L = 0: the island is dead; its load is lost and its units stop.
    2. L > C: every load is cut to the share C/L; every unit goes to its capacity.
    3. G < L: every unit is raised by (L - G) · (Pmax - P) / (C - G), in proportion to its headroom.
    4. G > L: every unit is scaled down to P · L/G, in proportion to its output. Minimum output never binds.

    The network must be normalised (loads >= 0, 0 <= P <= Pmax). A unit out of service has output and capacity
    0. A balanced island passes unchanged (but for rounding).
    """
    n = islands.count
    unit_island = islands.label[unit_bus]
    capacity = sum_by(unit_island, unit_pmax_mw, n)
    output = sum_by(unit_island, unit_p_mw, n)
    load = sum_by(islands.label, bus_load_mw, n)

    alive = (capacity > 0.0) & (load > 0.0)
    short = alive & (load > capacity)
    raising = alive & ~short & (output < load)
    lowering = alive & (output > load) & ~short

    load_share = alive.astype(np.float64)
    np.divide(capacity, load, out=load_share, where=short)
    output_share = alive.astype(np.float64)
    np.divide(load, output, out=output_share, where=lowering)
    headroom_share = short.astype(np.float64)
    # Here capacity >= load > output, so the divisor is positive.
    np.divide(load - output, capacity - output, out=headroom_share, where=raising)

    served = bus_load_mw * load_share[islands.label]
    raised = unit_p_mw * output_share[unit_island] + (unit_pmax_mw - unit_p_mw) * headroom_share[unit_island]
    generated = np.where(short[unit_island], unit_pmax_mw, np.minimum(raised, unit_pmax_mw))
    residual = sum_by(unit_island, generated, n) - sum_by(islands.label, served, n)
    return Balance(
        bus_load_mw=served,
        unit_p_mw=generated,
        alive=alive,
        largest_residual_mw=float(np.max(np.abs(residual), initial=0.0)),
    )
