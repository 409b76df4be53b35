"""Spans of local periods, over changes of the clock and in zones of half hours."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grid.pipeline.periods import Span, day_spans, hour_spans, month_spans, whole
from grid.pipeline.usage import day_bounds

CHICAGO, KOLKATA, CHATHAM = (
    ZoneInfo(name) for name in ("America/Chicago", "Asia/Kolkata", "Pacific/Chatham")
)
SPRING, AUTUMN = date(2025, 3, 9), date(2025, 11, 2)
ZONES = st.sampled_from([CHICAGO, KOLKATA, CHATHAM, ZoneInfo("UTC"), ZoneInfo("Australia/Lord_Howe")])
DAYS = st.dates(date(2000, 1, 1), date(2035, 1, 1))


def test_the_day_clocks_go_forward_has_no_second_hour() -> None:
    hours = [span.place[1] for span in hour_spans(SPRING, SPRING, CHICAGO)]
    assert hours == [0, 1, *range(3, 24)]


def test_the_repeated_hour_of_autumn_is_told_apart() -> None:
    spans = hour_spans(AUTUMN, AUTUMN, CHICAGO)
    assert [span.place for span in spans[:4]] == [(0, 0, 0), (0, 1, 0), (0, 1, 1), (0, 2, 0)]
    assert len(spans) == 25


def test_days_are_as_long_as_they_are() -> None:
    for day, hours in ((SPRING, 23), (AUTUMN, 25), (date(2025, 7, 1), 24)):
        (span,) = day_spans(day, day, CHICAGO)
        assert span.minutes == hours * 60


def test_months_at_the_ends_are_cut() -> None:
    spans = month_spans(date(2025, 1, 30), date(2025, 4, 2), CHICAGO)
    assert [span.first for span in spans] == [
        date(2025, 1, 30),
        date(2025, 2, 1),
        date(2025, 3, 1),
        date(2025, 4, 1),
    ]
    assert spans[0].start == datetime(2025, 1, 30, 6)
    assert spans[-1].end == datetime(2025, 4, 3, 5)
    assert [span.place for span in spans] == [(0,), (1,), (2,), (3,)]


def test_days_of_a_half_hour_zone_begin_at_its_midnight() -> None:
    (span,) = day_spans(date(2025, 7, 1), date(2025, 7, 1), KOLKATA)
    assert (span.start, span.end) == (datetime(2025, 6, 30, 18, 30), datetime(2025, 7, 1, 18, 30))


@pytest.mark.parametrize("zone", [KOLKATA, CHATHAM])
def test_hours_of_a_half_hour_zone_are_utc_hours_that_begin_in_the_period(zone: ZoneInfo) -> None:
    day = date(2025, 7, 1)
    spans = hour_spans(day, day, zone)
    start, end = day_bounds(day, zone)
    assert len(spans) == 24
    assert all(span.start.minute == 0 and start <= span.start < end for span in spans)


@pytest.mark.parametrize("make", [day_spans, month_spans])
@given(first=DAYS, length=st.integers(0, 100), zone=ZONES)
def test_days_and_months_cover_a_period_without_gap(
    make: Callable[[date, date, ZoneInfo], list[Span]], first: date, length: int, zone: ZoneInfo
) -> None:
    last = first + timedelta(days=length)
    spans = make(first, last, zone)
    all_of_it = whole(first, last, zone)

    assert (spans[0].start, spans[-1].end) == (all_of_it.start, all_of_it.end)
    assert all(one.end == other.start for one, other in pairwise(spans))
    assert sum(span.minutes for span in spans) == all_of_it.minutes
    assert len({span.place for span in spans}) == len(spans)


@given(first=DAYS, length=st.integers(0, 10), zone=ZONES)
def test_hours_follow_each_other_and_have_places_of_their_own(
    first: date, length: int, zone: ZoneInfo
) -> None:
    spans = hour_spans(first, first + timedelta(days=length), zone)

    assert all(one.end == other.start for one, other in pairwise(spans))
    assert len({span.place for span in spans}) == len(spans)
    assert {span.place[0] for span in spans} == set(range(length + 1))
