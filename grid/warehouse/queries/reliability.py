"""Interruptions of supply, summed up as the indices of IEEE 1366 need them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from enum import StrEnum
from typing import Any

from sqlalchemy import Double, Integer, Select, case, cast, func, or_, select

from grid.warehouse.queries.interruption_rows import (
    InterruptionPeriod,
    InterruptionScope,
    Planned,
    every_interruption,
    in_scope,
    of_kind,
    outage_rows,
    totals,
)
from grid.warehouse.statements import reading_as_empty
from grid.warehouse.tables import (
    circuit_hourly_usage,
    circuit_metadata,
    customers_master_data,
    meter_infrastructure,
    momentary_interruptions,
    outage_interruptions,
    substations,
)


class ReliabilityGroup(StrEnum):
    """What interruptions may be summed by."""

    SUBSTATION = "SUBSTATION"
    CIRCUIT = "CIRCUIT"


def interruption_bounds() -> Select[Any]:
    """Return what the record of interruptions covers, as one row: first_at, last_began_at, last_ended_at.

    Naive UTC; null without data.
    """
    row = outage_interruptions.c
    return select(
        func.min(row.started_at).label("first_at"),
        func.max(row.started_at).label("last_began_at"),
        func.max(row.restored_at).label("last_ended_at"),
    )


def momentary_bounds() -> Select[Any]:
    """Return first_at and last_ended_at of the momentary interruptions, as one row; null without data."""
    row = momentary_interruptions.c
    return reading_as_empty(
        select(func.min(row.started_at).label("first_at"), func.max(row.ended_at).label("last_ended_at")),
        momentary_interruptions,
    )


def newest_usage_hour() -> Select[Any]:
    """Return the start of the newest hour with readings, as ``usage_hour``, one row; null without data."""
    usage = circuit_hourly_usage.c
    newest = select(func.max(usage.usage_date)).scalar_subquery()
    return reading_as_empty(
        select(func.max(usage.usage_hour).label("usage_hour")).where(usage.usage_date == newest),
        circuit_hourly_usage,
    )


def customers_by_circuit() -> Select[Any]:
    """Return the customers served by each circuit: metered ones with an active account, as on record now.

    Columns: circuit_id, substation_id, zone_id, customers. Substations that are not known count nowhere.
    """
    customer, meter, station = customers_master_data.c, meter_infrastructure.c, substations.c
    return (
        select(
            meter.circuit_id,
            meter.substation_id,
            station.zone_id,
            cast(func.count(), Integer).label("customers"),
        )
        .select_from(
            customers_master_data.join(meter_infrastructure, customer.meter_id == meter.meter_id).join(
                substations, station.substation_id == meter.substation_id
            )
        )
        .where(customer.account_status == "ACTIVE")
        .group_by(meter.circuit_id, meter.substation_id, station.zone_id)
    )


def daily_interruptions(scope: InterruptionScope, period: InterruptionPeriod) -> Select[Any]:
    """Return the totals of each local day with interruptions, those planned apart.

    Columns: local_date, is_planned, customer_interruptions, customer_minutes, momentary_interruptions,
    momentary_events, customers_out (interrupted and not yet restored), interruption_count (sustained ones).
    """
    row = every_interruption(scope, period).subquery("every_interruption")
    found = (
        select(row.c.local_date, row.c.is_planned, *totals(row.c, period))
        .group_by(row.c.local_date, row.c.is_planned)
        .order_by(row.c.local_date, row.c.is_planned)
    )
    return reading_as_empty(found, momentary_interruptions)


def interruptions_by_group(
    group: ReliabilityGroup, scope: InterruptionScope, period: InterruptionPeriod, *, apart: Sequence[date]
) -> Select[Any]:
    """Return the totals of each substation or circuit, those of the local days ``apart`` by themselves.

    Columns: group_id, is_planned, is_apart, and the totals of ``daily_interruptions``.
    """
    row = every_interruption(scope, period, apart=apart).subquery("every_interruption")
    key = row.c.substation_id if group is ReliabilityGroup.SUBSTATION else row.c.circuit_id
    found = select(key.label("group_id"), row.c.is_planned, row.c.is_apart, *totals(row.c, period)).group_by(
        key, row.c.is_planned, row.c.is_apart
    )
    return reading_as_empty(found, momentary_interruptions)


def group_names(group: ReliabilityGroup) -> Select[Any]:
    """Return group_id and name of every substation or circuit."""
    if group is ReliabilityGroup.SUBSTATION:
        station = substations.c
        return select(station.substation_id.label("group_id"), station.substation_name.label("name"))
    circuit = circuit_metadata.c
    return select(circuit.circuit_id.label("group_id"), circuit.circuit_name.label("name"))


def interruptions_by_cause(
    scope: InterruptionScope, period: InterruptionPeriod, *, apart: Sequence[date]
) -> Select[Any]:
    """Return the sustained interruptions of each cause, those of the local days ``apart`` by themselves.

    Columns: cause_code (null: not known yet), is_planned, is_apart, outage_count, customer_interruptions,
    customer_minutes. Sequences of a recloser have no cause on record and no outage.
    """
    row = outage_rows(scope, period, apart=apart).subquery("of_outages")
    return (
        select(
            row.c.cause_code,
            row.c.is_planned,
            row.c.is_apart,
            func.count(row.c.outage_id.distinct()).label("outage_count"),
            func.sum(row.c.customers).label("customer_interruptions"),
            func.sum(row.c.customers * row.c.minutes).label("customer_minutes"),
        )
        .where(row.c.minutes > period.sustained_after_min)
        .group_by(row.c.cause_code, row.c.is_planned, row.c.is_apart)
    )


def customers_by_interruptions(
    scope: InterruptionScope,
    period: InterruptionPeriod,
    *,
    apart: Sequence[date],
    planned: Planned,
    hours: float,
) -> Select[Any]:
    """Return how many customers served were interrupted how often, and how many of them for long.

    A customer had the sustained interruptions of the transformer and those of the own service alone. Those of
    the local days ``apart`` do not count, nor do sequences of reclosers, whose customers are not on record.

    Columns: interruption_count (never 0), customers, customers_once_long (the longest interruption took
    ``hours`` or more), customers_long (all of them together took ``hours`` or more).
    """
    rows = outage_rows(scope, period, apart=apart)
    row = rows.where(*of_kind(planned)).cte("of_outages")
    sustained = (row.c.minutes > period.sustained_after_min, row.c.is_apart.is_(False))
    durations = (
        func.count().label("often"),
        func.sum(row.c.minutes).label("in_all_min"),
        func.max(row.c.minutes).label("longest_min"),
    )
    units = (
        select(row.c.transformer_id, *durations)
        .where(row.c.meter_id.is_(None), *sustained)
        .group_by(row.c.transformer_id)
        .cte("of_transformers")
    )
    services = (
        select(row.c.meter_id, *durations)
        .where(row.c.meter_id.is_not(None), *sustained)
        .group_by(row.c.meter_id)
        .cte("of_services")
    )
    customer, meter = customers_master_data.c, meter_infrastructure.c
    joined = (
        customers_master_data.join(meter_infrastructure, customer.meter_id == meter.meter_id)
        .outerjoin(units, units.c.transformer_id == meter.transformer_id)
        .outerjoin(services, services.c.meter_id == meter.meter_id)
    )
    often = func.coalesce(units.c.often, 0) + func.coalesce(services.c.often, 0)
    in_all = func.coalesce(units.c.in_all_min, 0.0) + func.coalesce(services.c.in_all_min, 0.0)
    longest = func.greatest(
        func.coalesce(units.c.longest_min, 0.0), func.coalesce(services.c.longest_min, 0.0), type_=Double
    )
    met = (
        select(often.label("often"), in_all.label("in_all_min"), longest.label("longest_min"))
        .select_from(joined)
        .where(
            customer.account_status == "ACTIVE",
            or_(units.c.often.is_not(None), services.c.often.is_not(None)),
            *in_scope(scope, meter),
        )
        .subquery("customers_met")
    )
    limit_min = hours * 60.0
    return (
        select(
            met.c.often.label("interruption_count"),
            func.count().label("customers"),
            func.sum(case((met.c.longest_min >= limit_min, 1), else_=0)).label("customers_once_long"),
            func.sum(case((met.c.in_all_min >= limit_min, 1), else_=0)).label("customers_long"),
        )
        .group_by(met.c.often)
        .order_by(met.c.often)
    )
