"""The generator: a day of the warehouse in the streams, at the pace asked for, with its events."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from flux_site.api.errors import BadInput, NotFound
from grid.selectors.topology import forget_networks
from grid.services.streaming.playing import Plan, Played, play
from grid.streaming import DeviceEvent, EventKind, Reading, decode_event, decode_reading
from grid.streaming.transport import StreamName, Transport
from grid.warehouse import Warehouse
from grid.warehouse.tables import ami_interval_readings, meter_infrastructure, outage_interruptions
from tests.factories.grid import make_transformer
from tests.warehouse_rows import fill, filled

pytestmark = [pytest.mark.integration, pytest.mark.django_db]
DAY = date(2026, 3, 1)
MIDNIGHT = datetime(2026, 3, 1)
QUARTER = timedelta(minutes=15)
UNITS = {"MTR-1": "XFMR-A", "MTR-2": "XFMR-A", "MTR-3": "XFMR-B", "MTR-4": "XFMR-B"}
FAST = 15 * 60 / 0.05
"""A quarter of an hour in a twentieth of a second."""


@pytest.fixture
def played_warehouse(warehouse: Warehouse) -> Iterator[Warehouse]:
    """Return four meters with an hour of readings; MTR-4 is out in the second quarter."""
    rows = [
        {
            "meter_key": key,
            "reading_at": MIDNIGHT + step * QUARTER,
            "reading_date": DAY,
            "interval_minutes": 15,
            "usage_kwh": Decimal(f"{key}.{step:04}"),
            "voltage_v": None if (key, step) == (4, 1) else Decimal("240.10"),
            "quality": "OUTAGE" if (key, step) == (4, 1) else "ACTUAL",
        }
        for key in range(1, 5)
        for step in range(4)
    ]
    meters = [
        filled(meter_infrastructure, {"meter_key": key, "meter_id": meter, "transformer_id": unit})
        for key, (meter, unit) in enumerate(UNITS.items(), 1)
    ]
    interruptions = [
        {"interruption_id": "O|B", "transformer_id": "XFMR-B", "started_at": MIDNIGHT + 2 * QUARTER},
        {
            "interruption_id": "O|A",
            "transformer_id": "XFMR-A",
            "meter_id": "MTR-2",
            "started_at": MIDNIGHT + timedelta(minutes=20),
            "restored_at": MIDNIGHT + timedelta(minutes=50),
        },
        {  # over before the play begins
            "interruption_id": "P|A",
            "transformer_id": "XFMR-A",
            "started_at": MIDNIGHT - QUARTER,
            "restored_at": MIDNIGHT,
        },
    ]
    fill(warehouse, ami_interval_readings, rows)
    fill(warehouse, meter_infrastructure, meters)
    fill(warehouse, outage_interruptions, [filled(outage_interruptions, row) for row in interruptions])
    yield warehouse
    forget_networks()


@pytest.fixture
def run(
    played_warehouse: Warehouse, make_redis: Callable[..., Transport], settings: Any
) -> Callable[..., tuple[Played, list[Reading], list[DeviceEvent]]]:
    """Return a function that plays and reads what was sent."""
    settings.STREAM_KEEP_HOURS = 24 * 366 * 5  # the day is an old one

    def carry_out(**plan: Any) -> tuple[Played, list[Reading], list[DeviceEvent]]:
        transport = make_redis()
        played = play(Plan(**{"speed": FAST, **plan}), transport=transport, stop=threading.Event())
        found = []
        for stream in StreamName:
            source = transport.source(stream, "reader")
            messages = source.read(1_000, wait_s=0.05, gather_s=0)
            source.ack(messages)
            found.append([message.body for message in messages])
        return played, [decode_reading(body) for body in found[0]], [decode_event(body) for body in found[1]]

    return carry_out


def test_the_readings_of_the_day_are_sent_as_they_are(run: Any) -> None:
    played, readings, events = run()

    expected = {
        (meter, MIDNIGHT.replace(tzinfo=UTC) + step * QUARTER, key + step / 10_000)
        for key, meter in enumerate(UNITS, 1)
        for step in range(4)
        if (key, step) != (4, 1)  # without supply it sends nothing
    }
    assert {(r.meter_id, r.reading_at, r.usage_kwh) for r in readings} == expected
    assert (played.reading_count, played.event_count, played.wait_count) == (15, 0, 0)
    assert events == []


def test_a_part_of_the_day_and_of_the_meters(run: Any) -> None:
    _, readings, _ = run(day=DAY, from_hour=0.5, hours=0.25, meters=2)

    assert {(r.meter_id, r.reading_at.minute) for r in readings} == {("MTR-1", 30), ("MTR-2", 30)}


def test_redated_it_ends_now_and_stays_on_the_quarter(run: Any) -> None:
    before = timezone.now()
    _, readings, events = run(redate=True, fail=make_transformer(id="XFMR-B").pk)
    after = timezone.now()

    newest = max(r.reading_at for r in readings)
    assert newest.minute % 15 == 0
    assert before - 3 * QUARTER < newest + QUARTER <= after
    assert all(event.occurred_at <= after for event in events)


def test_the_rate_gives_the_speed(run: Any) -> None:
    played, readings, _ = run(speed=None, rate=32)

    assert len(readings) == 15
    assert played.duration_s == pytest.approx(0.5, abs=0.3)  # 16 intervals of meters


def test_recorded_outages_bring_gasps_and_returns(run: Any) -> None:
    _, readings, events = run(outages=True)

    def at(minute: int) -> datetime:
        return MIDNIGHT.replace(tzinfo=UTC) + timedelta(minutes=minute)

    assert {(e.device_id, e.kind, e.occurred_at) for e in events} == {
        ("MTR-2", EventKind.LAST_GASP, at(20)),
        ("MTR-2", EventKind.POWER_RESTORED, at(50)),
        ("MTR-3", EventKind.LAST_GASP, at(30)),
        ("MTR-4", EventKind.LAST_GASP, at(30)),
    }
    sent = {(r.meter_id, r.reading_at.minute) for r in readings}
    assert ("MTR-2", 0) in sent
    assert ("MTR-2", 15) not in sent  # at half past, when it should be sent, there is no supply
    assert ("MTR-2", 45) in sent
    assert {minute for meter, minute in sent if meter == "MTR-3"} == {0}


def test_played_twice_the_events_are_the_same(run: Any) -> None:
    first, second = (run(outages=True, only_events=True)[2] for _ in range(2))

    assert sorted(e.event_id for e in first) == sorted(e.event_id for e in second)
    assert len({e.event_id for e in first}) == 4


def test_a_device_fails_and_comes_back(run: Any) -> None:
    _, readings, events = run(fail=make_transformer(id="XFMR-B").pk, restore_after=20)

    kinds = {meter: [e.kind for e in events if e.device_id == meter] for meter in ("MTR-3", "MTR-4")}
    assert list(kinds.values()) == [[EventKind.LAST_GASP, EventKind.POWER_RESTORED]] * 2
    assert events[-1].occurred_at - events[0].occurred_at == timedelta(minutes=20)
    assert {r.reading_at.minute for r in readings if r.meter_id == "MTR-3"} == {30, 45}


def test_not_every_gasp_need_arrive(run: Any) -> None:
    _, _, events = run(fail=make_transformer(id="XFMR-B").pk, restore_after=20, gasp_share=0.0)

    assert {e.kind for e in events} == {EventKind.POWER_RESTORED}


def test_it_waits_when_it_is_told_to(
    played_warehouse: Warehouse, make_redis: Callable[..., Transport], settings: Any
) -> None:
    settings.STREAM_KEEP_HOURS = 24 * 366 * 5
    transport = make_redis(backlog_limit=4)
    stop = threading.Event()
    stopper = threading.Timer(1.5, stop.set)
    stopper.start()

    played = play(Plan(speed=FAST), transport=transport, stop=stop)

    stopper.cancel()
    assert played.wait_count > 0
    assert played.reading_count == transport.backlog(StreamName.READINGS).message_count <= 4


@pytest.mark.parametrize(
    ("plan", "field"),
    [
        ({"hours": 0}, "hours"),
        ({"speed": -1}, "speed"),
        ({"speed": None, "rate": 0}, "rate"),
        ({"meters": 0}, "meters"),
        ({"from_hour": 24}, "from_hour"),
        ({"gasp_share": 1.5}, "gasp_share"),
        ({"speed": 0.5, "redate": True}, "speed"),
        ({"speed": None, "rate": 0.001, "redate": True}, "rate"),
        ({"restore_after": 5}, "restore_after"),
        ({"day": date(2025, 1, 1)}, "day"),
    ],
)
def test_wrong_plans(run: Any, plan: dict[str, Any], field: str) -> None:
    with pytest.raises(BadInput) as refused:
        run(**plan)

    assert refused.value.field == field


def test_an_unknown_device_and_a_day_too_old(run: Any, settings: Any) -> None:
    with pytest.raises(NotFound):
        run(fail="SW-NOBODY")
    settings.STREAM_KEEP_HOURS = 48
    with pytest.raises(BadInput, match="redate"):
        run()


def test_the_command_plays_and_tells_the_state(
    played_warehouse: Warehouse, make_redis: Callable[..., Transport], prefix: str, settings: Any
) -> None:
    make_redis()
    settings.STREAM_PREFIX = prefix
    said = StringIO()

    call_command("flux_stream", "play", "--redate", "--speed", str(FAST), stdout=said)
    call_command("flux_stream", "status", stdout=said)
    call_command("flux_stream", "replay-dead", stdout=said)

    text = said.getvalue()
    assert "Played 15 readings and 0 events" in text
    assert "backlog       15 messages" in text
    assert "consumers     none" in text
    assert "Sent 0 dead letters" in text
    with pytest.raises(CommandError, match="There is no reason 'NO'"):
        call_command("flux_stream", "replay-dead", "--code", "NO")
    with pytest.raises(CommandError, match="hours must be above 0"):
        call_command("flux_stream", "play", "--hours", "0")
