"""How much is on its way to a client that has not said it has read it.

A server cannot see how far a websocket's client has read, and what is sent to one that does not read piles up
in memory. So it asks: a client must answer a ping of graphql-transport-ws, and it gets to the ping only after
all that was sent before.
"""

from __future__ import annotations

import asyncio
from typing import Any

WINDOW_BYTES = 256 * 1024
"""Sent and not known to be read, at most, and one message more."""

PATIENCE_S = 60.0
PING = '{"type":"ping"}'


class SlowClient(Exception):
    """A client has not read for so long that it is given up."""


class Flow:
    """What was sent to one client."""

    def __init__(self, websocket: Any) -> None:
        self._consumer = websocket.ws_consumer
        self._unread_bytes = 0
        self._before_ping_bytes = 0
        self._is_asked = False
        self._has_room = asyncio.Event()
        self._has_room.set()

    async def send(self, text: str) -> None:
        """Send a message once there is room for it.

        Raises:
            SlowClient: if there was none for ``PATIENCE_S``.
        """
        if not self._has_room.is_set():
            try:
                async with asyncio.timeout(PATIENCE_S):
                    await self._has_room.wait()
            except TimeoutError:
                raise SlowClient(f"{self._unread_bytes} bytes unread for {PATIENCE_S:.0f} s") from None
        await self._consumer.send(text)
        self._unread_bytes += len(text)
        if self._unread_bytes >= WINDOW_BYTES:
            self._has_room.clear()
        await self._ask()

    async def note_pong(self) -> None:
        """Count all that was sent before the ping as read."""
        if not self._is_asked:
            return
        self._is_asked = False
        self._unread_bytes -= self._before_ping_bytes
        if self._unread_bytes < WINDOW_BYTES:
            self._has_room.set()
        await self._ask()

    async def _ask(self) -> None:
        if self._unread_bytes >= WINDOW_BYTES // 2 and not self._is_asked:
            self._is_asked = True
            self._before_ping_bytes = self._unread_bytes
            await self._consumer.send(PING)
