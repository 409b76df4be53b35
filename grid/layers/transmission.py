"""Layers of the transmission system."""

from __future__ import annotations

import sqlalchemy as sa

from grid import models
from grid.layers.definition import Layer, Schedule
from grid.layers.zones import with_zone_by_substation, zone_id
from grid.warehouse import tables

_zone = tables.load_zones.c
zones = Layer(
    key="zones",
    title="Load zones",
    model=models.Zone,
    source=sa.select(
        _zone.zone_id.label("id"),
        _zone.zone_name.label("name"),
        _zone.state,
        _zone.interconnect,
        _zone.time_zone,
    ),
    schedule=Schedule.EVERY_5_MINUTES,
    is_incremental=False,
)

_sub = tables.substations.c
substations = Layer(
    key="substations",
    title="Substations",
    model=models.Substation,
    source=sa.select(
        _sub.substation_id.label("id"),
        _sub.zone_id,
        _sub.substation_name.label("name"),
        _sub.longitude.label("lon"),
        _sub.latitude.label("lat"),
        _sub.interconnect,
        _sub.max_kv,
        _sub.min_kv,
        _sub.capacity_mva,
        _sub.load_mw,
        _sub.generation_capacity_mw,
        _sub.operational_status.label("status"),
        _sub.commissioned_date,
    ),
)

_bus = tables.transmission_buses.c
buses = Layer(
    key="buses",
    title="Buses",
    model=models.Bus,
    source=sa.select(
        _bus.bus_id.label("id"),
        _bus.zone_id,
        _bus.bus_number.label("number"),
        _bus.substation_id,
        _bus.interconnect,
        _bus.base_kv,
        _bus.load_mw,
        _bus.load_mvar,
    ),
)

_branch = tables.transmission_branches.c
branches = Layer(
    key="branches",
    title="Transmission branches",
    model=models.Branch,
    source=with_zone_by_substation(
        sa.select(
            _branch.branch_id.label("id"),
            zone_id,
            _branch.branch_kind.label("kind"),
            _branch.from_bus_id,
            _branch.to_bus_id,
            _branch.from_substation_id,
            _branch.to_substation_id,
            _branch.interconnect,
            _branch.base_kv,
            _branch.r_pu,
            _branch.x_pu,
            _branch.tap_ratio,
            _branch.phase_shift_deg,
            _branch.source_rating_mva,
            _branch.rating_mva,
            _branch.is_rating_adjusted,
            _branch.base_flow_mw,
            _branch.base_loading_pct,
            _branch.length_km,
            _branch.in_service,
            _branch.route_wkt,
        ),
        tables.transmission_branches,
        "from_substation_id",
    ),
)

_plant = tables.transmission_plants.c
plants = Layer(
    key="plants",
    title="Power plants",
    model=models.Plant,
    source=with_zone_by_substation(
        sa.select(
            _plant.plant_id.label("id"),
            zone_id,
            _plant.bus_id,
            _plant.substation_id,
            _plant.interconnect,
            _plant.fuel_type,
            _plant.p_mw,
            _plant.p_max_mw,
            _plant.p_min_mw,
            _plant.in_service,
        ),
        tables.transmission_plants,
    ),
)
