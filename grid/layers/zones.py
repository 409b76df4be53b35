"""The load zone of a warehouse row, found through its substation.

Each lookup has one row per key whatever the warehouse holds, so that a duplicated parent never
multiplies its children; an unknown parent gives a null zone, and the row is refused for the parent.
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from grid.warehouse import tables

_substation = tables.substations.c
_circuit = tables.circuit_metadata.c
_meter = tables.meter_infrastructure.c

zone_of_substation = (
    sa.select(_substation.substation_id, sa.func.min(_substation.zone_id).label("zone_id"))
    .group_by(_substation.substation_id)
    .subquery("zone_of_substation")
)

_substation_of_circuit = (
    sa.select(_circuit.circuit_id, sa.func.min(_circuit.substation_id).label("substation_id"))
    .group_by(_circuit.circuit_id)
    .subquery("substation_of_circuit")
)

_substation_of_meter = (
    sa.select(_meter.meter_id, sa.func.min(_meter.substation_id).label("substation_id"))
    .group_by(_meter.meter_id)
    .subquery("substation_of_meter")
)

zone_id = zone_of_substation.c.zone_id.label("zone_id")


def with_zone_by_substation(
    select: sa.Select[Any], table: sa.Table, column: str = "substation_id"
) -> sa.Select[Any]:
    """Return ``select`` from ``table`` joined to the zone of the substation in ``column``."""
    joined = table.outerjoin(zone_of_substation, table.c[column] == zone_of_substation.c.substation_id)
    return select.select_from(joined)


def with_zone_by_circuit(select: sa.Select[Any], table: sa.Table) -> sa.Select[Any]:
    """Return ``select`` from ``table`` joined to the zone of its circuit's substation."""
    by_circuit = _substation_of_circuit
    joined = table.outerjoin(by_circuit, table.c.circuit_id == by_circuit.c.circuit_id)
    return select.select_from(
        joined.outerjoin(zone_of_substation, by_circuit.c.substation_id == zone_of_substation.c.substation_id)
    )


def with_zone_by_meter(select: sa.Select[Any], table: sa.Table) -> sa.Select[Any]:
    """Return ``select`` from ``table`` joined to the zone of its meter's substation."""
    by_meter = _substation_of_meter
    joined = table.outerjoin(by_meter, table.c.meter_id == by_meter.c.meter_id)
    return select.select_from(
        joined.outerjoin(zone_of_substation, by_meter.c.substation_id == zone_of_substation.c.substation_id)
    )
