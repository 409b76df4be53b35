"""A channels consumer that sends on what Redis says, to every socket, and does nothing else."""

import asyncio
import os
from typing import Any

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "flux_site.settings.base")

import django

django.setup()

import redis.asyncio  # noqa: E402 - Django must be set up first
from channels.generic.websocket import AsyncWebsocketConsumer  # noqa: E402
from channels.routing import ProtocolTypeRouter  # noqa: E402
from django.conf import settings  # noqa: E402

TOPIC = "benchmark:fanout"
_open: set[Any] = set()
_reader: asyncio.Task[None] | None = None


async def _read() -> None:
    async with redis.asyncio.Redis.from_url(settings.REDIS_URL, socket_timeout=None).pubsub() as link:
        await link.subscribe(TOPIC)
        async for message in link.listen():
            if message["type"] == "message":
                text = message["data"].decode()
                for consumer in list(_open):
                    await consumer.send(text)


class Bare(AsyncWebsocketConsumer):
    """A socket."""

    async def connect(self) -> None:
        """Greet."""
        global _reader  # noqa: PLW0603 - one reader of the process
        if _reader is None:
            _reader = asyncio.create_task(_read())
            await asyncio.sleep(0.5)
        await self.accept()
        await self.send("{}")
        _open.add(self)

    async def disconnect(self, code: int) -> None:
        """Forget it."""
        _open.discard(self)


application = ProtocolTypeRouter({"websocket": Bare.as_asgi()})
