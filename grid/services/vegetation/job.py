"""The job that assesses trees near overhead lines.

It does only what has changed: lines and trees are compared with what was assessed last, those near a change
are marked, and the marked ones assessed some thousands at a time, each batch in a transaction of its own. So
it can be stopped or lose its worker at any point; the next one goes on with the trees that are still marked.
"""

from __future__ import annotations

import hashlib
from typing import Any

from django.utils import timezone

from flux_site.api.live import announce
from flux_site.jobs.context import JobContext
from flux_site.jobs.models import Job, JobStatus
from flux_site.jobs.services import create_job
from grid import models
from grid.selectors.restoration import expected_outages
from grid.selectors.spatial.readiness import make_heatmaps_ready
from grid.selectors.topology import METERED_LAYERS
from grid.selectors.vegetation.params import vegetation_params
from grid.services.vegetation.assessing import assess_next
from grid.services.vegetation.lines import bring_up_lines
from grid.services.vegetation.packages import put_together
from grid.services.vegetation.trees import bring_up_trees
from grid.services.vegetation.write_back import write_back

KIND = "grid.vegetation"
TITLE = "Assessment of trees near overhead lines"
LAYERS = (*METERED_LAYERS, "poles", "branches", "trees")
"""What the assessment rests on."""


def start_assessment(*, user: Any | None) -> Job:
    """Queue an assessment; return the one that has not ended, if there is one.

    Raises:
        QueueUnavailable: after commit, if Redis is away.
    """
    unfinished = Job.objects.unfinished().filter(kind=KIND).order_by("created_at").first()
    return unfinished or create_job(kind=KIND, title=TITLE, inputs={}, owner=user)


def start_scheduled_assessment() -> Job | None:
    """Queue an assessment on behalf of a schedule.

    Returns:
        The job; None if nothing it rests on has changed since the last one, there are no trees, or an earlier
        one has not ended.
    """
    if Job.objects.unfinished().filter(kind=KIND).exists() or not models.Tree.objects.exists():
        return None
    last = Job.objects.filter(kind=KIND, status=JobStatus.SUCCEEDED).order_by("-created_at").first()
    if last is not None and last.counts.get("evidence") == evidence_version():
        return None
    return start_assessment(user=None)


def carry_out(context: JobContext) -> dict[str, Any]:
    """Carry out an assessment.

    Returns:
        How many lines and trees there are, how many of them changed, how many trees were assessed.

    Raises:
        WarehouseError: if the warehouse fails; the cache holds what was found, and the next job writes it.
        JobCancelled: if the job was cancelled; what was assessed until then stays.
    """
    params, evidence, now = vegetation_params(), evidence_version(), timezone.now()
    context.progress(0.02, "Trees")
    trees = bring_up_trees(params)
    context.progress(0.05, "Overhead lines")
    lines = bring_up_lines(params)
    context.log(f"{lines.changed} of {lines.total} lines and {trees.changed} trees changed.")
    waiting = models.TreeRisk.objects.filter(is_stale=True).count()
    assessed = 0
    context.progress(0.2, f"{waiting} trees to assess")
    while done := assess_next(params, now=now):
        assessed += done
        announce("layers", ["vegetation_risk"])
        context.progress(0.2 + 0.65 * min(assessed / max(waiting, 1), 1.0), f"{assessed} of {waiting} trees")
    context.progress(0.87, "Work packages")
    packages = put_together(params, now=now)
    context.progress(0.92, "Warehouse")
    is_due = bool(assessed or trees.gone) or not _was_written()
    written = write_back(params, now=now) if is_due else 0
    if ready := make_heatmaps_ready({"trees"}):
        context.log(f"Made ready for heatmaps and clusters: {', '.join(ready).lower()}.")
    return {
        "lines": lines.total,
        "lines_changed": lines.changed,
        "trees": models.TreeRisk.objects.count(),
        "trees_changed": trees.changed,
        "trees_gone": trees.gone,
        "trees_assessed": assessed,
        "work_packages": packages,
        "rows_written": written,
        "evidence": evidence,
    }


def evidence_version() -> str:
    """Return a value that changes with what the assessment rests on."""
    layers = models.SyncLayer.objects.filter(pk__in=LAYERS).order_by("pk").values_list("pk", "checksum")
    newest = models.TreeInspection.objects.order_by("-id").values_list("pk", flat=True).first()
    parts = (tuple(layers), newest, vegetation_params(), expected_outages())
    return hashlib.sha256(repr(parts).encode()).hexdigest()[:16]


def _was_written() -> bool:
    """Return whether the last job reached its end, so that the warehouse has what the cache has."""
    last = Job.objects.filter(kind=KIND).exclude(status__in=[JobStatus.QUEUED, JobStatus.RUNNING])
    newest = last.order_by("-created_at").first()
    return newest is not None and newest.status == JobStatus.SUCCEEDED
