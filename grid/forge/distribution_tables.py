"""The grown system as warehouse tables."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa

from grid.forge.arrays import FloatArray, IntArray
from grid.forge.assets import Assets
from grid.forge.customer_mix import CLASS_OF_KIND
from grid.forge.fleet import NONE, Fleet
from grid.forge.ids import FleetIds
from grid.forge.line_sizing import LineSizes
from grid.forge.profiles import CLASS_NAMES
from grid.forge.readings import FIRST_METER_KEY
from grid.forge.transformer_sizing import Ratings
from grid.forge.voltages import nominal_voltage_v
from grid.forge.weather import Weather
from grid.warehouse import tables
from grid.warehouse.arrow import pa_schema

IN_SERVICE = "IN_SERVICE"


def distribution_tables(
    *,
    fleet: Fleet,
    ids: FleetIds,
    sizes: LineSizes,
    ratings: Ratings,
    assets: Assets,
    circuit_peak_kw: FloatArray,
    loss_frac: float,
) -> dict[str, pa.Table]:
    """Return circuits, lines, switches, poles, transformers and meters by table name.

    Args:
        fleet: the grown system.
        ids: its keys.
        sizes: conductors and ratings of lines and switches.
        ratings: transformer ratings and peaks.
        assets: ages and makes.
        circuit_peak_kw: largest quarter-hour mean of each circuit's meters.
        loss_frac: part of the demand at the head that is lost before the meters.
    """
    customers = np.diff(fleet.customer_lo)
    per_transformer = np.bincount(
        fleet.meters.transformer, customers, minlength=len(fleet.transformers.node)
    ).astype(np.int64)
    subs = np.array([site.substation_id for site in fleet.sites], dtype=object)
    keys = _Keys(ids, subs[fleet.circuits.site])
    return {
        "circuit_metadata": _circuits(
            fleet, ids, sizes, per_transformer, circuit_peak_kw / (1.0 - loss_frac)
        ),
        "grid_power_lines": _lines(fleet, keys, sizes),
        "grid_switches": _switches(fleet, keys, sizes),
        "grid_poles_infrastructure": _poles(fleet, keys, assets),
        "transformer_metadata": _transformers(fleet, keys, ratings, assets, per_transformer),
        "meter_infrastructure": _meters(fleet, keys, ratings, assets),
    }


def weather_table(weather: Weather) -> pa.Table:
    """Return the hourly weather."""
    stations, hours = weather.temperature_c.shape
    moments = np.datetime64(weather.start, "us") + np.arange(hours) * np.timedelta64(3_600_000_000, "us")
    return _table(
        "weather_hourly",
        station_id=np.repeat(np.array(weather.station_ids, dtype=object), hours),
        observed_at=np.tile(moments, stations),
        latitude=np.repeat(weather.lat, hours),
        longitude=np.repeat(weather.lon, hours),
        temperature_c=weather.temperature_c.ravel(),
        humidity_pct=weather.humidity_pct.ravel(),
        wind_speed_mps=weather.wind_mps.ravel(),
        precipitation_mm=weather.rain_mm.ravel(),
    )


class _Keys:
    """Look keys up by position; ``NONE`` gives None."""

    def __init__(self, ids: FleetIds, circuit_substations: Any) -> None:
        self.substations = circuit_substations
        self.circuits = self._column(ids.circuits)
        self.nodes = self._column(ids.nodes)
        self.lines = self._column(ids.lines)
        self.switches = self._column(ids.switches)
        self.transformers = self._column(ids.transformers)
        self.poles = self._column(ids.poles)
        self.meters = self._column(ids.meters)

    @staticmethod
    def _column(keys: list[str]) -> Any:
        """Return keys followed by None, so that position -1 finds None."""
        return np.array([*keys, None], dtype=object)


def _circuits(
    fleet: Fleet, ids: FleetIds, sizes: LineSizes, customers: IntArray, peak_kw: FloatArray
) -> pa.Table:
    circuits = fleet.circuits
    count = len(circuits.site)
    sites = [fleet.sites[site] for site in circuits.site.tolist()]
    length = np.bincount(fleet.lines.circuit, fleet.lines.length_m, minlength=count) / 1000.0
    return _table(
        "circuit_metadata",
        circuit_id=ids.circuits,
        circuit_name=[
            f"{site.name.title()} {number:02d}"
            for site, number in zip(sites, circuits.number.tolist(), strict=True)
        ],
        substation_id=[site.substation_id for site in sites],
        voltage_kv=circuits.kv,
        conductor_type=[conductor.name for conductor in sizes.circuit_conductor],
        rated_a=sizes.circuit_rated_a,
        rated_mva=np.sqrt(3.0) * circuits.kv * sizes.circuit_rated_a / 1000.0,
        length_km=length,
        peak_load_mw=peak_kw / 1000.0,
        transformer_count=circuits.transformer_hi - circuits.transformer_lo,
        customer_count=np.bincount(fleet.transformers.circuit, customers, minlength=count).astype(np.int64),
        status=[IN_SERVICE] * count,
    )


def _lines(fleet: Fleet, keys: _Keys, sizes: LineSizes) -> pa.Table:
    lines, nodes = fleet.lines, fleet.nodes
    ends = zip(
        nodes.lon[lines.start].tolist(),
        nodes.lat[lines.start].tolist(),
        nodes.lon[lines.end].tolist(),
        nodes.lat[lines.end].tolist(),
        strict=True,
    )
    return _table(
        "grid_power_lines",
        line_id=keys.lines[:-1],
        circuit_id=keys.circuits[lines.circuit],
        parent_line_id=keys.lines[lines.parent],
        from_node=keys.nodes[lines.start],
        to_node=keys.nodes[lines.end],
        line_class=lines.line_class,
        phases=lines.phases,
        conductor_type=[conductor.name for conductor in sizes.conductor],
        rated_a=[conductor.ampacity_a for conductor in sizes.conductor],
        length_m=np.round(lines.length_m, 2),
        is_underground=lines.is_cable,
        route_wkt=[f"LINESTRING ({a:.7f} {b:.7f}, {c:.7f} {d:.7f})" for a, b, c, d in ends],
    )


def _switches(fleet: Fleet, keys: _Keys, sizes: LineSizes) -> pa.Table:
    switches, nodes = fleet.switches, fleet.nodes
    start = keys.nodes[switches.start]
    start[switches.start == NONE] = keys.substations[switches.circuit[switches.start == NONE]]
    return _table(
        "grid_switches",
        switch_id=keys.switches[:-1],
        switch_kind=switches.kind,
        circuit_id=keys.circuits[switches.circuit],
        other_circuit_id=keys.circuits[switches.other_circuit],
        line_id=keys.lines[switches.line],
        from_node=start,
        to_node=keys.nodes[switches.end],
        is_normally_open=switches.is_open,
        rated_a=sizes.switch_rated_a,
        latitude=np.round(nodes.lat[switches.end], 7),
        longitude=np.round(nodes.lon[switches.end], 7),
    )


def _poles(fleet: Fleet, keys: _Keys, assets: Assets) -> pa.Table:
    poles, nodes = fleet.poles, fleet.nodes
    return _table(
        "grid_poles_infrastructure",
        pole_id=keys.poles[:-1],
        circuit_id=keys.circuits[poles.circuit],
        substation_id=keys.substations[poles.circuit],
        line_id=keys.lines[poles.line],
        latitude=np.round(nodes.lat[poles.node], 7),
        longitude=np.round(nodes.lon[poles.node], 7),
        pole_height_m=assets.pole_height_m,
        pole_class=assets.pole_class,
        pole_material=assets.pole_material,
        install_year=[year or None for year in assets.pole_year.tolist()],
    )


def _transformers(
    fleet: Fleet, keys: _Keys, ratings: Ratings, assets: Assets, customers: IntArray
) -> pa.Table:
    found = fleet.transformers
    first = fleet.circuits.transformer_lo[found.circuit]
    number = np.arange(len(found.node)) - first + 1
    names = [
        f"{fleet.sites[site].name.title()} {circuit:02d} T{n:04d}"
        for site, circuit, n in zip(
            fleet.transformer_site.tolist(),
            fleet.circuits.number[found.circuit].tolist(),
            number.tolist(),
            strict=True,
        )
    ]
    return _table(
        "transformer_metadata",
        transformer_id=keys.transformers[:-1],
        transformer_name=names,
        circuit_id=keys.circuits[found.circuit],
        substation_id=keys.substations[found.circuit],
        pole_id=keys.poles[found.pole],
        line_id=keys.lines[found.line],
        node=keys.nodes[found.node],
        latitude=np.round(found.lat, 7),
        longitude=np.round(found.lon, 7),
        rated_kva=ratings.rated_kva,
        phases=found.phases,
        primary_kv=fleet.circuits.kv[found.circuit],
        secondary_kv=ratings.secondary_kv,
        install_year=assets.transformer_year,
        customer_count=customers,
        peak_load_kva=ratings.peak_kva,
        peak_loading_pct=ratings.peak_loading_pct,
    )


def _meters(fleet: Fleet, keys: _Keys, ratings: Ratings, assets: Assets) -> pa.Table:
    meters = fleet.meters
    at = meters.transformer
    circuit = fleet.transformers.circuit[at]
    class_names = np.array([CLASS_NAMES[customer_class] for customer_class in CLASS_OF_KIND], dtype=object)
    return _table(
        "meter_infrastructure",
        meter_id=keys.meters[:-1],
        meter_key=np.arange(len(at)) + FIRST_METER_KEY,
        transformer_id=keys.transformers[at],
        circuit_id=keys.circuits[circuit],
        substation_id=keys.substations[circuit],
        pole_id=keys.poles[fleet.transformers.pole[at]],
        latitude=np.round(meters.lat, 7),
        longitude=np.round(meters.lon, 7),
        customer_class=class_names[meters.kind],
        phases=fleet.transformers.phases[at],
        install_date=assets.meter_day.astype("datetime64[D]"),
        status=["ACTIVE"] * len(at),
        nominal_voltage_v=nominal_voltage_v(ratings.secondary_kv[at]),
    )


def _table(name: str, **columns: Any) -> pa.Table:
    """Return columns in the declared schema."""
    schema = pa_schema(getattr(tables, name))
    return pa.Table.from_arrays([pa.array(columns[f.name], type=f.type) for f in schema], schema=schema)
