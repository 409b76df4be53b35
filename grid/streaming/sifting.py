"""From messages to records that may be landed, and dead letters: what can be told without asking a store."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Generic, TypeVar

from grid.streaming.codec import MalformedMessage, decode_event, decode_reading
from grid.streaming.records import DeviceEvent, Reading
from grid.streaming.transport import DeadLetter, Message

Record = TypeVar("Record", Reading, DeviceEvent)

FROM_THE_FUTURE, TOO_OLD, CONFLICTING = "FROM_THE_FUTURE", "TOO_OLD", "CONFLICTING"
CLOCK_FAULTS = frozenset({FROM_THE_FUTURE, TOO_OLD})


@dataclass(frozen=True, slots=True)
class ClockTolerance:
    """Say which moments are believed.

    Attributes:
        max_early: how far the sender's clock may be ahead of ours.
        max_age: how old a record may be. What is older than what the cache keeps could not be told from a
            replay.
    """

    max_early: timedelta = timedelta(minutes=5)
    max_age: timedelta = timedelta(hours=48)

    def fault(self, moment: datetime, now: datetime) -> tuple[str, str] | None:
        """Return code and reason if a moment is not believed."""
        if moment - now > self.max_early:
            ahead_s = (moment - now).total_seconds()
            return FROM_THE_FUTURE, f"{moment.isoformat()} is {ahead_s:,.0f} s ahead of our clock"
        if now - moment > self.max_age:
            hours = (now - moment).total_seconds() / 3600
            return TOO_OLD, (
                f"{moment.isoformat()} is {hours:,.1f} h ago; at most "
                f"{self.max_age.total_seconds() / 3600:,.0f} h are taken. Hand it over as a file"
            )
        return None


@dataclass
class Sifted(Generic[Record]):
    """What a batch of messages holds.

    Attributes:
        taken: each record once, with the message it came in.
        dead: messages that can never be landed as they are.
    """

    taken: list[tuple[Message, Record]] = field(default_factory=list)
    dead: list[DeadLetter] = field(default_factory=list)


def sift_readings(
    messages: Sequence[Message], *, now: datetime, tolerance: ClockTolerance
) -> Sifted[Reading]:
    """Return the readings of a batch, one for each meter and interval.

    Of several that differ the better one counts: measured before estimated before outage. Two of the same
    quality contradict each other; the first counts, the other is a dead letter.
    """
    return _sift(
        messages,
        decode=decode_reading,
        moment=lambda reading: reading.reading_at,
        key=lambda reading: (reading.meter_id, reading.reading_at),
        is_better=lambda new, old: new.quality < old.quality,
        is_worse=lambda new, old: new.quality > old.quality,
        now=now,
        tolerance=tolerance,
    )


def sift_events(
    messages: Sequence[Message], *, now: datetime, tolerance: ClockTolerance
) -> Sifted[DeviceEvent]:
    """Return the events of a batch, each once; another one under the same id is a dead letter."""
    return _sift(
        messages,
        decode=decode_event,
        moment=lambda event: event.occurred_at,
        key=lambda event: event.event_id,
        is_better=lambda _new, _old: False,
        is_worse=lambda _new, _old: False,
        now=now,
        tolerance=tolerance,
    )


def _sift(
    messages: Sequence[Message],
    *,
    decode: Callable[[bytes], Record],
    moment: Callable[[Record], datetime],
    key: Callable[[Record], object],
    is_better: Callable[[Record, Record], bool],
    is_worse: Callable[[Record, Record], bool],
    now: datetime,
    tolerance: ClockTolerance,
) -> Sifted[Record]:
    found: dict[object, tuple[Message, Record]] = {}
    dead: list[DeadLetter] = []
    for message in messages:
        try:
            record = decode(message.body)
        except MalformedMessage as error:
            dead.append(DeadLetter(message, error.code, error.message))
            continue
        fault = tolerance.fault(moment(record), now)
        if fault is not None:
            dead.append(DeadLetter(message, *fault))
            continue
        known = found.setdefault(key(record), (message, record))
        if known[1] is record or known[1] == record:
            continue
        if is_better(record, known[1]):
            found[key(record)] = (message, record)
        elif not is_worse(record, known[1]):
            dead.append(DeadLetter(message, CONFLICTING, "contradicts another message of the same batch"))
    return Sifted(list(found.values()), dead)
