"""What dimensions, facts and metrics of a table are in SQL."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Date, DateTime, Double, Integer, and_, case, cast, func, literal, or_, type_coerce

from agent.semantic.form import Condition, Filter, Grain, Operator, Period
from agent.semantic.model import Aggregate, Dimension, DimensionKind, Fact
from grid.warehouse.dialects import between, later
from grid.warehouse.queries.local_days import DayOffsets, day_offsets

_YEARS_BACK = 15


@dataclass(frozen=True)
class Clock:
    """The moment that "today" is of, naive UTC, and the zone whose days are meant."""

    anchor: datetime
    zone: ZoneInfo

    @property
    def local(self) -> datetime:
        """Return the anchor on the local clock."""
        return self.anchor.replace(tzinfo=UTC).astimezone(self.zone).replace(tzinfo=None)

    def utc(self, local: datetime) -> datetime:
        """Return the UTC moment of a local one."""
        return local.replace(tzinfo=self.zone).astimezone(UTC).replace(tzinfo=None)


def fact_value(
    fact: Fact, columns: Mapping[str, Any], dimensions: Mapping[str, Dimension], clock: Clock
) -> Any:
    """Return the fact of a row."""
    if fact.between:
        start, end = (columns[name] for name in fact.between)
        return cast(between("second", start, end), Double) / 60.0
    if fact.age_of:
        return literal(clock.local.year, Integer) - columns[dimensions[fact.age_of].column]
    return columns[fact.column]


def aggregated(aggregate: Aggregate, value: Any) -> Any:
    """Return the aggregate of a value over the rows of a group, a float."""
    apply: Any = getattr(func, aggregate.value.lower())
    return cast(apply(cast(value, Double), type_=Double), Double)


def _offsets(clock: Clock, period: Period | None) -> DayOffsets:
    """Return how far the local clock is from UTC in a period; without its ends, as far as data may reach."""
    since = clock.anchor - timedelta(days=366 * _YEARS_BACK)
    until = clock.anchor + timedelta(days=366)
    if period is not None:
        since = since if period.start is None else clock.utc(period.start)
        until = until if period.end is None else clock.utc(period.end)
    return _offsets_between(since, max(since, until), clock.zone)


_offsets_between = lru_cache(maxsize=256)(day_offsets)


def matches(dimension: Dimension, column: Any, chosen: Filter) -> Any:
    """Return the condition that a row satisfies a filter."""
    values: list[Any] = list(chosen.values)
    if dimension.kind is DimensionKind.BOOLEAN:
        values = [value == "true" for value in values]
        # Null would be neither; a filter on a boolean means what is known.
        condition: Any = or_(*(column.is_(value) for value in values))
        return ~condition if chosen.is_excluded else condition
    if dimension.kind in (DimensionKind.YEAR, DimensionKind.NUMBER):
        values = [float(value) for value in values]
    if chosen.is_excluded:
        # What has no value is not the excluded one.
        return or_(column.is_(None), column.not_in(values))
    return column.in_(values) if len(values) > 1 else column == values[0]


def compared(value: Any, condition: Condition) -> Any:
    """Return the condition that a number compares so."""
    match condition.operator:
        case Operator.ABOVE:
            return value > condition.value
        case Operator.AT_LEAST:
            return value >= condition.value
        case Operator.BELOW:
            return value < condition.value
        case Operator.AT_MOST:
            return value <= condition.value
        case Operator.EQUAL:
            return value == condition.value
        case Operator.BETWEEN:
            return and_(value >= condition.value, value <= condition.upper)


def within(dimension: Dimension, column: Any, period: Period, clock: Clock) -> list[Any]:
    """Return the conditions that a row's time is within a period."""
    found = []
    if dimension.kind is DimensionKind.UTC:
        if period.start is not None:
            found.append(column >= clock.utc(period.start))
        if period.end is not None:
            found.append(column < clock.utc(period.end))
    elif dimension.kind is DimensionKind.YEAR:
        if period.start is not None:
            found.append(column >= period.start.year)
        if period.end is not None:
            found.append(column < period.end.year)
    else:
        if period.start is not None:
            found.append(column >= period.start.date())
        if period.end is not None:
            found.append(column < period.end.date())
    return found


def partition_within(column: Any, period: Period, clock: Clock) -> list[Any]:
    """Return the conditions on the UTC date that a table is stored by, which spare reading other days."""
    found = []
    if period.start is not None:
        found.append(column >= clock.utc(period.start).date())
    if period.end is not None:
        found.append(column <= clock.utc(period.end).date())
    return found


def piece_of_time(
    dimension: Dimension, column: Any, grain: Grain, clock: Clock, period: Period | None = None
) -> Any:
    """Return the start of the piece of local time that a row's time is in: a date, or a moment for hours.

    The rows are of the period, if there is one.
    """
    if dimension.kind is DimensionKind.YEAR:
        return column
    if dimension.kind is DimensionKind.UTC:
        offsets = _offsets(clock, period)
        minutes: Any = literal(offsets.first_min, Integer)
        if offsets.changes:
            newest_first = reversed(offsets.changes)
            minutes = case(
                *((column >= at, literal(min_, Integer)) for at, min_ in newest_first), else_=minutes
            )
        column = later(column, minutes)
    start: Any = func.date_trunc(grain.value.lower(), column, type_=DateTime())
    return type_coerce(start, DateTime()) if grain is Grain.HOUR else cast(start, Date)
