"""Use and voltage of many meters: by hour, by local day, and by group.

Roll-ups by circuit and class answer whatever they tell apart; questions about single meters, transformers or
cities read the daily use of meters, and by hour their readings. Rows without readings are absent: unknown.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    DateTime,
    Numeric,
    Select,
    String,
    case,
    cast,
    func,
    literal_column,
    null,
    select,
)

from grid.warehouse.queries.scope import (
    OF_METERS,
    Scope,
    UsageGroup,
    conditions,
    grouped,
    meter_conditions,
    names,
)
from grid.warehouse.tables import (
    ami_daily_usage,
    ami_interval_readings,
    circuit_daily_usage,
    circuit_hourly_usage,
    meter_infrastructure,
)
from grid.warehouse.tables.ami_columns import VOLTAGE_COUNTS

USAGE_SUMS = ("usage_kwh", "reading_count", "estimated_count", "metered_minutes", "outage_minutes")


def usage_hours(*, scope: Scope, since: datetime, until: datetime) -> Select[Any]:
    """Return the use of the UTC hours that begin from ``since`` to before ``until``, oldest first.

    Columns: at, usage_kwh, reading_count, estimated_count, metered_minutes, outage_minutes.
    """
    if scope.names_meters:
        return _hours_of_meters(scope, since, until)
    hourly = circuit_hourly_usage.c
    return (
        select(hourly.usage_hour.label("at"), *_sums(hourly, USAGE_SUMS))
        .where(
            hourly.usage_hour >= since,
            hourly.usage_hour < until,
            hourly.usage_date >= since.date(),  # the partition: skips the files of other days
            hourly.usage_date <= until.date(),
            *conditions(scope, hourly),
        )
        .group_by(hourly.usage_hour)
        .order_by(hourly.usage_hour)
    )


def usage_days(*, scope: Scope, first: date, last: date) -> Select[Any]:
    """Return the use of the local days ``first`` to ``last``, oldest first.

    Columns: day, usage_kwh, reading_count, estimated_count, metered_minutes, outage_minutes.
    """
    daily: Any = (ami_daily_usage if scope.names_meters else circuit_daily_usage).c
    where = (
        [daily.meter_key.in_(select(meter_infrastructure.c.meter_key).where(*meter_conditions(scope)))]
        if scope.names_meters
        else conditions(scope, daily)
    )
    return (
        select(daily.usage_date.label("day"), *_sums(daily, USAGE_SUMS))
        .where(daily.usage_date.between(first, last), *where)
        .group_by(daily.usage_date)
        .order_by(daily.usage_date)
    )


def usage_by_group(*, scope: Scope, group: UsageGroup, first: date, last: date, limit: int) -> Select[Any]:
    """Return the ``limit`` groups that used most on the local days ``first`` to ``last``, most first.

    Every group with meters on record counts; one without readings is last, its sums null. A group that has
    readings and no meters any more has a meter_count of 0.

    Columns: key, name (null: as the key), meter_count, usage_kwh, reading_count, estimated_count,
    metered_minutes, outage_minutes; of all groups together total_kwh and group_count.
    """
    known = _known(scope, group, first, last, USAGE_SUMS)
    totals = (func.sum(known.c.usage_kwh).over(), func.count().over())
    counted = select(
        known, totals[0].label("total_kwh"), cast(totals[1], BigInteger).label("group_count")
    ).subquery("counted")
    return _top(counted, group, ("usage_kwh",), limit)


def voltage_totals(*, scope: Scope, first: date, last: date) -> Select[Any]:
    """Return the readings in each voltage band on the local days ``first`` to ``last``, as one row.

    Columns: below_b_count, b_low_count, in_a_count, b_high_count, above_b_count (null: none is known),
    reading_count (of all, with or without a voltage; null: none).
    """
    daily: Any = (ami_daily_usage if scope.names_meters else circuit_daily_usage).c
    where = (
        [daily.meter_key.in_(select(meter_infrastructure.c.meter_key).where(*meter_conditions(scope)))]
        if scope.names_meters
        else conditions(scope, daily)
    )
    return select(*_sums(daily, (*VOLTAGE_COUNTS, "reading_count"))).where(
        daily.usage_date.between(first, last), *where
    )


def voltage_by_group(*, scope: Scope, group: UsageGroup, first: date, last: date, limit: int) -> Select[Any]:
    """Return the ``limit`` groups with the worst voltage on the local days ``first`` to ``last``.

    The worst come first: the largest share of readings outside range B, then of those outside range A.
    Groups without a known voltage are last.

    Columns: key, name (null: as the key), meter_count and those of ``voltage_totals``; of all groups
    together group_count.
    """
    known = _known(scope, group, first, last, (*VOLTAGE_COUNTS, "reading_count"))
    below_b, b_low, in_a, b_high, above_b = (known.c[name] for name in VOLTAGE_COUNTS)
    # Null where no voltage is known; a share, not a count, so that groups of any size compare.
    total = func.nullif(below_b + b_low + in_a + b_high + above_b, 0)
    counted = select(
        known,
        (1.0 * (below_b + above_b) / total).label("outside_b"),
        (1.0 * (b_low + b_high) / total).label("between"),
        cast(func.count().over(), BigInteger).label("group_count"),
    ).subquery("counted")
    return _top(counted, group, ("outside_b", "between"), limit)


def _hours_of_meters(scope: Scope, since: datetime, until: datetime) -> Select[Any]:
    reading = ami_interval_readings.c
    # A literal, not a parameter: the databases must see the same text in SELECT and GROUP BY.
    hour: Any = func.date_trunc(literal_column("'hour'"), reading.reading_at, type_=DateTime)
    return (
        select(
            hour.label("at"),
            func.sum(reading.usage_kwh).label("usage_kwh"),
            func.count().label("reading_count"),
            func.sum(case((reading.quality == "ESTIMATED", 1), else_=0)).label("estimated_count"),
            func.sum(reading.interval_minutes).label("metered_minutes"),
            func.sum(case((reading.quality == "OUTAGE", reading.interval_minutes), else_=0)).label(
                "outage_minutes"
            ),
        )
        .where(
            reading.reading_at >= since,
            reading.reading_at < until,
            reading.reading_date >= since.date(),  # the partition: skips the files of other days
            reading.reading_date <= until.date(),
            reading.meter_key.in_(select(meter_infrastructure.c.meter_key).where(*meter_conditions(scope))),
        )
        .group_by(hour)
        .order_by(hour)
    )


def _known(scope: Scope, group: UsageGroup, first: date, last: date, sums: tuple[str, ...]) -> Any:
    """Return each group with meters on record or readings, and its sums, null without readings."""
    if scope.names_meters or group in OF_METERS:
        return _known_of_meters(scope, group, first, last, sums).subquery("known")
    fleet_from, fleet_key = grouped(group, meter_infrastructure)
    fleet = (
        select(fleet_key.label("key"), func.count().label("meter_count"))
        .select_from(fleet_from)
        .where(*meter_conditions(scope))
        .group_by(fleet_key)
        .subquery("fleet")
    )
    daily = circuit_daily_usage.c
    source, source_key = grouped(group, circuit_daily_usage)
    metered = (
        select(source_key.label("key"), *_sums(daily, sums))
        .select_from(source)
        .where(daily.usage_date.between(first, last), *conditions(scope, daily))
        .group_by(source_key)
        .subquery("metered")
    )
    # Only a zone may be unknown.
    is_null_a_key = group is UsageGroup.ZONE
    same = metered.c.key.is_not_distinct_from(fleet.c.key) if is_null_a_key else metered.c.key == fleet.c.key
    return (
        select(
            func.coalesce(fleet.c.key, metered.c.key).label("key"),
            func.coalesce(fleet.c.meter_count, 0).label("meter_count"),
            *(metered.c[name] for name in sums),
        )
        .outerjoin_from(fleet, metered, same, full=True)
        .subquery("known")
    )


def _known_of_meters(
    scope: Scope, group: UsageGroup, first: date, last: date, sums: tuple[str, ...]
) -> Select[Any]:
    """Sum by meter before anything is joined: the meters are few beside their days."""
    daily = ami_daily_usage.c
    where = [daily.usage_date.between(first, last)]
    if scope.names_meters or scope.circuit_ids or scope.substation_ids:
        keys = select(meter_infrastructure.c.meter_key).where(*meter_conditions(scope))
        where.append(daily.meter_key.in_(keys))
    summed = select(daily.meter_key, *_sums(daily, sums)).where(*where).group_by(daily.meter_key)
    per_meter = summed.subquery("summed")
    source, key = grouped(group, meter_infrastructure)
    joined = source.outerjoin(per_meter, per_meter.c.meter_key == meter_infrastructure.c.meter_key)
    return (
        select(key.label("key"), func.count().label("meter_count"), *_sums(per_meter.c, sums))
        .select_from(joined)
        .where(*meter_conditions(scope))
        .group_by(key)
    )


def _sums(columns: Any, sums: tuple[str, ...]) -> list[Any]:
    """Return the sums, counts as integers and energy as a decimal, null over no rows."""
    return [
        cast(func.sum(columns[name]), Numeric(38, 4) if name == "usage_kwh" else BigInteger).label(name)
        for name in sums
    ]


def _top(counted: Any, group: UsageGroup, by: tuple[str, ...], limit: int) -> Select[Any]:
    """Return the rows of ``counted`` with the largest ``by``, named; equal ones by key, unknown ones last."""

    def order(columns: Any) -> list[Any]:
        return [*(columns[name].desc().nulls_last() for name in by), columns.key.asc().nulls_last()]

    top = select(counted).order_by(*order(counted.c)).limit(limit).subquery("chosen")
    called = names(group)
    # Ordered again: a join keeps no order.
    if called is None:
        return select(*top.c, cast(null(), String).label("name")).order_by(*order(top.c))
    table, key, name = called
    return (
        select(*top.c, name.label("name"))
        .outerjoin_from(top, table, key == top.c.key)
        .order_by(*order(top.c))
    )
