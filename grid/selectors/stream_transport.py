"""The transport of this process's streams."""

from functools import lru_cache

from django.conf import settings

from grid.streaming.opening import open_transport
from grid.streaming.transport import Transport


@lru_cache(maxsize=8)
def _open(url: str, prefix: str, backlog_limit: int) -> Transport:
    return open_transport(url, prefix=prefix, backlog_limit=backlog_limit)


def get_transport() -> Transport:
    """Return the transport named by the settings, opened once per process; nothing is connected by it."""
    return _open(settings.STREAM_URL, settings.STREAM_PREFIX, settings.STREAM_BACKLOG_LIMIT)
