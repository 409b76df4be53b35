"""The Redis cache, with one pool of connections a process.

Django makes a cache object for every thread and, under ASGI, for every request, and each of its Redis clients
opens connections of its own, which stay open until Python collects the object: a connection set up for every
request, and hundreds left behind.
"""

from __future__ import annotations

from typing import Any

from django.core.cache.backends.redis import RedisCache, RedisCacheClient

_pools: dict[tuple[Any, ...], dict[int, Any]] = {}


class PooledClient(RedisCacheClient):
    """Django's client, on the pools of the process, which redis-py keeps safe for threads and forks."""

    def __init__(self, servers: list[str], **options: Any) -> None:
        super().__init__(servers, **options)
        kept = (*servers, *sorted((name, repr(value)) for name, value in options.items()))
        self._pools = _pools.setdefault(kept, {})


class PooledRedisCache(RedisCache):
    """Django's Redis cache, whose objects share their connections."""

    def __init__(self, server: str, params: dict[str, Any]) -> None:
        super().__init__(server, params)
        self._class = PooledClient
