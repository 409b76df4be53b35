"""A server of the ``websockets`` library that sends on what Redis says, to every socket, and nothing else."""

import asyncio
import os
from typing import Any

import redis.asyncio
from websockets.asyncio.server import broadcast, serve

TOPIC = "benchmark:fanout"
_open: set[Any] = set()


async def _socket(link: Any) -> None:
    await link.send("{}")
    _open.add(link)
    try:
        await link.wait_closed()
    finally:
        _open.discard(link)


async def main() -> None:
    """Serve until ended."""
    source = redis.asyncio.Redis.from_url(os.environ["FLUX_REDIS_URL"], socket_timeout=None)
    port = int(os.environ["FLUX_FANOUT_PORT"])
    async with source.pubsub() as news, serve(_socket, "127.0.0.1", port, compression=None):
        await news.subscribe(TOPIC)
        async for message in news.listen():
            if message["type"] == "message":
                broadcast(_open, message["data"].decode())


asyncio.run(main())
