"""The intact network as the kernels take it: factors, balanced injections, flows, limits."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from cascade.engine.native.factor import Factors, Pattern, analyse, factorise, solve_one
from cascade.engine.params import CascadeParams
from cascade.engine.prepared import Prepared
from grid.powerflow.arrays import BoolArray, FloatArray, sum_by
from grid.powerflow.balance import balance_islands
from grid.powerflow.dcflow import mismatch_tolerance_mw, solve_flows


@dataclass(frozen=True, eq=False)
class NativeBase:
    """Hold the balanced intact network and its factors. Not changed by use.

    Attributes:
        prepared: the network.
        params: the settings.
        pattern: pattern of L.
        factors: factors of the intact network, or None where they cannot be trusted (see :mod:`.factor`).
        bus_load_mw: load served at each bus.
        unit_p_mw: output of each unit.
        unit_pmax_mw: capacity of each unit.
        bus_dead: buses in islands without load or without capacity.
        live_on: branches in live islands.
        flow_mw: flow of every branch, positive from its from end.
        injection_mw: generation less load of every bus.
        angle_rad: voltage angles by place; meaningless without factors.
        shunt_mw: shunt of B at each place.
        rate_mva: ratings after the multiplier; 0 stands for unlimited.
        limit_mva: flow above which a branch is overloaded; infinite without a rating.
        base_shed_mw: load that the intact network does not serve.
    """

    prepared: Prepared
    params: CascadeParams
    pattern: Pattern
    factors: Factors | None
    bus_load_mw: FloatArray
    unit_p_mw: FloatArray
    unit_pmax_mw: FloatArray
    bus_dead: BoolArray
    live_on: BoolArray
    flow_mw: FloatArray
    injection_mw: FloatArray
    angle_rad: FloatArray
    shunt_mw: FloatArray
    rate_mva: FloatArray
    limit_mva: FloatArray
    base_shed_mw: float

    def per_bus(self, per_unit: FloatArray) -> FloatArray:
        """Return the sum of a quantity of the units at each bus."""
        network = self.prepared.network
        return sum_by(network.unit_bus, per_unit, network.n_buses)


def native_base(prepared: Prepared, params: CascadeParams) -> NativeBase:
    """Balance the intact network, solve its flows and factorise it.

    Raises:
        SingularIsland: if the intact network's equations have no unique solution.
    """
    network, model = prepared.network, prepared.model
    branch_on = np.ones(network.n_branches, dtype=np.bool_)
    load_mw = network.bus_load_mw * params.load_multiplier
    balance = balance_islands(
        islands=prepared.islands,
        bus_load_mw=load_mw,
        unit_bus=network.unit_bus,
        unit_p_mw=network.unit_p_mw,
        unit_pmax_mw=network.unit_pmax_mw,
    )
    injection_mw = model.injections(bus_load_mw=balance.bus_load_mw, unit_p_mw=balance.unit_p_mw)
    solution, _ = solve_flows(
        model, islands=prepared.islands, alive=balance.alive, branch_on=branch_on, injection_mw=injection_mw
    )
    pattern = analyse(model)
    factors = factorise(model, pattern, branch_on=branch_on, grounded=prepared.islands.first_bus())
    grounded = prepared.islands.first_bus()
    shunt_mw = np.zeros(network.n_buses)
    shunt_mw[pattern.position[grounded]] = model.shunt_mw
    bus_dead = ~balance.alive[prepared.islands.label]
    rate_mva = network.rate_mva * params.rating_multiplier
    live_on = ~bus_dead[network.branch_from]
    angle_rad = model.right_side(live_on=live_on, injection_mw=injection_mw)[pattern.order]
    usable = factors.trusted and solution.mismatch_mw <= mismatch_tolerance_mw(injection_mw)
    if usable:
        solve_one(pattern, factors.values, angle_rad)
    return NativeBase(
        prepared=prepared,
        params=params,
        pattern=pattern,
        factors=factors if usable else None,
        bus_load_mw=balance.bus_load_mw,
        unit_p_mw=balance.unit_p_mw,
        unit_pmax_mw=network.unit_pmax_mw,
        bus_dead=bus_dead,
        live_on=live_on,
        flow_mw=solution.flow_mw,
        injection_mw=injection_mw,
        angle_rad=angle_rad,
        shunt_mw=shunt_mw,
        rate_mva=rate_mva,
        limit_mva=np.where(prepared.rated, rate_mva * (1.0 + params.overload_tolerance_frac), np.inf),
        base_shed_mw=float(load_mw.sum() - balance.bus_load_mw.sum()),
    )
