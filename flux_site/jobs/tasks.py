"""Celery entry points of jobs."""

import uuid

from celery import shared_task

from flux_site.jobs import services


@shared_task(name="jobs.run")
def run_job_task(*, job_id: str, **_: object) -> None:
    """Carry out one job."""
    services.run_job(uuid.UUID(job_id))


@shared_task(name="jobs.recover")
def recover_lost_jobs_task(**_: object) -> int:
    """Find the jobs whose worker was lost."""
    return services.recover_lost_jobs()
