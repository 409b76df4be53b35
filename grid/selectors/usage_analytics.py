"""What groups of meters used: over time, by group, and against another period."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime
from typing import Any

from flux_site.api.errors import BadInput
from grid.pipeline.measures import Measure, change_pct, measure
from grid.pipeline.periods import Span, day_spans, hour_spans, month_spans, whole
from grid.selectors.ami_scope import Rows, asked, check_limit, check_period, local_zone, visible_scope
from grid.warehouse import queries
from grid.warehouse.queries import Scope, UsageBucket, UsageGroup
from grid.warehouse.queries.scope import OF_METERS

MOST_DAYS = {UsageBucket.HOUR: 92, UsageBucket.DAY: 3 * 366, UsageBucket.MONTH: 20 * 366}
MOST_DAYS_OF_METERS_BY_HOUR = 31
MOST_DAYS_BY_GROUP = 3 * 366
MOST_DAYS_BY_METER = 92
"""Of the whole fleet, by meter, transformer or city: what is read grows with both."""

COVERAGE_DIFFERS_PCT = 1.0
"""Points of coverage from which two periods are not to be compared without a second look."""


@dataclass(frozen=True, kw_only=True)
class UsagePoint:
    """What was used in a span of time."""

    start: datetime
    end: datetime
    measure: Measure


@dataclass(frozen=True, kw_only=True)
class UsageSeries:
    """What was used in each span of a period, and in all of it."""

    points: list[UsagePoint]
    total: Measure


@dataclass(frozen=True, kw_only=True)
class GroupUsage:
    """What a group used; key None: of whatever has none on record."""

    key: str | None
    name: str | None
    share_pct: float | None
    measure: Measure


@dataclass(frozen=True, kw_only=True)
class UsageBreakdown:
    """The groups that used most, and what all of them used together."""

    groups: list[GroupUsage]
    group_count: int
    total_kwh: float | None


@dataclass(frozen=True, kw_only=True)
class PeriodUsage:
    """What was used in one of two periods."""

    first_day: date
    last_day: date
    day_count: int
    kwh_per_day: float | None
    measure: Measure


@dataclass(frozen=True, kw_only=True)
class ComparedPoint:
    """Corresponding spans of two periods; one is None where the other period has no such span."""

    current: UsagePoint | None
    base: UsagePoint | None
    difference_kwh: float | None
    difference_pct: float | None


@dataclass(frozen=True, kw_only=True)
class UsageComparison:
    """One period against another."""

    current: PeriodUsage
    base: PeriodUsage
    difference_kwh: float | None
    difference_pct: float | None
    coverage_differs: bool
    points: list[ComparedPoint]


def usage_series(
    *, wanted: Scope, bucket: UsageBucket, first_day: date, last_day: date, user: Any
) -> UsageSeries:
    """Return what meters used in each ``bucket`` of the local days ``first_day`` to ``last_day``.

    Every span is there; one without readings has unknown use and no coverage.

    Raises:
        BadInput, NotFound: naming the field.
        WarehouseUnavailableError: if the warehouse is down and no earlier answer is kept.
    """
    scope = visible_scope(wanted, user)
    _check_series(scope, bucket, first_day, last_day)
    spans = _spans(bucket, first_day, last_day)
    return asked(
        field="usageSeries",
        question={"scope": asdict(scope), "bucket": bucket, "first": first_day, "last": last_day},
        queries={"meters": queries.meter_count(scope), "sums": _sums(scope, bucket, first_day, last_day)},
        build=lambda rows: _series(rows["sums"], rows["meters"][0]["meter_count"], spans),
        encode=asdict,
        decode=_series_again,
    )


def usage_breakdown(
    *, wanted: Scope, group: UsageGroup, first_day: date, last_day: date, limit: int, user: Any
) -> UsageBreakdown:
    """Return the ``limit`` groups that used most on the local days ``first_day`` to ``last_day``.

    Raises:
        BadInput, NotFound: naming the field.
        WarehouseUnavailableError: if the warehouse is down and no earlier answer is kept.
    """
    scope = visible_scope(wanted, user)
    check_limit(limit)
    check_group_period(scope, group, first_day, last_day)
    minutes = whole(first_day, last_day, local_zone()).minutes
    query = queries.usage_by_group(scope=scope, group=group, first=first_day, last=last_day, limit=limit)
    return asked(
        field="usageBreakdown",
        question={"scope": asdict(scope), "by": group, "first": first_day, "last": last_day, "limit": limit},
        queries={"groups": query},
        build=lambda rows: _breakdown(rows["groups"], minutes),
        encode=asdict,
        decode=_breakdown_again,
    )


def usage_comparison(
    *,
    wanted: Scope,
    bucket: UsageBucket,
    current: tuple[date, date],
    base: tuple[date, date],
    user: Any,
) -> UsageComparison:
    """Return the use of the local days ``current`` against that of the days ``base``, first and last of each.

    Spans correspond by their place: the same hour of the local clock on the same day of the period (the
    repeated hour of autumn with another such hour only), the same day, or the same month.

    Raises:
        BadInput, NotFound: naming the field.
        WarehouseUnavailableError: if the warehouse is down and no earlier answer is kept.
    """
    scope = visible_scope(wanted, user)
    _check_series(scope, bucket, *current)
    _check_series(scope, bucket, *base, name="baseLastDay")
    return asked(
        field="usageComparison",
        question={"scope": asdict(scope), "bucket": bucket, "current": current, "base": base},
        queries={
            "meters": queries.meter_count(scope),
            "current": _sums(scope, bucket, *current),
            "base": _sums(scope, bucket, *base),
        },
        build=lambda rows: _comparison(rows, bucket, current, base),
        encode=asdict,
        decode=_comparison_again,
    )


def check_group_period(scope: Scope, group: UsageGroup, first: date, last: date) -> None:
    """Refuse a period too long for a question by group.

    Raises:
        BadInput: naming the field.
    """
    is_wide = group in OF_METERS and not (scope.names_meters or scope.circuit_ids or scope.substation_ids)
    what = f"a breakdown by {group}" + (" of more than named assets" if is_wide else "")
    most_days = MOST_DAYS_BY_METER if is_wide else MOST_DAYS_BY_GROUP
    check_period(first, last, most_days=most_days, what=what)


def _check_series(
    scope: Scope, bucket: UsageBucket, first: date, last: date, *, name: str = "lastDay"
) -> None:
    if bucket not in MOST_DAYS:
        raise BadInput(f"bucket is {bucket}; it must be HOUR, DAY or MONTH.", field="bucket")
    is_narrow = bucket is UsageBucket.HOUR and scope.names_meters
    what = f"{bucket}" + (" of single meters or transformers" if is_narrow else "")
    most_days = MOST_DAYS_OF_METERS_BY_HOUR if is_narrow else MOST_DAYS[bucket]
    check_period(first, last, most_days=most_days, what=what, name=name)


def _spans(bucket: UsageBucket, first: date, last: date) -> list[Span]:
    make = {UsageBucket.HOUR: hour_spans, UsageBucket.DAY: day_spans, UsageBucket.MONTH: month_spans}[bucket]
    return make(first, last, local_zone())


def _sums(scope: Scope, bucket: UsageBucket, first: date, last: date) -> Any:
    if bucket is not UsageBucket.HOUR:
        return queries.usage_days(scope=scope, first=first, last=last)
    spans = _spans(bucket, first, last)
    return queries.usage_hours(scope=scope, since=spans[0].start, until=spans[-1].end)


def _series(rows: Rows, meter_count: int, spans: list[Span]) -> UsageSeries:
    by_span: list[Rows] = [[] for _ in spans]
    position = 0
    for row in rows:  # in order, as the spans are
        while not _lies_in(row, spans[position]):
            position += 1
        by_span[position].append(row)
    points = [
        _point(span, measure(found, meter_count=meter_count, minutes=span.minutes))
        for span, found in zip(spans, by_span, strict=True)
    ]
    minutes = sum(span.minutes for span in spans)
    return UsageSeries(points=points, total=measure(rows, meter_count=meter_count, minutes=minutes))


def _lies_in(row: dict[str, Any], span: Span) -> bool:
    if "at" in row:
        return bool(row["at"] == span.start)
    last = span.end.replace(tzinfo=UTC).astimezone(local_zone()).date()
    return bool(span.first <= row["day"] < last)


def _point(span: Span, found: Measure) -> UsagePoint:
    return UsagePoint(start=span.start.replace(tzinfo=UTC), end=span.end.replace(tzinfo=UTC), measure=found)


def _breakdown(rows: Rows, minutes: float) -> UsageBreakdown:
    total = float(rows[0]["total_kwh"]) if rows and rows[0]["total_kwh"] is not None else None
    groups = []
    for row in rows:
        found = measure([row], meter_count=row["meter_count"], minutes=minutes)
        share = 100.0 * found.usage_kwh / total if found.usage_kwh is not None and total else None
        groups.append(GroupUsage(key=row["key"], name=row["name"], share_pct=share, measure=found))
    return UsageBreakdown(groups=groups, group_count=rows[0]["group_count"] if rows else 0, total_kwh=total)


def _comparison(
    rows: dict[str, Rows], bucket: UsageBucket, current: tuple[date, date], base: tuple[date, date]
) -> UsageComparison:
    meter_count = rows["meters"][0]["meter_count"]
    spans = {"current": _spans(bucket, *current), "base": _spans(bucket, *base)}
    series = {name: _series(rows[name], meter_count, spans[name]) for name in spans}
    points = {
        name: {span.place: point for span, point in zip(spans[name], series[name].points, strict=True)}
        for name in spans
    }
    ours, theirs = _period(current, series["current"].total), _period(base, series["base"].total)
    coverage = (ours.measure.coverage_pct, theirs.measure.coverage_pct)
    return UsageComparison(
        current=ours,
        base=theirs,
        difference_kwh=_difference(ours.measure, theirs.measure),
        difference_pct=change_pct(ours.kwh_per_day, theirs.kwh_per_day),
        coverage_differs=coverage[0] is None
        or coverage[1] is None
        or abs(coverage[0] - coverage[1]) > COVERAGE_DIFFERS_PCT,
        points=[
            _compared(points["current"].get(place), points["base"].get(place))
            for place in sorted(points["current"].keys() | points["base"].keys())
        ],
    )


def _period(days: tuple[date, date], total: Measure) -> PeriodUsage:
    count = (days[1] - days[0]).days + 1
    return PeriodUsage(
        first_day=days[0],
        last_day=days[1],
        day_count=count,
        kwh_per_day=None if total.usage_kwh is None else total.usage_kwh / count,
        measure=total,
    )


def _compared(current: UsagePoint | None, base: UsagePoint | None) -> ComparedPoint:
    if current is None or base is None:
        return ComparedPoint(current=current, base=base, difference_kwh=None, difference_pct=None)
    return ComparedPoint(
        current=current,
        base=base,
        difference_kwh=_difference(current.measure, base.measure),
        difference_pct=change_pct(current.measure.usage_kwh, base.measure.usage_kwh),
    )


def _difference(one: Measure, other: Measure) -> float | None:
    if one.usage_kwh is None or other.usage_kwh is None:
        return None
    return one.usage_kwh - other.usage_kwh


def _again(kept: Any) -> Any:
    """Return a kept part of an answer with its measure as it was."""
    return None if kept is None else kept | {"measure": Measure(**kept["measure"])}


def _points_again(kept: Iterable[Any]) -> list[UsagePoint]:
    return [UsagePoint(**_again(each)) for each in kept]


def _series_again(kept: Any) -> UsageSeries:
    return UsageSeries(points=_points_again(kept["points"]), total=Measure(**kept["total"]))


def _breakdown_again(kept: Any) -> UsageBreakdown:
    return UsageBreakdown(**(kept | {"groups": [GroupUsage(**_again(each)) for each in kept["groups"]]}))


def _comparison_again(kept: Any) -> UsageComparison:
    def pair(each: Any) -> Any:
        found = {name: each[name] and UsagePoint(**_again(each[name])) for name in ("current", "base")}
        return each | found

    periods = {name: PeriodUsage(**_again(kept[name])) for name in ("current", "base")}
    points = [ComparedPoint(**pair(each)) for each in kept["points"]]
    return UsageComparison(**(kept | periods | {"points": points}))
