"""Streams in Kafka: topics, a group, offsets committed by hand after landing, a topic of dead letters.

What was read stays in its topic for as long as the broker keeps it, which must be longer than our outages.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from typing import Any

from confluent_kafka import Consumer, KafkaError, KafkaException, Producer, TopicPartition

from grid.streaming.transport import (
    BACKLOG_LIMIT,
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

ANSWER_S = 10.0
LOOK_S = 3.0
"""How long whoever asks for the backlog waits for each answer."""
_LOOK_EVERY_S = 1.0
_HARMLESS = frozenset(
    {
        KafkaError._PARTITION_EOF,
        KafkaError.UNKNOWN_TOPIC_OR_PART,
        KafkaError._UNKNOWN_PARTITION,
        KafkaError._UNKNOWN_TOPIC,
    }
)
"""What a reader is told of topics that nobody has sent to yet, or that have no more."""
_MOVED_ON = frozenset(
    {
        KafkaError.ILLEGAL_GENERATION,
        KafkaError.UNKNOWN_MEMBER_ID,
        KafkaError.REBALANCE_IN_PROGRESS,
        KafkaError.FENCED_INSTANCE_ID,
        KafkaError._ASSIGNMENT_LOST,
    }
)
"""The partitions are another consumer's by now: it gets the messages again, and they change nothing."""

_Headers = list[tuple[str, str | bytes | None]]

logger = logging.getLogger(__name__)


class KafkaTransport:
    """The streams in one Kafka cluster.

    Args:
        servers: ``host:port,…`` to start from.
        options: further settings of librdkafka, such as ``security.protocol`` and ``sasl.username``.
    """

    def __init__(
        self,
        servers: str,
        *,
        options: dict[str, str] | None = None,
        prefix: str = PREFIX,
        backlog_limit: int = BACKLOG_LIMIT,
    ) -> None:
        self._options: dict[str, Any] = {
            **(options or {}),
            "bootstrap.servers": servers,
            "client.id": "flux",
            "log_level": 3,
            "logger": logger,
        }
        self._prefix = prefix
        self._backlog_limit = backlog_limit
        self._lock = threading.Lock()
        self._own_producer: Producer | None = None
        self._own_watcher: Consumer | None = None
        self._watched: StreamName | None = None
        self._seen: dict[StreamName, tuple[float, int]] = {}

    def publish(self, stream: StreamName, bodies: Sequence[bytes]) -> None:
        """Send messages and wait until the brokers hold them."""
        check_count(bodies)
        waiting = self._recent_count(stream)
        if waiting and waiting + len(bodies) > self._backlog_limit:
            raise StreamFull(stream, waiting)
        send(self._producer(), self.topic(stream), [(body, None) for body in bodies])
        with self._lock:
            seen_at_s, count = self._seen[stream]
            self._seen[stream] = (seen_at_s, count + len(bodies))

    def source(self, stream: StreamName, consumer: str) -> Source:
        """Return a consumer; Kafka itself knows which member of the group has which partition."""
        with reported():
            return KafkaSource(
                Consumer(
                    {
                        **self._options,
                        "group.id": f"{GROUP}.{stream}",
                        "client.id": consumer,
                        "enable.auto.commit": False,
                        "enable.auto.offset.store": False,
                        "auto.offset.reset": "earliest",
                        "allow.auto.create.topics": True,
                        "topic.metadata.refresh.interval.ms": 10_000,
                    }
                ),
                self._producer(),
                self.topic(stream),
                self.dead_topic(stream),
            )

    def backlog(self, stream: StreamName) -> Backlog:
        """Return how far the group is behind, over all partitions."""
        with self._lock, reported():
            behind = [
                (partition, high - max(partition.offset, low))
                for partition, low, high in self._places(stream)
            ]
            waiting = [(partition, count) for partition, count in behind if count > 0]
            count = sum(count for _, count in waiting)
            self._seen[stream] = (time.monotonic(), count)
            moments = [self._sent_at(partition) for partition, _ in waiting]
        return Backlog(count, min((moment for moment in moments if moment), default=None))

    def dead_letters(self, stream: StreamName, limit: int) -> list[DeadLetter]:
        """Return the newest dead letters, read from the end of their topic."""
        topic = self.dead_topic(stream)
        found: list[DeadLetter] = []
        with self._lock, reported():
            watcher = self._watcher(stream)
            for number in _partitions(watcher, topic):
                low, high = watcher.get_watermark_offsets(
                    TopicPartition(topic, number), timeout=LOOK_S, cached=False
                )
                start = max(low, high - limit)
                for message in _consume_range(watcher, TopicPartition(topic, number, start), high - start):
                    headers = dict(message.headers() or [])
                    letter = Message(_text(headers.get("id")), message.value() or b"", _moment(message))
                    found.append(DeadLetter(letter, _text(headers.get("code")), _text(headers.get("reason"))))
        found.sort(key=lambda letter: letter.message.sent_at or datetime.min.replace(tzinfo=UTC))
        return found[-limit:]

    def close(self) -> None:
        """Send what is left and close."""
        with self._lock:
            if self._own_producer is not None:
                self._own_producer.flush(ANSWER_S)
            if self._own_watcher is not None:
                self._own_watcher.close()
            self._own_producer = self._own_watcher = None

    def topic(self, stream: StreamName) -> str:
        """Return the topic of a stream."""
        return f"{self._prefix}{stream}"

    def dead_topic(self, stream: StreamName) -> str:
        """Return the topic of the dead letters of a stream."""
        return f"{self._prefix}{stream}.dead"

    def _producer(self) -> Producer:
        with self._lock:
            if self._own_producer is None:
                with reported():
                    self._own_producer = Producer(
                        {**self._options, "acks": "all", "enable.idempotence": True, "linger.ms": 5}
                    )
            return self._own_producer

    def _watcher(self, stream: StreamName) -> Consumer:
        """Return a client that looks at the offsets of a stream's group without being a member."""
        if self._own_watcher is not None and self._watched is not stream:
            self._own_watcher.close()
            self._own_watcher = None
        if self._own_watcher is None:
            self._watched = stream
            self._own_watcher = Consumer(
                {**self._options, "group.id": f"{GROUP}.{stream}", "enable.auto.commit": False}
            )
        return self._own_watcher

    def _places(self, stream: StreamName) -> list[tuple[TopicPartition, int, int]]:
        """Return each partition at the group's offset, with its first and its next offset."""
        watcher, topic = self._watcher(stream), self.topic(stream)
        partitions = [TopicPartition(topic, number) for number in _partitions(watcher, topic)]
        if not partitions:
            return []
        return [
            (partition, *watcher.get_watermark_offsets(partition, timeout=LOOK_S, cached=False))
            for partition in watcher.committed(partitions, timeout=LOOK_S)
        ]

    def _sent_at(self, partition: TopicPartition) -> datetime | None:
        assert self._own_watcher is not None  # noqa: S101 - made by _places
        start = TopicPartition(partition.topic, partition.partition, max(partition.offset, 0))
        found = _consume_range(self._own_watcher, start, 1)
        return _moment(found[0]) if found else None

    def _recent_count(self, stream: StreamName) -> int:
        """Return how many messages wait: as of a second ago at most, and what was sent from here since."""
        seen_at_s, count = self._seen.get(stream, (-_LOOK_EVERY_S, 0))
        return count if time.monotonic() - seen_at_s < _LOOK_EVERY_S else self.backlog(stream).message_count


class KafkaSource:
    """A member of the group."""

    def __init__(self, consumer: Consumer, producer: Producer, topic: str, dead_topic: str) -> None:
        self._consumer = consumer
        self._producer = producer
        self._topic = topic
        self._dead_topic = dead_topic
        consumer.subscribe([topic])

    def read(self, limit: int, *, wait_s: float, gather_s: float) -> list[Message]:
        """Return the next messages."""
        with reported():
            messages = _sound(self._consumer.consume(1, wait_s))
            if messages and limit > 1:
                # What was read must be returned, whatever comes behind it: a later commit would cover it.
                with suppress(KafkaException):
                    messages += _sound(self._consumer.consume(limit - 1, gather_s))
        return messages

    def ack(self, messages: Sequence[Message]) -> None:
        """Commit the offsets behind the messages."""
        behind: dict[int, int] = {}
        for message in messages:
            partition, _, offset = message.message_id.partition(":")
            behind[int(partition)] = max(behind.get(int(partition), 0), int(offset) + 1)
        if not behind:
            return
        offsets = [TopicPartition(self._topic, partition, offset) for partition, offset in behind.items()]
        try:
            with reported():
                self._consumer.commit(offsets=offsets, asynchronous=False)
        except TransportUnavailable as error:
            fault = error.__cause__
            if not isinstance(fault, KafkaException) or fault.args[0].code() not in _MOVED_ON:
                raise
            logger.info("Partitions went to another consumer before their offsets were committed")

    def bury(self, letters: Sequence[DeadLetter]) -> None:
        """Send to the topic of dead letters; id, code and reason are headers."""
        send(
            self._producer,
            self._dead_topic,
            [
                (
                    letter.message.body,
                    [
                        ("id", letter.message.message_id.encode()),
                        ("code", letter.code.encode()),
                        ("reason", letter.reason.encode()),
                    ],
                )
                for letter in letters
            ],
        )

    def close(self) -> None:
        """Leave the group."""
        with reported():
            self._consumer.close()


def send(producer: Producer, topic: str, messages: Sequence[tuple[bytes, _Headers | None]]) -> None:
    """Send messages and wait until the brokers hold all of them.

    Raises:
        TransportUnavailable: if they are not known to.
    """
    faults: list[KafkaError] = []
    held = 0

    def delivered(error: KafkaError | None, _: object) -> None:
        nonlocal held
        held += error is None
        if error is not None:
            faults.append(error)

    deadline_s = time.monotonic() + ANSWER_S
    with reported():
        for body, headers in messages:
            while True:
                try:
                    producer.produce(topic, body, headers=headers, on_delivery=delivered)
                    break
                except BufferError:  # the client's own queue is full
                    producer.poll(0.1)
                    if time.monotonic() > deadline_s:
                        raise TransportUnavailable("Kafka: the brokers take no messages") from None
        while held + len(faults) < len(messages) and time.monotonic() < deadline_s:
            producer.poll(0.1)
    if faults:
        raise TransportUnavailable(f"Kafka: {faults[0]}")
    if held < len(messages):
        raise TransportUnavailable(f"Kafka: no answer within {ANSWER_S:.0f} s")


@contextmanager
def reported() -> Iterator[None]:
    """Tell what goes wrong with Kafka in the words of the transport."""
    try:
        yield
    except KafkaException as error:
        raise TransportUnavailable(f"Kafka: {error.args[0] if error.args else error}") from error


def _partitions(client: Consumer, topic: str) -> list[int]:
    described = client.list_topics(topic, timeout=LOOK_S).topics.get(topic)
    return sorted(described.partitions) if described is not None and described.error is None else []


def _consume_range(client: Consumer, start: TopicPartition, count: int) -> list[Any]:
    """Return up to ``count`` messages from a place on, without a group."""
    if count < 1:
        return []
    client.assign([start])
    found: list[Any] = []
    deadline_s = time.monotonic() + 2.0
    while len(found) < count and time.monotonic() < deadline_s:
        found += [each for each in client.consume(count - len(found), 0.2) if each.error() is None]
    client.unassign()
    return found


def _sound(received: Sequence[Any]) -> list[Message]:
    """Return messages. Without any, an error is raised unless it says only that there is nothing."""
    messages = []
    faults = []
    for each in received:
        error = each.error()
        if error is None:
            place = f"{each.partition()}:{each.offset()}"
            messages.append(Message(place, each.value() or b"", _moment(each)))
        elif error.code() not in _HARMLESS:
            faults.append(error)
    for error in faults:
        logger.warning("Kafka: %s", error)
    if faults and not messages:
        raise KafkaException(faults[0])
    return messages


def _moment(message: Any) -> datetime | None:
    kind, ms = message.timestamp()
    return datetime.fromtimestamp(ms / 1000, UTC) if kind and ms > 0 else None


def _text(value: bytes | str | None) -> str:
    return value.decode(errors="replace") if isinstance(value, bytes) else value or ""
