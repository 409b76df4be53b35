"""The deterministic DC overload cascade."""

from __future__ import annotations

from collections.abc import Callable, Generator

import numpy as np

from cascade.engine.outages import Outages
from cascade.engine.params import CascadeParams
from cascade.engine.prepared import Prepared, prepare
from cascade.engine.result import CascadeResult, Termination, Wave
from cascade.engine.state import CascadeState
from grid.powerflow.arrays import BoolArray, FloatArray, IntArray
from grid.powerflow.network import Network


def propagate(
    *, network: Network | Prepared, outages: Outages, params: CascadeParams
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

    Raises:
        CascadeInputError: on the first step, if the outages are of another network.
        SingularIsland: if a live island's equations have no unique solution.
    """
    prepared = network if isinstance(network, Prepared) else prepare(network)
    state = CascadeState(prepared=prepared, params=params)
    bus_dead, bus_base_served_mw = state.bus_dead, state.bus_load_mw
    state.take_out(outages)
    outage_branches = np.flatnonzero(~state.branch_on)
    served_mw = state.base_served_mw
    tripped = np.empty(0, dtype=np.int64)
    flow_mw = np.empty(0)
    waves: list[Wave] = []
    termination: Termination | None = None
    while termination is None:
        state.settle()
        wave = _wave(len(waves), prepared.source, state, tripped, flow_mw, bus_dead, served_mw)
        waves.append(wave)
        yield wave
        termination = _termination(state, params, trips=wave.index)
        bus_dead, served_mw = state.bus_dead, state.served_mw
        tripped, flow_mw = state.overloaded, state.flow_mw[state.overloaded]
        if termination is None:
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
    )


def simulate(
    *,
    network: Network | Prepared,
    outages: Outages,
    params: CascadeParams,
    on_wave: Callable[[Wave], None] | None = None,
) -> CascadeResult:
    """Run a cascade to its end, see :func:`propagate`.

    Args:
        network: the network, or one prepared for many cascades.
        outages: what goes out first.
        params: the settings.
        on_wave: called with each wave as it is known; to stop the cascade, raise from it.

    Raises:
        CascadeInputError: if the outages are of another network.
        SingularIsland: if a live island's equations have no unique solution.
    """
    steps = propagate(network=network, outages=outages, params=params)
    while True:
        try:
            wave = next(steps)
        except StopIteration as end:
            result: CascadeResult = end.value
            return result
        if on_wave is not None:
            on_wave(wave)


def _termination(state: CascadeState, params: CascadeParams, *, trips: int) -> Termination | None:
    if len(state.overloaded) == 0:
        return Termination.STABLE if state.n_alive else Termination.BLACKOUT
    if params.max_waves is not None and trips >= params.max_waves:
        return Termination.WAVE_LIMIT
    return None


def _wave(
    index: int,
    network: Network,
    state: CascadeState,
    tripped: IntArray,
    flow_mw: FloatArray,
    bus_dead_before: BoolArray,
    served_before_mw: float,
) -> Wave:
    return Wave(
        index=index,
        tripped=tripped,
        tripped_ids=tuple(network.branch_ids[branch] for branch in tripped),
        tripped_flow_mw=flow_mw,
        tripped_rate_mva=state.rate_mva[tripped],
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
    )
