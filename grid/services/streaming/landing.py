"""Writing a batch into the cache, in one transaction with what waits for the warehouse and dead letters.

A record that is there already changes nothing, so a batch may be landed any number of times.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, TypeVar

import psycopg
from django.db import DataError, IntegrityError, connection, transaction

from grid.services.streaming import dead_letters, partitions, pending
from grid.services.streaming.dead_letters import REFUSED, UNKNOWN_DEVICE, UNKNOWN_METER
from grid.streaming import DeviceEvent, Reading, ReadingQuality
from grid.streaming.sifting import CONFLICTING, Sifted
from grid.streaming.transport import DeadLetter, Message, StreamName

Record = TypeVar("Record", Reading, DeviceEvent)
Pair = tuple[Message, Record]
Rows = Sequence[tuple[Any, ...]]

_FAULTS_OF_DATA = (DataError, IntegrityError, psycopg.DataError, psycopg.IntegrityError)

_QUALITIES = {quality: quality.value for quality in ReadingQuality}  # quicker than the attribute


class NothingKnown(Exception):
    """The cache knows no device at all yet, so nothing can be said of any: the batch waits."""


@dataclass(frozen=True)
class Landed(Generic[Record]):
    """What became of a batch.

    Attributes:
        records: those that the cache holds now, whether they were new or not.
        new_count: how many were new, or better than what was held.
        dead: messages that can never be landed as they are.
    """

    records: list[Record]
    new_count: int
    dead: list[DeadLetter]


@dataclass(frozen=True)
class _Form:
    """How records of one kind are written."""

    stream: StreamName
    columns: Callable[[Any], tuple[Any, ...]]
    make_staging: str
    copy: str
    insert: str
    explain: str
    unknown: tuple[str, str]
    known_devices: str


_READINGS = _Form(
    stream=StreamName.READINGS,
    columns=lambda reading: (
        reading.meter_id,
        reading.reading_at,
        reading.interval_minutes,
        round(reading.usage_kwh, 4),  # here, so that both stores hold the same
        None if reading.voltage_v is None else round(reading.voltage_v, 2),
        _QUALITIES[reading.quality],
    ),
    make_staging="""
        CREATE TEMP TABLE IF NOT EXISTS incoming_readings (
            place integer, meter_id varchar(64), reading_at timestamptz, interval_minutes smallint,
            usage_kwh numeric(12, 4), voltage_v numeric(7, 2), quality varchar(16)
        ) ON COMMIT DELETE ROWS;
        DELETE FROM incoming_readings  -- for a second batch in one transaction""",
    copy="COPY incoming_readings FROM STDIN",
    insert="""
        WITH changed AS (
            INSERT INTO ami_realtime AS held
                (meter_id, reading_at, interval_minutes, usage_kwh, voltage_v, quality, received_at)
            SELECT b.meter_id, b.reading_at, b.interval_minutes, b.usage_kwh, b.voltage_v, b.quality, %(now)s
            FROM incoming_readings b JOIN grid_meter meter ON meter.id = b.meter_id
            ORDER BY b.meter_id, b.reading_at
            ON CONFLICT (meter_id, reading_at) DO UPDATE SET
                interval_minutes = excluded.interval_minutes, usage_kwh = excluded.usage_kwh,
                voltage_v = excluded.voltage_v, quality = excluded.quality, received_at = excluded.received_at
            WHERE excluded.quality < held.quality  -- ACTUAL before ESTIMATED before OUTAGE
            RETURNING meter_id, reading_at)
        SELECT b.place FROM incoming_readings b LEFT JOIN changed USING (meter_id, reading_at)
        WHERE changed.meter_id IS NULL""",
    explain="""
        SELECT b.place, meter.id IS NOT NULL AS is_known,
            held.quality < b.quality
            OR (held.quality, held.interval_minutes, held.usage_kwh)
                = (b.quality, b.interval_minutes, b.usage_kwh)
                AND held.voltage_v IS NOT DISTINCT FROM b.voltage_v AS is_settled
        FROM incoming_readings b LEFT JOIN grid_meter meter ON meter.id = b.meter_id
        LEFT JOIN ami_realtime held ON held.meter_id = b.meter_id AND held.reading_at = b.reading_at
        WHERE b.place = ANY(%(places)s)""",
    unknown=(UNKNOWN_METER, "no meter {0} is known"),
    known_devices="SELECT EXISTS (SELECT FROM grid_meter)",
)

_DEVICES = """(
    SELECT 'METER' AS kind, id, zone_id FROM grid_meter
    UNION ALL SELECT 'TRANSFORMER', id, zone_id FROM grid_transformer
    UNION ALL SELECT 'SWITCH', id, zone_id FROM grid_switch)"""

_EVENTS = _Form(
    stream=StreamName.EVENTS,
    columns=lambda event: (
        event.device_id,
        event.device_kind.value,
        event.event_id,
        event.kind.value,
        event.occurred_at,
        event.detail,
    ),
    make_staging="""
        CREATE TEMP TABLE IF NOT EXISTS incoming_events (
            place integer, device_id varchar(64), device_kind varchar(16), event_id varchar(64),
            event_kind varchar(16), occurred_at timestamptz, detail jsonb
        ) ON COMMIT DELETE ROWS;
        DELETE FROM incoming_events""",
    copy="COPY incoming_events FROM STDIN",
    insert=f"""
        WITH changed AS (
            INSERT INTO grid_deviceevent
                (event_id, device_kind, device_id, event_kind, occurred_at, received_at, detail, zone_id)
            SELECT b.event_id, b.device_kind, b.device_id, b.event_kind, b.occurred_at, %(now)s, b.detail,
                device.zone_id
            FROM incoming_events b
            JOIN {_DEVICES} device ON device.id = b.device_id AND device.kind = b.device_kind
            ORDER BY b.event_id
            ON CONFLICT (event_id) DO NOTHING
            RETURNING event_id)
        SELECT b.place FROM incoming_events b LEFT JOIN changed USING (event_id)
        WHERE changed.event_id IS NULL""",  # noqa: S608 - constants only
    explain=f"""
        SELECT b.place, device.id IS NOT NULL AS is_known,
            (held.device_kind, held.device_id, held.event_kind, held.occurred_at)
                = (b.device_kind, b.device_id, b.event_kind, b.occurred_at)
            AND held.detail IS NOT DISTINCT FROM b.detail AS is_settled
        FROM incoming_events b
        LEFT JOIN {_DEVICES} device ON device.id = b.device_id AND device.kind = b.device_kind
        LEFT JOIN grid_deviceevent held ON held.event_id = b.event_id
        WHERE b.place = ANY(%(places)s)""",  # noqa: S608 - constants only
    unknown=(UNKNOWN_DEVICE, "no {1} {0} is known"),
    known_devices="SELECT EXISTS (SELECT FROM grid_meter) OR EXISTS (SELECT FROM grid_transformer)"
    " OR EXISTS (SELECT FROM grid_switch)",
)


def land_readings(sifted: Sifted[Reading], *, now: datetime) -> Landed[Reading]:
    """Write a batch of readings.

    Raises:
        NothingKnown: if no meter was ever synced.
        django.db.Error: if PostgreSQL fails; nothing was written.
    """
    moments = {reading.reading_at for _, reading in sifted.taken}
    hours = {partitions.hour_of(moment) for moment in moments}
    if hours - partitions.list_hours():
        partitions.make_hours(hours)
    return _land(_READINGS, sifted.taken, sifted.dead, now)


def land_events(sifted: Sifted[DeviceEvent], *, now: datetime) -> Landed[DeviceEvent]:
    """Write a batch of events.

    Raises:
        NothingKnown: if no device was ever synced.
        django.db.Error: if PostgreSQL fails; nothing was written.
    """
    return _land(_EVENTS, sifted.taken, sifted.dead, now)


def _land(form: _Form, pairs: Sequence[Pair], dead: Sequence[DeadLetter], now: datetime) -> Landed:
    try:
        return _land_together(form, pairs, dead, now)
    except _FAULTS_OF_DATA as error:  # COPY raises the driver's own
        if len(pairs) < 2:
            refused = [
                DeadLetter(message, REFUSED, f"PostgreSQL refuses it: {error}") for message, _ in pairs
            ]
            return _land_together(form, [], [*dead, *refused], now)
    # The fault is one record's; the halves are landed apart until it is alone.
    middle = len(pairs) // 2
    first = _land(form, pairs[:middle], dead, now)
    second = _land(form, pairs[middle:], [], now)
    return Landed(
        [*first.records, *second.records], first.new_count + second.new_count, [*first.dead, *second.dead]
    )


@transaction.atomic
def _land_together(form: _Form, pairs: Sequence[Pair], dead: Sequence[DeadLetter], now: datetime) -> Landed:
    rows = [form.columns(record) for _, record in pairs]
    old, refused = _write(form, rows, now) if rows else (set(), {})
    new = [row for place, row in enumerate(rows) if place not in old and place not in refused]
    all_dead = [*dead, *(DeadLetter(pairs[place][0], *why) for place, why in sorted(refused.items()))]
    pending.keep(form.stream, new, now)
    dead_letters.write_down(stream=form.stream, letters=all_dead, now=now)
    records = [record for place, (_, record) in enumerate(pairs) if place not in refused]
    return Landed(records, len(new), all_dead)


def _write(form: _Form, rows: Rows, now: datetime) -> tuple[set[int], dict[int, tuple[str, str]]]:
    """Write rows; return the places of those that were held already, and of those refused with the reason."""
    with connection.cursor() as cursor:
        cursor.execute(form.make_staging)
        with cursor.copy(form.copy) as copy:
            for place, row in enumerate(rows):
                copy.write_row((place, *row))
        cursor.execute(form.insert, {"now": now})
        places = [row[0] for row in cursor.fetchall()]
        if not places:
            return set(), {}
        cursor.execute(form.explain, {"places": places})
        old: set[int] = set()
        refused: dict[int, tuple[str, str]] = {}
        code, reason = form.unknown
        for place, is_known, is_settled in cursor.fetchall():
            if not is_known:
                refused[place] = code, reason.format(rows[place][0], str(rows[place][1]).lower())
            elif is_settled:
                old.add(place)
            else:
                refused[place] = CONFLICTING, "contradicts what is held, which came first"
        if len(refused) == len(rows):
            cursor.execute(form.known_devices)
            if not cursor.fetchone()[0]:
                raise NothingKnown("no device is known: sync the layers of the grid")
    return old, refused
