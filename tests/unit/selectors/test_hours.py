"""Moments and spans that questions give: what is absurd is refused by name, whatever its time zone."""

from datetime import UTC, datetime, timedelta, timezone

import pytest

from flux_site.api.errors import BadInput
from grid.selectors.hours import hour_of, hours_between, naive_utc, span

NOON = datetime(2026, 7, 1, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    "moment",
    [
        datetime(2026, 7, 1),
        datetime(1, 1, 1, tzinfo=timezone(timedelta(hours=14))),
        datetime(9999, 12, 31, 23, 59, 59, tzinfo=timezone(timedelta(hours=-12))),
        datetime(1989, 12, 31, tzinfo=UTC),
        datetime(2200, 1, 2, tzinfo=UTC),
    ],
    ids=["naive", "first", "last", "early", "late"],
)
def test_a_moment_that_cannot_be_meant_is_refused_by_its_name(moment: datetime) -> None:
    with pytest.raises(BadInput) as refused:
        naive_utc(moment, field="at")

    assert refused.value.extensions["field"] == "at"


def test_moments_are_told_in_utc() -> None:
    texas = datetime(2026, 7, 1, 7, 59, 59, tzinfo=timezone(timedelta(hours=-5)))

    assert naive_utc(texas, field="at") == datetime(2026, 7, 1, 12, 59, 59)
    assert hour_of(texas, field="at") == datetime(2026, 7, 1, 12)


@pytest.mark.parametrize(
    ("start", "end", "field"),
    [
        (NOON, NOON, "end"),
        (NOON, NOON - timedelta(seconds=1), "end"),
        (NOON, NOON + timedelta(days=2, seconds=1), "end"),
        (NOON.replace(tzinfo=None), NOON, "start"),
    ],
)
def test_a_span_that_is_none_or_too_long_is_refused(start: datetime, end: datetime, field: str) -> None:
    with pytest.raises(BadInput) as refused:
        span(start, end, most_days=2, what="it")

    assert refused.value.extensions["field"] == field


@pytest.mark.parametrize(
    ("minutes", "count"), [(1, 1), (60, 1), (61, 2), (2 * 24 * 60, 48)], ids=["begun", "one", "more", "days"]
)
def test_hours_are_those_that_have_a_part_of_the_span(minutes: int, count: int) -> None:
    hours = hours_between(NOON, NOON + timedelta(minutes=minutes), most_days=2, what="it")

    assert len(hours) == count
    assert hours[0] == datetime(2026, 7, 1, 12)
    assert hours[-1] == datetime(2026, 7, 1, 12) + timedelta(hours=count - 1)


def test_a_start_within_an_hour_belongs_to_that_hour() -> None:
    half_past = NOON + timedelta(minutes=30)

    assert len(hours_between(half_past, half_past + timedelta(hours=1), most_days=2, what="it")) == 2
