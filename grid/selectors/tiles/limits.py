"""How many tiles are drawn: at once in this process, and in a minute for one user."""

import logging
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.conf import settings
from django.core.cache import cache

from flux_site.api.errors import FluxError
from flux_site.api.outages import QUEUE_FAULTS

logger = logging.getLogger(__name__)

_slots = threading.BoundedSemaphore(settings.TILES_AT_ONCE)


class TilesBusy(FluxError):
    """This process draws as many tiles at once as it may."""

    code = "TILES_BUSY"


class TooManyTiles(FluxError):
    """A user had as many tiles drawn in this minute as one may."""

    code = "TOO_MANY_REQUESTS"


@contextmanager
def drawing_slot(user: Any) -> Iterator[None]:
    """Hold one of the places of this process while a tile is drawn, and count it against the user.

    Raises:
        TooManyTiles: if the user's minute is used up; tiles that are kept do not count.
        TilesBusy: if no place becomes free in time.
    """
    _count(user)
    if not _slots.acquire(timeout=settings.TILE_SLOT_WAIT_S):
        raise TilesBusy(f"{settings.TILES_AT_ONCE} tiles are being drawn. Try again.")
    try:
        yield
    finally:
        _slots.release()


def _count(user: Any) -> None:
    key = f"tiles-drawn:{user.pk}:{int(time.time() // 60)}"
    try:
        cache.add(key, 0, timeout=120)
        drawn = cache.incr(key)
    except (*QUEUE_FAULTS, OSError, ValueError) as error:  # ValueError: it has just run out
        logger.warning("Unable to count tiles: %s", error)
        return
    if drawn > settings.TILES_PER_MINUTE:
        raise TooManyTiles(
            f"More than {settings.TILES_PER_MINUTE} tiles were drawn for you in this minute. Try again."
        )
