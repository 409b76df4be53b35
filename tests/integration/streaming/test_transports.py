"""What the consumer relies on, over Redis and over Kafka's mock cluster alike."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta

import pytest
import redis
from django.conf import settings

from grid.streaming import redis_transport
from grid.streaming.redis_transport import RedisTransport
from grid.streaming.transport import (
    MAX_PUBLISH,
    Backlog,
    DeadLetter,
    Message,
    Source,
    StreamFull,
    StreamName,
    Transport,
    TransportUnavailable,
)

pytestmark = pytest.mark.integration
EVENTS = StreamName.EVENTS
MakeTransport = Callable[..., Transport]


def numbered(first: int, last: int) -> list[bytes]:
    return [f"message {number}".encode() for number in range(first, last + 1)]


def read_all(source: Source, count: int, *, limit: int = 100, ack: bool = True) -> list[Message]:
    """Read until ``count`` messages came; a group of Kafka takes some seconds to form."""
    found: list[Message] = []
    deadline = time.monotonic() + 20
    while len(found) < count and time.monotonic() < deadline:
        messages = source.read(limit, wait_s=0.5, gather_s=0.05)
        if ack:
            source.ack(messages)
        found += messages
    return found


def bodies(messages: Sequence[Message]) -> list[bytes]:
    return sorted((message.body for message in messages), key=lambda body: int(body.split()[-1]))


def test_what_was_sent_is_read_once_with_its_time(make_transport: MakeTransport) -> None:
    transport = make_transport()
    transport.publish(EVENTS, numbered(1, 30))
    source = transport.source(EVENTS, "one")

    found = read_all(source, 30, limit=7)

    assert bodies(found) == numbered(1, 30)
    now = datetime.now(UTC)
    assert all(m.sent_at and now - timedelta(minutes=1) < m.sent_at <= now for m in found)
    assert source.read(10, wait_s=0.1, gather_s=0) == []
    source.close()


def test_a_limit_bounds_what_is_read_at_once(make_transport: MakeTransport) -> None:
    transport = make_transport()
    transport.publish(EVENTS, numbered(1, 20))
    source = transport.source(EVENTS, "one")

    first = read_all(source, 1, limit=4)

    assert len(first) <= 4
    assert bodies([*first, *read_all(source, 20 - len(first), limit=4)]) == numbered(1, 20)
    source.close()


def test_what_was_not_acknowledged_comes_again_to_another_consumer(make_transport: MakeTransport) -> None:
    transport = make_transport(claim_idle_s=0.05)
    transport.publish(EVENTS, numbered(1, 10))
    first = transport.source(EVENTS, "first")
    read_all(first, 10, ack=False)
    first.close()
    time.sleep(0.1)  # entries of Redis must have been idle

    second = transport.source(EVENTS, "second")

    assert bodies(read_all(second, 10)) == numbered(1, 10)
    assert transport.backlog(EVENTS).message_count == 0
    second.close()


def test_the_backlog_counts_what_was_sent_and_not_acknowledged(make_transport: MakeTransport) -> None:
    transport = make_transport()
    assert transport.backlog(EVENTS) == Backlog(0, None)
    transport.publish(EVENTS, numbered(1, 10))
    source = transport.source(EVENTS, "one")

    before = transport.backlog(EVENTS)
    taken = read_all(source, 10, ack=False)
    while_working = transport.backlog(EVENTS)
    source.ack(taken)
    after = transport.backlog(EVENTS)

    assert [before.message_count, while_working.message_count, after.message_count] == [10, 10, 0]
    sent = [m.sent_at for m in taken if m.sent_at]
    assert before.oldest_sent_at == min(sent) == while_working.oldest_sent_at
    assert after.oldest_sent_at is None
    source.close()


def test_a_sender_is_told_to_wait_while_too_much_waits(make_transport: MakeTransport) -> None:
    transport = make_transport(backlog_limit=15)
    transport.publish(EVENTS, numbered(1, 10))

    with pytest.raises(StreamFull) as refused:
        transport.publish(EVENTS, numbered(11, 20))

    assert refused.value.waiting_count == 10
    assert refused.value.retry_after_s > 0
    source = transport.source(EVENTS, "one")
    found = read_all(source, 10)
    time.sleep(1.1)  # how often readers trim, and senders look
    source.ack([])
    transport.publish(EVENTS, numbered(11, 20))
    assert bodies([*found, *read_all(source, 10)]) == numbered(1, 20)
    source.close()


def test_too_many_at_once_are_refused(make_transport: MakeTransport) -> None:
    with pytest.raises(ValueError, match="at most"):
        make_transport().publish(EVENTS, [b"x"] * (MAX_PUBLISH + 1))


def test_dead_letters_keep_the_original_and_the_reason(make_transport: MakeTransport) -> None:
    transport = make_transport()
    transport.publish(EVENTS, [b"\xff not JSON"])
    source = transport.source(EVENTS, "one")
    (message,) = read_all(source, 1, ack=False)

    source.bury([DeadLetter(message, "NOT_JSON", "not JSON: line 1 column 1")])
    source.ack([message])

    (letter,) = transport.dead_letters(EVENTS, 10)
    assert letter.message.body == b"\xff not JSON"
    assert letter.message.message_id == message.message_id
    assert (letter.code, letter.reason) == ("NOT_JSON", "not JSON: line 1 column 1")
    assert transport.dead_letters(StreamName.READINGS, 10) == []
    source.close()


def test_streams_do_not_mix(make_transport: MakeTransport) -> None:
    transport = make_transport()
    transport.publish(EVENTS, numbered(1, 3))
    transport.publish(StreamName.READINGS, numbered(4, 5))
    source = transport.source(StreamName.READINGS, "one")

    assert bodies(read_all(source, 2)) == numbered(4, 5)
    assert transport.backlog(EVENTS).message_count == 3
    source.close()


@pytest.mark.parametrize("address", ["redis", "kafka"])
def test_a_dead_server_is_told_as_unavailable(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    from grid.streaming import kafka_transport
    from grid.streaming.opening import open_transport

    monkeypatch.setattr(kafka_transport, "LOOK_S", 0.5)
    transport = open_transport(f"{address}://127.0.0.1:1")

    with pytest.raises(TransportUnavailable, match=address.title()):
        transport.publish(EVENTS, [b"x"])
    with pytest.raises(TransportUnavailable, match=address.title()):
        transport.backlog(EVENTS)


class TestRedisAlone:
    """What only Redis needs: trimming, and a group that is gone."""

    def test_nothing_is_trimmed_that_any_group_has_not_read(self, make_redis: MakeTransport) -> None:
        transport = make_redis()
        assert isinstance(transport, RedisTransport)
        client = redis.Redis.from_url(settings.REDIS_URL)
        key = transport.key(EVENTS)
        transport.publish(EVENTS, numbered(1, 10))
        client.xgroup_create(key, "another", id="0")
        source = transport.source(EVENTS, "one")
        first = source.read(4, wait_s=0.5, gather_s=0)
        source.ack(first)
        source.close()
        assert client.xlen(key) == 10

        taken = client.xreadgroup("another", "reader", {key: ">"}, count=6)[0][1]
        client.xack(key, "another", *(entry_id for entry_id, _ in taken[1:]))
        transport.source(EVENTS, "two").close()
        assert client.xlen(key) == 10  # the first entry is still with the other group

        client.xack(key, "another", taken[0][0])
        transport.source(EVENTS, "three").close()
        assert client.xlen(key) == 6  # ours has read four
        client.close()

    def test_a_group_that_is_gone_is_made_anew_and_nothing_sent_before_is_missed(
        self, make_redis: MakeTransport
    ) -> None:
        transport = make_redis()
        assert isinstance(transport, RedisTransport)
        source = transport.source(EVENTS, "one")
        client = redis.Redis.from_url(settings.REDIS_URL)
        client.delete(transport.key(EVENTS))
        client.close()
        transport.publish(EVENTS, numbered(1, 3))

        assert bodies(read_all(source, 3)) == numbered(1, 3)

    def test_consumers_that_were_killed_long_ago_are_forgotten(
        self, make_redis: MakeTransport, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        transport = make_redis()
        assert isinstance(transport, RedisTransport)
        transport.publish(EVENTS, numbered(1, 2))
        busy, silent = transport.source(EVENTS, "busy"), transport.source(EVENTS, "silent")
        busy.read(1, wait_s=0.5, gather_s=0)
        silent.ack(silent.read(1, wait_s=0.5, gather_s=0))
        time.sleep(0.02)
        monkeypatch.setattr(redis_transport, "_FORGOTTEN_MS", 10)

        client = redis.Redis.from_url(settings.REDIS_URL)

        def names() -> set[bytes]:
            return {each["name"] for each in client.xinfo_consumers(transport.key(EVENTS), "flux")}

        assert names() == {b"busy", b"silent"}
        transport.source(EVENTS, "new")
        assert names() == {b"busy"}
        client.close()

    def test_an_entry_of_another_form_is_an_empty_message(self, make_redis: MakeTransport) -> None:
        transport = make_redis()
        assert isinstance(transport, RedisTransport)
        client = redis.Redis.from_url(settings.REDIS_URL)
        client.xadd(transport.key(EVENTS), {"something": "else"})
        client.close()

        (message,) = read_all(transport.source(EVENTS, "one"), 1)

        assert message.body == b""
