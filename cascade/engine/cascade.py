"""The DC overload cascade, wave by wave."""

from __future__ import annotations

from collections.abc import Callable, Generator
from dataclasses import dataclass

import numpy as np

from cascade.engine.conditions import AS_STORED, Conditions
from cascade.engine.outages import Outages
from cascade.engine.params import CascadeParams
from cascade.engine.parents import ParentFinder, make_trips
from cascade.engine.prepared import Prepared, prepare
from cascade.engine.result import CascadeResult, Termination, Wave
from cascade.engine.state import CascadeState
from cascade.engine.trip import Trip
from grid.powerflow.arrays import BoolArray, FloatArray, IntArray
from grid.powerflow.network import Network


def propagate(
    *,
    network: Network | Prepared,
    outages: Outages,
    params: CascadeParams,
    conditions: Conditions = AS_STORED,
    parents: bool = True,
) -> Generator[Wave, None, CascadeResult]:
    """Yield the waves of a cascade, the initial outages being wave 0, and return the result.

    The network is normalised, loads and ratings are scaled, and the intact network is balanced once. After
    the outages, each wave finds the islands, balances each (see
    :func:`grid.powerflow.balance.balance_islands`), solves the DC power flow in the live ones and finds every
    in-service branch with a rate > 0 and |flow| > rate · (1 + tolerance). These trip together and begin the
    next wave; when there are none the cascade ends. State is carried from wave to wave and nothing is
    restored. Waves are disjoint. A caller who asks for no more waves has stopped the cascade.

    Args:
        network: the network, or one prepared for many cascades.
        outages: what goes out first.
        params: the settings.
        conditions: ratings and costs of the hour.
        parents: whether to find out what led to each trip; takes one more solve per lost or overloaded
            branch, and changes nothing else.

    Raises:
        CascadeInputError: on the first step, if the outages are of another network.
        SingularIsland: if a live island's equations have no unique solution.
    """
    prepared = network if isinstance(network, Prepared) else prepare(network)
    state = CascadeState(prepared=prepared, params=params, conditions=conditions)
    intact = state.intact_flows()
    finder: ParentFinder | None = None
    if parents and intact is not None:
        finder = ParentFinder(prepared=prepared, base_flow_mw=intact[0], base_overloaded=intact[1])
    bus_dead, bus_base_served_mw, unit_p_mw = state.bus_dead, state.bus_load_mw, state.unit_p_mw
    state.take_out(outages)
    outage_branches = np.flatnonzero(~state.branch_on)
    lost, units = outage_branches, state.stopped_units
    served_mw = state.base_served_mw
    tripped = np.empty(0, dtype=np.int64)
    flow_mw = np.empty(0)
    trips: tuple[Trip, ...] = ()
    time_s = None if params.relay is None else 0.0
    waves: list[Wave] = []
    termination: Termination | None = None
    while termination is None:
        losses = None
        if finder is not None:
            losses = finder.losses(
                branches=lost, units=units, unit_p_mw=unit_p_mw[units], injection_mw=state.injection_mw
            )
        state.settle()
        if finder is not None and losses is not None:
            finder.settled(state, losses, wave=len(waves))
        began = _Began(tripped=tripped, flow_mw=flow_mw, trips=trips, time_s=time_s)
        wave = _wave(len(waves), prepared.source, state, began, bus_dead, served_mw, bus_base_served_mw)
        waves.append(wave)
        yield wave
        termination = ending(state, params, waves=wave.index)
        bus_dead, served_mw = state.bus_dead, state.served_mw
        tripped, flow_mw = state.due, state.flow_mw[state.due]
        lost, units = tripped, state.stopped_units[:0]
        if termination is None:
            trips = make_trips(state, finder)
            if time_s is not None and state.choice is not None:
                time_s += state.choice.wait_s
            state.trip()
    return CascadeResult(
        params=params,
        network_digest=prepared.source.digest(),
        demand_mw=state.demand_mw,
        base_shed_mw=state.demand_mw - state.base_served_mw,
        base_served_mw=state.base_served_mw,
        bus_base_served_mw=bus_base_served_mw,
        outage_branches=outage_branches,
        outage_buses=np.flatnonzero(outages.bus_out),
        waves=tuple(waves),
        termination=termination,
        flow_mw=state.flow_mw,
        rate_mva=state.rate_mva,
        branch_in_service=state.branch_on,
        bus_dead=state.bus_dead,
        bus_served_mw=state.bus_load_mw,
        base_flow_mw=None if intact is None else intact[0],
        outage_units=outages.units,
    )


def simulate(
    *,
    network: Network | Prepared,
    outages: Outages,
    params: CascadeParams,
    conditions: Conditions = AS_STORED,
    parents: bool = True,
    on_wave: Callable[[Wave], None] | None = None,
) -> CascadeResult:
    """Run a cascade to its end, see :func:`propagate`.

    Args:
        network: the network, or one prepared for many cascades.
        outages: what goes out first.
        params: the settings.
        conditions: ratings and costs of the hour.
        parents: whether to find out what led to each trip.
        on_wave: called with each wave as it is known; to stop the cascade, raise from it.

    Raises:
        CascadeInputError: if the outages are of another network.
        SingularIsland: if a live island's equations have no unique solution.
    """
    steps = propagate(network=network, outages=outages, params=params, conditions=conditions, parents=parents)
    while True:
        try:
            wave = next(steps)
        except StopIteration as end:
            result: CascadeResult = end.value
            return result
        if on_wave is not None:
            on_wave(wave)


@dataclass(frozen=True, eq=False, kw_only=True)
class Course:
    """Hold how a cascade goes on from a state.

    Attributes:
        served_mw: load served in the end.
        bus_served_mw: per bus.
        tripped: branches that tripped from there on, in the order they went.
        termination: why it ended.
    """

    served_mw: float
    bus_served_mw: FloatArray
    tripped: IntArray
    termination: Termination


def go_on(state: CascadeState, params: CascadeParams, *, waves: int) -> Course:
    """Run a cascade to its end from a settled state, which is changed by it.

    Args:
        state: the state.
        params: the settings it was made with.
        waves: how many waves with trips it has behind it.

    Raises:
        SingularIsland: if a live island's equations have no unique solution.
    """
    tripped: list[IntArray] = []
    while (termination := ending(state, params, waves=waves)) is None:
        tripped.append(state.due)
        state.trip()
        state.settle()
        waves += 1
    return Course(
        served_mw=state.served_mw,
        bus_served_mw=state.bus_load_mw,
        tripped=np.concatenate(tripped) if tripped else np.empty(0, dtype=np.int64),
        termination=termination,
    )


@dataclass(frozen=True, eq=False, kw_only=True)
class _Began:
    """Hold what began a wave."""

    tripped: IntArray
    flow_mw: FloatArray
    trips: tuple[Trip, ...]
    time_s: float | None


def ending(state: CascadeState, params: CascadeParams, *, waves: int) -> Termination | None:
    """Return why a cascade ends in a settled state after so many waves with trips; None if it goes on."""
    if len(state.due) == 0:
        if not state.n_alive:
            return Termination.BLACKOUT
        if state.choice is not None and state.choice.held_back:
            return Termination.TIME_LIMIT
        return Termination.SPARED if len(state.overloaded) else Termination.STABLE
    if params.max_waves is not None and waves >= params.max_waves:
        return Termination.WAVE_LIMIT
    return None


def _wave(
    index: int,
    network: Network,
    state: CascadeState,
    began: _Began,
    bus_dead_before: BoolArray,
    served_before_mw: float,
    bus_base_served_mw: FloatArray,
) -> Wave:
    return Wave(
        index=index,
        tripped=began.tripped,
        tripped_ids=tuple(network.branch_ids[branch] for branch in began.tripped),
        tripped_flow_mw=began.flow_mw,
        tripped_rate_mva=state.rate_mva[began.tripped],
        dead_buses=np.flatnonzero(state.bus_dead & ~bus_dead_before),
        bus_served_mw=state.bus_load_mw,
        shed_mw=state.base_served_mw - state.served_mw,
        shed_increment_mw=served_before_mw - state.served_mw,
        served_mw=state.served_mw,
        generated_mw=state.generated_mw,
        islands_alive=state.n_alive,
        islands_dead=state.n_dead,
        n_overloads=len(state.overloaded),
        closest_margin=state.closest_margin,
        balance_residual_mw=state.balance_residual_mw,
        mismatch_mw=state.mismatch_mw,
        trips=began.trips,
        time_s=began.time_s,
        tripped_units=tuple(state.network.unit_ids[unit] for unit in state.tripped_units),
        ufls_steps=state.blocks_shed,
        bus_base_served_mw=bus_base_served_mw,
    )
