"""News of what changed, from whoever changed it to every socket that shows it.

A message says "look again" at some keys of a topic; the rows are the truth. Each process has one connection
to Redis that listens, whatever the number of sockets; the news is handed on in memory. What is not yet
collected is a set of keys, so a slow reader misses states in between and never the last one.
"""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager, suppress
from functools import lru_cache
from typing import Any
from weakref import WeakKeyDictionary

import redis
import redis.asyncio
from django.conf import settings
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff

from flux_site.api.outages import QUEUE_FAULTS

logger = logging.getLogger(__name__)

TOPICS = frozenset(
    {
        "outages",
        "work_orders",
        "crews",
        "circuits",
        "kpis",
        "layers",
        "jobs",
        "risk",
        "vulnerability",
        "assistant",
    }
)

EVERYTHING = "*"
"""Stands among the changed keys when any may have changed: news was lost, or there was too much of it."""

MAX_KEYS = 5_000
"""Keys that a reader may have before it; with more it is told to look at everything."""

KEYS_PER_MESSAGE = 1_000
SEND_TIMEOUT_S = 1.0
FIRST_CONTACT_S = 2.0
"""How long a new reader waits for Redis before it goes on without; it hears EVERYTHING once Redis is back."""

RECONNECT_S = (0.1, 5.0)
LINK_CHECK_S = 15


def announce(topic: str, keys: Iterable[str]) -> None:
    """Tell every reader of a topic that these keys changed. Call it when the change is committed.

    Does nothing while Redis is away or too slow: readers look again when it is back.

    Args:
        topic: one of ``TOPICS``.
        keys: ids of the rows that changed; none, or EVERYTHING, says that any may have.
    """
    _check(topic)
    changed = list(dict.fromkeys(keys)) or [EVERYTHING]
    if len(changed) > MAX_KEYS or EVERYTHING in changed:
        changed = [EVERYTHING]
    try:
        link = _publisher(settings.REDIS_URL)
        for start in range(0, len(changed), KEYS_PER_MESSAGE):
            link.publish(
                settings.LIVE_CHANNELS + topic, json.dumps(changed[start : start + KEYS_PER_MESSAGE])
            )
    except (*QUEUE_FAULTS, OSError) as error:
        logger.warning(
            "Unable to announce %d changes of %s (%s): %s",
            len(changed),
            topic,
            ", ".join(changed[:3]),
            str(error) or type(error).__name__,
        )


class News:
    """What changed since it was last asked. Made by ``follow``."""

    def __init__(self, is_listening: asyncio.Event) -> None:
        self._is_listening = is_listening
        self._changed: set[str] = set()
        self._arrived = asyncio.Event()

    @property
    def is_live(self) -> bool:
        """Whether news arrives; False while Redis is away."""
        return self._is_listening.is_set()

    async def wait(self, timeout_s: float | None = None) -> set[str]:
        """Return the keys that changed since the last call; wait for the first one, ``timeout_s`` at most.

        Empty after the time limit. With EVERYTHING among them, any key may have changed.
        """
        if not self._changed:
            with suppress(TimeoutError):
                async with asyncio.timeout(timeout_s):
                    await self._arrived.wait()
        changed, self._changed = self._changed, set()
        self._arrived.clear()
        return changed

    def forget(self) -> None:
        """Forget what has arrived."""
        self._changed = set()
        self._arrived.clear()

    def add(self, keys: Iterable[str]) -> None:
        """Add keys; too many become EVERYTHING."""
        if EVERYTHING not in self._changed:
            self._changed.update(keys)
            if len(self._changed) > MAX_KEYS or EVERYTHING in self._changed:
                self._changed = {EVERYTHING}
        self._arrived.set()


@asynccontextmanager
async def follow(*topics: str) -> AsyncIterator[News]:
    """Collect the news of topics while the block runs. What changes after it began is not missed.

    While Redis is away there is no news; when it is back, everything counts as changed.
    """
    for topic in topics:
        _check(topic)
    loop = asyncio.get_running_loop()
    hub = _hubs.get(loop)
    if hub is None:
        hub = _hubs[loop] = _Hub()
    news = News(hub.is_listening)
    hub.add(topics, news)
    try:
        with suppress(TimeoutError):
            await asyncio.wait_for(hub.has_tried.wait(), timeout=FIRST_CONTACT_S)
        news.forget()  # nobody has looked at anything yet; a connection made later tells of everything
        yield news
    finally:
        await hub.remove(topics, news)


class _Hub:
    """The one reader of an event loop, which is one of a process, and those it reads for."""

    def __init__(self) -> None:
        self.is_listening = asyncio.Event()
        self.has_tried = asyncio.Event()
        self._readers: dict[str, set[News]] = {topic: set() for topic in TOPICS}
        self._task: asyncio.Task[None] | None = None

    def add(self, topics: Iterable[str], news: News) -> None:
        """Read for somebody; the first one starts the reader."""
        for topic in topics:
            self._readers[topic].add(news)
        if self._task is None or self._task.done():
            self.has_tried.clear()
            self._task = asyncio.create_task(self._listen(), name="live news")

    async def remove(self, topics: Iterable[str], news: News) -> None:
        """Read for them no longer; the last one ends the reader."""
        for topic in topics:
            self._readers[topic].discard(news)
        if self._task is None or any(self._readers.values()):
            return
        task, self._task = self._task, None
        self.is_listening.clear()
        task.cancel()
        with suppress(asyncio.CancelledError, Exception):
            await task

    async def _listen(self) -> None:
        """Hand on every message until cancelled; after each new connection everybody looks again."""
        pause_s = RECONNECT_S[0]
        while True:
            client = _listener(settings.REDIS_URL)
            try:
                async with client, client.pubsub() as link:
                    await link.psubscribe(f"{settings.LIVE_CHANNELS}*")
                    while True:
                        message = await link.get_message(timeout=LINK_CHECK_S)
                        if message is None:
                            continue
                        if message["type"] == "psubscribe":
                            pause_s = RECONNECT_S[0]
                            self._tell_all()
                            self.is_listening.set()
                            self.has_tried.set()
                        elif message["type"] == "pmessage":
                            self._hand_on(message)
            except (redis.RedisError, OSError) as error:
                self.is_listening.clear()
                self.has_tried.set()
                logger.warning(
                    "Live news is interrupted, Redis does not answer: %s", str(error) or type(error).__name__
                )
                await asyncio.sleep(pause_s)
                pause_s = min(pause_s * 2, RECONNECT_S[1])

    def _tell_all(self) -> None:
        for readers in self._readers.values():
            for news in readers:
                news.add((EVERYTHING,))

    def _hand_on(self, message: dict[str, Any]) -> None:
        readers = self._readers.get(message["channel"].decode().removeprefix(settings.LIVE_CHANNELS), ())
        if not readers:
            return
        try:
            keys = [str(key) for key in json.loads(message["data"])]
        except (ValueError, TypeError):
            logger.warning("Unable to read news on %s", message["channel"])
            return
        for news in readers:
            news.add(keys)


_hubs: WeakKeyDictionary[asyncio.AbstractEventLoop, _Hub] = WeakKeyDictionary()


def _check(topic: str) -> None:
    if topic not in TOPICS:
        raise ValueError(f"{topic!r} is no topic of live news; there are: {', '.join(sorted(TOPICS))}")


@lru_cache(maxsize=4)
def _publisher(url: str) -> redis.Redis:
    return redis.Redis.from_url(url, socket_connect_timeout=0.5, socket_timeout=SEND_TIMEOUT_S)


def _listener(url: str) -> redis.asyncio.Redis:
    """Return a client that waits without end for news, but not for Redis to take the connection."""
    return redis.asyncio.Redis.from_url(
        url,
        socket_connect_timeout=2,
        socket_timeout=None,
        health_check_interval=LINK_CHECK_S,
        retry=Retry(NoBackoff(), 0),
    )
