"""Job kinds of the assistant."""

from typing import Any

from celery import shared_task

from agent.selectors.embedding import current_embedder
from agent.services import forwarding, ingestion, interruptions
from flux_site.jobs.context import JobContext
from flux_site.jobs.registry import job_kind


@job_kind(ingestion.JOB_KIND)
def ingest_document(context: JobContext) -> dict[str, Any]:
    """Read one document into passages."""
    return ingestion.execute_reading(context, current_embedder())


@job_kind(forwarding.FEEDBACK_KIND)
def forward_feedback(context: JobContext) -> dict[str, Any]:
    """Tell Snowflake what a reader thinks of an answer."""
    return forwarding.execute_feedback(context)


@job_kind(forwarding.THREADS_KIND)
def delete_cortex_threads(context: JobContext) -> dict[str, Any]:
    """Delete threads in Snowflake whose conversations were deleted here."""
    return forwarding.execute_thread_removal(context)


@shared_task(name="agent.settle_answers")
def settle_answers(**_: object) -> int:
    """Tell answers whose process died as interrupted; return how many."""
    return interruptions.settle_all()
