"""What waits to be delivered to the warehouse."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Max, Min, Q
from django.utils import timezone

from grid import models


@dataclass(frozen=True, kw_only=True)
class OutboxState:
    """Operators' edits on their way to the warehouse.

    Attributes:
        pending_count: edits that have not arrived.
        blocked_count: those that the warehouse refused for what they hold.
        oldest_recorded_at: when the oldest of those waiting was made; None if none waits.
        oldest_age_s: how long it has waited.
        last_delivered_at: when an edit last arrived; None if none is kept.
        last_error: of the oldest edit that has one; None if none has.
    """

    pending_count: int
    blocked_count: int
    oldest_recorded_at: datetime | None
    oldest_age_s: float | None
    last_delivered_at: datetime | None
    last_error: str | None


def outbox_state() -> OutboxState:
    """Return the state of the outbox."""
    events = models.OutboxEvent.objects
    waiting = events.pending()
    oldest = waiting.order_by().aggregate(at=Min("recorded_at"))["at"]
    refused = Q(next_attempt_at__isnull=False)
    error = waiting.exclude(last_error="").values_list("last_error", flat=True).first()
    return OutboxState(
        pending_count=waiting.count(),
        blocked_count=waiting.filter(refused).exclude(last_error="").count(),
        oldest_recorded_at=oldest,
        oldest_age_s=max((timezone.now() - oldest).total_seconds(), 0.0) if oldest else None,
        last_delivered_at=events.aggregate(at=Max("delivered_at"))["at"],
        last_error=error,
    )
