"""The real transmission grid as warehouse tables: all of it comes from the source or follows from it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from grid.forge.arrays import BoolArray, FloatArray, IntArray
from grid.forge.energy_prices import Supply
from grid.forge.errors import ForgeDataError
from grid.forge.geodesy import great_circle_km
from grid.forge.source_files import default_data_dir
from grid.forge.time_zones import iana_time_zone
from grid.forge.transmission_source import TransmissionSource, read_source
from grid.powerflow.base_case import adjusted_ratings
from grid.powerflow.network import Network, NetworkError
from grid.warehouse import tables
from grid.warehouse.arrow import pa_schema

BASE_MVA = 100.0
"""Power base of the source's per-unit values (MATPOWER convention of the source)."""

STATUS = "IN_SERVICE"


@dataclass(frozen=True, eq=False)
class TransmissionTables:
    """Hold the transmission tables by name, plants with their costs, and a hash of the source files."""

    by_name: dict[str, pa.Table]
    supply: dict[str, Supply]
    """By interconnection."""
    source_digest: str


def import_transmission(*, interconnects: Sequence[str], data_dir: Path | None = None) -> TransmissionTables:
    """Read one or more interconnections and compute the ratings in force and the base-case flows.

    Args:
        interconnects: of Eastern, Western and Texas.
        data_dir: folder of the data files; None for the installed data package.

    Raises:
        ForgeDataError: naming the file, the row and what is wrong with it.
    """
    source = read_source(interconnects=interconnects, data_dir=data_dir or default_data_dir())
    rating_mva, adjusted, flow_mw = _ratings(source, interconnects)
    effective = np.where(source.branch_rate > 0.0, rating_mva, np.nan)
    return TransmissionTables(
        by_name={
            "load_zones": _zones(source),
            "substations": _substations(source, effective),
            "transmission_buses": _buses(source),
            "transmission_branches": _branches(source, effective, adjusted, flow_mw),
            "transmission_plants": _plants(source),
        },
        supply={name: _supply(source, name) for name in interconnects},
        source_digest=source.digest,
    )


def _ratings(
    source: TransmissionSource, interconnects: Sequence[str]
) -> tuple[FloatArray, BoolArray, FloatArray]:
    """Return rating, adjusted flag and base flow of every branch, each interconnection solved by itself.

    A branch out of service keeps its rating and carries 0 MW.
    """
    n = len(source.branch_id)
    rating, adjusted, flow = source.branch_rate.copy(), np.zeros(n, dtype=np.bool_), np.zeros(n)
    bus_part, branch_part = np.array(source.bus_interconnect), np.array(source.branch_interconnect)
    plant_part = np.array(source.plant_interconnect)
    for name in interconnects:
        buses = np.flatnonzero(bus_part == name)
        branches = np.flatnonzero((branch_part == name) & source.branch_on)
        units = np.flatnonzero((plant_part == name) & source.plant_on)
        try:
            network = _network(source, buses, branches, units)
            rating[branches], adjusted[branches], flow[branches] = adjusted_ratings(network)
        except NetworkError as error:
            raise ForgeDataError(
                file="branch.csv, bus.csv or plant.csv", problem=f"{name}: {error}"
            ) from error
        except (ArithmeticError, ValueError, np.linalg.LinAlgError) as error:
            raise ForgeDataError(file="branch.csv", problem=f"{name} has no DC base case: {error}") from error
    return rating, adjusted, flow


def _network(source: TransmissionSource, buses: IntArray, branches: IntArray, units: IntArray) -> Network:
    at = np.full(len(source.bus_id), -1, dtype=np.int64)
    at[buses] = np.arange(len(buses))
    return Network(
        base_mva=BASE_MVA,
        bus_ids=tuple(_ids("BUS", source.bus_id[buses])),
        bus_load_mw=source.bus_mw[buses],
        bus_substation=source.bus_sub[buses],
        substation_ids=tuple(_ids("SUB", source.sub_id)),
        branch_ids=tuple(_ids("BR", source.branch_id[branches])),
        branch_from=_in_part(source, at, source.branch_from, branches),
        branch_to=_in_part(source, at, source.branch_to, branches),
        x_pu=source.branch_x[branches],
        tap=source.branch_tap[branches],
        shift_deg=source.branch_shift[branches],
        rate_mva=source.branch_rate[branches],
        unit_ids=tuple(_ids("PLANT", source.plant_id[units])),
        unit_bus=at[source.plant_bus[units]],
        unit_p_mw=source.plant_p[units],
        unit_pmax_mw=source.plant_pmax[units],
    )


def _in_part(source: TransmissionSource, at: IntArray, ends: IntArray, branches: IntArray) -> IntArray:
    found = at[ends[branches]]
    if (found < 0).any():
        branch = branches[int(np.argmax(found < 0))]
        raise ForgeDataError(
            file="branch.csv", problem=f"branch_id {source.branch_id[branch]} joins two interconnections"
        )
    return found


def _zones(source: TransmissionSource) -> pa.Table:
    states = [state or None for state in source.zone_state]
    return _table(
        "load_zones",
        zone_id=_ids("ZONE", source.zone_id),
        zone_name=source.zone_name,
        state=states,
        interconnect=source.zone_interconnect,
        time_zone=[
            iana_time_zone(state=state, source_time_zone=clock)
            for state, clock in zip(states, source.zone_clock, strict=True)
        ],
    )


def _substations(source: TransmissionSource, effective_mva: FloatArray) -> pa.Table:
    n = len(source.sub_id)
    max_kv, min_kv = np.full(n, np.nan), np.full(n, np.nan)
    np.fmax.at(max_kv, source.bus_sub, source.bus_kv)
    np.fmin.at(min_kv, source.bus_sub, source.bus_kv)
    zone = np.full(n, -1, dtype=np.int64)
    zone[source.bus_sub[::-1]] = source.bus_zone[::-1]
    if (zone < 0).any():
        number = source.sub_id[int(np.argmax(zone < 0))]
        raise ForgeDataError(
            file="sub.csv", problem=f"sub_id {number} has no bus, so its load zone is unknown"
        )
    load = np.bincount(source.bus_sub, source.bus_mw, minlength=n)
    plant_sub = source.bus_sub[source.plant_bus]
    capacity = np.bincount(plant_sub, np.where(source.plant_on, source.plant_pmax, 0.0), minlength=n)
    return _table(
        "substations",
        substation_id=_ids("SUB", source.sub_id),
        substation_name=source.sub_name,
        latitude=source.sub_lat,
        longitude=source.sub_lon,
        zone_id=_ids("ZONE", source.zone_id[zone]),
        interconnect=source.sub_interconnect,
        max_kv=max_kv,
        min_kv=min_kv,
        capacity_mva=_transformer_capacity(source, effective_mva),
        load_mw=load,
        generation_capacity_mw=capacity,
        operational_status=[STATUS] * n,
        commissioned_date=[None] * n,
    )


def _transformer_capacity(source: TransmissionSource, effective_mva: FloatArray) -> FloatArray:
    """Return per substation the sum of its transformers' ratings in MVA, NaN if none is rated.

    A three-winding transformer appears as windings meeting at a star point: what enters one winding leaves by
    the others, so its windings count half.
    """
    kind = np.array(source.branch_kind)
    from_sub, to_sub = source.bus_sub[source.branch_from], source.bus_sub[source.branch_to]
    counted = (kind != "LINE") & (from_sub == to_sub) & source.branch_on & np.isfinite(effective_mva)
    share = np.where(kind == "WINDING", 0.5, 1.0)[counted]
    n = len(source.sub_id)
    total = np.bincount(from_sub[counted], effective_mva[counted] * share, minlength=n)
    return np.where(np.bincount(from_sub[counted], minlength=n) > 0, total, np.nan)


def _buses(source: TransmissionSource) -> pa.Table:
    return _table(
        "transmission_buses",
        bus_id=_ids("BUS", source.bus_id),
        bus_number=source.bus_id,
        substation_id=_ids("SUB", source.sub_id[source.bus_sub]),
        zone_id=_ids("ZONE", source.zone_id[source.bus_zone]),
        interconnect=source.bus_interconnect,
        base_kv=source.bus_kv,
        load_mw=source.bus_mw,
        load_mvar=source.bus_mvar,
    )


def _branches(
    source: TransmissionSource, effective_mva: FloatArray, adjusted: BoolArray, flow_mw: FloatArray
) -> pa.Table:
    f, t = source.branch_from, source.branch_to
    from_sub, to_sub = source.bus_sub[f], source.bus_sub[t]
    lon1, lat1 = source.sub_lon[from_sub], source.sub_lat[from_sub]
    lon2, lat2 = source.sub_lon[to_sub], source.sub_lat[to_sub]
    inside = from_sub == to_sub
    apart = (lon1 != lon2) | (lat1 != lat2)
    rated = np.isfinite(effective_mva)
    return _table(
        "transmission_branches",
        branch_id=_ids("BR", source.branch_id),
        branch_kind=source.branch_kind,
        from_bus_id=_ids("BUS", source.bus_id[f]),
        to_bus_id=_ids("BUS", source.bus_id[t]),
        from_substation_id=_ids("SUB", source.sub_id[from_sub]),
        to_substation_id=_ids("SUB", source.sub_id[to_sub]),
        interconnect=source.branch_interconnect,
        base_kv=np.maximum(source.bus_kv[f], source.bus_kv[t]),
        r_pu=source.branch_r,
        x_pu=source.branch_x,
        tap_ratio=np.where(source.branch_tap == 0.0, 1.0, source.branch_tap),
        phase_shift_deg=source.branch_shift,
        source_rating_mva=np.where(source.branch_rate > 0.0, source.branch_rate, np.nan),
        rating_mva=effective_mva,
        is_rating_adjusted=adjusted,
        base_flow_mw=flow_mw,
        base_loading_pct=np.where(
            rated, 100.0 * np.abs(flow_mw) / np.where(rated, effective_mva, 1.0), np.nan
        ),
        length_km=np.where(inside, np.nan, great_circle_km(lon1, lat1, lon2, lat2)),
        in_service=source.branch_on,
        route_wkt=[
            f"LINESTRING ({a:.6f} {b:.6f}, {c:.6f} {d:.6f})" if drawn else None
            for a, b, c, d, drawn in zip(
                lon1.tolist(), lat1.tolist(), lon2.tolist(), lat2.tolist(), apart.tolist(), strict=True
            )
        ],
    )


def _plants(source: TransmissionSource) -> pa.Table:
    return _table(
        "transmission_plants",
        plant_id=_ids("PLANT", source.plant_id),
        bus_id=_ids("BUS", source.bus_id[source.plant_bus]),
        substation_id=_ids("SUB", source.sub_id[source.bus_sub[source.plant_bus]]),
        interconnect=source.plant_interconnect,
        fuel_type=source.plant_fuel,
        p_mw=source.plant_p,
        p_max_mw=source.plant_pmax,
        p_min_mw=source.plant_pmin,
        in_service=source.plant_on,
    )


def _supply(source: TransmissionSource, interconnect: str) -> Supply:
    zones = [i for i, name in enumerate(source.zone_interconnect) if name == interconnect]
    buses = np.array(source.bus_interconnect) == interconnect
    units = np.flatnonzero((np.array(source.plant_interconnect) == interconnect) & source.plant_on)
    place = source.bus_sub[source.plant_bus[units]]
    return Supply(
        zone_ids=_ids("ZONE", source.zone_id[zones]),
        demand_mw=float(source.bus_mw[buses].sum()),
        fuel=[source.plant_fuel[i] for i in units.tolist()],
        p_mw=source.plant_p[units],
        p_max_mw=source.plant_pmax[units],
        c1=source.plant_c1[units],
        c2=source.plant_c2[units],
        lon=source.sub_lon[place],
        lat=source.sub_lat[place],
    )


def _ids(prefix: str, numbers: IntArray) -> list[str]:
    return [f"{prefix}-{number}" for number in numbers.tolist()]


def _table(name: str, **columns: Any) -> pa.Table:
    """Return the columns in the declared schema, NaN becoming null where the column allows it."""
    schema = pa_schema(getattr(tables, name))
    arrays = [pa.array(columns[field.name], type=field.type, from_pandas=field.nullable) for field in schema]
    return pa.Table.from_arrays(arrays, schema=schema)
