"""How the streams are doing, and the hot readings they brought."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db.models import Count, Max, Min, Sum
from django.utils import timezone

from flux_site.api.errors import BadInput, NotFound
from grid import models
from grid.selectors.stream_transport import get_transport
from grid.streaming.transport import Backlog, StreamName, TransportUnavailable

ALIVE_WITHIN = timedelta(seconds=15)
MAX_READINGS = 1_000


@dataclass(frozen=True, kw_only=True)
class ConsumerState:
    """A consumer that told of itself lately."""

    name: str
    started_at: datetime
    beat_at: datetime
    landed_count: int
    dead_count: int
    rate_per_s: float | None
    last_error: str | None


@dataclass(frozen=True, kw_only=True)
class StreamState:
    """How one stream is doing.

    Attributes:
        stream: which one.
        backlog_count: messages sent and not yet landed; None if the transport does not answer.
        lag_s: how long the oldest of them has waited; 0 if none waits, None if it is not known.
        reason: why the backlog is not known; None if it is.
        rate_per_s: records landed a second, lately; None without a consumer.
        dead_count: dead letters kept.
        last_record_at: newest moment of a record that a living consumer wrote.
        pending_count: rows that the warehouse does not hold yet.
        pending_since: since when the oldest of them waits.
        pending_error: why they could not be delivered; None if nothing failed.
        consumers: those alive.
    """

    stream: StreamName
    backlog_count: int | None
    lag_s: float | None
    reason: str | None
    rate_per_s: float | None
    dead_count: int
    last_record_at: datetime | None
    pending_count: int
    pending_since: datetime | None
    pending_error: str | None
    consumers: list[ConsumerState]


def stream_states() -> list[StreamState]:
    """Return the state of each stream."""
    now = timezone.now()
    dead = dict(models.StreamDeadLetter.objects.values_list("stream").annotate(n=Count("pk")).order_by())
    pending = {
        row["stream"]: row
        for row in models.StreamPending.objects.values("stream")
        .annotate(n=Sum("row_count"), since=Min("landed_at"), error=Max("last_error"))
        .order_by()
    }
    consumers: dict[str, list[models.StreamConsumer]] = {}
    for row in models.StreamConsumer.objects.filter(beat_at__gt=now - ALIVE_WITHIN):
        consumers.setdefault(row.stream, []).append(row)
    states = []
    for stream in StreamName:
        backlog, reason = _backlog(stream)
        alive = consumers.get(stream.value, [])
        waiting = pending.get(stream.value)
        moments = [row.last_record_at for row in alive if row.last_record_at]
        states.append(
            StreamState(
                stream=stream,
                backlog_count=backlog.message_count if backlog else None,
                lag_s=_lag_s(backlog, now),
                reason=reason,
                rate_per_s=sum(row.rate_per_s or 0.0 for row in alive) if alive else None,
                dead_count=dead.get(stream.value, 0),
                last_record_at=max(moments, default=None),
                pending_count=waiting["n"] if waiting else 0,
                pending_since=waiting["since"] if waiting else None,
                pending_error=(waiting["error"] or None) if waiting else None,
                consumers=[_consumer(row) for row in alive],
            )
        )
    return states


def realtime_readings(
    *, meter_id: str, since: datetime | None, first: int, user: Any
) -> list[models.RealtimeReading]:
    """Return the hot readings of a meter, newest first.

    Args:
        meter_id: which meter.
        since: those whose interval began then or later; None for all that are kept.
        first: at most so many.
        user: who asks.

    Raises:
        BadInput: if ``since`` has no zone, or ``first`` is out of range.
        NotFound: if there is no such meter that the user may see.
    """
    if since is not None and since.tzinfo is None:
        raise BadInput("since has no time zone; write it like 2026-07-01T00:00:00Z.", field="since")
    if not 1 <= first <= MAX_READINGS:
        raise BadInput(f"first must be from 1 to {MAX_READINGS:,}.", field="first")
    if not models.Meter.objects.visible_to(user).filter(pk=meter_id).exists():
        raise NotFound(f"There is no meter {meter_id!r} that you may see.", field="meterId")
    kept_since = timezone.now() - timedelta(hours=settings.STREAM_KEEP_HOURS)
    earliest = max(since, kept_since) if since else kept_since
    rows = models.RealtimeReading.objects.filter(meter_id=meter_id, reading_at__gte=earliest)
    return list(rows.order_by("-reading_at")[:first])


def _backlog(stream: StreamName) -> tuple[Backlog | None, str | None]:
    try:
        return get_transport().backlog(stream), None
    except TransportUnavailable as error:
        return None, f"The stream does not answer: {error}"


def _lag_s(backlog: Backlog | None, now: datetime) -> float | None:
    if backlog is None:
        return None
    if not backlog.message_count:
        return 0.0
    if backlog.oldest_sent_at is None:
        return None
    return max((now - backlog.oldest_sent_at).total_seconds(), 0.0)


def _consumer(row: models.StreamConsumer) -> ConsumerState:
    return ConsumerState(
        name=row.name,
        started_at=row.started_at,
        beat_at=row.beat_at,
        landed_count=row.landed_count,
        dead_count=row.dead_count,
        rate_per_s=row.rate_per_s,
        last_error=row.last_error or None,
    )
