"""Which jobs changed, as a subscription hears of it."""

from __future__ import annotations

import asyncio
import uuid
from contextlib import suppress
from typing import Any, Self

from channels.layers import get_channel_layer

from flux_site.jobs.notify import GROUP


class JobNews:
    """Collects the jobs that are announced as changed while the block runs.

    One task reads the channel all the time: the layer takes a cancelled read for the end of the subscriber,
    so a read with a time limit would hear nothing more after its first timeout.
    """

    def __init__(self) -> None:
        self._changed: set[uuid.UUID] = set()
        self._arrived = asyncio.Event()

    async def __aenter__(self) -> Self:
        """Begin to listen."""
        self._layer: Any = get_channel_layer()
        self._channel = await self._layer.new_channel()
        await self._layer.group_add(GROUP, self._channel)
        self._reader = asyncio.create_task(self._read())
        return self

    async def __aexit__(self, *_: object) -> None:
        """Listen no longer."""
        self._reader.cancel()
        with suppress(asyncio.CancelledError, Exception):
            await self._reader
        await self._layer.group_discard(GROUP, self._channel)

    async def wait(self, timeout_s: float | None = None) -> set[uuid.UUID]:
        """Return the jobs that changed since the last call; wait for the first one, ``timeout_s`` at most."""
        with suppress(TimeoutError):
            await asyncio.wait_for(self._arrived.wait(), timeout=timeout_s)
        if self._reader.done():
            self._reader.result()  # raises what ended it
        changed, self._changed = self._changed, set()
        self._arrived.clear()
        return changed

    async def _read(self) -> None:
        try:
            while True:
                message = await self._layer.receive(self._channel)
                self._changed.add(uuid.UUID(message["job_id"]))
                self._arrived.set()
        finally:
            self._arrived.set()
