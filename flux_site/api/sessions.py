"""Sessions in the database, copied to Redis, so that a loss of either leaves them readable.

Django's own store of this kind fails with the cache; ours goes on without it.
"""

import logging
from typing import Any

from django.contrib.sessions.backends.cached_db import SessionStore as CachedSessionStore

from flux_site.api.outages import QUEUE_FAULTS

logger = logging.getLogger(__name__)


class ForgivingCache:
    """A cache that knows nothing while Redis is away."""

    def __init__(self, cache: Any) -> None:
        self._cache = cache

    def get(self, key: str) -> Any:
        """Return the value; None if there is none or Redis is away."""
        return self._attempted("get", key)

    def set(self, key: str, value: Any, timeout: float | None = None) -> None:
        """Keep a value if Redis is there."""
        self._attempted("set", key, value, timeout)

    def delete(self, key: str) -> None:
        """Delete a value if Redis is there; if not, it ends with its time."""
        self._attempted("delete", key)

    def __contains__(self, key: str) -> bool:
        return bool(self._attempted("has_key", key))

    def _attempted(self, method: str, *arguments: Any) -> Any:
        try:
            return getattr(self._cache, method)(*arguments)
        except (*QUEUE_FAULTS, OSError) as error:
            logger.warning("Unable to %s a session in Redis: %s", method, error)
            return None


class SessionStore(CachedSessionStore):
    """A session."""

    def __init__(self, session_key: str | None = None) -> None:
        super().__init__(session_key)
        self._cache = ForgivingCache(self._cache)  # type: ignore[has-type]
