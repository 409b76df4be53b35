"""The job row: the truth about every piece of long work."""

import uuid
from typing import Any

from django.conf import settings
from django.db import models
from django.utils import timezone


class JobStatus(models.TextChoices):
    """Where a job is in its life."""

    QUEUED = "QUEUED", "Queued"
    RUNNING = "RUNNING", "Running"
    SUCCEEDED = "SUCCEEDED", "Succeeded"
    FAILED = "FAILED", "Failed"
    CANCELLED = "CANCELLED", "Cancelled"


FINAL_STATUSES = (JobStatus.SUCCEEDED, JobStatus.FAILED, JobStatus.CANCELLED)


class JobQuerySet(models.QuerySet["Job"]):
    """Queries over jobs."""

    def visible_to(self, user: Any) -> "JobQuerySet":
        """Return the jobs a user may see: all with ``jobs.view_job``, else their own."""
        if user.has_perm("jobs.view_job"):
            return self
        return self.filter(owner_id=user.pk)

    def unfinished(self) -> "JobQuerySet":
        """Return the jobs that still have work to do."""
        return self.exclude(status__in=FINAL_STATUSES)


class Job(models.Model):
    """One piece of long work with its frozen inputs, progress, log and outcome."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    kind = models.CharField(max_length=64, help_text="What is done, such as grid.sync or cascade.run.")
    title = models.CharField(max_length=200, help_text="What is done, for people.")
    inputs = models.JSONField(default=dict, help_text="The inputs, frozen when the job was created.")
    status = models.CharField(max_length=16, choices=JobStatus, default=JobStatus.QUEUED)
    progress_frac = models.FloatField(default=0.0, help_text="Share done, 0 to 1.")
    step = models.CharField(max_length=200, blank=True, help_text="What is being done now.")
    counts = models.JSONField(default=dict, help_text="Numbers of the outcome, such as rows written.")
    log = models.TextField(blank=True, help_text="One line per event, oldest first, times in UTC.")
    error_code = models.CharField(max_length=64, blank=True)
    error_message = models.TextField(blank=True)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="jobs"
    )
    attempt = models.PositiveSmallIntegerField(default=0, help_text="How often a worker has begun it.")
    is_cancel_requested = models.BooleanField(default=False)
    created_at = models.DateTimeField(default=timezone.now)
    started_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)
    heartbeat_at = models.DateTimeField(null=True, blank=True, help_text="Last sign of life of its worker.")

    objects = JobQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at"]
        indexes = [
            models.Index(fields=["status", "heartbeat_at"], name="job_status_heartbeat"),
            models.Index(fields=["-created_at"], name="job_created"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(progress_frac__gte=0.0, progress_frac__lte=1.0),
                name="job_progress_in_range",
            )
        ]
        permissions = [("cancel_job", "Can cancel any job")]

    def __str__(self) -> str:
        return f"{self.title} ({self.status.lower()})"

    @property
    def is_finished(self) -> bool:
        """Whether the job has reached a final status."""
        return self.status in FINAL_STATUSES
