"""What a question about reliability may ask for, and asking it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from datetime import date
from typing import Any, TypeVar

from django.conf import settings

from flux_site.api.errors import BadInput, NotFound
from grid import models
from grid.federation import analytical, from_either_store
from grid.models.base import granted_zone_ids
from grid.selectors.ami_scope import check_period
from grid.selectors.warehouse import get_warehouse
from grid.warehouse import Warehouse
from grid.warehouse.queries import InterruptionScope
from grid.warehouse.tables import (
    circuit_hourly_usage,
    circuit_metadata,
    customers_master_data,
    meter_infrastructure,
    momentary_interruptions,
    outage_interruptions,
    outage_restoration_tracker,
    substations,
)

T = TypeVar("T")

MOST_DAYS = 20 * 366
SHAPE = 1
"""Raise it when the answers' classes change, so that an answer kept by an earlier version is not read."""

_READ = (
    outage_interruptions,
    outage_restoration_tracker,
    momentary_interruptions,
    customers_master_data,
    meter_infrastructure,
    substations,
    circuit_metadata,
    circuit_hourly_usage,
)


def visible_part(
    *, substation_id: str | None, circuit_id: str | None, user: Any, zone_id: str | None = None
) -> InterruptionScope:
    """Return the part of the system that is named, within the zones that the user may see.

    Raises:
        NotFound: if it names something that there is not, or that the user may not see.
        BadInput: if the circuit is not one of the substation.
    """
    granted = tuple(sorted(granted_zone_ids(user)))
    for key, kind, field, model in (
        (substation_id, "substation", "substationId", models.Substation),
        (circuit_id, "circuit", "circuitId", models.Circuit),
    ):
        if key is None:
            continue
        is_known = from_either_store(
            field=f"scope.{field}",
            layers=(f"{kind}s",),
            ask=lambda model=model, key=key: model.objects.visible_to(user).filter(pk=key).exists(),  # type: ignore[misc]
            is_check=True,
        )
        if not is_known:
            raise NotFound(f"There is no {kind} {key!r} that you may see.", field=field)
    if substation_id is not None and circuit_id is not None:
        raise BadInput(
            "Name a substation or a circuit, not both: a circuit has one substation.", field="circuitId"
        )
    if zone_id is not None and granted and zone_id not in granted:
        raise NotFound(f"There is no zone {zone_id!r} that you may see.", field="zoneId")
    return InterruptionScope(
        zone_ids=granted, zone_id=zone_id, substation_id=substation_id, circuit_id=circuit_id
    )


def check_days(first: date, last: date, *, most_days: int = MOST_DAYS, what: str = "reliability") -> None:
    """Refuse a period that is empty, absurd or too long.

    Raises:
        BadInput: naming the field.
    """
    check_period(first, last, most_days=most_days, what=what)


def answered(
    *,
    field: str,
    scope: InterruptionScope,
    question: dict[str, Any],
    ask: Callable[[Warehouse], T],
    stale_for_s: float = 0.0,
) -> T:
    """Return the answer to a question about interruptions; see ``federation.analytical``.

    Answers are kept as they are: frozen dataclasses of plain values.

    Raises:
        WarehouseUnavailableError: if the warehouse is down and no earlier answer is kept.
    """

    def data_version() -> str:
        warehouse = get_warehouse()
        # A table that may be missing is no reason not to keep an answer.
        return ";".join(str(warehouse.version(table) or "-") for table in _READ)

    return analytical(
        field=field,
        question={
            **question,
            "scope": asdict(scope),
            "time_zone": settings.TIME_ZONE,
            "shape": SHAPE,
        },
        data_version=data_version,
        ask=lambda: ask(get_warehouse()),
        encode=lambda answer: answer,
        decode=lambda kept: kept,
        stale_for_s=stale_for_s,
    )
