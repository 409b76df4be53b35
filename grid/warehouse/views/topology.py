"""Views of what supplies what: nodes and edges of the distribution grid, feeders, substations."""

from __future__ import annotations

from sqlalchemy import Double, Integer, String, cast, func, select, union_all

from grid.warehouse.queries.system import KWH_PER_MWH
from grid.warehouse.tables import (
    APPLICATIONS,
    circuit_metadata,
    grid_poles_infrastructure,
    grid_switches,
    meter_infrastructure,
    substations,
    transformer_metadata,
)
from grid.warehouse.views.base import distance_km, or_zero, text, unknown, view
from grid.warehouse.views.operations import circuit_status_realtime, transformer_latest_load
from grid.warehouse.views.outages import active_outages

_station = substations.c
_circuit = circuit_metadata.c
_pole = grid_poles_infrastructure.c
_unit = transformer_metadata.c
_meter = meter_infrastructure.c
_switch = grid_switches.c
_latest = transformer_latest_load.c
_state = circuit_status_realtime.c
_out = active_outages.c


flux_ops_center_topology_nodes = view(
    APPLICATIONS,
    "flux_ops_center_topology_nodes",
    "Substations, switches, poles, transformers and meters as nodes, with their voltage.",
    union_all(
        select(
            _station.substation_id.label("node_id"),
            text("SUBSTATION").label("node_type"),
            _station.substation_name.label("node_name"),
            _station.latitude,
            _station.longitude,
            _station.substation_id,
            unknown(String).label("circuit_id"),
            _station.max_kv.label("voltage_kv"),
        ),
        select(
            _switch.switch_id,
            text("SWITCH"),
            unknown(String),
            _switch.latitude,
            _switch.longitude,
            _circuit.substation_id,
            _switch.circuit_id,
            _circuit.voltage_kv,
        ).join_from(grid_switches, circuit_metadata, _circuit.circuit_id == _switch.circuit_id),
        select(
            _pole.pole_id,
            text("POLE"),
            unknown(String),
            _pole.latitude,
            _pole.longitude,
            _pole.substation_id,
            _pole.circuit_id,
            _circuit.voltage_kv,
        ).select_from(
            grid_poles_infrastructure.outerjoin(circuit_metadata, _circuit.circuit_id == _pole.circuit_id)
        ),
        select(
            _unit.transformer_id,
            text("TRANSFORMER"),
            _unit.transformer_name,
            _unit.latitude,
            _unit.longitude,
            _unit.substation_id,
            _unit.circuit_id,
            _unit.primary_kv,
        ),
        select(
            _meter.meter_id,
            text("METER"),
            unknown(String),
            _meter.latitude,
            _meter.longitude,
            _meter.substation_id,
            _meter.circuit_id,
            _unit.secondary_kv,
        ).select_from(
            meter_infrastructure.outerjoin(
                transformer_metadata, _unit.transformer_id == _meter.transformer_id
            )
        ),
    ),
)

flux_ops_center_topology = view(
    APPLICATIONS,
    "flux_ops_center_topology",
    "What supplies what: substation to transformer, transformer to meter, with the state of the circuit.",
    union_all(
        select(
            _station.substation_id.label("from_asset_id"),
            text("SUBSTATION").label("from_asset_type"),
            _station.latitude.label("from_latitude"),
            _station.longitude.label("from_longitude"),
            _unit.transformer_id.label("to_asset_id"),
            text("TRANSFORMER").label("to_asset_type"),
            _unit.latitude.label("to_latitude"),
            _unit.longitude.label("to_longitude"),
            _unit.substation_id,
            _unit.circuit_id,
            _unit.primary_kv.label("voltage_kv"),
            _state.status,
        ).select_from(
            transformer_metadata.join(substations, _station.substation_id == _unit.substation_id).outerjoin(
                circuit_status_realtime, _state.circuit_id == _unit.circuit_id
            )
        ),
        select(
            _unit.transformer_id,
            text("TRANSFORMER"),
            _unit.latitude,
            _unit.longitude,
            _meter.meter_id,
            text("METER"),
            _meter.latitude,
            _meter.longitude,
            _meter.substation_id,
            _meter.circuit_id,
            _unit.secondary_kv,
            _state.status,
        ).select_from(
            meter_infrastructure.join(
                transformer_metadata, _unit.transformer_id == _meter.transformer_id
            ).outerjoin(circuit_status_realtime, _state.circuit_id == _meter.circuit_id)
        ),
    ),
)

flux_ops_center_topology_feeders = view(
    APPLICATIONS,
    "flux_ops_center_topology_feeders",
    "Each transformer with its substation, their distance, and its newest load.",
    select(
        _unit.substation_id,
        _unit.circuit_id,
        _unit.transformer_id,
        _station.latitude.label("from_latitude"),
        _station.longitude.label("from_longitude"),
        _unit.latitude.label("to_latitude"),
        _unit.longitude.label("to_longitude"),
        distance_km(_station.latitude, _station.longitude, _unit.latitude, _unit.longitude).label(
            "distance_km"
        ),
        _unit.rated_kva,
        _latest.load_hour.label("load_at"),
        _latest.load_kva,
        _latest.loading_pct,
    ).select_from(
        transformer_metadata.join(substations, _station.substation_id == _unit.substation_id).outerjoin(
            transformer_latest_load, _latest.transformer_id == _unit.transformer_id
        )
    ),
)

_circuits = (
    select(_circuit.substation_id, cast(func.count(), Integer).label("circuit_count"))
    .group_by(_circuit.substation_id)
    .cte("substation_circuits")
)
_units = (
    select(
        _unit.substation_id,
        cast(func.count(), Integer).label("transformer_count"),
        func.sum(_unit.rated_kva).label("transformer_kva"),
    )
    .group_by(_unit.substation_id)
    .cte("substation_transformers")
)
_meters = (
    select(_meter.substation_id, cast(func.count(), Integer).label("meter_count"))
    .group_by(_meter.substation_id)
    .cte("substation_meters")
)
_loads = (
    select(
        _latest.substation_id,
        func.max(_latest.load_hour).label("load_at"),
        (func.sum(_latest.energy_kwh) / KWH_PER_MWH).label("load_mw"),
    )
    .group_by(_latest.substation_id)
    .cte("substation_loads")
)
_outages = (
    select(
        _out.substation_id,
        cast(func.count(), Integer).label("active_outages"),
        cast(func.sum(_out.customers_out), Integer).label("customers_out"),
    )
    .group_by(_out.substation_id)
    .cte("substation_outages")
)
flux_ops_center_topology_metro = view(
    APPLICATIONS,
    "flux_ops_center_topology_metro",
    "Each substation with what it supplies, its newest metered load and its active outages.",
    select(
        _station.substation_id,
        _station.substation_name,
        _station.latitude,
        _station.longitude,
        _station.zone_id,
        _station.capacity_mva,
        _station.operational_status,
        or_zero(_circuits.c.circuit_count).label("circuit_count"),
        or_zero(_units.c.transformer_count).label("transformer_count"),
        cast(_units.c.transformer_kva, Double).label("transformer_kva"),
        or_zero(_meters.c.meter_count).label("meter_count"),
        _loads.c.load_at,
        _loads.c.load_mw,
        or_zero(_outages.c.active_outages).label("active_outages"),
        or_zero(_outages.c.customers_out).label("customers_out"),
    ).select_from(
        substations.outerjoin(_circuits, _circuits.c.substation_id == _station.substation_id)
        .outerjoin(_units, _units.c.substation_id == _station.substation_id)
        .outerjoin(_meters, _meters.c.substation_id == _station.substation_id)
        .outerjoin(_loads, _loads.c.substation_id == _station.substation_id)
        .outerjoin(_outages, _outages.c.substation_id == _station.substation_id)
    ),
)
