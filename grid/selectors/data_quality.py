"""What the last check of the grid's records found, as a user may see it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, Max, QuerySet

from flux_site.api.errors import BadInput
from flux_site.jobs.models import Job, JobStatus
from grid import models

KIND = "grid.data_quality"
"""The kind of the job that checks."""

MOST_FINDINGS = 1_000


@dataclass(frozen=True, kw_only=True)
class KindCount:
    """How many findings there are of one kind."""

    kind: str
    severity: str
    count: int


@dataclass(frozen=True, kw_only=True)
class QualityReport:
    """A page of findings; ``checked_at`` is None if no check has ended."""

    checked_at: datetime | None
    counts: list[KindCount]
    total_count: int
    items: list[models.DataQualityFinding]


def quality_report(
    *,
    kinds: list[str] | None,
    severities: list[str] | None,
    asset_id: str | None,
    first: int,
    offset: int,
    user: Any,
) -> QualityReport:
    """Return a page of the findings, those that matter most first, and the counts of all by kind.

    Raises:
        BadInput: naming the field.
    """
    if not 0 <= first <= MOST_FINDINGS:
        raise BadInput(f"first is {first}; it must be 0 to {MOST_FINDINGS}.", field="first")
    if offset < 0:
        raise BadInput(f"offset is {offset}; it must not be negative.", field="offset")
    rows: QuerySet[models.DataQualityFinding] = models.DataQualityFinding.objects.visible_to(user)
    counted = rows.order_by("severity", "kind").values_list("kind", "severity").annotate(Count("pk"))
    wanted = rows
    if kinds is not None:
        wanted = wanted.filter(kind__in=kinds)
    if severities is not None:
        wanted = wanted.filter(severity__in=severities)
    if asset_id is not None:
        wanted = wanted.filter(asset_id=asset_id)
    return QualityReport(
        checked_at=_checked_at(),
        counts=[KindCount(kind=k, severity=s, count=n) for k, s, n in counted],
        total_count=wanted.count(),
        items=list(wanted[offset : offset + first]),
    )


def _checked_at() -> datetime | None:
    """Return when the last check began: its findings tell, or, where it found nothing, its job."""
    found = models.DataQualityFinding.objects.aggregate(at=Max("checked_at"))["at"]
    ended = Job.objects.filter(kind=KIND, status=JobStatus.SUCCEEDED).order_by("-created_at")
    counts = ended.values_list("counts", flat=True).first() or {}
    told = datetime.fromisoformat(counts["checked_at"]) if counts.get("checked_at") else None
    return max((at for at in (found, told) if at is not None), default=None)
