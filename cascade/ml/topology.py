"""What all states of one topology share: factors, outage distribution factors, bridges, degrees."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from cascade.engine.native.base import NativeBase, native_base
from cascade.engine.native.factor import solve_one
from cascade.engine.native.sensitivities import lodf
from cascade.engine.native.splits import split_cases
from cascade.engine.params import CascadeParams
from cascade.engine.prepared import prepare
from cascade.ml.errors import InvalidTrainingData
from grid.powerflow.arrays import BoolArray, FloatArray, sum_by
from grid.powerflow.balance import balance_islands
from grid.powerflow.dcflow import mismatch_tolerance_mw
from grid.powerflow.network import Network

Float32Array = npt.NDArray[np.float32]

COLUMNS_AT_ONCE = 512


@dataclass(frozen=True, eq=False, kw_only=True)
class StateArrays:
    """Hold what differs from state to state, in the order of the normalised network.

    Attributes:
        bus_load_mw: load of each bus.
        unit_p_mw: output of each unit.
        unit_pmax_mw: capacity of each unit; 0 where it is not available.
        limit_mva: flow from which each branch trips; 0 is unlimited.
    """

    bus_load_mw: FloatArray
    unit_p_mw: FloatArray
    unit_pmax_mw: FloatArray
    limit_mva: FloatArray


@dataclass(frozen=True, eq=False, kw_only=True)
class Topology:
    """Hold a network's factors and distribution factors. Takes 4 bytes for each pair of branches.

    Attributes:
        base: the network as given, balanced and factorised.
        lodf: share of an outage's flow that each branch takes over, shape (outages, branches); -1 at the
            outage itself. All 0 for outages that split the network.
        splits: outages that split the network, or leave it nearly singular.
        degree: branches at each bus.
        branch_kv: higher voltage of the ends of each branch over the median of the network.
        is_transformer: whether a branch is one.
    """

    base: NativeBase
    lodf: Float32Array
    splits: BoolArray
    degree: FloatArray
    branch_kv: FloatArray
    is_transformer: BoolArray

    @property
    def network(self) -> Network:
        """Return the normalised network."""
        return self.base.prepared.network

    def in_state(self, state: StateArrays) -> NativeBase:
        """Balance a state and solve its flows with the factors that are there.

        Raises:
            InvalidTrainingData: if the state is of another network or its flows cannot be solved soundly.
        """
        base, network, model = self.base, self.network, self.base.prepared.model
        for name, count in (
            ("bus_load_mw", network.n_buses),
            ("unit_p_mw", network.n_units),
            ("unit_pmax_mw", network.n_units),
            ("limit_mva", network.n_branches),
        ):
            if len(getattr(state, name)) != count:
                raise InvalidTrainingData(
                    field=name, message=f"has {len(getattr(state, name))} values; allowed: {count}"
                )
        balance = balance_islands(
            islands=base.prepared.islands,
            bus_load_mw=state.bus_load_mw,
            unit_bus=network.unit_bus,
            unit_p_mw=state.unit_p_mw,
            unit_pmax_mw=state.unit_pmax_mw,
        )
        if not balance.alive.all() or base.factors is None:
            raise InvalidTrainingData(
                field="state", message="has no load or no capacity, or cannot be solved"
            )
        injection_mw = model.injections(bus_load_mw=balance.bus_load_mw, unit_p_mw=balance.unit_p_mw)
        angle = model.right_side(live_on=base.live_on, injection_mw=injection_mw)[base.pattern.order]
        solve_one(base.pattern, base.factors.values, angle)
        at_bus = angle[base.pattern.position]
        flow_mw = (
            network.susceptance_mw * (at_bus[network.branch_from] - at_bus[network.branch_to])
            - model.shift_flow_mw
        )
        left = injection_mw - sum_by(network.branch_from, flow_mw, network.n_buses)
        left += sum_by(network.branch_to, flow_mw, network.n_buses)
        if not np.max(np.abs(left)) <= 10.0 * mismatch_tolerance_mw(injection_mw):
            raise InvalidTrainingData(field="state", message="cannot be solved soundly")
        rated = state.limit_mva > 0.0
        tolerance = 1.0 + base.params.overload_tolerance_frac
        return replace(
            base,
            prepared=replace(base.prepared, rated=rated),
            bus_load_mw=balance.bus_load_mw,
            unit_p_mw=balance.unit_p_mw,
            unit_pmax_mw=np.maximum(state.unit_pmax_mw, balance.unit_p_mw),
            flow_mw=flow_mw,
            injection_mw=injection_mw,
            angle_rad=angle,
            rate_mva=state.limit_mva,
            limit_mva=np.where(rated, state.limit_mva * tolerance, np.inf),
            base_shed_mw=float(state.bus_load_mw.sum() - balance.bus_load_mw.sum()),
        )


def make_topology(network: Network, *, bus_kv: FloatArray, is_transformer: BoolArray) -> Topology:
    """Factorise a normalised network and compute its distribution factors.

    Raises:
        InvalidTrainingData: if the network is not in one piece.
        UntrustedFactors: if it is too near to singular.
    """
    base = native_base(prepare(network), CascadeParams())
    if base.prepared.islands.count != 1:
        raise InvalidTrainingData(field="network", message="is in more than one piece")
    network = base.prepared.network
    m = network.n_branches
    table = np.empty((m, m), dtype=np.float32)
    for first in range(0, m, COLUMNS_AT_ONCE):
        outages = np.arange(first, min(first + COLUMNS_AT_ONCE, m))
        table[outages] = lodf(base, outages).T
    splits = np.isnan(table).any(axis=1) | (split_cases(base).below >= 0)
    table[splits] = 0.0
    kv = np.maximum(bus_kv[network.branch_from], bus_kv[network.branch_to])
    ends = np.concatenate([network.branch_from, network.branch_to])
    return Topology(
        base=base,
        lodf=table,
        splits=splits,
        degree=np.bincount(ends, minlength=network.n_buses).astype(np.float64),
        branch_kv=kv / float(np.median(kv)),
        is_transformer=is_transformer,
    )
