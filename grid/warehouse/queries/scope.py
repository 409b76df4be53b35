"""Which meters a question is about, and what their readings are grouped by."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Select, func, select

from grid.warehouse.queries.system import is_fed
from grid.warehouse.tables import (
    circuit_metadata,
    customers_master_data,
    load_zones,
    meter_infrastructure,
    substations,
    transformer_metadata,
)


class UsageGroup(StrEnum):
    """What readings may be summed by."""

    METER = "METER"
    TRANSFORMER = "TRANSFORMER"
    CIRCUIT = "CIRCUIT"
    SUBSTATION = "SUBSTATION"
    ZONE = "ZONE"
    CITY = "CITY"
    CUSTOMER_CLASS = "CUSTOMER_CLASS"


OF_METERS = frozenset({UsageGroup.METER, UsageGroup.TRANSFORMER, UsageGroup.CITY})
"""Groups that the roll-ups by circuit do not tell apart."""


@dataclass(frozen=True, kw_only=True)
class Scope:
    """The meters that count: those that meet every condition given; an empty one allows all.

    Attributes:
        zone_ids: load zones of the substations that feed them.
        substation_ids: those substations.
        circuit_ids: circuits they hang on.
        transformer_ids: transformers they hang on.
        meter_ids: themselves.
        customer_classes: RESIDENTIAL, COMMERCIAL or INDUSTRIAL.
    """

    zone_ids: tuple[str, ...] = ()
    substation_ids: tuple[str, ...] = ()
    circuit_ids: tuple[str, ...] = ()
    transformer_ids: tuple[str, ...] = ()
    meter_ids: tuple[str, ...] = ()
    customer_classes: tuple[str, ...] = ()

    @property
    def names_meters(self) -> bool:
        """Whether it is narrower than circuits and classes."""
        return bool(self.transformer_ids or self.meter_ids)


def conditions(scope: Scope, columns: Any) -> list[ColumnElement[bool]]:
    """Return what the rows of a table with substation, circuit and class must meet."""
    found = [is_fed(columns.substation_id, scope.zone_ids)] if scope.zone_ids else []
    found += _one_of(columns, "substation_id", scope.substation_ids)
    found += _one_of(columns, "circuit_id", scope.circuit_ids)
    found += _one_of(columns, "customer_class", scope.customer_classes)
    return found


def meter_conditions(scope: Scope) -> list[ColumnElement[bool]]:
    """Return what the rows of ``meter_infrastructure`` must meet."""
    meter = meter_infrastructure.c
    return [
        *conditions(scope, meter),
        *_one_of(meter, "transformer_id", scope.transformer_ids),
        *_one_of(meter, "meter_id", scope.meter_ids),
    ]


def transformer_conditions(scope: Scope) -> list[ColumnElement[bool]]:
    """Return what the rows of ``transformer_metadata`` must meet; they have no class."""
    unit = transformer_metadata.c
    found = [is_fed(unit.substation_id, scope.zone_ids)] if scope.zone_ids else []
    found += _one_of(unit, "substation_id", scope.substation_ids)
    found += _one_of(unit, "circuit_id", scope.circuit_ids)
    found += _one_of(unit, "transformer_id", scope.transformer_ids)
    return found


def meter_count(scope: Scope) -> Select[Any]:
    """Return the number of meters on record, as ``meter_count``."""
    return (
        select(func.count().label("meter_count"))
        .select_from(meter_infrastructure)
        .where(*meter_conditions(scope))
    )


def grouped(group: UsageGroup, source: Any) -> tuple[Any, Any]:
    """Return a table that has the group's key, and the key; ``source`` is of meters or circuits."""
    match group:
        case UsageGroup.ZONE:
            station = substations.alias("zone_station")
            joined = source.outerjoin(station, station.c.substation_id == source.c.substation_id)
            return joined, station.c.zone_id
        case UsageGroup.CITY:
            city = _cities().subquery("city")
            return source.outerjoin(city, city.c.meter_id == source.c.meter_id), city.c.city
        case UsageGroup.CUSTOMER_CLASS:
            return source, source.c.customer_class
        case _:
            return source, source.c[f"{group.lower()}_id"]


def names(group: UsageGroup) -> tuple[Any, Any, Any] | None:
    """Return table, key and name of what a group is called by; None where the key is the name."""
    match group:
        case UsageGroup.TRANSFORMER:
            unit = transformer_metadata.alias("named")
            return unit, unit.c.transformer_id, unit.c.transformer_name
        case UsageGroup.CIRCUIT:
            circuit = circuit_metadata.alias("named")
            return circuit, circuit.c.circuit_id, circuit.c.circuit_name
        case UsageGroup.SUBSTATION:
            station = substations.alias("named")
            return station, station.c.substation_id, station.c.substation_name
        case UsageGroup.ZONE:
            zone = load_zones.alias("named")
            return zone, zone.c.zone_id, zone.c.zone_name
        case _:
            return None


def _cities() -> Select[Any]:
    """Return one city for each meter of known customers; of several the first by name."""
    customer = customers_master_data.c
    return select(customer.meter_id, func.min(customer.city).label("city")).group_by(customer.meter_id)


def _one_of(columns: Any, name: str, wanted: Sequence[str]) -> list[ColumnElement[bool]]:
    return [columns[name].in_(wanted)] if wanted else []
