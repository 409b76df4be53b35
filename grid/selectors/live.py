"""What has changed among rows that somebody follows: found by comparing stamps, so nothing is told twice."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Q, QuerySet

from grid import models
from grid.operations import ACTIVE_OUTAGE_STATUSES, CLOSED_WORK_STATUSES

MAX_ROWS = 2_000
"""Rows of one message; of more than these the first by key are told."""


@dataclass(frozen=True, kw_only=True)
class Subject:
    """A kind of rows that can be followed.

    Attributes:
        topic: of the news of it.
        rows: every row.
        is_current: which of them make up the current state.
        stamps: the columns that differ after any change of a row.
    """

    topic: str
    rows: Callable[[], QuerySet[Any]]
    is_current: Q
    stamps: tuple[str, ...]


OUTAGES = Subject(
    topic="outages",
    rows=lambda: models.Outage.objects.all(),
    is_current=Q(status__in=ACTIVE_OUTAGE_STATUSES),
    stamps=("version", "updated_at"),
)
WORK_ORDERS = Subject(
    topic="work_orders",
    rows=lambda: models.WorkOrder.objects.all(),
    is_current=~Q(status__in=CLOSED_WORK_STATUSES),
    stamps=("version", "updated_at"),
)
CREWS = Subject(
    topic="crews",
    rows=lambda: models.Crew.objects.all(),
    is_current=Q(pk__isnull=False),
    stamps=("version", "updated_at"),
)
CIRCUIT_STATUSES = Subject(
    topic="circuits",
    rows=lambda: models.CircuitStatus.objects.all(),
    is_current=Q(pk__isnull=False),
    stamps=("updated_at",),
)


@dataclass(frozen=True, kw_only=True)
class Change:
    """Keys of the rows to show anew, and of those to show no longer; ``is_complete``: no row was left out."""

    keys: tuple[str, ...]
    gone: tuple[str, ...]
    is_complete: bool


@dataclass(kw_only=True)
class Followed:
    """What one follower has been told: a subject, narrowed to some rows, as a user sees it."""

    subject: Subject
    user: Any
    narrow: Q = field(default_factory=Q)
    known: dict[str, tuple[Any, ...]] = field(default_factory=dict)

    def look(self, changed: Iterable[str] | None) -> Change:
        """Return what has changed since the last look.

        Args:
            changed: the keys to look at; None: look at all that is current or was told.
        """
        every: Any = self.subject.rows()
        rows = every.visible_to(self.user).filter(self.narrow)
        wanted = list(self.known if changed is None else changed)
        condition = Q(pk__in=wanted)
        if changed is None:
            condition |= self.subject.is_current
        found = rows.filter(condition).order_by("pk").values_list("pk", *self.subject.stamps)
        now = {row[0]: tuple(row[1:]) for row in found[: MAX_ROWS + 1]}
        is_complete = len(now) <= MAX_ROWS
        if not is_complete:
            now.popitem()
        gone = tuple(sorted(key for key in wanted if key in self.known and key not in now))
        differing = tuple(key for key, stamp in now.items() if self.known.get(key) != stamp)
        self.known |= now
        for key in gone:
            del self.known[key]
        return Change(keys=differing, gone=gone, is_complete=is_complete)
