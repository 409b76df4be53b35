"""All layers, and the order in which they must be synced."""

from __future__ import annotations

from collections.abc import Iterable
from graphlib import TopologicalSorter

from grid.layers.definition import Layer, Schedule
from grid.layers.distribution import circuits, customers, lines, meters, poles, switches, transformers
from grid.layers.health import asset_health
from grid.layers.operations import (
    crews,
    outage_interruptions,
    outages,
    transformer_load,
    weather,
    work_orders,
)
from grid.layers.surroundings import buildings, flood_zones, trees, water_bodies
from grid.layers.transmission import branches, buses, plants, substations, zones
from grid.layers.voltages import transformer_voltage

_ALL = (
    zones,
    substations,
    buses,
    branches,
    plants,
    circuits,
    lines,
    switches,
    poles,
    transformers,
    meters,
    customers,
    transformer_load,
    weather,
    crews,
    outages,
    outage_interruptions,
    work_orders,
    asset_health,
    transformer_voltage,
    trees,
    water_bodies,
    flood_zones,
    buildings,
)

_BY_TABLE = {layer.table: layer.key for layer in _ALL}


def _parents(layer: Layer) -> tuple[str, ...]:
    tables = {
        field.related_model._meta.db_table
        for field in layer.model._meta.concrete_fields
        if field.is_relation and isinstance(field.related_model, type)
    }
    return tuple(_BY_TABLE[table] for table in sorted(tables) if table in _BY_TABLE)


DEPENDS_ON: dict[str, tuple[str, ...]] = {layer.key: _parents(layer) for layer in _ALL}
"""The layers that hold the parents of each layer's rows, read off the models' foreign keys."""


LAYERS: dict[str, Layer] = {
    layer.key: layer
    for layer in sorted(
        (
            next(layer for layer in _ALL if layer.key == key)
            for key in TopologicalSorter({layer.key: DEPENDS_ON[layer.key] for layer in _ALL}).static_order()
        ),
        key=lambda layer: (layer.is_optional, _ALL.index(layer) if layer.is_optional else 0),
    )
}
"""Every layer by key, parents before children; what operations can do without comes last."""


def in_order(keys: Iterable[str]) -> list[Layer]:
    """Return the layers named by ``keys``, parents before children, each once."""
    wanted = set(keys)
    return [layer for key, layer in LAYERS.items() if key in wanted]


def dependants(key: str) -> set[str]:
    """Return the layers that cannot be right while layer ``key`` is not: its children, and theirs."""
    found: set[str] = set()
    for other in LAYERS:
        if key in DEPENDS_ON[other] or found & set(DEPENDS_ON[other]):
            found.add(other)
    return found


def scheduled(schedule: Schedule) -> list[Layer]:
    """Return the layers that are synced on ``schedule``, parents before children."""
    return [layer for layer in LAYERS.values() if layer.schedule == schedule]
