"""Telling subscribers that something changed. The row is the truth; a lost message only delays the view."""

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
    announce(GROUP, {"type": "job.changed", "job_id": str(job_id)})


def announce(group: str, message: dict[str, str]) -> None:
    """Send a message to a group of subscribers; does nothing while Redis is away or too slow."""
    layer = get_channel_layer()
    if layer is None:
        return
    try:
        async_to_sync(_send)(layer, group, message)
    except (*QUEUE_FAULTS, OSError) as error:
        logger.warning("Unable to announce %s: %s", message, str(error) or type(error).__name__)


async def _send(layer: Any, group: str, message: dict[str, str]) -> None:
    """Send within a time limit: the layer's own sockets wait without end, as idle subscriptions must."""
    await asyncio.wait_for(layer.group_send(group, message), timeout=SEND_TIMEOUT_S)
