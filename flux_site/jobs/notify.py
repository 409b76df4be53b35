"""Telling subscribers that a job changed. The row is the truth; a lost message only delays the view."""

import uuid

from flux_site.api.live import announce

TOPIC = "jobs"


def publish(job_id: uuid.UUID) -> None:
    """Send "look again" for one job to every subscriber; does nothing while Redis is away."""
    announce(TOPIC, [str(job_id)])
