"""How answers went: counts, times, failures and what readers thought of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Aggregate, Count, Exists, FloatField, OuterRef, Q, QuerySet

from agent.events import DoneReason, EventKind
from agent.models import AnswerEvent, Feedback, Message, MessageState

FALLBACK = "FALLBACK"


class Percentile(Aggregate):
    """A percentile, between two values where none falls on it; null of nothing."""

    function = "PERCENTILE_CONT"
    template = "%(function)s(%(fraction)s) WITHIN GROUP (ORDER BY %(expressions)s)"
    output_field = FloatField()

    def __init__(self, expression: str, *, fraction: float, **extra: Any) -> None:
        super().__init__(expression, fraction=fraction, **extra)


@dataclass(frozen=True, kw_only=True)
class BackendFigures:
    """The answers of one back end; times are null where none was measured.

    Attributes:
        backend: what was chosen to answer.
        by_reason: how many ended how.
        in_place: of them, those that the built-in back end gave because the chosen one failed.
    """

    backend: str
    count: int
    by_reason: dict[str, int]
    in_place: int
    first_event_p50_ms: float | None
    first_event_p95_ms: float | None
    duration_p50_ms: float | None
    duration_p95_ms: float | None


@dataclass(frozen=True, kw_only=True)
class FeedbackFigures:
    """What readers thought."""

    positive: int
    negative: int
    by_category: dict[str, int]
    not_forwarded: int


@dataclass(frozen=True, kw_only=True)
class Failure:
    """An answer that failed, or that the built-in back end gave in place of another."""

    answer_id: UUID
    at: datetime
    backend: str
    code: str
    message: str


def figures_by_backend(*, since: datetime) -> list[BackendFigures]:
    """Return figures of the answers that ended since a moment, the back end with the most first."""
    answers = _answers(since).filter(state=MessageState.DONE)
    rows = answers.values("backend").annotate(
        count=Count("pk"),
        in_place=Count("pk", filter=Exists(_replaced(OuterRef("pk")))),
        first_event_p50_ms=Percentile("first_event_ms", fraction=0.5),
        first_event_p95_ms=Percentile("first_event_ms", fraction=0.95),
        duration_p50_ms=Percentile("duration_ms", fraction=0.5),
        duration_p95_ms=Percentile("duration_ms", fraction=0.95),
    )
    reasons: dict[str, dict[str, int]] = {}
    for row in answers.values("backend", "done_reason").annotate(count=Count("pk")).order_by("-count"):
        reasons.setdefault(row["backend"], {})[row["done_reason"]] = row["count"]
    found = [BackendFigures(**row, by_reason=reasons[row["backend"]]) for row in rows.order_by()]
    return sorted(found, key=lambda each: (-each.count, each.backend))


def feedback_figures(*, since: datetime) -> FeedbackFigures:
    """Return what readers thought since a moment."""
    rows = Feedback.objects.filter(updated_at__gte=since)
    counts = rows.aggregate(
        positive=Count("pk", filter=Q(is_positive=True)),
        negative=Count("pk", filter=Q(is_positive=False)),
        not_forwarded=Count("pk", filter=~Q(forward_fault="")),
    )
    categories = Counter(each for given in rows.values_list("categories", flat=True) for each in given)
    return FeedbackFigures(**counts, by_category=dict(categories.most_common()))


def newest_failures(*, first: int) -> list[Failure]:
    """Return the newest answers that failed or were given in place of another back end's, with the reason."""
    rows = (
        Message.objects.answers()
        .filter(Q(done_reason=DoneReason.FAILED) | Exists(_replaced(OuterRef("pk"))))
        .order_by("-created_at", "-pk")[:first]
    )
    told = _told([row.pk for row in rows])
    return [
        Failure(
            answer_id=row.pk,
            at=row.created_at,
            backend=row.backend,
            code=told.get(row.pk, (row.error_code, ""))[0] or row.error_code,
            message=told.get(row.pk, ("", ""))[1],
        )
        for row in rows
    ]


def _answers(since: datetime) -> QuerySet[Message]:
    return Message.objects.answers().filter(created_at__gte=since)


def _replaced(answer: Any) -> QuerySet[AnswerEvent]:
    kind, code = EventKind.WARNING.value, FALLBACK
    return AnswerEvent.objects.filter(answer=answer, document__kind=kind, document__code=code)


def _told(answers: Sequence[UUID]) -> dict[UUID, tuple[str, str]]:
    """Return code and message of the errors, or of the warning that another back end was replaced."""
    events = AnswerEvent.objects.filter(answer__in=answers).filter(
        Q(document__kind=EventKind.ERROR.value)
        | Q(document__kind=EventKind.WARNING.value, document__code=FALLBACK)
    )
    return {
        each.answer_id: (each.document.get("code") or "", each.document.get("message") or "")
        for each in events.order_by("answer_id", "-seq")
    }
