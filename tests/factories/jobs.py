"""Job rows for tests."""

from typing import Any

from flux_site.jobs.models import Job


def make_job(**fields: Any) -> Job:
    """Create a queued job that was never sent to the queue."""
    defaults = {"kind": "grid.sync", "title": "Sync of substations", "inputs": {"layers": ["substations"]}}
    return Job.objects.create(**{**defaults, **fields})
