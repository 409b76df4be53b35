"""The hourly partitions of ``ami_realtime``: made ahead, dropped when they are over."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

from django.conf import settings
from django.db import OperationalError, connection, transaction
from django.utils import timezone
from psycopg import sql

TABLE = "ami_realtime"
LOCK_CLASS = 0x5354524D
"""First key of the advisory locks of streaming."""
PARTITION_LOCK, DELIVERY_LOCK = 1, 2
AHEAD_HOURS = 3
_HOUR = timedelta(hours=1)
_PREFIX = f"{TABLE}_"
_FORM = "%Y%m%d%H"


def hour_of(moment: datetime) -> datetime:
    """Return the UTC hour a moment is in."""
    return moment.astimezone(UTC).replace(minute=0, second=0, microsecond=0)


def list_hours() -> set[datetime]:
    """Return the hours that have a partition."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT child.relname FROM pg_inherits JOIN pg_class child ON child.oid = inhrelid"
            " WHERE inhparent = %s::regclass",
            [TABLE],
        )
        names = [row[0] for row in cursor.fetchall()]
    return {datetime.strptime(name.removeprefix(_PREFIX), _FORM).replace(tzinfo=UTC) for name in names}


@transaction.atomic
def make_hours(hours: Iterable[datetime]) -> list[datetime]:
    """Make the partitions that are missing and return their hours. Readers and writers go on meanwhile."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [LOCK_CLASS, PARTITION_LOCK])
        missing = sorted(set(hours) - list_hours())
        for hour in missing:
            name = sql.Identifier(hour.strftime(_PREFIX + _FORM))
            # A table that is attached, unlike one that is made as a partition, does not lock the parent.
            cursor.execute(
                sql.SQL("CREATE TABLE {} (LIKE {} INCLUDING ALL)").format(name, sql.Identifier(TABLE))
            )
            cursor.execute(
                sql.SQL("ALTER TABLE {} ATTACH PARTITION {} FOR VALUES FROM ({}) TO ({})").format(
                    sql.Identifier(TABLE), name, sql.Literal(hour), sql.Literal(hour + _HOUR)
                )
            )
    return missing


def make_ahead(now: datetime) -> int:
    """Make the partitions of this hour and the next ones; return how many were missing."""
    return len(make_hours(hour_of(now) + ahead * _HOUR for ahead in range(AHEAD_HOURS + 1)))


def drop_old(now: datetime) -> int:
    """Drop the partitions that hold only readings older than what is kept; return how many.

    One that is being read is left for the next time, so that nobody waits for us.
    """
    keep = timedelta(hours=settings.STREAM_KEEP_HOURS)
    dropped = 0
    for hour in sorted(list_hours()):
        if now - (hour + _HOUR) <= keep + _HOUR:
            continue
        try:
            with transaction.atomic(), connection.cursor() as cursor:
                cursor.execute("SET LOCAL lock_timeout = '2s'")
                cursor.execute(
                    sql.SQL("DROP TABLE IF EXISTS {}").format(sql.Identifier(hour.strftime(_PREFIX + _FORM)))
                )
        except OperationalError as error:
            if "lock timeout" not in str(error):
                raise
            continue
        dropped += 1
    return dropped


def tend() -> dict[str, int]:
    """Make partitions ahead and drop those that are over."""
    now = timezone.now()
    return {"made": make_ahead(now), "dropped": drop_old(now)}
