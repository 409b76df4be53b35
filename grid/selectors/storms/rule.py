"""Which days were storm days: the rule on daily numbers of outages, for estimates and past storms alike."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from grid.pipeline.periods import whole
from grid.selectors.ami_scope import local_zone
from grid.standards.restoration import MIN_SAMPLE, storm_threshold
from grid.warehouse import Warehouse, queries
from grid.warehouse.queries import InterruptionScope

RULE_SPAN = timedelta(days=3 * 365)
"""The rule is learnt from the days of this long before today."""

TOO_FEW_DAYS = f"Fewer than {MIN_SAMPLE} days of the three years before today had outages."


@dataclass(frozen=True, kw_only=True)
class StormRule:
    """From how many outages on a day is a storm day, and what that rests on.

    Attributes:
        threshold: a local day on which more unplanned outages began is a storm day; None without one.
        first_day, last_day: the local days it comes from.
        day_count: those of them with outages; days without do not count.
        reason: why there is no threshold.
    """

    threshold: float | None
    first_day: date
    last_day: date
    day_count: int
    reason: str | None

    def is_storm(self, outage_count: int) -> bool:
        """Return whether a day with so many outages is a storm day."""
        return self.threshold is not None and outage_count > self.threshold


def local_day(at: datetime) -> date:
    """Return the utility's local day of a moment; one without a time zone is UTC."""
    aware = at.replace(tzinfo=UTC) if at.tzinfo is None else at
    return aware.astimezone(local_zone()).date()


def outages_by_day(
    warehouse: Warehouse, scope: InterruptionScope, first: date, last: date
) -> dict[date, int]:
    """Return how many unplanned outages began on each of the local days ``first`` to ``last`` with any."""
    zone = local_zone()
    span = whole(first, last, zone)
    query = queries.unplanned_outages_by_day(
        scope,
        since=span.start,
        until=span.end,
        offsets=queries.day_offsets(span.start, span.end, zone),
    )
    return {row["local_date"]: int(row["outage_count"]) for row in warehouse.select_rows(query)}


def storm_rule(counts: Mapping[date, int], *, today: date) -> StormRule:
    """Return the rule as of a day, from the numbers of outages of the days before and of that day.

    Args:
        counts: how many outages began on each local day; days outside the rule's span do not count.
        today: the last day it may come from.
    """
    first = today - RULE_SPAN
    counted = [count for day, count in counts.items() if first <= day <= today and count > 0]
    threshold = storm_threshold(counted)
    return StormRule(
        threshold=threshold,
        first_day=first,
        last_day=today,
        day_count=len(counted),
        reason=TOO_FEW_DAYS if threshold is None else None,
    )
