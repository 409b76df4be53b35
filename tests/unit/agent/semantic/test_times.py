"""Times in questions, as seen from noon of Tuesday, 12 August 2025; dates counted by hand on a calendar."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.semantic.form import Grain, Period
from agent.semantic.times import NoSuchDate, Relative, TimeGrammar
from agent.semantic.words import tokens_of

NOW = datetime(2025, 8, 12, 11, 45)


def said(text: str, now: datetime = NOW) -> Period:
    tokens = tokens_of(text)
    found = TimeGrammar(now).match(tokens, 0)
    assert found is not None, text
    assert found.end == len(tokens), f"{text}: {found}"
    assert isinstance(found.period, Period)
    return found.period


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("today", "2025-08-12", "2025-08-12"),
        ("yesterday", "2025-08-11", "2025-08-11"),
        ("the day before yesterday", "2025-08-10", "2025-08-10"),
        ("3 days ago", "2025-08-09", "2025-08-09"),
        ("this week", "2025-08-11", "2025-08-17"),
        ("two weeks ago", "2025-07-28", "2025-08-03"),
        ("a month ago", "2025-07-01", "2025-07-31"),
        ("of the year", "2025-01-01", "2025-12-31"),
        ("the first half of 2025", "2025-01-01", "2025-06-30"),
        ("in the second half of last year", "2024-07-01", "2024-12-31"),
        ("on 8/3", "2025-08-03", "2025-08-03"),
        ("12/24", "2024-12-24", "2024-12-24"),
        ("last week", "2025-08-04", "2025-08-10"),
        ("past week", "2025-08-06", "2025-08-12"),
        ("in the last 7 days", "2025-08-06", "2025-08-12"),
        ("over the past 3 months", "2025-05-13", "2025-08-12"),
        ("last month", "2025-07-01", "2025-07-31"),
        ("this quarter", "2025-07-01", "2025-09-30"),
        ("last quarter", "2025-04-01", "2025-06-30"),
        ("last year", "2024-01-01", "2024-12-31"),
        ("year to date", "2025-01-01", "2025-08-12"),
        ("in July", "2025-07-01", "2025-07-31"),
        ("July last year", "2024-07-01", "2024-07-31"),
        ("July of 2023", "2023-07-01", "2023-07-31"),
        ("in December", "2024-12-01", "2024-12-31"),
        ("last August", "2024-08-01", "2024-08-31"),
        ("in May", "2025-05-01", "2025-05-31"),
        ("on August 5", "2025-08-05", "2025-08-05"),
        ("on the 5th of August 2024", "2024-08-05", "2024-08-05"),
        ("December 24", "2024-12-24", "2024-12-24"),
        ("2025-08-03", "2025-08-03", "2025-08-03"),
        ("8/3/2025", "2025-08-03", "2025-08-03"),
        ("2024-02", "2024-02-01", "2024-02-29"),
        ("in 2024", "2024-01-01", "2024-12-31"),
        ("Q2 2025", "2025-04-01", "2025-06-30"),
        ("in the fourth quarter", "2024-10-01", "2024-12-31"),
        ("last Tuesday", "2025-08-05", "2025-08-05"),
        ("on Sunday", "2025-08-10", "2025-08-10"),
        ("last weekend", "2025-08-09", "2025-08-10"),
        ("last summer", "2024-06-01", "2024-08-31"),
        ("winter 2023", "2023-12-01", "2024-02-29"),
        ("between August 2 and August 4", "2025-08-02", "2025-08-04"),
        ("from 1 to 5 August 2025", "2025-08-01", "2025-08-05"),
        ("August 1 to 5", "2025-08-01", "2025-08-05"),
        ("from 2025-08-03 to 2025-08-06", "2025-08-03", "2025-08-06"),
        ("between June and August 2024", "2024-06-01", "2024-08-31"),
    ],
)
def test_a_time_is_whole_days(text: str, first: str, last: str) -> None:
    period = said(text)

    assert period.start == datetime.fromisoformat(first)
    assert period.end == datetime.fromisoformat(last) + timedelta(days=1)


@pytest.mark.parametrize(
    ("text", "start", "end"),
    [
        ("since July", "2025-07-01", None),
        ("before 2024", None, "2024-01-01"),
        ("after August 4", "2025-08-05", None),
        ("since midnight", "2025-08-12", None),
        ("until yesterday", None, "2025-08-12"),
        ("from Monday on", "2025-08-11", None),
    ],
)
def test_a_time_may_be_open(text: str, start: str | None, end: str | None) -> None:
    period = said(text)

    assert period.start == (start and datetime.fromisoformat(start))
    assert period.end == (end and datetime.fromisoformat(end))


def test_hours_are_counted_back_from_the_moment_itself() -> None:
    period = said("in the last 24 hours")

    assert period.start is not None
    assert period.end is not None
    assert period.end - period.start == timedelta(hours=24)
    assert period.start < NOW < period.end


@pytest.mark.parametrize(
    "text", ["February 30", "on the 31st of June", "2025-13-01", "2025-02-29", "2/30", "13/5"]
)
def test_a_date_that_no_calendar_has_is_refused(text: str) -> None:
    with pytest.raises(NoSuchDate):
        TimeGrammar(NOW).match(tokens_of(text), 0)


def test_a_year_is_no_part_of_an_id() -> None:
    assert TimeGrammar(NOW).match(tokens_of("CKT-40735-02"), 0) is None


def test_the_week_before_is_before_another_time() -> None:
    found = TimeGrammar(NOW).match(tokens_of("the week before"), 0)

    assert found is not None
    assert found.period == Relative(Grain.WEEK)
    assert TimeGrammar(NOW).before(said("last week"), Grain.WEEK) == Period(
        datetime(2025, 7, 28), datetime(2025, 8, 4), "the week before"
    )


@given(
    now=st.datetimes(min_value=datetime(2001, 1, 1), max_value=datetime(2090, 1, 1)),
    grain=st.sampled_from(["week", "month", "quarter", "year"]),
)
def test_the_last_piece_of_time_ends_where_this_one_begins(now: datetime, grain: str) -> None:
    last, this = said(f"last {grain}", now), said(f"this {grain}", now)

    assert last.end == this.start
    assert this.start is not None
    assert this.end is not None
    assert this.start <= now < this.end


@given(
    now=st.datetimes(min_value=datetime(2001, 1, 1), max_value=datetime(2090, 1, 1)), days=st.integers(1, 400)
)
def test_the_last_days_are_as_many_and_end_with_today(now: datetime, days: int) -> None:
    period = said(f"last {days} days", now)

    assert period.start is not None
    assert period.end is not None
    assert (period.end - period.start).days == days
    assert period.end.date() - timedelta(days=1) == now.date()
