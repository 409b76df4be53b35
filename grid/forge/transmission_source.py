"""The transmission data files as checked arrays, for the interconnections asked for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from grid.forge.arrays import BoolArray, FloatArray, IntArray
from grid.forge.config import INTERCONNECTS
from grid.forge.errors import ForgeDataError
from grid.forge.source_files import SourceTable, digest_files

FILES = ("zone.csv", "sub.csv", "bus2sub.csv", "bus.csv", "branch.csv", "plant.csv", "gencost.csv")

BRANCH_KINDS = {"Line": "LINE", "Transformer": "TRANSFORMER", "TransformerWinding": "WINDING"}


@dataclass(frozen=True, eq=False, kw_only=True)
class TransmissionSource:
    """Hold the source columns. Positions (``*_at``) refer to the arrays here, ids to the source's numbers."""

    digest: str
    zone_id: IntArray
    zone_name: list[str]
    zone_state: list[str]
    zone_clock: list[str]
    zone_interconnect: list[str]
    sub_id: IntArray
    sub_name: list[str]
    sub_lat: FloatArray
    sub_lon: FloatArray
    sub_interconnect: list[str]
    bus_id: IntArray
    bus_sub: IntArray
    bus_zone: IntArray
    bus_interconnect: list[str]
    bus_kv: FloatArray
    bus_mw: FloatArray
    bus_mvar: FloatArray
    branch_id: IntArray
    branch_from: IntArray
    branch_to: IntArray
    branch_interconnect: list[str]
    branch_kind: list[str]
    branch_r: FloatArray
    branch_x: FloatArray
    branch_tap: FloatArray
    branch_shift: FloatArray
    branch_rate: FloatArray
    branch_on: BoolArray
    plant_id: IntArray
    plant_bus: IntArray
    plant_interconnect: list[str]
    plant_fuel: list[str]
    plant_p: FloatArray
    plant_pmax: FloatArray
    plant_pmin: FloatArray
    plant_on: BoolArray
    plant_c1: FloatArray
    plant_c2: FloatArray


def read_source(*, interconnects: Sequence[str], data_dir: Path) -> TransmissionSource:
    """Read and check the data files.

    Raises:
        ForgeDataError: naming file, row and fault: a missing or damaged file, a missing column, a value that
            is no number, a duplicate id, a bus without substation, a branch or plant at an unknown bus.
    """
    zones = _rows(data_dir, "zone.csv", ["zone_id", "zone_name", "state", "time_zone"], interconnects)
    subs = _rows(data_dir, "sub.csv", ["sub_id", "name", "lat", "lon"], interconnects)
    links = _rows(data_dir, "bus2sub.csv", ["bus_id", "sub_id"], interconnects)
    buses = _rows(data_dir, "bus.csv", ["bus_id", "Pd", "Qd", "zone_id", "baseKV"], interconnects)
    branch_columns = ["branch_id", "from_bus_id", "to_bus_id", "r", "x", "rateA", "ratio", "angle", "status"]
    branches = _rows(data_dir, "branch.csv", [*branch_columns, "branch_device_type"], interconnects)
    plants = _rows(
        data_dir, "plant.csv", ["plant_id", "bus_id", "Pg", "Pmax", "Pmin", "status", "type"], interconnects
    )
    costs = _rows(data_dir, "gencost.csv", ["plant_id", "type", "n", "c2", "c1"], interconnects)
    zone_id, sub_id = zones.unique_ids("zone_id"), subs.unique_ids("sub_id")
    bus_id = buses.unique_ids("bus_id")
    return TransmissionSource(
        digest=digest_files(data_dir, FILES),
        zone_id=zone_id,
        zone_name=zones.text("zone_name"),
        zone_state=zones.text("state"),
        zone_clock=zones.text("time_zone"),
        zone_interconnect=zones.text("interconnect"),
        sub_id=sub_id,
        sub_name=subs.text("name"),
        sub_lat=_bounded(subs, "lat", 90.0),
        sub_lon=_bounded(subs, "lon", 180.0),
        sub_interconnect=subs.text("interconnect"),
        bus_id=bus_id,
        bus_sub=_bus_substations(buses, links, bus_id, sub_id),
        bus_zone=buses.positions("zone_id", zone_id, of="load zone"),
        bus_interconnect=buses.text("interconnect"),
        bus_kv=_positive(buses, "baseKV"),
        bus_mw=buses.numbers("Pd"),
        bus_mvar=buses.numbers("Qd"),
        branch_id=branches.unique_ids("branch_id"),
        branch_from=branches.positions("from_bus_id", bus_id, of="bus"),
        branch_to=_other_end(branches, bus_id),
        branch_interconnect=branches.text("interconnect"),
        branch_kind=_branch_kinds(branches),
        branch_r=branches.numbers("r"),
        branch_x=_reactances(branches),
        branch_tap=_not_negative(branches, "ratio"),
        branch_shift=branches.numbers("angle"),
        branch_rate=_not_negative(branches, "rateA"),
        branch_on=_status(branches),
        plant_id=plants.unique_ids("plant_id"),
        plant_bus=plants.positions("bus_id", bus_id, of="bus"),
        plant_interconnect=plants.text("interconnect"),
        plant_fuel=plants.text("type"),
        plant_p=plants.numbers("Pg"),
        plant_pmax=plants.numbers("Pmax"),
        plant_pmin=plants.numbers("Pmin"),
        plant_on=_status(plants),
        **_costs(plants, costs),
    )


def _rows(data_dir: Path, name: str, columns: list[str], interconnects: Sequence[str]) -> SourceTable:
    table = SourceTable(data_dir, name, [*columns, "interconnect"])
    found = np.array(table.text("interconnect"))
    table.refuse(~np.isin(found, INTERCONNECTS), lambda i: f"interconnect is {str(found[i])!r}")
    table.keep(np.isin(found, list(interconnects)))
    if not len(table):
        raise ForgeDataError(file=name, problem=f"has no row of {', '.join(interconnects)}")
    return table


def _bus_substations(buses: SourceTable, links: SourceTable, bus_id: IntArray, sub_id: IntArray) -> IntArray:
    linked_bus = links.unique_ids("bus_id")
    linked_sub = links.positions("sub_id", sub_id, of="substation")
    buses.refuse(
        ~np.isin(bus_id, linked_bus), lambda i: f"bus_id {bus_id[i]} has no substation in {links.name}"
    )
    links.positions("bus_id", bus_id, of="bus")
    order = np.argsort(linked_bus)
    return linked_sub[order[np.searchsorted(linked_bus[order], bus_id)]]


def _bounded(table: SourceTable, column: str, limit: float) -> FloatArray:
    values = table.numbers(column)
    table.refuse(
        np.abs(values) > limit, lambda i: f"column {column} is {values[i]}, outside ±{limit:g} degrees"
    )
    return values


def _positive(table: SourceTable, column: str) -> FloatArray:
    values = table.numbers(column)
    table.refuse(values <= 0.0, lambda i: f"column {column} is {values[i]}, must be > 0")
    return values


def _not_negative(table: SourceTable, column: str) -> FloatArray:
    values = table.numbers(column)
    table.refuse(values < 0.0, lambda i: f"column {column} is {values[i]}, must be >= 0")
    return values


def _reactances(branches: SourceTable) -> FloatArray:
    values = branches.numbers("x")
    branches.refuse(values == 0.0, lambda i: "column x is 0: a branch needs a reactance")
    return values


def _other_end(branches: SourceTable, bus_id: IntArray) -> IntArray:
    to_at = branches.positions("to_bus_id", bus_id, of="bus")
    from_at = branches.positions("from_bus_id", bus_id, of="bus")
    branches.refuse(from_at == to_at, lambda i: f"both ends are bus {bus_id[to_at[i]]}")
    return to_at


def _costs(plants: SourceTable, costs: SourceTable) -> dict[str, FloatArray]:
    """Return the linear and the quadratic cost of each plant."""
    for column, wanted in (("type", 2), ("n", 3)):
        values = costs.integers(column)
        costs.refuse(
            values != wanted,
            lambda i, column=column, values=values, wanted=wanted: (  # type: ignore[misc]
                f"column {column} is {values[i]}, must be {wanted}: a polynomial of three coefficients"
            ),
        )
    at = plants.positions("plant_id", costs.unique_ids("plant_id"), of=f"plant in {costs.name}")
    return {"plant_c1": _not_negative(costs, "c1")[at], "plant_c2": _not_negative(costs, "c2")[at]}


def _branch_kinds(branches: SourceTable) -> list[str]:
    found = branches.text("branch_device_type")
    unknown = np.array([kind not in BRANCH_KINDS for kind in found])
    branches.refuse(unknown, lambda i: f"branch_device_type is {found[i]!r}")
    return [BRANCH_KINDS[kind] for kind in found]


def _status(table: SourceTable) -> BoolArray:
    values = table.integers("status")
    table.refuse((values != 0) & (values != 1), lambda i: f"status is {values[i]}, must be 0 or 1")
    return np.asarray(values == 1, dtype=np.bool_)
