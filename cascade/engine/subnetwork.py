"""A part of a network: what is left when some of it is out of service, or one island of it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from cascade.engine.outages import Outages
from grid.powerflow.arrays import BoolArray, FloatArray, IntArray, sum_by
from grid.powerflow.islands import IslandFinder
from grid.powerflow.network import Network


@dataclass(frozen=True, eq=False, kw_only=True)
class SubNetwork:
    """Hold a part of a network.

    Attributes:
        network: the part. Substations are those of the whole.
        bus: position in the whole of each of its buses.
        branch: the same of its branches.
    """

    network: Network
    bus: IntArray
    branch: IntArray


def part_of(network: Network, *, bus_on: BoolArray, branch_on: BoolArray, unit_on: BoolArray) -> SubNetwork:
    """Return the part of a network that is marked; a branch or unit goes with the buses it is at.

    Raises:
        NetworkError: if no bus is marked.
    """
    bus = np.flatnonzero(bus_on)
    place = np.full(network.n_buses, -1, dtype=np.int64)
    place[bus] = np.arange(len(bus))
    branch = np.flatnonzero(branch_on & bus_on[network.branch_from] & bus_on[network.branch_to])
    unit = np.flatnonzero(unit_on & bus_on[network.unit_bus])
    return SubNetwork(
        network=Network(
            base_mva=network.base_mva,
            bus_ids=tuple(network.bus_ids[at] for at in bus.tolist()),
            bus_load_mw=network.bus_load_mw[bus],
            bus_substation=network.bus_substation[bus],
            substation_ids=network.substation_ids,
            branch_ids=tuple(network.branch_ids[at] for at in branch.tolist()),
            branch_from=place[network.branch_from[branch]],
            branch_to=place[network.branch_to[branch]],
            x_pu=network.x_pu[branch],
            tap=network.tap[branch],
            shift_deg=network.shift_deg[branch],
            rate_mva=network.rate_mva[branch],
            unit_ids=tuple(network.unit_ids[at] for at in unit.tolist()),
            unit_bus=place[network.unit_bus[unit]],
            unit_p_mw=network.unit_p_mw[unit],
            unit_pmax_mw=network.unit_pmax_mw[unit],
        ),
        bus=bus,
        branch=branch,
    )


def without(network: Network, outages: Outages) -> SubNetwork:
    """Return what is left of a network when some of it is out of service.

    Raises:
        NetworkError: if nothing is left.
    """
    unit_out = outages.unit_out
    return part_of(
        network,
        bus_on=~outages.bus_out,
        branch_on=~outages.branch_out,
        unit_on=np.ones(network.n_units, dtype=np.bool_) if unit_out is None else ~unit_out,
    )


def main_island(network: Network) -> SubNetwork:
    """Return the island with the most load; of equal ones the first."""
    on = np.ones(network.n_branches, dtype=np.bool_)
    islands = IslandFinder(
        n_buses=network.n_buses, branch_from=network.branch_from, branch_to=network.branch_to
    ).find(on)
    load_mw: FloatArray = sum_by(islands.label, np.maximum(network.bus_load_mw, 0.0), islands.count)
    return part_of(
        network,
        bus_on=islands.label == int(np.argmax(load_mw)),
        branch_on=on,
        unit_on=np.ones(network.n_units, dtype=np.bool_),
    )
