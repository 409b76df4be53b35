"""Periods of whole local days as questions name them: two dates, or words such as "last year"."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Self
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict, Field, model_validator

from agent.semantic.form import Period
from agent.semantic.moments import moment_parts
from agent.semantic.times import NoSuchDate, TimeGrammar
from agent.semantic.words import tokens_of
from flux_site.api.errors import BadInput

EXAMPLES = "2025, last year, July 2025, the last 90 days, between August 2 and August 4"
MOMENTS = "yesterday at 3 pm, August 3 at 14:00, today at noon"
ONE_YEAR = timedelta(days=364)


class DayPeriod(BaseModel):
    """Days of the utility's own calendar, first and last included."""

    model_config = ConfigDict(extra="forbid")

    start: date = Field(description="First day, such as 2025-01-01.")
    end: date = Field(description="Last day, included.")

    @model_validator(mode="after")
    def in_order(self) -> Self:
        """Refuse an end before the start."""
        if self.end < self.start:
            raise ValueError(f"end is {self.end}; it must not be before start, {self.start}")
        return self


def read_days(said: str | DayPeriod | None, *, first: date, today: date) -> tuple[date, date]:
    """Return first and last day of a period.

    Args:
        said: the period; the 365 days that end today if None.
        first: first day on record, where a period without a beginning begins.
        today: the day that words such as "yesterday" are counted from, where one without an end ends.

    Raises:
        BadInput: naming ``period``.
    """
    if said is None:
        return today - ONE_YEAR, today
    if isinstance(said, DayPeriod):
        return said.start, said.end
    period = _spoken(said, today)
    start = first if period.start is None else period.start.date()
    end = today if period.end is None else (period.end - timedelta(days=1)).date()
    if end < start:
        raise BadInput(
            f"{said!r} ends on {end}, before the record begins on {first}. Name a later one.", field="period"
        )
    return start, end


def read_moment(said: str, *, now: datetime, zone: ZoneInfo, field: str) -> datetime:
    """Return the moment that words such as "yesterday at 3 pm" mean, with its time zone.

    Args:
        said: a day and an hour of it, in local words.
        now: the moment that words such as "yesterday" are counted from.
        zone: the local time zone.
        field: what an error names.

    Raises:
        BadInput: if the words are no hour of one day.
    """
    parts = moment_parts(said)
    tokens = tokens_of(parts[0]) if parts is not None else []
    try:
        found = TimeGrammar(now.astimezone(zone).replace(tzinfo=None)).match(tokens, 0) if parts else None
    except NoSuchDate as error:
        raise BadInput(f"{said!r} is no moment: {error}.", field=field) from error
    period = None if found is None or found.end < len(tokens) else found.period
    if parts is None or not isinstance(period, Period) or period.start is None or period.end is None:
        raise BadInput(
            f"I cannot read {said!r} as a moment. Say it like {MOMENTS}, or in ISO 8601.", field=field
        )
    if period.end - period.start != timedelta(days=1):
        raise BadInput(f"{said!r} is no hour of one day. Say it like {MOMENTS}.", field=field)
    _, hour, minute = parts
    return datetime.combine(period.start.date(), time(hour, minute), zone)


def _spoken(said: str, today: date) -> Period:
    tokens = tokens_of(said)
    try:
        found = TimeGrammar(datetime.combine(today, time(12))).match(tokens, 0)
    except NoSuchDate as error:
        raise BadInput(f"{said!r} is no period: {error}.", field="period") from error
    if found is None or found.end < len(tokens) or not isinstance(found.period, Period):
        raise BadInput(
            f"I cannot read {said!r} as a period. Say it like {EXAMPLES}, or give start and end.",
            field="period",
        )
    if not found.period.is_whole_days:
        raise BadInput(
            f"{said!r} is no period of whole days, and only these are counted. Say it like {EXAMPLES}.",
            field="period",
        )
    return found.period
