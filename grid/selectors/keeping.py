"""Values kept in Redis for a while, which all can be worked out anew: without Redis nothing is kept."""

from __future__ import annotations

import logging
from typing import Any

from django.core.cache import cache

from flux_site.api.outages import QUEUE_FAULTS

logger = logging.getLogger(__name__)


def kept(name: str) -> Any | None:
    """Return what is kept under a name; None if nothing is."""
    try:
        return cache.get(name)
    except (*QUEUE_FAULTS, OSError) as error:
        logger.warning("Unable to read %s: %s", name, error)
        return None


def keep(name: str, value: Any, *, seconds: int) -> bool:
    """Keep a value under a name; return whether that could be done."""
    try:
        cache.set(name, value, timeout=seconds)
    except (*QUEUE_FAULTS, OSError) as error:
        logger.warning("Unable to keep %s: %s", name, error)
        return False
    return True
