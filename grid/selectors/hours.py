"""Moments, spans and hours as questions give them: checked, and as naive UTC, which the warehouse speaks."""

from datetime import UTC, datetime, timedelta

from flux_site.api.errors import BadInput

HOUR = timedelta(hours=1)
_EARLIEST = datetime(1990, 1, 1, tzinfo=UTC)
_LATEST = datetime(2200, 1, 1, tzinfo=UTC)


def naive_utc(moment: datetime, *, field: str) -> datetime:
    """Return a moment as naive UTC.

    Raises:
        BadInput: naming ``field``, if it has no time zone or is absurd.
    """
    if moment.tzinfo is None:
        raise BadInput(f"{field} has no time zone; write it like 2026-07-01T00:00:00Z.", field=field)
    if not _EARLIEST <= moment <= _LATEST:
        raise BadInput(
            f"{field} is {moment}; it must lie between {_EARLIEST.date()} and {_LATEST.date()}.", field=field
        )
    return moment.astimezone(UTC).replace(tzinfo=None)


def hour_of(moment: datetime, *, field: str) -> datetime:
    """Return the start of the hour that a moment lies in, naive UTC.

    Raises:
        BadInput: naming ``field``.
    """
    return naive_utc(moment, field=field).replace(minute=0, second=0, microsecond=0)


def span(start: datetime, end: datetime, *, most_days: int, what: str) -> tuple[datetime, datetime]:
    """Return a span of time as naive UTC.

    Args:
        start: its start.
        end: after ``start``.
        most_days: how many days there may be.
        what: what is given for at most that long, for the message.

    Raises:
        BadInput: naming ``start`` or ``end``.
    """
    since, until = naive_utc(start, field="start"), naive_utc(end, field="end")
    if until <= since:
        raise BadInput(f"end is {end}; it must be after {start}.", field="end")
    if until - since > timedelta(days=most_days):
        raise BadInput(f"end is {end}; {what} is given for at most {most_days} days at a time.", field="end")
    return since, until


def hours_between(start: datetime, end: datetime, *, most_days: int, what: str) -> list[datetime]:
    """Return the hours from the one that ``start`` lies in to before ``end``, naive UTC, oldest first.

    Raises:
        BadInput: see ``span``.
    """
    since, until = span(start, end, most_days=most_days, what=what)
    first = since.replace(minute=0, second=0, microsecond=0)
    return [first + n * HOUR for n in range(-((first - until) // HOUR))]
