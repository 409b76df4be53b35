"""Layers of the distribution system."""

from __future__ import annotations

import sqlalchemy as sa

from grid import models
from grid.layers.definition import Layer
from grid.layers.zones import with_zone_by_circuit, with_zone_by_meter, with_zone_by_substation, zone_id
from grid.warehouse import tables

_circuit = tables.circuit_metadata.c
circuits = Layer(
    key="circuits",
    title="Circuits",
    model=models.Circuit,
    source=with_zone_by_substation(
        sa.select(
            _circuit.circuit_id.label("id"),
            zone_id,
            _circuit.circuit_name.label("name"),
            _circuit.substation_id,
            _circuit.voltage_kv,
            _circuit.conductor_type,
            _circuit.rated_a,
            _circuit.rated_mva,
            _circuit.length_km,
            _circuit.peak_load_mw,
            _circuit.transformer_count,
            _circuit.customer_count,
            _circuit.status,
        ),
        tables.circuit_metadata,
    ),
)

_line = tables.grid_power_lines.c
lines = Layer(
    key="lines",
    title="Line sections",
    model=models.LineSection,
    source=with_zone_by_circuit(
        sa.select(
            _line.line_id.label("id"),
            zone_id,
            _line.circuit_id,
            _line.parent_line_id.label("parent_line"),
            _line.from_node,
            _line.to_node,
            _line.line_class,
            _line.phases,
            _line.conductor_type,
            _line.rated_a,
            _line.length_m,
            _line.is_underground,
            _line.route_wkt,
        ),
        tables.grid_power_lines,
    ),
)

_switch = tables.grid_switches.c
switches = Layer(
    key="switches",
    title="Switches",
    model=models.Switch,
    source=with_zone_by_circuit(
        sa.select(
            _switch.switch_id.label("id"),
            zone_id,
            _switch.switch_kind.label("kind"),
            _switch.circuit_id,
            _switch.other_circuit_id,
            _switch.line_id,
            _switch.from_node,
            _switch.to_node,
            _switch.is_normally_open,
            _switch.rated_a,
            _switch.longitude.label("lon"),
            _switch.latitude.label("lat"),
        ),
        tables.grid_switches,
    ),
)

_pole = tables.grid_poles_infrastructure.c
poles = Layer(
    key="poles",
    title="Poles",
    model=models.Pole,
    source=with_zone_by_substation(
        sa.select(
            _pole.pole_id.label("id"),
            zone_id,
            _pole.circuit_id,
            _pole.substation_id,
            _pole.line_id,
            _pole.longitude.label("lon"),
            _pole.latitude.label("lat"),
            _pole.pole_height_m.label("height_m"),
            _pole.pole_class,
            _pole.pole_material.label("material"),
            _pole.install_year,
        ),
        tables.grid_poles_infrastructure,
    ),
)

_unit = tables.transformer_metadata.c
transformers = Layer(
    key="transformers",
    title="Transformers",
    model=models.Transformer,
    source=with_zone_by_substation(
        sa.select(
            _unit.transformer_id.label("id"),
            zone_id,
            _unit.transformer_name.label("name"),
            _unit.circuit_id,
            _unit.substation_id,
            _unit.pole_id,
            _unit.line_id,
            _unit.node,
            _unit.longitude.label("lon"),
            _unit.latitude.label("lat"),
            _unit.rated_kva,
            _unit.phases,
            _unit.primary_kv,
            _unit.secondary_kv,
            _unit.install_year,
            _unit.customer_count,
            _unit.peak_load_kva,
            _unit.peak_loading_pct,
        ),
        tables.transformer_metadata,
    ),
)

_meter = tables.meter_infrastructure.c
meters = Layer(
    key="meters",
    title="Meters",
    model=models.Meter,
    source=with_zone_by_substation(
        sa.select(
            _meter.meter_id.label("id"),
            zone_id,
            _meter.meter_key,
            _meter.transformer_id,
            _meter.circuit_id,
            _meter.substation_id,
            _meter.pole_id,
            _meter.longitude.label("lon"),
            _meter.latitude.label("lat"),
            _meter.customer_class,
            _meter.phases,
            _meter.install_date,
            _meter.status,
        ),
        tables.meter_infrastructure,
    ),
)

_customer = tables.customers_master_data.c
customers = Layer(
    key="customers",
    title="Customers",
    model=models.Customer,
    source=with_zone_by_meter(
        sa.select(
            _customer.customer_id.label("id"),
            zone_id,
            _customer.meter_id,
            _customer.full_name,
            _customer.service_address,
            _customer.city,
            _customer.state,
            _customer.zip_code,
            _customer.phone,
            _customer.email,
            _customer.customer_class,
            _customer.critical_kind,
            _customer.account_status,
        ),
        tables.customers_master_data,
    ),
)
