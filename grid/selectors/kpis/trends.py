"""How key figures went over the last seven days.

From history where the data has one: outages, interruptions and work orders know when they began and ended,
and usage and weather are kept by the hour. The others are sampled every five minutes.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any

import numpy as np
from django.db.models import Sum
from django.utils import timezone

from flux_site.api.errors import BadInput, DatabaseUnavailable, WarehouseUnavailableError
from flux_site.api.outages import DATABASE_FAULTS
from grid import models
from grid.federation import analytical
from grid.models.base import granted_zone_ids
from grid.selectors import line_ratings
from grid.selectors.kpis import definitions, parts
from grid.selectors.kpis.year_to_date import YEAR_KEYS, year_to_date
from grid.selectors.warehouse import get_warehouse
from grid.warehouse import queries
from grid.warehouse.queries.past_figures import RESTORATION_DAYS
from grid.warehouse.statements import tables_read

DAYS = 7
STEP = timedelta(hours=3)
SAMPLE_EVERY = timedelta(minutes=5)
STALE_FOR_S = 600.0
_NEVER = np.datetime64("9999-12-31", "us")


class TrendSource(StrEnum):
    """Where the values of a trend come from."""

    HISTORY = "HISTORY"
    SAMPLES = "SAMPLES"


@dataclass(frozen=True, kw_only=True)
class Trend:
    """A figure every three hours over seven days, the newest last; None where it is not known.

    ``day_ago`` and ``week_ago`` are the values at the same moment then.
    """

    source: TrendSource
    at: list[datetime]
    values: list[float | None]
    day_ago: float | None
    week_ago: float | None
    reason: str | None


def trend(*, key: str, until: datetime | None, user: Any) -> Trend:
    """Return how a key figure went up to a moment.

    Args:
        key: the figure.
        until: the hour of a figure that is of an hour; else now. Of such a figure None means that no hour
            is known.
        user: whose zones count.

    Raises:
        BadInput: if there is no figure of that name.
    """
    if key not in definitions.KEYS:
        raise BadInput(
            f"There is no key figure {key!r}; there are {', '.join(definitions.KEYS)}.", field="key"
        )
    source = TrendSource.SAMPLES if key in _SAMPLED else TrendSource.HISTORY
    of_hour = key in _OF_HOURS
    if of_hour and until is None:
        return Trend(
            source=source,
            at=[],
            values=[],
            day_ago=None,
            week_ago=None,
            reason="No hour is known that the figure is of.",
        )
    end = until if of_hour and until is not None else _five_minutes(timezone.now())
    moments = [end - STEP * n for n in range(int(timedelta(days=DAYS) / STEP), -1, -1)]
    try:
        if source is TrendSource.SAMPLES:
            values, reason = _sampled(key, moments, granted_zone_ids(user))
        elif key in YEAR_KEYS:
            found = year_to_date(user)
            values, reason = found.at(key, moments), found.days[max(found.days)][key].reason
        else:
            values, reason = _remembered(key, moments, sorted(granted_zone_ids(user)))
    except (WarehouseUnavailableError, DatabaseUnavailable) as error:
        values, reason = [None] * len(moments), error.message
    except DATABASE_FAULTS:
        values, reason = [None] * len(moments), "PostgreSQL, which keeps the samples, does not answer."
    per_day = int(timedelta(days=1) / STEP)
    return Trend(
        source=source,
        at=moments,
        values=values,
        day_ago=values[-1 - per_day],
        week_ago=values[0],
        reason=reason if all(value is None for value in values) else None,
    )


def spans_at(rows: Iterable[dict[str, Any]], moments: Sequence[datetime]) -> list[float | None]:
    """Return how much was in force at each moment (naive UTC): begun by then, and not yet ended."""
    found = list(rows)
    started = np.array([row["started_at"] for row in found], dtype="datetime64[us]")
    ended = np.array([row["ended_at"] or _NEVER for row in found], dtype="datetime64[us]")
    counts = np.array([float(row["count"]) for row in found])
    at = np.array(moments, dtype="datetime64[us]")
    in_force = (started[:, None] <= at[None, :]) & (ended[:, None] > at[None, :])
    return [float(value) for value in counts @ in_force] if found else [0.0] * len(moments)


def _remembered(key: str, moments: list[datetime], zones: list[str]) -> tuple[list[float | None], str | None]:
    """Return a figure at moments from the warehouse, and why it is not known if it is at none of them."""
    naive = [moment.astimezone(UTC).replace(tzinfo=None) for moment in moments]
    group = _GROUPS[key]
    selects = group.queries(naive, zones)
    read = {table.fullname: table for query in selects.values() for table in tables_read(query)}

    def ask() -> dict[str, list[float | None]]:
        warehouse = get_warehouse()
        return group.build({name: warehouse.select_rows(query) for name, query in selects.items()}, naive)

    found = analytical(
        field=f"kpis.trend.{group.name}",
        question={"moments": naive[-1], "zones": zones},
        data_version=lambda: parts.version_of(*(read[name] for name in sorted(read))),
        ask=ask,
        encode=lambda answer: answer,
        decode=lambda kept: kept,
        stale_for_s=STALE_FOR_S,
    )
    return found[key], group.reason


@dataclass(frozen=True, kw_only=True)
class _Group:
    """Figures that one question answers."""

    name: str
    queries: Callable[[list[datetime], list[str]], dict[str, Any]]
    build: Callable[[dict[str, list[dict[str, Any]]], list[datetime]], dict[str, list[float | None]]]
    reason: str


def _outage_queries(moments: list[datetime], zones: list[str]) -> dict[str, Any]:
    window = {"since": moments[0], "until": moments[-1], "zone_ids": zones}
    return {
        "activeOutages": queries.outage_spans(**window),  # type: ignore[arg-type]
        "customersOut": queries.interruption_spans(**window),  # type: ignore[arg-type]
        "openWorkOrders": queries.work_spans(**window),  # type: ignore[arg-type]
    }


def _of_spans(
    rows: dict[str, list[dict[str, Any]]], moments: list[datetime]
) -> dict[str, list[float | None]]:
    return {key: spans_at(found, moments) for key, found in rows.items()}


def _by_hour(column: str, key: str) -> Any:
    def build(
        rows: dict[str, list[dict[str, Any]]], moments: list[datetime]
    ) -> dict[str, list[float | None]]:
        found = {row["at"]: row[column] for row in rows["hours"]}
        return {key: [found.get(moment) for moment in moments]}

    return build


def _margins(rows: dict[str, list[dict[str, Any]]], moments: list[datetime]) -> dict[str, list[float | None]]:
    totals = [parts.margin_totals(hour) for hour in line_ratings.hours_of(rows, moments)]
    return {
        "operationalMarginPct": [definitions.margin_pct(each) for each in totals],
        "capacityLeftMw": [definitions.left_mw(each) for each in totals],
        "circuitsAbove85Pct": [definitions.above_85_pct(each) for each in totals],
    }


def _restoration_queries(moments: list[datetime], zones: list[str]) -> dict[str, Any]:
    since = moments[0] - timedelta(days=RESTORATION_DAYS)
    return {"ended": queries.ended_outages(since=since, until=moments[-1], zone_ids=zones)}


def _restorations(
    rows: dict[str, list[dict[str, Any]]], moments: list[datetime]
) -> dict[str, list[float | None]]:
    """Return the figure as it would have been said: of the 30 days up to the newest end then on record."""
    ends = sorted(row["ended_at"] for row in rows["ended"])
    values = []
    for moment in moments:
        newest = max((end for end in ends if end <= moment), default=None)
        found = None if newest is None else parts.sum_up(rows["ended"], newest)
        values.append(definitions.average_minutes(found))
    return {"averageRestorationMinutes": values}


_OUTAGES = _Group(
    name="outages", queries=_outage_queries, build=_of_spans, reason="No outages are on record."
)
_MARGINS = _Group(
    name="margins",
    queries=line_ratings.hour_queries,
    build=_margins,
    reason="No circuit has both a load and a weather rating in those hours.",
)
_GROUPS = {
    "activeOutages": _OUTAGES,
    "customersOut": _OUTAGES,
    "openWorkOrders": _OUTAGES,
    "loadMw": _Group(
        name="load",
        queries=lambda moments, zones: {"hours": queries.load_hours(hours=moments, zone_ids=zones)},
        build=_by_hour("load_mw", "loadMw"),
        reason="No usage of those hours is on record.",
    ),
    "overloadedTransformersPct": _Group(
        name="overloads",
        queries=lambda moments, zones: {"hours": queries.overloaded_hours(hours=moments, zone_ids=zones)},
        build=_by_hour("overloaded_pct", "overloadedTransformersPct"),
        reason="No load of those hours is on record.",
    ),
    "averageRestorationMinutes": _Group(
        name="restoration",
        queries=_restoration_queries,
        build=_restorations,
        reason="No outage that ended in those days is on record.",
    ),
    **dict.fromkeys(definitions.MARGIN_KEYS, _MARGINS),
}
_OF_HOURS = ("loadMw", "overloadedTransformersPct", *definitions.MARGIN_KEYS)
_SAMPLED: dict[str, Callable[[dict[str, Any]], float | None]] = {
    "customersServed": lambda row: _difference(row["active_customers"], row["customers_out"]),
    "crewsActive": lambda row: row["crews_active"],
    "assetHealthIndex": lambda row: _ratio(row["health_index_sum"], row["health_count"]),
}


def _sampled(key: str, moments: list[datetime], zones: list[str]) -> tuple[list[float | None], str | None]:
    """Return a figure at moments from the samples nearest to them, within five minutes."""
    rows = models.KpiSample.objects.filter(
        at__gte=moments[0] - SAMPLE_EVERY, at__lte=moments[-1] + SAMPLE_EVERY
    )
    if zones:
        rows = rows.filter(zone__in=zones)
    columns = ("active_customers", "customers_out", "crews_active", "health_index_sum", "health_count")
    sums: dict[str, Any] = {f"{name}_": Sum(name) for name in columns}
    found: list[dict[str, Any]] = list(rows.order_by("at").values("at").annotate(**sums))  # type: ignore[arg-type]
    taken = np.array([row["at"].timestamp() for row in found])
    values: list[float | None] = []
    for moment in moments:
        near = int(np.argmin(np.abs(taken - moment.timestamp()))) if found else -1
        if near < 0 or abs(taken[near] - moment.timestamp()) > SAMPLE_EVERY.total_seconds():
            values.append(None)
            continue
        values.append(_SAMPLED[key]({name: found[near][f"{name}_"] for name in columns}))
    return values, "It is sampled every five minutes, and no sample is as old yet."


def _difference(total: float | None, part: float | None) -> float | None:
    return None if total is None or part is None else total - part


def _ratio(total: float | None, count: float | None) -> float | None:
    return total / count if total is not None and count else None


def _five_minutes(now: datetime) -> datetime:
    return now.replace(minute=now.minute - now.minute % 5, second=0, microsecond=0)
