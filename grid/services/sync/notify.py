"""Telling subscribers that a layer changed; a lost message only delays the view."""

import logging

from asgiref.sync import async_to_sync
from channels.layers import get_channel_layer

from flux_site.api.outages import QUEUE_FAULTS

logger = logging.getLogger(__name__)

GROUP = "layers"


def publish(layer: str) -> None:
    """Send "look again" for one layer to every subscriber; does nothing while Redis is away."""
    channel = get_channel_layer()
    if channel is None:
        return
    try:
        async_to_sync(channel.group_send)(GROUP, {"type": "layer.changed", "layer": layer})
    except (*QUEUE_FAULTS, OSError) as error:
        logger.warning("Unable to announce layer %s: %s", layer, error)
