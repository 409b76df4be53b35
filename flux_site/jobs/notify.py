"""Telling subscribers that a job changed. The row is the truth; a lost message only delays the view."""

import logging
import uuid

from asgiref.sync import async_to_sync
from channels.layers import get_channel_layer

from flux_site.api.outages import QUEUE_FAULTS

logger = logging.getLogger(__name__)

GROUP = "jobs"


def publish(job_id: uuid.UUID) -> None:
    """Send "look again" for one job to every subscriber; does nothing while Redis is away."""
    layer = get_channel_layer()
    if layer is None:
        return
    try:
        async_to_sync(layer.group_send)(GROUP, {"type": "job.changed", "job_id": str(job_id)})
    except (*QUEUE_FAULTS, OSError) as error:
        logger.warning("Unable to announce job %s: %s", job_id, error)
