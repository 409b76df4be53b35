"""Whatever goes wrong, everything sent lands once, in the cache and in the warehouse, or is a dead letter."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.db.models import Sum
from django.utils import timezone

from grid.models import DeviceEvent as EventRow
from grid.models import RealtimeReading, StreamConsumer, StreamDeadLetter, StreamPending
from grid.services.streaming import consumer, dead_letters, listeners, pending
from grid.streaming import DeviceEvent, Reading
from grid.streaming.redis_transport import RedisTransport
from grid.streaming.transport import StreamFull, StreamName, Transport, TransportUnavailable
from grid.warehouse import Warehouse, WarehouseUnavailable
from grid.warehouse.tables import ami_readings_raw, device_events
from tests.factories.grid import make_meter
from tests.integration.streaming.lanes import (
    QUICK,
    consuming,
    drain,
    gasps,
    is_drained,
    last_hours,
    publish,
    wait_until,
)
from tests.integration.sync.conftest import quick_flush  # noqa: F401 - a fixture
from tests.servers.environment import database_url, environment
from tests.servers.processes import running
from tests.servers.proxy import TcpProxy
from tests.servers.redis import own_redis

pytestmark = pytest.mark.integration
READINGS, EVENTS = StreamName.READINGS, StreamName.EVENTS
START_S = 120.0  # of a process, on a machine that is busy
MakeTransport = Callable[..., Transport]
Values = dict[tuple[Any, Any], float]


@pytest.fixture
def committing(quick_flush: None, transactional_db: None) -> None:  # noqa: F811
    """Let the lanes, which are other threads and processes, see the test's rows and the test theirs."""


@pytest.fixture
def meters(committing: None) -> list[str]:
    return [make_meter().pk for _ in range(10)]


@pytest.fixture
def heard(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Listen to events and keep their ids."""
    ids: list[str] = []
    monkeypatch.setattr(
        listeners, "_on_events", [lambda events, _now: ids.extend(e.event_id for e in events)]
    )
    return ids


def expected(records: Sequence[Reading]) -> Values:
    return {(r.meter_id, r.reading_at): round(r.usage_kwh, 4) for r in records}


def held() -> Values:
    rows = RealtimeReading.objects.values_list("meter_id", "reading_at", "usage_kwh")
    return {(meter, at): float(kwh) for meter, at, kwh in rows}


def waiting() -> int:
    return StreamPending.objects.aggregate(n=Sum("row_count"))["n"] or 0


def assert_landed(records: Sequence[Reading], warehouse: Warehouse | None = None) -> None:
    """Each reading is in the cache with its value, and once in what goes to the warehouse."""
    assert held() == expected(records)
    if warehouse is None:
        assert waiting() == len(records)
    else:
        pending.deliver(warehouse)
        assert warehouse.row_count(ami_readings_raw) == len(records)


def test_a_day_replayed_changes_nothing(
    meters: list[str], warehouse: Warehouse, make_transport: MakeTransport, heard: list[str]
) -> None:
    transport = make_transport()
    day, events = last_hours(meters, intervals=96), gasps(meters)
    publish(transport, [*day, *events])
    drain(transport, READINGS)
    drain(transport, EVENTS)
    assert_landed(day, warehouse)
    before = list(RealtimeReading.objects.order_by("meter_id", "reading_at").values())

    publish(transport, [*day, *events])
    drain(transport, READINGS)
    drain(transport, EVENTS)

    assert list(RealtimeReading.objects.order_by("meter_id", "reading_at").values()) == before
    assert_landed(day, warehouse)
    assert EventRow.objects.count() == warehouse.row_count(device_events) == len(events)
    assert sorted(set(heard)) == sorted(event.event_id for event in events)
    assert StreamDeadLetter.objects.count() == 0


@pytest.mark.parametrize("moment", ["landing", "landed", "buried"])
def test_a_consumer_killed_in_the_middle_of_a_batch(
    moment: str, meters: list[str], make_redis: MakeTransport, prefix: str, heard: list[str]
) -> None:
    transport = make_redis(claim_idle_s=0.1)
    readings = last_hours(meters, intervals=8)
    publish(transport, [*readings, b"poison"])
    child_environment = environment(FLUX_STREAM_PREFIX=prefix)
    arguments = ["-m", "tests.servers.stream_consumer", "--stop-at", moment]
    with running(arguments, child_environment) as child:
        child.wait_until(lambda: "reached" in child.log.read_text(), START_S)
        child.kill()

    drain(transport, READINGS)

    assert_landed(readings)
    assert StreamDeadLetter.objects.get().seen_count == 1
    assert [letter.code for letter in transport.dead_letters(READINGS, 10)].count("NOT_JSON") in {1, 2}


def test_events_are_told_again_when_nobody_knows_whether_they_were(
    meters: list[str], make_redis: MakeTransport, prefix: str, heard: list[str]
) -> None:
    transport = make_redis(claim_idle_s=0.1)
    publish(transport, gasps(meters))
    arguments = ["-m", "tests.servers.stream_consumer", "--stop-at", "landed"]
    with running(arguments, environment(FLUX_STREAM_PREFIX=prefix)) as child:
        child.wait_until(lambda: "reached" in child.log.read_text(), START_S)
        child.kill()
    assert EventRow.objects.count() == len(meters)

    drain(transport, EVENTS)

    assert sorted(heard) == sorted(event.event_id for event in gasps(meters))


def test_poison_is_buried_with_a_reason_and_lands_once_it_can(
    meters: list[str], make_transport: MakeTransport
) -> None:
    transport = make_transport()
    good = last_hours(meters, intervals=2)
    late = last_hours(["MTR-NEW"], intervals=1)
    skewed = [Reading(meters[0], good[0].reading_at + timedelta(days=400), 15, 1.0, None)]
    publish(transport, [*good, b"\xff", *late, *skewed, b'{"v":9,"type":"reading"}'])

    drain(transport, READINGS)

    codes = ["FROM_THE_FUTURE", "NOT_JSON", "UNKNOWN_METER", "UNKNOWN_VERSION"]
    assert sorted(StreamDeadLetter.objects.values_list("code", flat=True)) == codes
    assert sorted(letter.code for letter in transport.dead_letters(READINGS, 10)) == codes
    assert_landed(good)

    make_meter(id="MTR-NEW")
    assert dead_letters.replay(codes=["UNKNOWN_METER"], transport=transport) == 1
    drain(transport, READINGS)

    assert_landed([*good, *late])
    assert sorted(StreamDeadLetter.objects.values_list("code", flat=True)) == codes[:2] + codes[3:]


def test_what_fails_again_comes_back(meters: list[str], make_redis: MakeTransport) -> None:
    transport = make_redis()
    publish(transport, [b"bad", b"worse"])
    drain(transport, READINGS)

    assert dead_letters.replay(transport=transport) == 2
    assert StreamDeadLetter.objects.count() == 0
    drain(transport, READINGS)

    assert StreamDeadLetter.objects.count() == 2


@pytest.mark.parametrize("is_killed", [False, True])
def test_redis_restarted(meters: list[str], is_killed: bool) -> None:
    readings = last_hours(meters, intervals=40)
    with own_redis() as server:
        transport = RedisTransport(server.url, claim_idle_s=0.1)
        publish(transport, readings[:200])
        with consuming(transport, READINGS):
            wait_until(lambda: RealtimeReading.objects.exists())
            server.kill() if is_killed else server.stop()
            with pytest.raises(TransportUnavailable):
                publish(transport, readings[200:])
            server.start()
            publish(transport, readings[200:])
            wait_until(lambda: is_drained(transport, READINGS))
        transport.close()

    assert_landed(readings)


def test_a_burst_is_held_back_and_nothing_is_lost(
    meters: list[str], make_transport: MakeTransport, monkeypatch: pytest.MonkeyPatch
) -> None:
    transport = make_transport(backlog_limit=200)
    readings = last_hours(meters, intervals=180)
    told_to_wait, most = 0, 0
    with consuming(transport, READINGS, limits=QUICK):
        for start in range(0, len(readings), 100):
            while True:
                try:
                    publish(transport, readings[start : start + 100])
                    break
                except StreamFull as error:
                    told_to_wait += 1
                    most = max(most, error.waiting_count)
                    threading.Event().wait(0.05)
        wait_until(lambda: is_drained(transport, READINGS))

    assert told_to_wait > 0
    assert most <= 200
    assert_landed(readings)


def test_postgres_away(meters: list[str], make_redis: MakeTransport, prefix: str) -> None:
    transport = make_redis()
    readings = last_hours(meters, intervals=20)
    proxy = TcpProxy(int(connection.settings_dict["PORT"]))
    child_environment = environment(
        FLUX_DATABASE_URL=database_url(port=proxy.port), FLUX_STREAM_PREFIX=prefix
    )
    arguments = ["manage.py", "flux_stream", "consume", "--no-warehouse"]
    try:
        with running(arguments, child_environment) as child:
            publish(transport, readings[:100])
            child.wait_until(lambda: RealtimeReading.objects.count() == 100, START_S)
            proxy.cut()
            publish(transport, readings[100:])
            child.wait_until(lambda: "waits" in child.log.read_text())
            assert RealtimeReading.objects.count() == 100
            proxy.restore()
            child.wait_until(lambda: is_drained(transport, READINGS))
    finally:
        proxy.cut()

    assert_landed(readings)


def test_the_warehouse_away(
    meters: list[str], warehouse: Warehouse, make_redis: MakeTransport, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Away:
        def append(self, *_: Any) -> int:
            raise WarehouseUnavailable("the account does not answer")

    transport = make_redis()
    readings = last_hours(meters, intervals=10)
    publish(transport, readings[:50])
    drain(transport, READINGS)

    assert pending.deliver(Away()) == 0  # type: ignore[arg-type]
    publish(transport, readings[50:])
    drain(transport, READINGS)

    assert StreamPending.objects.exclude(last_error="").first().last_error.endswith("does not answer")
    assert_landed(readings, warehouse)
    assert not StreamPending.objects.exists()


def test_a_listener_that_fails_holds_nothing_up(
    meters: list[str], make_redis: MakeTransport, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(_events: Sequence[DeviceEvent], _now: Any) -> None:
        raise RuntimeError("no idea")

    monkeypatch.setattr(listeners, "_on_events", [broken])
    transport = make_redis()
    publish(transport, gasps(meters))

    drain(transport, EVENTS)

    assert EventRow.objects.count() == len(meters)


def test_nothing_known_yet_waits_for_the_grid(committing: None, make_redis: MakeTransport) -> None:
    transport = make_redis()
    publish(transport, last_hours(["MTR-1"], intervals=1))
    with consuming(transport, READINGS):
        wait_until(lambda: StreamConsumer.objects.filter(last_error__contains="sync the layers").exists())
        make_meter(id="MTR-1")
        wait_until(lambda: is_drained(transport, READINGS))

    assert RealtimeReading.objects.count() == 1
    assert not StreamConsumer.objects.exists()  # it is no more


def test_a_whole_consumer_brings_everything_to_both_stores(
    meters: list[str], warehouse: Warehouse, make_redis: MakeTransport
) -> None:
    transport = make_redis()
    readings, events = last_hours(meters, intervals=4), gasps(meters, at=timezone.now())
    stop = threading.Event()
    whole = consumer.Consumer(transport, stop=stop)
    thread = threading.Thread(target=whole.run)
    thread.start()
    publish(transport, [*readings, *events])
    wait_until(lambda: is_drained(transport, READINGS) and is_drained(transport, EVENTS))

    stop.set()  # what landed goes to the warehouse before it ends
    thread.join(timeout=20)

    assert held() == expected(readings)
    assert warehouse.row_count(ami_readings_raw) == len(readings)
    assert warehouse.row_count(device_events) == len(events)
