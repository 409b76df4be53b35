"""The life of a job: create, run, cancel, recover."""

from __future__ import annotations

import logging
import uuid
from datetime import timedelta
from typing import Any

import kombu.exceptions
from django.db import connection, transaction
from django.db.models import F
from django.db.models.functions import Coalesce
from django.utils import timezone

from flux_site.api.errors import DatabaseUnavailable, FluxError, NotFound, QueueUnavailable
from flux_site.api.outages import QUEUE_FAULTS, service_fault
from flux_site.jobs.context import JobCancelled, JobContext
from flux_site.jobs.heartbeat import heartbeat
from flux_site.jobs.models import FINAL_STATUSES, Job, JobStatus
from flux_site.jobs.notify import publish
from flux_site.jobs.registry import find_kind

logger = logging.getLogger(__name__)

LOST_AFTER = timedelta(seconds=60)
UNSENT_AFTER = timedelta(seconds=90)


def create_job(*, kind: str, title: str, inputs: dict[str, Any], owner: Any | None) -> Job:
    """Create a job and send it to the queue when the transaction commits.

    Raises:
        LookupError: if no handler is registered for ``kind``.
        QueueUnavailable: after commit, if Redis is away; the job is then marked FAILED and will not run.
    """
    if find_kind(kind) is None:
        raise LookupError(f"No handler for job kind {kind!r}")
    job = Job.objects.create(kind=kind, title=title[:200], inputs=inputs, owner=owner)
    transaction.on_commit(lambda: send(job.pk))
    return job


def send(job_id: uuid.UUID) -> None:
    """Put a job on the queue.

    Raises:
        QueueUnavailable: if Redis is away; the job is marked FAILED.
    """
    from flux_site.jobs.tasks import run_job_task

    try:
        run_job_task.apply_async(kwargs={"job_id": str(job_id)}, retry=False)
    except (kombu.exceptions.OperationalError, *QUEUE_FAULTS, OSError) as error:
        fault = QueueUnavailable(
            "Redis does not answer, so the job could not be queued. Nothing was started."
        )
        _finish(job_id, JobStatus.FAILED, error_code=fault.code, error_message=fault.message)
        raise fault from error


def run_job(job_id: uuid.UUID) -> None:
    """Carry out a queued job, whatever happens leaving its row in a final status. Safe to call twice."""
    job = _claim(job_id)
    if job is None:
        return
    context = JobContext(job)
    kind = find_kind(job.kind)
    publish(job.pk)
    try:
        if kind is None:
            raise LookupError(f"No handler for job kind {job.kind!r}")
        context.log(f"Started, attempt {job.attempt}.")
        context.flush()
        with heartbeat(job_id):
            counts = kind.handler(context)
    except JobCancelled:
        context.log("Cancelled.")
        context.flush()
        _finish(job_id, JobStatus.CANCELLED)
    except FluxError as error:
        context.log(f"Failed: {error.message}")
        context.flush()
        _finish(job_id, JobStatus.FAILED, error_code=error.code, error_message=error.message)
    except Exception as error:
        logger.exception("Unable to finish job %s (%s)", job_id, job.kind)
        fault = service_fault(error)
        code = fault.code if fault else "INTERNAL_ERROR"
        message = fault.message if fault else f"{type(error).__name__}: {error}"
        if isinstance(fault, DatabaseUnavailable):
            connection.close()  # the next statement opens a new one
        _fail(job_id, context, code, message)
    else:
        context.log("Succeeded.")
        context.flush()
        _finish(job_id, JobStatus.SUCCEEDED, counts=counts, progress_frac=1.0)


def cancel_job(*, job_id: uuid.UUID, user: Any) -> Job:
    """Ask for a job to stop; a queued one is cancelled at once, a running one within a second.

    Raises:
        NotFound: if there is no such job that the user may cancel.
    """
    jobs = Job.objects.all() if user.has_perm("jobs.cancel_job") else Job.objects.filter(owner=user)
    with transaction.atomic():
        job = jobs.select_for_update().filter(pk=job_id).first()
        if job is None:
            raise NotFound(f"There is no job {job_id} that you may cancel.", field="jobId")
        if job.status == JobStatus.QUEUED:
            job.status, job.finished_at = JobStatus.CANCELLED, timezone.now()
        job.is_cancel_requested = job.is_cancel_requested or job.status == JobStatus.RUNNING
        job.save(update_fields=["status", "finished_at", "is_cancel_requested"])
    publish(job.pk)
    return job


def recover_lost_jobs() -> int:
    """Re-queue or fail the jobs whose worker died, and send those that never reached the queue again.

    Returns the number of jobs touched.
    """
    now = timezone.now()
    touched = 0
    for job in Job.objects.filter(status=JobStatus.RUNNING, heartbeat_at__lt=now - LOST_AFTER):
        kind = find_kind(job.kind)
        if job.is_cancel_requested:
            _finish(job.pk, JobStatus.CANCELLED)
        elif kind is None or job.attempt >= kind.max_attempts:
            message = f"Its worker was lost {job.attempt} times; it was given up."
            _finish(job.pk, JobStatus.FAILED, error_code="WORKER_LOST", error_message=message)
        elif Job.objects.filter(pk=job.pk, status=JobStatus.RUNNING, heartbeat_at=job.heartbeat_at).update(
            status=JobStatus.QUEUED, step="Its worker was lost; begun anew", heartbeat_at=now
        ):
            send(job.pk)
        touched += 1
    queued_at = Coalesce(
        "heartbeat_at", "created_at"
    )  # a job begun anew carries the moment it was queued again
    for job in Job.objects.alias(queued_at=queued_at).filter(
        status=JobStatus.QUEUED, queued_at__lt=now - UNSENT_AFTER
    ):
        send(job.pk)  # harmless when it is only waiting: whoever claims it first runs it
        touched += 1
    return touched


def _claim(job_id: uuid.UUID) -> Job | None:
    """Move a queued job to RUNNING; None if another worker has it or it is finished."""
    now = timezone.now()
    claimed = Job.objects.filter(pk=job_id, status=JobStatus.QUEUED).update(
        status=JobStatus.RUNNING,
        started_at=now,
        heartbeat_at=now,
        attempt=F("attempt") + 1,
        is_cancel_requested=False,
    )
    return Job.objects.select_related("owner").get(pk=job_id) if claimed else None


def _finish(job_id: uuid.UUID, status: JobStatus, **fields: Any) -> None:
    unfinished = Job.objects.filter(pk=job_id).exclude(status__in=FINAL_STATUSES)
    unfinished.update(status=status, finished_at=timezone.now(), **fields)
    publish(job_id)


def _fail(job_id: uuid.UUID, context: JobContext, code: str, message: str) -> None:
    """Mark a job failed; where the database is away, recovery will find it by its heartbeat."""
    try:
        context.log(f"Failed: {message}")
        context.flush()
        _finish(job_id, JobStatus.FAILED, error_code=code, error_message=message)
    except Exception:
        logger.exception("Unable to mark job %s failed; recovery will find it", job_id)
