"""A transmission network as arrays, checked when it is made."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, fields, replace
from functools import cached_property

import numpy as np

from grid.powerflow.arrays import FloatArray, IntArray, sum_by
from grid.powerflow.network_checks import (
    MAX_MAGNITUDE_MW,
    NetworkError,
    as_floats,
    as_ids,
    as_indices,
    reject_large,
    reject_where,
)

__all__ = ["MAX_MAGNITUDE_MW", "Network", "NetworkError", "normalise"]


@dataclass(frozen=True, eq=False, kw_only=True)
class Network:
    """Hold the assets in service of one transmission network.

    Assets out of service are left out by whoever builds the network. Arrays are copied, made read-only and
    checked on construction; lists are taken too. Buses, branches, units and substations are told apart by
    position; the ids are for people and stores.

    Attributes:
        base_mva: power base of the per-unit reactances, MVA, > 0.
        bus_ids: one id per bus; at least one bus.
        bus_load_mw: demand at the bus, MW; negative is an infeed (see :func:`normalise`).
        bus_substation: index of the bus's substation, -1 if it has none.
        substation_ids: one id per substation.
        branch_ids: one id per branch (lines and transformers).
        branch_from: index of the bus at the from end. Flow is positive from here to the other end.
        branch_to: index of the bus at the to end; another bus than the from end.
        x_pu: series reactance, per unit on ``base_mva``; not 0, negative allowed (series capacitors, star
            equivalents).
        tap: off-nominal turns ratio at the from end, >= 0; 0 stands for 1.
        shift_deg: phase-shift angle at the from end, degrees.
        rate_mva: rating, MVA, >= 0; 0 stands for unlimited.
        unit_ids: one id per generating unit.
        unit_bus: index of the unit's bus.
        unit_p_mw: output, MW; negative is consumption (see :func:`normalise`).
        unit_pmax_mw: capacity, MW.

    Raises:
        NetworkError: naming the field, the asset, what was found and what is allowed.
    """

    base_mva: float
    bus_ids: tuple[str, ...]
    bus_load_mw: FloatArray
    bus_substation: IntArray
    substation_ids: tuple[str, ...]
    branch_ids: tuple[str, ...]
    branch_from: IntArray
    branch_to: IntArray
    x_pu: FloatArray
    tap: FloatArray
    shift_deg: FloatArray
    rate_mva: FloatArray
    unit_ids: tuple[str, ...]
    unit_bus: IntArray
    unit_p_mw: FloatArray
    unit_pmax_mw: FloatArray

    def __post_init__(self) -> None:
        """Copy, freeze and check every field."""
        self._check_base()
        for name in ("bus_ids", "substation_ids", "branch_ids", "unit_ids"):
            self._put(name, as_ids(field=name, values=getattr(self, name)))
        if not self.bus_ids:
            raise NetworkError(field="bus_ids", problem="the network is empty", allowed="at least one bus")
        for name, ids in (
            ("bus_load_mw", self.bus_ids),
            ("x_pu", self.branch_ids),
            ("tap", self.branch_ids),
            ("shift_deg", self.branch_ids),
            ("rate_mva", self.branch_ids),
            ("unit_p_mw", self.unit_ids),
            ("unit_pmax_mw", self.unit_ids),
        ):
            self._put(name, as_floats(field=name, values=getattr(self, name), ids=ids))
        for name, ids, lowest, count in (
            ("bus_substation", self.bus_ids, -1, len(self.substation_ids)),
            ("branch_from", self.branch_ids, 0, self.n_buses),
            ("branch_to", self.branch_ids, 0, self.n_buses),
            ("unit_bus", self.unit_ids, 0, self.n_buses),
        ):
            array = as_indices(field=name, values=getattr(self, name), ids=ids, lowest=lowest, count=count)
            self._put(name, array)
        self._check_values()

    @property
    def n_buses(self) -> int:
        """Count the buses."""
        return len(self.bus_ids)

    @property
    def n_branches(self) -> int:
        """Count the branches."""
        return len(self.branch_ids)

    @property
    def n_units(self) -> int:
        """Count the units."""
        return len(self.unit_ids)

    @cached_property
    def bus_index(self) -> dict[str, int]:
        """Return the position of each bus id."""
        return {bus_id: index for index, bus_id in enumerate(self.bus_ids)}

    @cached_property
    def branch_index(self) -> dict[str, int]:
        """Return the position of each branch id."""
        return {branch_id: index for index, branch_id in enumerate(self.branch_ids)}

    @cached_property
    def unit_index(self) -> dict[str, int]:
        """Return the position of each unit id."""
        return {unit_id: index for index, unit_id in enumerate(self.unit_ids)}

    @cached_property
    def substation_index(self) -> dict[str, int]:
        """Return the position of each substation id."""
        return {substation_id: index for index, substation_id in enumerate(self.substation_ids)}

    @cached_property
    def susceptance_mw(self) -> FloatArray:
        """Return b = base_mva / (x · tap) per branch, in MW per radian, with tap 0 read as 1.

        Source: MATPOWER User's Manual, section 3.7 (DC modelling).
        """
        with np.errstate(over="ignore", divide="ignore"):
            susceptance = self.base_mva / (self.x_pu * np.where(self.tap == 0.0, 1.0, self.tap))
        susceptance.setflags(write=False)
        return susceptance

    def digest(self) -> str:
        """Return a sha256 over every field, the same on every machine for the same network."""
        return self._digest

    @cached_property
    def _digest(self) -> str:
        hasher = hashlib.sha256()
        for field in fields(self):
            value = getattr(self, field.name)
            if isinstance(value, tuple):
                content = json.dumps(value).encode()
            elif isinstance(value, np.ndarray):
                content = value.astype(value.dtype.newbyteorder("<")).tobytes()
            else:
                content = float(value).hex().encode()
            hasher.update(f"{field.name}:{len(content)}:".encode())
            hasher.update(content)
        return hasher.hexdigest()

    def _put(self, name: str, value: object) -> None:
        object.__setattr__(self, name, value)

    def _check_base(self) -> None:
        base: object = self.base_mva
        if isinstance(base, bool) or not isinstance(base, int | float | np.integer | np.floating):
            raise NetworkError(field="base_mva", problem=f"is {base!r}", allowed="a number > 0")
        if not 0.0 < float(base) <= MAX_MAGNITUDE_MW:
            raise NetworkError(
                field="base_mva", problem=f"is {base!r}", allowed=f"a number > 0, up to {MAX_MAGNITUDE_MW:g}"
            )
        self._put("base_mva", float(base))

    def _check_values(self) -> None:
        for name, ids in (
            ("bus_load_mw", self.bus_ids),
            ("rate_mva", self.branch_ids),
            ("unit_p_mw", self.unit_ids),
            ("unit_pmax_mw", self.unit_ids),
        ):
            reject_large(field=name, values=getattr(self, name), ids=ids)
        branches = self.branch_ids
        reject_where(
            field="x_pu",
            bad=self.x_pu == 0.0,
            values=self.x_pu,
            ids=branches,
            allowed="any reactance but 0 (merge the two buses instead)",
        )
        reject_where(
            field="tap", bad=self.tap < 0.0, values=self.tap, ids=branches, allowed=">= 0 (0 stands for 1)"
        )
        reject_where(
            field="rate_mva",
            bad=self.rate_mva < 0.0,
            values=self.rate_mva,
            ids=branches,
            allowed=">= 0 (0 stands for unlimited)",
        )
        reject_where(
            field="branch_to",
            bad=self.branch_from == self.branch_to,
            values=self.branch_to,
            ids=branches,
            allowed="another bus than branch_from",
        )
        reject_where(
            field="x_pu",
            bad=~np.isfinite(self.susceptance_mw) | (self.susceptance_mw == 0.0),
            values=self.x_pu,
            ids=branches,
            allowed="a reactance for which base_mva / (x · tap) is finite and not 0",
        )


def normalise(network: Network) -> Network:
    """Return the network in the form the balance and cascade rules assume.

    The steps, in this order, and what follows from the order:

    1. A unit with output < 0 is removed and its consumption added to the load of its bus. So a pump at a bus
       with an infeed (negative load) is first netted against that infeed, and only the difference survives.
    2. A bus whose load is then < 0 gets a unit with output = capacity = |load|, and load 0. Being made
       after step 1 it cannot be mistaken for a pump; having no headroom it is never raised, and being a unit
       it is not touched by a load multiplier. Its id is ``<bus id>/infeed``.
    3. Capacity becomes max(capacity, output), so headroom is never negative. Minimum output never binds.
    4. Tap 0 becomes 1.

    Buses, branches and substations keep their positions; units do not. Normalising twice changes nothing.

    Raises:
        NetworkError: if a made-up unit id is taken already.
    """
    pumping = network.unit_p_mw < 0.0
    load_mw = network.bus_load_mw - sum_by(
        network.unit_bus[pumping], network.unit_p_mw[pumping], network.n_buses
    )
    infeed_bus = np.flatnonzero(load_mw < 0.0)
    infeed_mw = -load_mw[infeed_bus]
    kept = np.flatnonzero(~pumping)
    p_mw = np.concatenate([network.unit_p_mw[kept], infeed_mw])
    return replace(
        network,
        bus_load_mw=np.maximum(load_mw, 0.0),
        tap=np.where(network.tap == 0.0, 1.0, network.tap),
        unit_ids=_infeed_ids(network, kept, infeed_bus),
        unit_bus=np.concatenate([network.unit_bus[kept], infeed_bus]),
        unit_p_mw=p_mw,
        unit_pmax_mw=np.maximum(np.concatenate([network.unit_pmax_mw[kept], infeed_mw]), p_mw),
    )


def _infeed_ids(network: Network, kept: IntArray, infeed_bus: IntArray) -> tuple[str, ...]:
    made = (f"{network.bus_ids[bus]}/infeed" for bus in infeed_bus)
    return (*(network.unit_ids[unit] for unit in kept), *made)
