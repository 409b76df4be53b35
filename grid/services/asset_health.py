"""The job that assesses the health of all assets and brings it into the cache."""

from __future__ import annotations

import hashlib
import logging
import uuid
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from django.utils import timezone

from flux_site.jobs.context import JobContext
from flux_site.jobs.models import Job, JobStatus
from flux_site.jobs.services import create_job
from grid.pipeline.health import SOURCES, assess_assets
from grid.selectors.warehouse import get_warehouse
from grid.services.sync import start_sync
from grid.standards.asset_health import HealthParams
from grid.warehouse import WarehouseError
from grid.warehouse.tables import asset_health

logger = logging.getLogger(__name__)

KIND = "warehouse.asset_health"
TITLE = "Assessment of the health of assets"
LAYER = "asset_health"


def start_assessment(*, user: Any | None) -> Job:
    """Queue an assessment.

    Raises:
        QueueUnavailable: after commit, if Redis is away.
    """
    return create_job(kind=KIND, title=TITLE, inputs={}, owner=user)


def start_scheduled_assessment() -> Job | None:
    """Queue an assessment on behalf of a schedule.

    Returns:
        The job; None if one was made today and the evidence has not changed since, there is none, an earlier
        job has not ended, or the warehouse is away.
    """
    if Job.objects.unfinished().filter(kind=KIND).exists():
        return None
    try:
        found = evidence_version()
    except WarehouseError as error:
        logger.warning("Unable to look for evidence of assets' health in the warehouse: %s", error)
        return None
    if found is None:
        return None
    last = Job.objects.filter(kind=KIND, status=JobStatus.SUCCEEDED).order_by("-created_at").first()
    today = timezone.localdate()
    if last is not None and last.counts.get("evidence") == found and last.counts.get("day") == str(today):
        return None
    return start_assessment(user=None)


def carry_out(context: JobContext) -> dict[str, Any]:
    """Carry out an assessment, and queue the sync of its layer.

    Returns:
        How many assets have a health, of how many; and of which evidence and day.

    Raises:
        WarehouseError: if the warehouse fails; the last assessment stays.
        JobCancelled: if the job was cancelled before the rows were written.
    """
    counts = assess(context.progress, now=timezone.now())
    start_sync(layers=[LAYER], user=context.owner, only_stale=True)
    return counts


def assess(progress: Callable[[float, str], None], *, now: datetime) -> dict[str, Any]:
    """Assess all assets in this process and put the rows in place of the last ones.

    Raises:
        WarehouseError: if the warehouse fails; the last assessment stays.
    """
    warehouse = get_warehouse()
    evidence = evidence_version()
    rows = assess_assets(
        warehouse,
        now=now.astimezone(UTC).replace(tzinfo=None, microsecond=0),
        params=HealthParams(),
        progress=progress,
    )
    progress(0.9, f"{rows.num_rows} rows")
    warehouse.replace(asset_health, rows, f"asset_health/{uuid.uuid4().hex}")
    known = rows.num_rows - rows.column("health_index").null_count
    return {
        "assets": rows.num_rows,
        "assets_known": known,
        "evidence": evidence,
        "day": str(timezone.localdate(now)),
    }


def evidence_version() -> str | None:
    """Return a value that changes with the evidence; None if no asset is on record.

    Raises:
        WarehouseError: if the warehouse cannot be read.
    """
    warehouse = get_warehouse()
    versions = [warehouse.version(table) for table in SOURCES]
    if all(version is None for version in versions[:2]):
        return None
    return hashlib.sha256(repr(versions).encode()).hexdigest()[:16]
