"""Celery entry points and job kinds of the grid."""

from typing import Any

from celery import shared_task
from django.utils import timezone

from flux_site.jobs.context import JobContext
from flux_site.jobs.registry import job_kind
from grid.selectors.restoration import learn_restorations
from grid.services import (
    asset_health,
    data_changes,
    data_quality,
    detection,
    exports,
    imports,
    kpi_samples,
    outbox,
    rollup,
    upkeep,
    vegetation,
)
from grid.services.streaming import dead_letters
from grid.services.streaming import upkeep as stream_upkeep
from grid.services.sync import check_freshness, job, start_scheduled_sync
from grid.services.vegetation import canopy_job


@job_kind(job.KIND)
def sync_layers(context: JobContext) -> dict[str, Any]:
    """Carry out a job that syncs layers."""
    return job.carry_out(context)


@job_kind(rollup.KIND)
def roll_up_readings(context: JobContext) -> dict[str, Any]:
    """Carry out a job that rolls up meter readings."""
    return rollup.carry_out(context)


@job_kind(data_quality.KIND)
def check_records(context: JobContext) -> dict[str, Any]:
    """Carry out a job that checks the records of the grid."""
    return data_quality.carry_out(context)


@job_kind(asset_health.KIND)
def assess_health(context: JobContext) -> dict[str, Any]:
    """Carry out a job that assesses the health of assets."""
    return asset_health.carry_out(context)


@job_kind(imports.KIND)
def import_file(context: JobContext) -> dict[str, Any]:
    """Carry out a job that imports a file."""
    return imports.carry_out(context)


@job_kind(exports.KIND)
def export_file(context: JobContext) -> dict[str, Any]:
    """Carry out a job that makes a file of a layer."""
    return exports.carry_out(context)


@job_kind(upkeep.KIND)
def tidy_warehouse(context: JobContext) -> dict[str, Any]:
    """Carry out a job that tidies the warehouse."""
    return upkeep.carry_out(context)


@job_kind(vegetation.KIND)
def assess_vegetation(context: JobContext) -> dict[str, Any]:
    """Carry out a job that assesses trees near lines."""
    return vegetation.carry_out(context)


@job_kind(canopy_job.KIND)
def find_trees(context: JobContext) -> dict[str, Any]:
    """Carry out a job that finds trees in a raster of canopy heights."""
    return canopy_job.carry_out(context)


@shared_task(name="grid.assess_vegetation_scheduled")
def assess_vegetation_scheduled(**_: object) -> str | None:
    """Queue the assessment of trees that a schedule asks for; return its job, if anything has changed."""
    queued = vegetation.start_scheduled_assessment()
    return str(queued.pk) if queued else None


@shared_task(name="grid.check_records_scheduled")
def check_records_scheduled(**_: object) -> str | None:
    """Queue the check of the records that a schedule asks for; return its job, unless one has not ended."""
    queued = data_quality.start_scheduled_check()
    return str(queued.pk) if queued else None


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


@shared_task(name="grid.learn_restorations")
def learn(**_: object) -> dict[str, int]:
    """Learn from the warehouse how long restoration takes; return the sample of each fit."""
    return learn_restorations(now=timezone.now())


@shared_task(name="grid.tidy")
def tidy(**_: object) -> dict[str, int]:
    """Remove what is old: files, edits, dead letters, evidence, marks of changes; return how many."""
    return {
        "files": imports.tidy(),
        "rasters": canopy_job.tidy(),
        "exports": exports.tidy(),
        "edits": outbox.tidy(),
        "dead_letters": dead_letters.tidy(),
        "evidence": detection.forget_old(timezone.now()),
        "changes": data_changes.fold_changes(),
    }


@shared_task(name="grid.judge_due_circuits")
def judge_due_circuits(**_: object) -> int:
    """Judge the outages of circuits that are due again; return how many."""
    return detection.review_due(timezone.now())


@shared_task(name="grid.tend_streams")
def tend_streams(**_: object) -> dict[str, int]:
    """Keep the tables of the streams in order; return what was done."""
    return stream_upkeep.tend()


@shared_task(name="grid.assess_health_scheduled")
def assess_health_scheduled(**_: object) -> str | None:
    """Queue the assessment that a schedule asks for; return its job, if it was due."""
    queued = asset_health.start_scheduled_assessment()
    return str(queued.pk) if queued else None


@shared_task(name="grid.sample_kpis")
def sample_kpis(**_: object) -> int:
    """Take a sample of the key figures; return how many zones were written down."""
    return kpi_samples.take_sample()


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
