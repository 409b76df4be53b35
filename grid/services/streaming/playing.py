"""The generator: a day of the loaded grid played into the streams, at a chosen speed.

Readings are those of the warehouse. A reading is known when its interval has ended; the meters then send
within the next interval, one after the other. Events follow from the outages of that time, or from a device
that is made to fail.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from threading import Event

import numpy as np
from django.conf import settings
from django.utils import timezone

from flux_site.api.errors import BadInput
from grid.selectors.topology import transformers_behind
from grid.selectors.warehouse import get_warehouse
from grid.services.streaming.played_events import (
    PlayedMeters,
    Silence,
    events_of,
    failing,
    list_meters,
    moved,
    recorded,
)
from grid.streaming import Reading, ReadingQuality, encode_event, encode_reading
from grid.streaming.transport import StreamFull, StreamName, Transport
from grid.topology import DeviceKind, DeviceRef
from grid.warehouse.queries import played_day
from grid.warehouse.tables import meter_infrastructure

_TICK_S = 0.05
_AT_ONCE = 500
_MINUTE = timedelta(minutes=1)


@dataclass(frozen=True, kw_only=True)
class Plan:
    """What is played.

    Attributes:
        day: UTC date of the readings; None for the newest.
        from_hour: where in the day it starts.
        hours: how much of it is played.
        redate: shift all moments so that what is played ends now, when it is over.
        speed: seconds played in a second; None for 1, or what follows from ``rate``.
        rate: readings a second; None for what follows from ``speed``.
        meters: at most so many; None for all.
        outages: with the events of the outages of that time.
        fail: a switch or a transformer that fails at the start; None for none.
        restore_after: minutes until it is back; None for never.
        gasp_share: share of last gasps that arrive, 0 to 1.
        only_events: events without any readings.
    """

    day: date | None = None
    from_hour: float = 0.0
    hours: float = 24.0
    redate: bool = False
    speed: float | None = None
    rate: float | None = None
    meters: int | None = None
    outages: bool = False
    fail: str | None = None
    restore_after: float | None = None
    gasp_share: float = 1.0
    only_events: bool = False


@dataclass(frozen=True)
class Played:
    """What was sent."""

    reading_count: int
    event_count: int
    wait_count: int
    duration_s: float


@dataclass(frozen=True)
class _Interval:
    """An interval of the day: its start and end, and how many readings it has."""

    at: datetime
    ends_at: datetime
    reading_count: int

    @property
    def sent_by(self) -> datetime:
        """When the last meter has sent its reading: a whole interval after it ended."""
        return self.ends_at + (self.ends_at - self.at)


@dataclass(frozen=True)
class _Clock:
    """How moments of the day become moments of the play.

    Attributes:
        begins_at: the moment of the day that is played first.
        speed: seconds played in a second.
        shift: of moments.
        reading_shift: the same, cut to whole intervals.
    """

    begins_at: datetime
    speed: float
    shift: timedelta
    reading_shift: timedelta

    def due_s(self, moment: datetime) -> float:
        """Return how many seconds after the start a moment of the day is played."""
        return (moment - self.begins_at).total_seconds() / self.speed


def play(
    plan: Plan, *, transport: Transport, stop: Event, say: Callable[[str], object] = lambda _line: None
) -> Played:
    """Play a day until it is over or told to stop.

    Raises:
        BadInput: if the plan is wrong, or the warehouse has no readings of that day.
        NotFound: if the device that is to fail is unknown.
        TransportUnavailable: if the streams do not answer.
        WarehouseError: if the warehouse fails.
    """
    _check(plan)
    intervals = _intervals(plan)
    meters = list_meters(plan.meters)
    clock = _clock(plan, intervals, share=_share(meters, plan))
    _check_dates(clock, intervals)
    silences = _silences(plan, clock, meters, intervals)
    say(
        f"Playing {intervals[0].at:%Y-%m-%d %H:%M} to {intervals[-1].ends_at:%H:%M} UTC"
        f" of {len(meters.ids):,} meters at speed {clock.speed:,.2f}."
    )
    sender = _Sender(transport, stop)
    events = _events(plan, clock, meters, silences, until=intervals[-1].sent_by)
    started_s = time.monotonic()
    for interval in intervals:
        begins_s, ends_s = clock.due_s(interval.ends_at), clock.due_s(interval.sent_by)
        bodies = [] if plan.only_events else _bodies(interval, clock, meters, silences)
        sent, passed_s = 0, 0.0
        while not stop.is_set() and (sent < len(bodies) or passed_s < ends_s):
            passed_s = time.monotonic() - started_s
            events = _send_due(sender, events, passed_s)
            share = min(max((passed_s - begins_s) / (ends_s - begins_s), 0.0), 1.0)
            due = round(share * len(bodies))
            sender.send(StreamName.READINGS, bodies[sent:due])
            sent = due
            stop.wait(_TICK_S)
    return Played(
        sender.counts[StreamName.READINGS],
        sender.counts[StreamName.EVENTS],
        sender.wait_count,
        time.monotonic() - started_s,
    )


class _Sender:
    """Sends, and waits when it is told to."""

    def __init__(self, transport: Transport, stop: Event) -> None:
        self._transport = transport
        self._stop = stop
        self.counts = dict.fromkeys(StreamName, 0)
        self.wait_count = 0

    def send(self, stream: StreamName, bodies: Sequence[bytes]) -> None:
        """Send all, unless told to stop."""
        for start in range(0, len(bodies), _AT_ONCE):
            part = bodies[start : start + _AT_ONCE]
            while not self._stop.is_set():
                try:
                    self._transport.publish(stream, part)
                except StreamFull as error:
                    self.wait_count += 1
                    self._stop.wait(error.retry_after_s)
                    continue
                self.counts[stream] += len(part)
                break


def _check(plan: Plan) -> None:
    for name in ("hours", "speed", "rate", "meters"):
        value = getattr(plan, name)
        if value is not None and value <= 0:
            raise BadInput(f"{name} must be above 0.", field=name)
    if not 0 <= plan.from_hour < 24:
        raise BadInput("from_hour must be from 0 to below 24.", field="from_hour")
    if not 0 <= plan.gasp_share <= 1:
        raise BadInput("gasp_share must be from 0 to 1.", field="gasp_share")
    if plan.speed is not None and plan.speed < 1 and plan.redate:
        raise BadInput("a day that ends now cannot be played slower than it passed.", field="speed")
    if plan.restore_after is not None and plan.fail is None:
        raise BadInput("restore_after goes with a device that fails.", field="restore_after")


def _intervals(plan: Plan) -> list[_Interval]:
    warehouse = get_warehouse()
    day = plan.day or warehouse.select_rows(played_day.newest_reading_date())[0]["day"]
    if day is None:
        raise BadInput("the warehouse has no readings.", field="day")
    since = datetime(day.year, day.month, day.day) + timedelta(hours=plan.from_hour)  # noqa: DTZ001 - UTC
    rows = warehouse.select_rows(played_day.intervals(since=since, until=since + timedelta(hours=plan.hours)))
    if not rows:
        raise BadInput(f"the warehouse has no readings of {day} at that time.", field="day")
    found = []
    for row in rows:
        at = row["reading_at"].replace(tzinfo=UTC)
        found.append(_Interval(at, at + row["interval_minutes"] * _MINUTE, row["reading_count"]))
    return found


def _share(meters: PlayedMeters, plan: Plan) -> float:
    """Return the share of all meters that is played."""
    if plan.meters is None:
        return 1.0
    return len(meters.ids) / max(get_warehouse().row_count(meter_infrastructure), 1)


def _clock(plan: Plan, intervals: Sequence[_Interval], *, share: float) -> _Clock:
    begins_at = intervals[0].ends_at
    length = intervals[0].ends_at - intervals[0].at
    lasts = intervals[-1].sent_by - begins_at
    count = sum(interval.reading_count for interval in intervals) * share
    speed = plan.speed or 1.0
    if plan.rate is not None:
        speed = plan.rate * lasts.total_seconds() / max(count, 1)
    shift = timedelta(0)
    if plan.redate:
        if speed < 1:
            raise BadInput(
                "a day that ends now cannot be played slower than it passed; ask for a higher rate.",
                field="rate",
            )
        shift = timezone.now() + lasts / speed - lasts - begins_at
    return _Clock(begins_at, speed, shift, shift // length * length)


def _check_dates(clock: _Clock, intervals: Sequence[_Interval]) -> None:
    """Refuse a day that the consumer would refuse."""
    oldest = timezone.now() - (intervals[0].at + clock.reading_shift)
    if oldest > timedelta(hours=settings.STREAM_KEEP_HOURS):
        raise BadInput(
            f"the readings of {intervals[0].at:%Y-%m-%d} are older than the {settings.STREAM_KEEP_HOURS} h"
            " that the stream takes; redate them.",
            field="redate",
        )


def _silences(
    plan: Plan, clock: _Clock, meters: PlayedMeters, intervals: Sequence[_Interval]
) -> list[Silence]:
    found: list[Silence] = []
    if plan.outages:
        found += recorded(meters, since=clock.begins_at, until=intervals[-1].sent_by)
    if plan.fail is not None:
        kind = DeviceKind.SWITCH if plan.fail.startswith("SW-") else DeviceKind.TRANSFORMER
        behind = transformers_behind(DeviceRef(kind, plan.fail))
        ends_at = (
            None if plan.restore_after is None else clock.begins_at + timedelta(minutes=plan.restore_after)
        )
        found += failing(meters, behind, started_at=clock.begins_at, restored_at=ends_at)
    return found


def _events(
    plan: Plan, clock: _Clock, meters: PlayedMeters, silences: Sequence[Silence], *, until: datetime
) -> list[tuple[float, bytes]]:
    """Return the events of the play as messages, each with the second it is due, in this order."""
    due = [
        (clock.due_s(event.occurred_at), encode_event(moved(event, clock.shift)))
        for event in events_of(silences, gasp_share=plan.gasp_share)
        if clock.begins_at <= event.occurred_at < until
    ]
    return sorted(due, key=lambda each: each[0])


def _send_due(
    sender: _Sender, events: list[tuple[float, bytes]], passed_s: float
) -> list[tuple[float, bytes]]:
    """Send the events that are due and return the others."""
    due = [body for due_s, body in events if due_s <= passed_s]
    sender.send(StreamName.EVENTS, due)
    return events[len(due) :]


def _bodies(
    interval: _Interval, clock: _Clock, meters: PlayedMeters, silences: Sequence[Silence]
) -> list[bytes]:
    """Return the readings of an interval as messages, in an order that has nothing to do with the network."""
    bodies = list(_encoded(interval, clock, meters, silences))
    order = np.random.default_rng(int(interval.at.timestamp())).permutation(len(bodies))
    return [bodies[place] for place in order]


def _encoded(
    interval: _Interval, clock: _Clock, meters: PlayedMeters, silences: Sequence[Silence]
) -> Iterator[bytes]:
    """Yield the messages; a meter that is without supply when it should send sends nothing."""
    if not meters.ids:
        return
    silent = {
        meter_id for silence in silences if silence.is_at(interval.ends_at) for meter_id in silence.meter_ids
    }
    query = played_day.readings_of_interval(
        at=interval.at.replace(tzinfo=None), lo_key=min(meters.ids), hi_key=max(meters.ids)
    )
    at = interval.at + clock.reading_shift
    for batch in get_warehouse().select_arrow(query):
        columns = [batch.column(name).to_pylist() for name in batch.schema.names]
        for key, minutes, kwh, volts, quality in zip(*columns, strict=True):
            meter_id = meters.ids.get(key)
            if meter_id is None or meter_id in silent or quality == ReadingQuality.OUTAGE:
                continue
            yield encode_reading(
                Reading(
                    meter_id,
                    at,
                    minutes,
                    float(kwh),
                    None if volts is None else float(volts),
                    ReadingQuality(quality),
                )
            )
