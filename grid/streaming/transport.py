"""What carries messages: the words that Redis Streams and Kafka share.

A stream is read by one group, ``GROUP``, of any number of consumers. A message that was read belongs to its
reader until it is acknowledged; when the reader dies, another gets it. So a message arrives at least once.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

GROUP = "flux"
PREFIX = "flux."
BACKLOG_LIMIT = 500_000
"""Messages of a stream that may wait before senders are told to."""
DEAD_LIMIT = 100_000
"""Dead letters that a stream keeps for whoever watches it; the cache keeps all until someone decides."""
MAX_PUBLISH = 2_000
"""Messages that may be sent at once, so that others get their turn."""


class StreamName(StrEnum):
    """The streams, by what they carry."""

    READINGS = "readings"
    EVENTS = "events"


class TransportUnavailable(Exception):
    """What carries the streams does not answer, or not as it should."""


class StreamFull(Exception):
    """Too much waits in a stream: nothing was taken, send again later.

    Attributes:
        retry_after_s: when to try again.
    """

    def __init__(self, stream: StreamName, waiting_count: int, retry_after_s: float = 0.5) -> None:
        super().__init__(f"{waiting_count:,} messages wait in the stream of {stream}; try again later")
        self.waiting_count = waiting_count
        self.retry_after_s = retry_after_s


@dataclass(frozen=True, slots=True)
class Message:
    """A message as it was read.

    Attributes:
        message_id: its place in the stream, as the transport writes it.
        body: what it holds.
        sent_at: UTC, when the transport took it; None if it does not say.
    """

    message_id: str
    body: bytes
    sent_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """A message that can never be taken as it is, and why."""

    message: Message
    code: str
    reason: str


@dataclass(frozen=True, slots=True)
class Backlog:
    """How far the readers of a stream are behind.

    Attributes:
        message_count: messages sent and not acknowledged, those being worked on included.
        oldest_sent_at: UTC, when the oldest of them was sent; None if none waits.
    """

    message_count: int
    oldest_sent_at: datetime | None


class Source(Protocol):
    """One consumer of a stream. Used by one thread."""

    def read(self, limit: int, *, wait_s: float, gather_s: float) -> list[Message]:
        """Return the next messages; none if none came within ``wait_s``.

        After the first one, more are gathered for ``gather_s`` unless ``limit`` are there before.

        Raises:
            TransportUnavailable: if the transport does not answer.
        """

    def ack(self, messages: Sequence[Message]) -> None:
        """Give up messages that are held elsewhere now, in the order in which they were read.

        Raises:
            TransportUnavailable: if that is not known to have worked; they may come again.
        """

    def bury(self, letters: Sequence[DeadLetter]) -> None:
        """Put letters into the stream of dead letters, with their reasons.

        Raises:
            TransportUnavailable: if that is not known to have worked.
        """

    def close(self) -> None:
        """Leave the group; what was not acknowledged goes to others."""


class Transport(Protocol):
    """Where the streams are. May be used by many threads."""

    def publish(self, stream: StreamName, bodies: Sequence[bytes]) -> None:
        """Send at most ``MAX_PUBLISH`` messages; the transport holds them when this returns.

        Raises:
            StreamFull: if too much waits; none of them was sent.
            TransportUnavailable: if they are not known to have arrived; sending them again is safe.
        """

    def source(self, stream: StreamName, consumer: str) -> Source:
        """Return a consumer of a stream; ``consumer`` is a name that no other one has.

        Raises:
            TransportUnavailable: if the transport does not answer.
        """

    def backlog(self, stream: StreamName) -> Backlog:
        """Return how far the readers of a stream are behind.

        Raises:
            TransportUnavailable: if the transport does not answer.
        """

    def dead_letters(self, stream: StreamName, limit: int) -> list[DeadLetter]:
        """Return the newest dead letters of a stream, oldest first.

        Raises:
            TransportUnavailable: if the transport does not answer.
        """

    def close(self) -> None:
        """Release what this holds."""


def check_count(bodies: Sequence[bytes]) -> None:
    """Refuse more messages than may be sent at once.

    Raises:
        ValueError: if there are more.
    """
    if len(bodies) > MAX_PUBLISH:
        raise ValueError(f"{len(bodies):,} messages at once; at most {MAX_PUBLISH:,} are allowed")
