"""What a read of Kafka returns when errors are among the messages."""

from __future__ import annotations

import pytest
from confluent_kafka import KafkaError, KafkaException

from grid.streaming.kafka_transport import _sound


class Received:
    """A message, or an error in its place, as the client gives it."""

    def __init__(self, offset: int, code: int | None = None) -> None:
        self._offset = offset
        self._error = None if code is None else KafkaError(code)

    def error(self) -> KafkaError | None:
        return self._error

    def partition(self) -> int:
        return 3

    def offset(self) -> int:
        return self._offset

    def value(self) -> bytes:
        return b"body"

    def timestamp(self) -> tuple[int, int]:
        return 1, 1_793_513_700_000


BROKEN, NOTHING_YET = KafkaError._ALL_BROKERS_DOWN, KafkaError.UNKNOWN_TOPIC_OR_PART


def test_what_was_read_is_kept_although_an_error_came_with_it() -> None:
    # Dropped, it would be lost: the next commit would cover its offset.
    found = _sound([Received(7), Received(0, BROKEN), Received(8)])

    assert [message.message_id for message in found] == ["3:7", "3:8"]


def test_an_error_alone_is_raised_and_nothing_yet_is_none() -> None:
    with pytest.raises(KafkaException):
        _sound([Received(0, BROKEN)])
    assert _sound([Received(0, NOTHING_YET)]) == []
