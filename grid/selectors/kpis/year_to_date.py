"""The indices of IEEE 1366 of the year so far, as they stood at the end of each of the last days.

An interruption belongs to the local day that it began on, with all of its minutes as on record now; so the
index of a day is that of ``reliability`` from 1 January to that day.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from django.utils import timezone

from grid.selectors.ami_scope import local_zone
from grid.selectors.reliability.asking import answered, visible_part
from grid.selectors.reliability.definitions import DEFINITIONS, ReliabilityIndex
from grid.selectors.reliability.history import History, find_history
from grid.selectors.reliability.reports import both_ways
from grid.standards.reliability import Index
from grid.warehouse.queries import Planned

DAYS = 8
"""Today and the seven days that a trend goes back, at whatever hour it begins."""

STALE_FOR_S = 300.0


@dataclass(frozen=True, kw_only=True)
class YearKey:
    """A key figure: an index, with or without major event days."""

    index: ReliabilityIndex
    with_major: bool

    @property
    def label(self) -> str:
        """Return what it is called."""
        without = "" if self.with_major else ", without major event days"
        return f"{self.index} this year{without}"

    @property
    def definition(self) -> str:
        """Return how it is made."""
        without = "" if self.with_major else " Days above the 2.5 beta threshold of IEEE 1366 are left out."
        return (
            f"{DEFINITIONS[self.index].text} Of the interruptions, planned ones too, that began on a local "
            f"day from 1 January to today.{without}"
        )


YEAR_KEYS = {
    "saidiYtdMin": YearKey(index=ReliabilityIndex.SAIDI, with_major=True),
    "saifiYtd": YearKey(index=ReliabilityIndex.SAIFI, with_major=True),
    "caidiYtdMin": YearKey(index=ReliabilityIndex.CAIDI, with_major=True),
    "saidiYtdWithoutMajorDaysMin": YearKey(index=ReliabilityIndex.SAIDI, with_major=False),
    "saifiYtdWithoutMajorDays": YearKey(index=ReliabilityIndex.SAIFI, with_major=False),
    "caidiYtdWithoutMajorDaysMin": YearKey(index=ReliabilityIndex.CAIDI, with_major=False),
}
"""The key figures of the year so far, in the order in which they are given."""


@dataclass(frozen=True, kw_only=True)
class YearToDate:
    """The indices from 1 January to each of the last days.

    Attributes:
        as_of: until when the record goes; None without a record.
        days: by local day: each key figure.
    """

    as_of: datetime | None
    days: dict[date, dict[str, Index]]

    def at(self, key: str, moments: Sequence[datetime]) -> list[float | None]:
        """Return a figure at the end of the local day of each moment."""
        zone = local_zone()
        return [self.days[moment.astimezone(zone).date()][key].value for moment in moments]


def year_to_date(user: Any) -> YearToDate:
    """Return the indices of the year so far over the zones the user may see.

    Raises:
        WarehouseUnavailableError: if the warehouse is down and no earlier answer is kept.
    """
    today = timezone.now().astimezone(local_zone()).date()
    days = [today - timedelta(days=n) for n in range(DAYS)]
    first = date(days[-1].year, 1, 1)
    scope = visible_part(substation_id=None, circuit_id=None, user=user)

    def found(history: History) -> YearToDate:
        record = history.record
        return YearToDate(
            as_of=None if record is None else record.as_of.replace(tzinfo=UTC),
            days={day: _indices(history, day) for day in days},
        )

    return answered(
        field="kpis.reliability",
        scope=scope,
        question={"today": today},
        ask=lambda warehouse: found(find_history(warehouse, scope, first, today)),
        stale_for_s=STALE_FOR_S,
    )


def _indices(history: History, day: date) -> dict[str, Index]:
    """Return the indices from 1 January of a day's year to the day."""
    first = date(day.year, 1, 1)
    every = history.total(first, day, Planned.ALL)
    rest = history.total(first, day, Planned.ALL, without=history.major_days)
    ways = both_ways(history, history.customers_served, every, rest, first, day)
    return {
        name: getattr(ways.with_major if key.with_major else ways.without_major, key.index.value.lower())
        for name, key in YEAR_KEYS.items()
    }
