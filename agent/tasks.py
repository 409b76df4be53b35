"""Job kinds of the assistant."""

from typing import Any

from agent.services import ingestion
from agent.services.embedding import current_embedder
from flux_site.jobs.context import JobContext
from flux_site.jobs.registry import job_kind


@job_kind(ingestion.JOB_KIND)
def ingest_document(context: JobContext) -> dict[str, Any]:
    """Read one document into passages."""
    return ingestion.execute_reading(context, current_embedder())
