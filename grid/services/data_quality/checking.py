"""Check the records of the grid and keep what is wrong in place of what the last check found."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict, replace
from datetime import datetime
from itertools import islice
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone

from flux_site.jobs.context import JobContext
from flux_site.jobs.models import Job
from flux_site.jobs.services import create_job
from grid import models
from grid.selectors.connectivity import normal_snapshot
from grid.selectors.data_quality import KIND
from grid.services.data_quality.statements import CHECKS, Check, QualityParams
from grid.topology.quality import SEVERITIES, Finding, connectivity_findings

TITLE = "Check of the grid's records"
MOST_KEPT = 10_000
"""Findings of one kind that are kept; all are counted."""

_AT_ONCE = 5_000


def start_check(*, user: Any | None) -> Job:
    """Queue a check.

    Raises:
        QueueUnavailable: after commit, if Redis is away.
    """
    return create_job(kind=KIND, title=TITLE, inputs={}, owner=user)


def carry_out(context: JobContext) -> dict[str, Any]:
    """Carry out a check.

    Returns:
        How many findings there are, and of each kind, and when the check began.

    Raises:
        JobCancelled: if the job was cancelled before the findings were written; the last ones stay.
    """
    now = timezone.now()
    return check(context.progress, now=now, params=quality_params()) | {"checked_at": now.isoformat()}


def start_scheduled_check() -> Job | None:
    """Queue a check on behalf of a schedule; None if an earlier one has not ended."""
    return None if Job.objects.unfinished().filter(kind=KIND).exists() else start_check(user=None)


def quality_params() -> QualityParams:
    """Return from where on something is wrong, as the settings have it."""
    return replace(
        QualityParams(),
        meter_to_transformer_m=settings.DATA_QUALITY_METER_TO_TRANSFORMER_M,
        transformer_to_line_m=settings.DATA_QUALITY_TRANSFORMER_TO_LINE_M,
        pole_to_line_m=settings.DATA_QUALITY_POLE_TO_LINE_M,
        length_off_frac=settings.DATA_QUALITY_LENGTH_OFF_FRAC,
        length_off_m=settings.DATA_QUALITY_LENGTH_OFF_M,
        voltage_off_frac=settings.DATA_QUALITY_VOLTAGE_OFF_FRAC,
    )


def check(progress: Callable[[float, str], None], *, now: datetime, params: QualityParams) -> dict[str, Any]:
    """Check all records in this process.

    Raises:
        JobCancelled: from ``progress``; the last findings stay.
    """
    counts: Counter[str] = Counter()
    kept: list[models.DataQualityFinding] = []

    def keep(findings: Iterable[Finding]) -> None:
        for finding in findings:
            counts[finding.kind] += 1
            if counts[finding.kind] <= MOST_KEPT:
                kept.append(_row(finding, now))

    progress(0.0, "Connectivity")
    snapshot = normal_snapshot()
    keep(connectivity_findings(snapshot.network, snapshot.equipment))
    for number, each in enumerate(CHECKS):
        progress(0.2 + 0.6 * number / len(CHECKS), f"{each.kind} of {each.asset_kind}")
        keep(_found(each, params))
    progress(0.8, f"{len(kept)} findings")
    _add_zones(kept)
    with transaction.atomic():
        models.DataQualityFinding.objects.all().delete()
        models.DataQualityFinding.objects.bulk_create(kept, batch_size=_AT_ONCE)
    return {"findings": counts.total(), **dict(sorted(counts.items()))}


def _row(finding: Finding, now: datetime) -> models.DataQualityFinding:
    return models.DataQualityFinding(severity=SEVERITIES[finding.kind], checked_at=now, **asdict(finding))


def _found(each: Check, params: QualityParams) -> Iterator[Finding]:
    """Yield what a statement finds."""
    values = {name: getattr(params, name) for name in each.params}
    with connection.cursor() as cursor:
        cursor.execute(each.sql, values or None)
        while rows := cursor.fetchmany(_AT_ONCE):
            for asset_id, other_id, value in rows:
                yield Finding(
                    kind=each.kind,
                    asset_kind=each.asset_kind,
                    asset_id=asset_id,
                    other_id=other_id,
                    value=value,
                    explanation=each.explanation.format(other=other_id, value=value),
                )


def _add_zones(rows: list[models.DataQualityFinding]) -> None:
    """Give each finding the zone of its asset."""
    for kind in {row.asset_kind for row in rows}:
        model = getattr(models, kind, None)
        if model is None:
            continue
        own = [row for row in rows if row.asset_kind == kind]
        remaining = iter(own)
        while part := list(islice(remaining, _AT_ONCE)):
            keys = {row.asset_id for row in part}
            zones = dict(model.objects.filter(pk__in=keys).order_by().values_list("pk", "zone_id"))
            for row in part:
                row.zone_id = zones.get(row.asset_id)
