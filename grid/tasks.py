"""Celery entry points and job kinds of the grid."""

from typing import Any

from celery import shared_task

from flux_site.jobs.context import JobContext
from flux_site.jobs.registry import job_kind
from grid.services import imports, outbox, rollup, upkeep
from grid.services.sync import check_freshness, job, start_scheduled_sync


@job_kind(job.KIND)
def sync_layers(context: JobContext) -> dict[str, Any]:
    """Carry out a job that syncs layers."""
    return job.carry_out(context)


@job_kind(rollup.KIND)
def roll_up_readings(context: JobContext) -> dict[str, Any]:
    """Carry out a job that rolls up meter readings."""
    return rollup.carry_out(context)


@job_kind(imports.KIND)
def import_file(context: JobContext) -> dict[str, Any]:
    """Carry out a job that imports a file."""
    return imports.carry_out(context)


@job_kind(upkeep.KIND)
def tidy_warehouse(context: JobContext) -> dict[str, Any]:
    """Carry out a job that tidies the warehouse."""
    return upkeep.carry_out(context)


@shared_task(name="grid.upkeep_scheduled")
def upkeep_scheduled(**_: object) -> str | None:
    """Queue the upkeep that a schedule asks for; return its job, unless one has not ended."""
    queued = upkeep.start_upkeep(user=None)
    return str(queued.pk) if queued else None


@shared_task(name="grid.rollup_scheduled")
def rollup_scheduled(**_: object) -> str | None:
    """Queue the roll-up that a schedule asks for; return its job, if anything was due."""
    queued = rollup.start_scheduled_rollup()
    return str(queued.pk) if queued else None


@shared_task(name=outbox.TASK)
def deliver_edits(**_: object) -> int:
    """Deliver operators' edits to the warehouse; return how many arrived."""
    return outbox.deliver()


@shared_task(name="grid.tidy")
def tidy(**_: object) -> dict[str, int]:
    """Remove files of old imports and edits delivered long ago; return how many of each."""
    return {"files": imports.tidy(), "edits": outbox.tidy()}


@shared_task(name="grid.sync_scheduled")
def sync_scheduled(*, layers: list[str], only_stale: bool = True, **_: object) -> str | None:
    """Queue the sync that a schedule asks for; return its job, if there was anything to do."""
    queued = start_scheduled_sync(layers=layers, only_stale=only_stale)
    return str(queued.pk) if queued else None


@shared_task(name="grid.check_freshness")
def check_layers(**_: object) -> dict[str, tuple[str, ...]]:
    """Raise and clear the alerts of layers that are too old; return the layers whose alert changed."""
    changes = check_freshness()
    return {"raised": changes.raised, "cleared": changes.cleared}
