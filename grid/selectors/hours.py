"""The hours between two moments, as a question may ask for them."""

from datetime import UTC, datetime, timedelta

from flux_site.api.errors import BadInput

HOUR = timedelta(hours=1)
_EARLIEST = datetime(1990, 1, 1, tzinfo=UTC)
_LATEST = datetime(2200, 1, 1, tzinfo=UTC)


def hours_between(start: datetime, end: datetime, *, most_days: int, what: str) -> list[datetime]:
    """Return the hours that begin from ``start`` to before ``end``, naive UTC, oldest first.

    Args:
        start: the first hour is the one it lies in.
        end: after ``start``.
        most_days: how many days there may be.
        what: what is given for at most that long, for the message.

    Raises:
        BadInput: naming ``start`` or ``end``.
    """
    for name, moment in (("start", start), ("end", end)):
        if not _EARLIEST <= moment.astimezone(UTC) <= _LATEST:
            raise BadInput(
                f"{name} is {moment}; it must lie between {_EARLIEST.date()} and {_LATEST.date()}.",
                field=name,
            )
    since, until = (moment.astimezone(UTC).replace(tzinfo=None) for moment in (start, end))
    if until <= since:
        raise BadInput(f"end is {end}; it must be after {start}.", field="end")
    if until - since > timedelta(days=most_days):
        raise BadInput(f"{what} is given for at most {most_days} days at a time.", field="end")
    first = since.replace(minute=0, second=0, microsecond=0)
    count = -((first - until) // HOUR)
    return [first + n * HOUR for n in range(count)]
