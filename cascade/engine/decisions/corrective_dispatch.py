"""The least change of output, and the least shedding, that takes every overload away.

A linear programme on the DC power flow (Stott, Jardim, Alsaç, "DC power flow revisited", IEEE Trans. Power
Syst. 24(3), 2009), solved by HiGHS through scipy:

    minimise  Σ raise + Σ lower + M · Σ shed
    so that   B θ = P + raise - lower - (L - shed) + Aᵀ b φ     at every bus of a live island
              |b (θ_from - θ_to - φ)| <= limit                   on every rated branch in service
              0 <= P + raise - lower <= Pmax,   0 <= shed <= L

The limit is the rating in force times the trip threshold. With ramp limits no unit moves further than it
could in one wave; with trips by chance the limit is where a branch comes near its threshold. M is so large
that nothing is shed which a change of output could avoid.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.optimize import linprog
from scipy.sparse import coo_array, csc_array, csr_array, hstack, vstack

from cascade.engine.params import CascadeParams
from cascade.engine.state import CascadeState
from grid.powerflow.arrays import FloatArray
from grid.powerflow.network import Network

SHED_PENALTY = 1000.0
"""MW of output that may be moved to avoid one MW of shedding."""
BELOW_NEAR_FRAC = 1e-5
"""How far below where chance sets in a branch is brought, as a share: more than rounding."""


@dataclass(frozen=True, eq=False, kw_only=True)
class Dispatch:
    """Hold the changes.

    Attributes:
        unit_change_mw: per unit.
        load_change_mw: per bus; shedding is negative.
    """

    unit_change_mw: FloatArray
    load_change_mw: FloatArray

    @property
    def shed_mw(self) -> float:
        """Return the load shed."""
        return float(-self.load_change_mw.sum())


def corrective_dispatch(
    network: Network, state: CascadeState, params: CascadeParams, *, may_raise: bool, may_shed: bool
) -> Dispatch | None:
    """Return the least change that leaves no branch overloaded; None if there is none.

    Args:
        network: the normalised network, in the units of the state.
        state: the state after the outages, solved; nothing of it is changed.
        params: the settings of the cascade.
        may_raise: whether units may be raised.
        may_shed: whether load may be shed.
    """
    live_bus = ~state.bus_dead
    live_unit = live_bus[network.unit_bus]
    reach_mw = np.full(network.n_units, np.inf)
    if params.ramp is not None:
        reach_mw = params.ramp.frac_per_min * params.ramp.window_min * state.unit_pmax_mw
    room_mw = np.clip(state.unit_pmax_mw - state.unit_p_mw, 0.0, reach_mw)
    raise_mw = np.where(live_unit, room_mw, 0.0)
    lower_mw = np.where(live_unit, np.minimum(state.unit_p_mw, reach_mw), 0.0)
    shed_mw = np.where(live_bus, state.bus_load_mw, 0.0)
    columns = _columns(network, state)
    upper = np.concatenate(
        [raise_mw if may_raise else raise_mw * 0.0, lower_mw, shed_mw if may_shed else shed_mw * 0.0]
    )
    n_angles, m = network.n_buses, network.n_units
    rated = np.flatnonzero(state.live_on & np.isfinite(state.threshold_mva))
    flow = _flow_rows(network, rated)
    nothing = csr_array((len(rated), len(upper)))
    limit = state.threshold_mva[rated]
    if params.random_trips is not None:
        limit = limit * params.random_trips.near_limit_frac * (1.0 - BELOW_NEAR_FRAC)
    shift = network.susceptance_mw[rated] * np.deg2rad(network.shift_deg[rated])
    with_flow = hstack([flow, nothing])
    solved = linprog(  # type: ignore[call-overload]  # the stubs know no sparse matrices
        np.concatenate([np.zeros(n_angles), np.ones(2 * m), np.full(network.n_buses, SHED_PENALTY)]),
        A_ub=vstack([with_flow, -with_flow]),
        b_ub=np.concatenate([limit + shift, limit - shift]),
        A_eq=columns,
        b_eq=_right_side(network, state, live_bus),
        bounds=np.column_stack(
            [
                np.concatenate([_angle_bounds(state, live_bus, -np.inf), np.zeros(len(upper))]),
                np.concatenate([_angle_bounds(state, live_bus, np.inf), upper]),
            ]
        ),
        method="highs",
    )
    if solved.status != 0:
        return None
    change = solved.x[n_angles : n_angles + m] - solved.x[n_angles + m : n_angles + 2 * m]
    return Dispatch(unit_change_mw=change, load_change_mw=-solved.x[n_angles + 2 * m :])


def _angle_bounds(state: CascadeState, live_bus: np.ndarray, bound: float) -> FloatArray:
    """Return a bound of each angle: one bus of each island, and every dead bus, is held at 0."""
    bounds = np.where(live_bus, bound, 0.0)
    bounds[state.islands.first_bus()] = 0.0
    return bounds


def _flow_rows(network: Network, branches: np.ndarray) -> csr_array:
    weight = network.susceptance_mw[branches]
    rows = np.arange(len(branches))
    return csr_array(
        coo_array(
            (
                np.concatenate([weight, -weight]),
                (
                    np.concatenate([rows, rows]),
                    np.concatenate([network.branch_from[branches], network.branch_to[branches]]),
                ),
            ),
            shape=(len(branches), network.n_buses),
        )
    )


def _columns(network: Network, state: CascadeState) -> csc_array:
    """Return the left side of the balance at each bus, over angles, raises, lowers and sheds."""
    n, m = network.n_buses, network.n_units
    live = np.flatnonzero(state.live_on)
    incidence = csr_array(
        coo_array(
            (
                np.concatenate([np.ones(len(live)), -np.ones(len(live))]),
                (
                    np.concatenate([network.branch_from[live], network.branch_to[live]]),
                    np.concatenate([np.arange(len(live))] * 2),
                ),
            ),
            shape=(n, len(live)),
        )
    )
    at_unit = csr_array(coo_array((np.ones(m), (network.unit_bus, np.arange(m))), shape=(n, m)))
    at_bus = csr_array(coo_array((np.ones(n), (np.arange(n), np.arange(n))), shape=(n, n)))
    return csc_array(hstack([incidence @ _flow_rows(network, live), -at_unit, at_unit, -at_bus]))


def _right_side(network: Network, state: CascadeState, live_bus: np.ndarray) -> FloatArray:
    """Return generation less load of each live bus, with what phase shifters drive."""
    injection = np.zeros(network.n_buses)
    np.add.at(injection, network.unit_bus, state.unit_p_mw)
    injection -= state.bus_load_mw
    driven = np.where(state.live_on, network.susceptance_mw * np.deg2rad(network.shift_deg), 0.0)
    np.add.at(injection, network.branch_from, driven)
    np.add.at(injection, network.branch_to, -driven)
    return np.where(live_bus, injection, 0.0)
