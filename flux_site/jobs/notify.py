"""Telling subscribers that a job changed. The row is the truth; a lost message only delays the view."""

import asyncio
import logging
import uuid
from typing import Any

from asgiref.sync import async_to_sync
from channels.layers import get_channel_layer

from flux_site.api.outages import QUEUE_FAULTS

logger = logging.getLogger(__name__)

GROUP = "jobs"
SEND_TIMEOUT_S = 2.0


def publish(job_id: uuid.UUID) -> None:
    """Send "look again" for one job to every subscriber; does nothing while Redis is away."""
    layer = get_channel_layer()
    if layer is None:
        return
    try:
        async_to_sync(_send)(layer, {"type": "job.changed", "job_id": str(job_id)})
    except (*QUEUE_FAULTS, OSError) as error:
        logger.warning("Unable to announce job %s: %s", job_id, error)


async def _send(layer: Any, message: dict[str, str]) -> None:
    """Send within a time limit: the layer's own sockets wait without end, as idle subscriptions must."""
    await asyncio.wait_for(layer.group_send(GROUP, message), timeout=SEND_TIMEOUT_S)
