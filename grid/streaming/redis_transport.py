"""Streams in Redis: a consumer group, acknowledgement, stuck entries claimed, dead letters apart.

An entry has one field, ``m``. Entries are trimmed only once every group of the stream has acknowledged them;
a sender that would fill the stream is told to wait instead.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

import redis

from grid.streaming.transport import (
    BACKLOG_LIMIT,
    DEAD_LIMIT,
    GROUP,
    PREFIX,
    Backlog,
    DeadLetter,
    Message,
    Source,
    StreamFull,
    StreamName,
    TransportUnavailable,
    check_count,
)

FIELD = b"m"
CLAIM_IDLE_S = 30.0
"""How long an entry may be with a consumer before another one takes it: longer than any batch takes."""
_FORGOTTEN_MS = 24 * 3600 * 1000
"""How long a consumer without entries may be silent before it is taken off the list."""
_CLAIM_EVERY_S = 5.0
_TRIM_EVERY_S = 1.0

# All or nothing, so that a sender that was told to wait sends the same again.
_PUBLISH = """
local waiting = redis.call('XLEN', KEYS[1])
if waiting > 0 and waiting + #ARGV - 1 > tonumber(ARGV[1]) then return waiting end
for i = 2, #ARGV do redis.call('XADD', KEYS[1], '*', 'm', ARGV[i]) end
return -1
"""

# Count and oldest entry of what the group has not acknowledged: with a consumer, or not read yet. After
# entries were deleted by hand Redis does not know the count; all that is left counts then.
_BACKLOG = """
if redis.call('EXISTS', KEYS[1]) == 0 then return {0, false} end
local pending, after, lag = 0, '0-0', nil
for _, flat in ipairs(redis.call('XINFO', 'GROUPS', KEYS[1])) do
  local group = {}
  for i = 1, #flat, 2 do group[flat[i]] = flat[i + 1] end
  if group['name'] == ARGV[1] then
    pending, after, lag = group['pending'], group['last-delivered-id'], group['lag']
  end
end
local unread = redis.call('XRANGE', KEYS[1], '(' .. after, '+', 'COUNT', 1)
local oldest = false
if pending > 0 then oldest = redis.call('XPENDING', KEYS[1], ARGV[1])[2]
elseif #unread > 0 then oldest = unread[1][1] end
if #unread == 0 then lag = 0 elseif not lag then lag = redis.call('XLEN', KEYS[1]) - pending end
return {pending + lag, oldest}
"""

# Trims what no group can need any more: below the oldest entry that one has not acknowledged or not yet read.
_TRIM = """
local function parts(id)
  local ms, seq = string.match(id, '(%d+)-(%d+)')
  return tonumber(ms), tonumber(seq)
end
local lowest_ms, lowest_seq
for _, flat in ipairs(redis.call('XINFO', 'GROUPS', KEYS[1])) do
  local group = {}
  for i = 1, #flat, 2 do group[flat[i]] = flat[i + 1] end
  local ms, seq
  if group['pending'] > 0 then
    ms, seq = parts(redis.call('XPENDING', KEYS[1], group['name'])[2])
  else
    ms, seq = parts(group['last-delivered-id'])
    seq = seq + 1
  end
  if lowest_ms == nil or ms < lowest_ms or (ms == lowest_ms and seq < lowest_seq) then
    lowest_ms, lowest_seq = ms, seq
  end
end
if lowest_ms == nil then return 0 end
return redis.call('XTRIM', KEYS[1], 'MINID', string.format('%.0f-%.0f', lowest_ms, lowest_seq))
"""


class RedisTransport:
    """The streams in one Redis."""

    def __init__(
        self,
        url: str,
        *,
        prefix: str = PREFIX,
        backlog_limit: int = BACKLOG_LIMIT,
        claim_idle_s: float = CLAIM_IDLE_S,
    ) -> None:
        self._client: redis.Redis = redis.Redis.from_url(
            url, socket_connect_timeout=2.0, socket_timeout=10.0, health_check_interval=0, protocol=2
        )
        self._prefix = prefix
        self._backlog_limit = backlog_limit
        self._claim_idle_s = claim_idle_s
        self._publish = self._client.register_script(_PUBLISH)
        self._backlog = self._client.register_script(_BACKLOG)

    def publish(self, stream: StreamName, bodies: Sequence[bytes]) -> None:
        """Send messages, all or none of them."""
        check_count(bodies)
        with reported():
            waiting = self._publish(keys=[self.key(stream)], args=[self._backlog_limit, *bodies])
        if waiting >= 0:
            raise StreamFull(stream, waiting)

    def source(self, stream: StreamName, consumer: str) -> Source:
        """Return a consumer of a stream, making the group if there is none."""
        return RedisSource(
            self._client, self.key(stream), self.dead_key(stream), consumer, self._claim_idle_s
        )

    def backlog(self, stream: StreamName) -> Backlog:
        """Return how far the group is behind."""
        with reported():
            count, oldest = self._backlog(keys=[self.key(stream)], args=[GROUP])
        return Backlog(count, _moment(oldest) if oldest else None)

    def dead_letters(self, stream: StreamName, limit: int) -> list[DeadLetter]:
        """Return the newest dead letters."""
        with reported():
            entries: Any = self._client.xrevrange(self.dead_key(stream), count=limit)
        return [
            DeadLetter(
                Message(fields[b"id"].decode(), fields[FIELD], _moment(fields[b"id"])),
                fields[b"code"].decode(),
                fields[b"reason"].decode(),
            )
            for _, fields in reversed(entries)
        ]

    def close(self) -> None:
        """Close the connections."""
        self._client.close()

    def key(self, stream: StreamName) -> str:
        """Return the key of a stream."""
        return f"{self._prefix}{stream}"

    def dead_key(self, stream: StreamName) -> str:
        """Return the key of the dead letters of a stream."""
        return f"{self._prefix}{stream}.dead"


class RedisSource:
    """A consumer of the group."""

    def __init__(
        self, client: redis.Redis, key: str, dead_key: str, consumer: str, claim_idle_s: float
    ) -> None:
        self._client = client
        self._key = key
        self._dead_key = dead_key
        self._consumer = consumer
        self._claim_idle_s = claim_idle_s
        self._trim = client.register_script(_TRIM)
        self._claimed_at_s = -_CLAIM_EVERY_S
        self._trimmed_at_s = 0.0
        with reported():
            self._make_group()
            self._forget_silent()

    def read(self, limit: int, *, wait_s: float, gather_s: float) -> list[Message]:
        """Return the next messages: first those that another consumer left behind."""
        with reported():
            stuck = self._claim(limit)
            if stuck:
                return stuck
            messages = self._next(limit, block_ms=max(1, int(wait_s * 1000)))
            if messages and len(messages) < limit and gather_s > 0:
                time.sleep(gather_s)
                messages += self._next(limit - len(messages))
        return messages

    def ack(self, messages: Sequence[Message]) -> None:
        """Acknowledge, and now and then trim what nobody needs any more."""
        with reported():
            if messages:
                self._client.xack(self._key, GROUP, *(message.message_id for message in messages))
            now_s = time.monotonic()
            if now_s - self._trimmed_at_s >= _TRIM_EVERY_S:
                self._trimmed_at_s = now_s
                self._trim(keys=[self._key])

    def bury(self, letters: Sequence[DeadLetter]) -> None:
        """Add to the stream of dead letters, which forgets the oldest beyond its limit."""
        with reported(), self._client.pipeline(transaction=True) as pipeline:
            for letter in letters:
                fields: dict[Any, Any] = {
                    FIELD: letter.message.body,
                    b"id": letter.message.message_id,
                    b"code": letter.code,
                    b"reason": letter.reason,
                }
                pipeline.xadd(self._dead_key, fields, maxlen=DEAD_LIMIT, approximate=True)
            pipeline.execute()

    def close(self) -> None:
        """Leave the group, unless entries are still with this consumer: they are claimed by others."""
        with reported():
            self._trim(keys=[self._key])
            if not self._client.xpending_range(
                self._key, GROUP, min="-", max="+", count=1, consumername=self._consumer
            ):
                self._client.xgroup_delconsumer(self._key, GROUP, self._consumer)

    def _next(self, count: int, block_ms: int | None = None) -> list[Message]:
        def ask() -> Any:
            return self._client.xreadgroup(
                GROUP, self._consumer, {self._key: ">"}, count=count, block=block_ms
            )

        reply = self._with_group(ask)
        return _messages(reply[0][1]) if reply else []

    def _claim(self, limit: int) -> list[Message]:
        now_s = time.monotonic()
        if now_s - self._claimed_at_s < _CLAIM_EVERY_S:
            return []

        def ask() -> Any:
            return self._client.xautoclaim(
                self._key, GROUP, self._consumer, int(self._claim_idle_s * 1000), count=limit
            )

        stuck = _messages(self._with_group(ask)[1])
        if not stuck:
            self._claimed_at_s = now_s  # while there are some, the next read claims more
        return stuck

    def _with_group(self, ask: Callable[[], Any]) -> Any:
        """Ask, making the group anew if it is gone: Redis lost its data, or somebody deleted the stream."""
        try:
            return ask()
        except redis.ResponseError as error:
            if not str(error).startswith(("NOGROUP", "UNBLOCKED")):
                raise
            self._make_group()
            return ask()

    def _forget_silent(self) -> None:
        """Take consumers off the list that were killed long ago and have no entries left."""
        consumers: Any = self._client.xinfo_consumers(self._key, GROUP)
        for each in consumers:
            if not each["pending"] and each["idle"] > _FORGOTTEN_MS:
                self._client.xgroup_delconsumer(self._key, GROUP, each["name"])

    def _make_group(self) -> None:
        try:
            self._client.xgroup_create(self._key, GROUP, id="0", mkstream=True)
        except redis.ResponseError as error:
            if not str(error).startswith("BUSYGROUP"):
                raise


@contextmanager
def reported() -> Iterator[None]:
    """Tell what goes wrong with Redis in the words of the transport."""
    try:
        yield
    except redis.RedisError as error:
        raise TransportUnavailable(f"Redis: {type(error).__name__}: {error}") from error


def _messages(entries: Sequence[tuple[bytes, dict[bytes, bytes] | None]]) -> list[Message]:
    """Return entries as messages; one without our field is an empty message, and so no JSON."""
    return [
        Message(entry_id.decode(), fields.get(FIELD, b""), _moment(entry_id))
        for entry_id, fields in entries
        if fields is not None
    ]


def _moment(entry_id: bytes) -> datetime:
    return datetime.fromtimestamp(int(entry_id.partition(b"-")[0]) / 1000, UTC)
