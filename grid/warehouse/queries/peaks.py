"""Peaks of many members and of their sum: how far they coincide."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import DateTime, Double, Select, cast, func, literal_column, select, true

from grid.warehouse.queries.scope import Scope, conditions, meter_conditions, transformer_conditions
from grid.warehouse.tables import (
    ami_interval_readings,
    circuit_hourly_usage,
    meter_infrastructure,
    transformer_hourly_load,
    transformer_metadata,
)


class PeakMember(StrEnum):
    """Whose peaks are summed."""

    METER = "METER"
    TRANSFORMER = "TRANSFORMER"
    CIRCUIT = "CIRCUIT"


def coincidence(*, scope: Scope, members: PeakMember, since: datetime, until: datetime) -> Select[Any]:
    """Return the hourly peaks of the members, summed, and the peak of their sum, as one row.

    Columns: member_count, member_peaks_kwh (sum of each member's largest hour; null without readings),
    group_peak_kwh (largest hour of the sum), group_peak_at (first such hour, UTC).
    """
    source = {
        PeakMember.METER: _meter_hours,
        PeakMember.TRANSFORMER: _transformer_hours,
        PeakMember.CIRCUIT: _circuit_hours,
    }[members]
    hours = source(scope, since, until).cte("member_hours")
    peaks = select(func.max(hours.c.kwh).label("kwh")).group_by(hours.c.member).subquery("peaks")
    of_members = select(
        func.count().label("member_count"), func.sum(peaks.c.kwh).label("member_peaks_kwh")
    ).subquery("of_members")
    summed = select(hours.c.at, func.sum(hours.c.kwh).label("kwh")).group_by(hours.c.at).cte("summed")
    highest = select(func.max(summed.c.kwh)).scalar_subquery()
    of_group = (
        select(func.max(summed.c.kwh).label("group_peak_kwh"), func.min(summed.c.at).label("group_peak_at"))
        .where(summed.c.kwh == highest)
        .subquery("of_group")
    )
    return select(*of_members.c, *of_group.c).select_from(of_members.join(of_group, true()))


def _circuit_hours(scope: Scope, since: datetime, until: datetime) -> Select[Any]:
    hourly = circuit_hourly_usage.c
    return (
        select(
            hourly.circuit_id.label("member"),
            hourly.usage_hour.label("at"),
            cast(func.sum(hourly.usage_kwh), Double).label("kwh"),
        )
        .where(
            hourly.usage_hour >= since,
            hourly.usage_hour < until,
            hourly.usage_date >= since.date(),  # the partition: skips the files of other days
            hourly.usage_date <= until.date(),
            *conditions(scope, hourly),
        )
        .group_by(hourly.circuit_id, hourly.usage_hour)
    )


def _transformer_hours(scope: Scope, since: datetime, until: datetime) -> Select[Any]:
    load = transformer_hourly_load.c
    chosen = transformer_conditions(scope)
    wanted = select(transformer_metadata.c.transformer_id).where(*chosen)
    return select(
        load.transformer_id.label("member"), load.load_hour.label("at"), load.energy_kwh.label("kwh")
    ).where(
        load.load_hour >= since,
        load.load_hour < until,
        load.load_date >= since.date(),  # the partition: skips the files of other days
        load.load_date <= until.date(),
        *([load.transformer_id.in_(wanted)] if chosen else []),
    )


def _meter_hours(scope: Scope, since: datetime, until: datetime) -> Select[Any]:
    reading = ami_interval_readings.c
    # A literal, not a parameter: the databases must see the same text in SELECT and GROUP BY.
    hour: Any = func.date_trunc(literal_column("'hour'"), reading.reading_at, type_=DateTime)
    return (
        select(
            reading.meter_key.label("member"),
            hour.label("at"),
            cast(func.sum(reading.usage_kwh), Double).label("kwh"),
        )
        .where(
            reading.reading_at >= since,
            reading.reading_at < until,
            reading.reading_date >= since.date(),  # the partition: skips the files of other days
            reading.reading_date <= until.date(),
            reading.meter_key.in_(select(meter_infrastructure.c.meter_key).where(*meter_conditions(scope))),
        )
        .group_by(reading.meter_key, hour)
    )
