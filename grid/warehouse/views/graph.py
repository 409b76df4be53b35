"""Views of the grid as a graph: substations and transformers, or down to poles and meters."""

from __future__ import annotations

from sqlalchemy import Double, Integer, String, case, cast, func, literal, select, union_all

from grid.warehouse.tables import (
    ML_DEMO,
    circuit_metadata,
    grid_poles_infrastructure,
    meter_infrastructure,
    substations,
    transformer_metadata,
    transmission_branches,
)
from grid.warehouse.views.base import distance_km, or_zero, text, unknown, view

KVA_PER_MVA = 1000.0

_station = substations.c
_circuit = circuit_metadata.c
_pole = grid_poles_infrastructure.c
_unit = transformer_metadata.c
_meter = meter_infrastructure.c
_branch = transmission_branches.c


_below = (
    select(
        _unit.substation_id,
        cast(func.count(), Integer).label("transformer_count"),
        func.sum(_unit.rated_kva).label("rated_kva"),
        cast(func.sum(_unit.customer_count), Integer).label("customer_count"),
    )
    .group_by(_unit.substation_id)
    .cte("below_substations")
)
grid_nodes = view(
    ML_DEMO,
    "grid_nodes",
    "Substations and distribution transformers as nodes, with what hangs on them.",
    union_all(
        select(
            _station.substation_id.label("node_id"),
            text("SUBSTATION").label("node_type"),
            _station.substation_name.label("node_name"),
            _station.latitude,
            _station.longitude,
            _station.max_kv.label("voltage_kv"),
            (_station.capacity_mva * KVA_PER_MVA).label("capacity_kva"),
            unknown(String).label("parent_node_id"),
            _station.substation_id,
            unknown(String).label("circuit_id"),
            _station.zone_id.label("region"),
            unknown(Integer).label("install_year"),
            unknown(Double).label("peak_loading_pct"),
            or_zero(_below.c.transformer_count).label("downstream_transformers"),
            func.coalesce(_below.c.rated_kva, literal(0.0, Double)).label("downstream_capacity_kva"),
            or_zero(_below.c.customer_count).label("downstream_customers"),
        ).select_from(substations.outerjoin(_below, _below.c.substation_id == _station.substation_id)),
        select(
            _unit.transformer_id,
            text("TRANSFORMER"),
            _unit.transformer_name,
            _unit.latitude,
            _unit.longitude,
            _unit.primary_kv,
            _unit.rated_kva,
            _unit.substation_id,
            _unit.substation_id,
            _unit.circuit_id,
            _station.zone_id,
            _unit.install_year,
            _unit.peak_loading_pct,
            literal(0, Integer),
            literal(0.0, Double),
            _unit.customer_count,
        ).select_from(
            transformer_metadata.outerjoin(substations, _station.substation_id == _unit.substation_id)
        ),
    ),
)

_transmission = select(
    _branch.branch_id.label("edge_id"),
    _branch.from_substation_id.label("from_node_id"),
    _branch.to_substation_id.label("to_node_id"),
    text("TRANSMISSION").label("edge_type"),
    _branch.length_km.label("distance_km"),
    _branch.x_pu.label("reactance_pu"),
    _branch.rating_mva,
    _branch.base_kv.label("voltage_kv"),
    unknown(String).label("circuit_id"),
).where(_branch.in_service, _branch.from_substation_id != _branch.to_substation_id)

grid_edges = view(
    ML_DEMO,
    "grid_edges",
    "Edges of grid_nodes: transmission branches in service, and substation to transformer.",
    union_all(
        _transmission,
        select(
            (_unit.substation_id + text(">") + _unit.transformer_id),
            _unit.substation_id,
            _unit.transformer_id,
            text("DISTRIBUTION"),
            distance_km(_station.latitude, _station.longitude, _unit.latitude, _unit.longitude),
            unknown(Double),
            (_unit.rated_kva / KVA_PER_MVA),
            _unit.primary_kv,
            _unit.circuit_id,
        ).join_from(transformer_metadata, substations, _station.substation_id == _unit.substation_id),
    ),
)

grid_nodes_extended = view(
    ML_DEMO,
    "grid_nodes_extended",
    "Substations, poles, transformers and meters as nodes, each with its parent: a transformer has its pole "
    "or, on the ground, its substation.",
    union_all(
        select(
            _station.substation_id.label("node_id"),
            text("SUBSTATION").label("node_type"),
            literal(1, Integer).label("hierarchy_level"),
            unknown(String).label("parent_node_id"),
            _station.substation_id,
            unknown(String).label("circuit_id"),
            _station.latitude,
            _station.longitude,
            _station.max_kv.label("voltage_kv"),
            (_station.capacity_mva * KVA_PER_MVA).label("capacity_kva"),
        ),
        select(
            _pole.pole_id,
            text("POLE"),
            literal(2, Integer),
            _pole.substation_id,
            _pole.substation_id,
            _pole.circuit_id,
            _pole.latitude,
            _pole.longitude,
            _circuit.voltage_kv,
            unknown(Double),
        ).select_from(
            grid_poles_infrastructure.outerjoin(circuit_metadata, _circuit.circuit_id == _pole.circuit_id)
        ),
        select(
            _unit.transformer_id,
            text("TRANSFORMER"),
            literal(3, Integer),
            func.coalesce(_unit.pole_id, _unit.substation_id),
            _unit.substation_id,
            _unit.circuit_id,
            _unit.latitude,
            _unit.longitude,
            _unit.primary_kv,
            _unit.rated_kva,
        ),
        select(
            _meter.meter_id,
            text("METER"),
            literal(4, Integer),
            _meter.transformer_id,
            _meter.substation_id,
            _meter.circuit_id,
            _meter.latitude,
            _meter.longitude,
            _unit.secondary_kv,
            unknown(Double),
        ).select_from(
            meter_infrastructure.outerjoin(
                transformer_metadata, _unit.transformer_id == _meter.transformer_id
            )
        ),
    ),
)

_child = grid_nodes_extended.alias("child")
_parent = grid_nodes_extended.alias("parent")
grid_edges_extended = view(
    ML_DEMO,
    "grid_edges_extended",
    "Edges of grid_nodes_extended: transmission branches in service, and parent to child.",
    union_all(
        _transmission,
        select(
            (_parent.c.node_id + text(">") + _child.c.node_id),
            _parent.c.node_id,
            _child.c.node_id,
            case((_child.c.node_type == "METER", "SERVICE"), else_="DISTRIBUTION"),
            distance_km(_parent.c.latitude, _parent.c.longitude, _child.c.latitude, _child.c.longitude),
            unknown(Double),
            (_child.c.capacity_kva / KVA_PER_MVA),
            _child.c.voltage_kv,
            _child.c.circuit_id,
        ).join_from(_child, _parent, _parent.c.node_id == _child.c.parent_node_id),
    ),
)
