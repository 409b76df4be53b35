"""A batch in the cache: each record once, the better one of two, the rest with a reason."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import select

from grid.models import DeviceEvent as EventRow
from grid.models import RealtimeReading, StreamDeadLetter, StreamPending
from grid.pipeline import PipelineParams, refresh
from grid.services.streaming import landing, partitions, pending, upkeep
from grid.streaming import (
    DeviceEvent,
    DeviceKind,
    EventKind,
    Reading,
    ReadingQuality,
    encode_event,
    encode_reading,
)
from grid.streaming.sifting import ClockTolerance, sift_events, sift_readings
from grid.streaming.transport import Message
from grid.warehouse import PartitionedWarehouse, Warehouse
from grid.warehouse.tables import (
    ami_interval_readings,
    ami_readings_raw,
    device_events,
    meter_infrastructure,
)
from tests.factories.grid import make_meter, make_switch
from tests.warehouse_rows import fill, filled

pytestmark = pytest.mark.integration
NOW = datetime(2026, 11, 26, 12, 7, tzinfo=UTC)
AT = NOW.replace(minute=0)


def messages(records: Sequence[Reading | DeviceEvent | bytes]) -> list[Message]:
    return [
        Message(
            f"1-{place}",
            record
            if isinstance(record, bytes)
            else encode_reading(record)
            if isinstance(record, Reading)
            else encode_event(record),
        )
        for place, record in enumerate(records)
    ]


def land(*records: Reading | bytes, now: datetime = NOW) -> landing.Landed[Reading]:
    sifted = sift_readings(messages(records), now=now, tolerance=ClockTolerance())
    return landing.land_readings(sifted, now=now)


def land_events(*records: DeviceEvent | bytes) -> landing.Landed[DeviceEvent]:
    sifted = sift_events(messages(records), now=NOW, tolerance=ClockTolerance())
    return landing.land_events(sifted, now=NOW)


def reading(meter_id: str, kwh: float = 0.5, quality: str = "ACTUAL", at: datetime = AT) -> Reading:
    return Reading(meter_id, at, 15, kwh, 240.0, ReadingQuality(quality))


def event(event_id: str, device_id: str, kind: EventKind = EventKind.LAST_GASP) -> DeviceEvent:
    return DeviceEvent(event_id, DeviceKind.METER, device_id, kind, AT)


@pytest.fixture
def meters(db: None) -> list[str]:
    return [make_meter().pk for _ in range(3)]


def codes(landed: landing.Landed) -> list[str]:
    return sorted(letter.code for letter in landed.dead)


class TestReadings:
    def test_a_batch_is_held_with_its_values(self, meters: list[str]) -> None:
        landed = land(*(reading(meter, 0.12345) for meter in meters))

        assert landed.new_count == 3
        assert codes(landed) == []
        row = RealtimeReading.objects.get(meter_id=meters[0])
        assert (row.usage_kwh, row.voltage_v) == (Decimal("0.1235"), Decimal("240.00"))  # rounded half up
        assert (row.reading_at, row.received_at, row.quality) == (AT, NOW, "ACTUAL")

    def test_landed_twice_it_changes_nothing(self, meters: list[str], warehouse: Warehouse) -> None:
        batch = [reading(meter) for meter in meters]
        land(*batch)
        before = list(RealtimeReading.objects.order_by("meter_id").values())

        again = land(*batch, now=NOW + timedelta(minutes=1))

        assert again.new_count == 0
        assert again.records == batch  # listeners hear of them: nobody knows whether they did before
        assert list(RealtimeReading.objects.order_by("meter_id").values()) == before
        assert [row.row_count for row in StreamPending.objects.all()] == [3]

    @pytest.mark.parametrize("is_one_batch", [True, False])
    def test_the_better_quality_counts_in_any_order(self, meters: list[str], is_one_batch: bool) -> None:
        first, second, third = meters
        better, worse = reading(first, 1.0), reading(first, 2.0, "ESTIMATED")
        other_worse, other_better = reading(second, 3.0, "OUTAGE"), reading(second, 4.0, "ESTIMATED")
        sequence = [better, worse, other_worse, other_better, reading(third)]
        for batch in [sequence] if is_one_batch else [[each] for each in sequence]:
            assert codes(land(*batch)) == []

        held = dict(RealtimeReading.objects.values_list("meter_id", "usage_kwh"))
        assert held == {first: 1, second: 4, third: Decimal("0.5")}

    @pytest.mark.parametrize("is_one_batch", [True, False])
    def test_a_contradiction_is_a_dead_letter_and_the_first_stays(
        self, meters: list[str], is_one_batch: bool
    ) -> None:
        sequence = [reading(meters[0], 1.0), reading(meters[0], 2.0)]
        batches = [sequence] if is_one_batch else [[each] for each in sequence]

        found = [code for batch in batches for code in codes(land(*batch))]

        assert found == ["CONFLICTING"]
        assert RealtimeReading.objects.get().usage_kwh == 1

    def test_poison_does_not_hold_up_the_rest(self, meters: list[str]) -> None:
        landed = land(
            reading(meters[0]),
            b"not JSON",
            reading("MTR-NOBODY"),
            encode_reading(reading(meters[1])).replace(b"0.5", b"-0.5"),
            reading(meters[1], at=NOW + timedelta(minutes=6)),
            reading(meters[1], at=NOW - timedelta(hours=48, minutes=1)),
            reading(meters[2]),
        )

        assert codes(landed) == ["BAD_FIELD", "FROM_THE_FUTURE", "NOT_JSON", "TOO_OLD", "UNKNOWN_METER"]
        assert landed.new_count == 2
        kept = {row.code: row for row in StreamDeadLetter.objects.all()}
        assert bytes(kept["NOT_JSON"].body) == b"not JSON"
        assert "MTR-NOBODY" in kept["UNKNOWN_METER"].reason
        assert "usage_kwh" in kept["BAD_FIELD"].reason
        assert "360 s ahead" in kept["FROM_THE_FUTURE"].reason

    def test_a_clock_within_the_tolerance_is_believed(self, meters: list[str]) -> None:
        early = reading(meters[0], at=NOW + timedelta(minutes=5))
        late = reading(meters[0], at=NOW - timedelta(hours=48))

        assert land(early, late).new_count == 2
        assert partitions.list_hours() == {
            partitions.hour_of(early.reading_at),
            partitions.hour_of(late.reading_at),
        }

    def test_a_dead_letter_that_comes_again_counts_up_once_per_message(self, meters: list[str]) -> None:
        for place in ("1-1", "1-1", "1-2"):
            sifted = sift_readings([Message(place, b"bad")], now=NOW, tolerance=ClockTolerance())
            landing.land_readings(sifted, now=NOW)

        assert StreamDeadLetter.objects.get().seen_count == 2

    def test_a_record_that_postgres_refuses_is_told_apart(
        self, meters: list[str], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        from dataclasses import replace

        form = landing._READINGS
        columns = form.columns

        def broken(record: Reading) -> tuple:
            row = columns(record)
            return row if record.meter_id != meters[1] else (*row[:2], 10**9, *row[3:])

        monkeypatch.setattr(landing, "_READINGS", replace(form, columns=broken))

        landed = land(*(reading(meter) for meter in meters), b"not JSON")

        assert codes(landed) == ["NOT_JSON", "REFUSED"]
        assert sorted(RealtimeReading.objects.values_list("meter_id", flat=True)) == [meters[0], meters[2]]

    def test_nothing_is_told_of_devices_before_any_is_known(self, db: None) -> None:
        with pytest.raises(landing.NothingKnown):
            land(reading("MTR-1"))
        assert StreamDeadLetter.objects.count() == 0


class TestEvents:
    def test_events_of_each_kind_of_device_are_held_with_their_zone(self, meters: list[str]) -> None:
        switch = make_switch()
        opened = DeviceEvent("e2", DeviceKind.SWITCH, switch.pk, EventKind.OPENED, AT, '{"by": "relay"}')

        landed = land_events(event("e1", meters[0]), opened, opened)

        assert (landed.new_count, codes(landed)) == (2, [])
        row = EventRow.objects.get(pk="e2")
        assert (row.zone_id, row.detail) == (switch.zone_id, {"by": "relay"})

    def test_landed_twice_they_change_nothing(self, meters: list[str]) -> None:
        batch = [event(f"e{place}", meter) for place, meter in enumerate(meters)]
        land_events(*batch)

        again = land_events(*batch)

        assert (again.new_count, again.records, codes(again)) == (0, batch, [])
        assert EventRow.objects.count() == 3

    def test_an_id_used_twice_and_an_unknown_device_are_dead_letters(self, meters: list[str]) -> None:
        land_events(event("e1", meters[0]))

        landed = land_events(
            event("e1", meters[1]),
            event("e2", "MTR-NOBODY"),
            DeviceEvent("e3", DeviceKind.SWITCH, meters[0], EventKind.OPENED, AT),
        )

        assert codes(landed) == ["CONFLICTING", "UNKNOWN_DEVICE", "UNKNOWN_DEVICE"]


class TestDelivery:
    def test_the_warehouse_gets_each_record_once(self, meters: list[str], warehouse: Warehouse) -> None:
        land(*(reading(meter) for meter in meters[:2]))
        land(*(reading(meter) for meter in meters))
        land_events(event("e1", meters[0]))

        assert pending.deliver(warehouse) == 4
        assert pending.deliver(warehouse) == 0
        assert warehouse.row_count(ami_readings_raw) == 3
        assert warehouse.row_count(device_events) == 1

    def test_the_roll_up_takes_what_was_streamed(self, meters: list[str], warehouse: Warehouse) -> None:
        assert isinstance(warehouse, PartitionedWarehouse)
        known = [
            filled(meter_infrastructure, {"meter_key": key, "meter_id": meter, "transformer_id": "XFMR-1"})
            for key, meter in enumerate(meters, 1)
        ]
        fill(warehouse, meter_infrastructure, known)
        land(*(reading(meter, 0.25, "ESTIMATED") for meter in meters))
        pending.deliver(warehouse)
        land(reading(meters[0], 0.75), now=NOW + timedelta(minutes=1))
        pending.deliver(warehouse)

        refresh(warehouse, PipelineParams(time_zone="UTC"))

        silver = ami_interval_readings.c
        rows = warehouse.select_rows(select(silver.meter_key, silver.usage_kwh, silver.quality))
        assert sorted((row["meter_key"], row["usage_kwh"], row["quality"]) for row in rows) == [
            (1, Decimal("0.7500"), "ACTUAL"),
            (2, Decimal("0.2500"), "ESTIMATED"),
            (3, Decimal("0.2500"), "ESTIMATED"),
        ]

    def test_a_delivery_that_died_behind_the_commit_counts_once(
        self, meters: list[str], warehouse: Warehouse, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        land(*(reading(meter) for meter in meters))
        batch_id, waiting = pending._next_batch(pending.StreamName.READINGS)  # type: ignore[misc]
        warehouse.append(ami_readings_raw, pending._sorted(pending.StreamName.READINGS, waiting), batch_id)
        land(reading(meters[0], at=AT + timedelta(minutes=5)))

        pending.deliver(warehouse)

        assert warehouse.row_count(ami_readings_raw) == 4
        assert StreamPending.objects.count() == 0

    def test_many_small_deliveries_are_merged_and_stay_known(
        self, meters: list[str], warehouse: Warehouse, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(upkeep, "MANY_FILES", 3)
        for minutes in (0, 5, 10):
            assert upkeep.merge_small_files() == 0
            land(*(reading(meter, at=AT + timedelta(minutes=minutes)) for meter in meters))
            batch_id, waiting = pending._next_batch(pending.StreamName.READINGS)  # type: ignore[misc]
            pending.deliver(warehouse)
        before = warehouse.version(ami_readings_raw)

        assert upkeep.merge_small_files() == 1

        assert warehouse.version(ami_readings_raw) != before
        assert upkeep.merge_small_files() == 0
        assert warehouse.row_count(ami_readings_raw) == 9
        again = pending._sorted(pending.StreamName.READINGS, waiting)
        assert warehouse.append(ami_readings_raw, again, batch_id) == 0

    def test_a_warehouse_that_is_away_keeps_no_stream_from_its_upkeep(self, meters: list[str]) -> None:
        assert upkeep.tend()["merged_tables"] == 0


def test_old_partitions_go_and_those_ahead_come(meters: list[str]) -> None:
    old, kept = NOW - timedelta(hours=51), NOW - timedelta(hours=49)
    partitions.make_hours([partitions.hour_of(old), partitions.hour_of(kept)])

    assert partitions.make_ahead(NOW) == 4
    assert partitions.drop_old(NOW) == 1
    assert partitions.make_ahead(NOW) == 0
    assert len(partitions.list_hours()) == 5
