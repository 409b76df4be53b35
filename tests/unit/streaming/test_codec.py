"""The wire format: what is written reads back, unknown keys are left alone, known ones must be right."""

from __future__ import annotations

import json
from contextlib import suppress
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grid.streaming import (
    DeviceEvent,
    DeviceKind,
    EventKind,
    MalformedMessage,
    Reading,
    ReadingQuality,
    RecordFault,
    decode_event,
    decode_reading,
    encode_event,
    encode_reading,
)
from grid.streaming.codec import MAX_BODY_BYTES

AT = datetime(2026, 11, 1, 6, 15, tzinfo=UTC)
READING = {
    "v": 1,
    "type": "reading",
    "meter_id": "MTR-1",
    "reading_at": "2026-11-01T06:15:00Z",
    "interval_minutes": 15,
    "usage_kwh": 0.25,
    "voltage_v": 240.1,
    "quality": "ACTUAL",
}
EVENT = {
    "v": 1,
    "type": "event",
    "event_id": "e-1",
    "device_kind": "METER",
    "device_id": "MTR-1",
    "kind": "LAST_GASP",
    "occurred_at": "2026-11-01T06:15:00Z",
}

ids = st.text(st.characters(codec="utf-8", exclude_categories=("C", "Z")), min_size=1, max_size=64).filter(
    str.isprintable
)
moments = st.datetimes(timezones=st.just(UTC))
readings = st.builds(
    Reading,
    meter_id=ids,
    reading_at=moments,
    interval_minutes=st.sampled_from([5, 15, 30, 60]),
    usage_kwh=st.floats(0, 99_999_999),
    voltage_v=st.none() | st.floats(0, 99_999),
    quality=st.sampled_from(ReadingQuality),
)
details = st.dictionaries(st.sampled_from("abc"), st.integers(0, 9)).map(
    lambda found: json.dumps(found, sort_keys=True, separators=(",", ":"))
)
events = st.builds(
    DeviceEvent,
    event_id=ids,
    device_kind=st.sampled_from(DeviceKind),
    device_id=ids,
    kind=st.sampled_from(EventKind),
    occurred_at=moments,
    detail=st.none() | details,
)


def body(fields: dict[str, Any], **changes: Any) -> bytes:
    changed = {**fields, **changes}
    return json.dumps({key: value for key, value in changed.items() if value is not ...}).encode()


@given(readings)
def test_a_reading_reads_back(reading: Reading) -> None:
    assert decode_reading(encode_reading(reading)) == reading


@given(events)
def test_an_event_reads_back(event: DeviceEvent) -> None:
    assert decode_event(encode_event(event)) == event


def test_the_documented_messages_are_read() -> None:
    assert decode_reading(body(READING)) == Reading("MTR-1", AT, 15, 0.25, 240.1, ReadingQuality.ACTUAL)
    assert decode_event(body(EVENT)) == DeviceEvent("e-1", DeviceKind.METER, "MTR-1", EventKind.LAST_GASP, AT)


def test_what_may_be_left_out() -> None:
    reading = decode_reading(body(READING, voltage_v=..., quality=...))

    assert (reading.voltage_v, reading.quality) == (None, ReadingQuality.ACTUAL)
    assert decode_event(body(EVENT, detail=None)).detail is None


def test_unknown_keys_are_left_alone() -> None:
    assert decode_reading(body(READING, firmware="9.1", tags=[1, {"a": None}])).meter_id == "MTR-1"


@pytest.mark.parametrize(
    "text", ["2026-11-01T00:15:00-06:00", "2026-11-01T06:15:00+00:00", "2026-11-01T06:15:00.000000Z"]
)
def test_offsets_become_utc(text: str) -> None:
    reading = decode_reading(body(READING, reading_at=text))

    assert reading.reading_at == AT
    assert reading.reading_at.utcoffset() == timedelta(0)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"meter_id": ...}, "meter_id is missing"),
        ({"meter_id": ""}, "meter_id must be a text"),
        ({"meter_id": "M" * 65}, "meter_id must be a text"),
        ({"meter_id": "MTR 1"}, "meter_id must be a text"),
        ({"meter_id": "MTR\u00001"}, "meter_id must be a text"),
        ({"meter_id": 7}, "meter_id must be a text"),
        ({"reading_at": "2026-11-01T06:15:00"}, "reading_at has no offset"),
        ({"reading_at": "yesterday"}, "reading_at must be a time"),
        ({"reading_at": 1_793_513_700}, "reading_at must be a time"),
        ({"reading_at": "0001-01-01T00:00:00+14:00"}, "reading_at is out of range"),
        ({"interval_minutes": 7}, "interval_minutes must be one of 5, 15, 30, 60"),
        ({"interval_minutes": 15.0}, "interval_minutes must be one of"),
        ({"interval_minutes": "15"}, "interval_minutes must be one of"),
        ({"interval_minutes": [15]}, "interval_minutes must be one of"),
        ({"usage_kwh": -0.1}, "usage_kwh must be from 0"),
        ({"usage_kwh": 1e12}, "usage_kwh must be from 0"),
        ({"usage_kwh": "0.25"}, "usage_kwh must be a number"),
        ({"usage_kwh": None}, "usage_kwh must be a number"),
        ({"usage_kwh": True}, "usage_kwh must be a number"),
        ({"voltage_v": -1}, "voltage_v must be from 0"),
        ({"quality": "GUESSED"}, "quality must be one of ACTUAL, ESTIMATED, OUTAGE"),
        ({"quality": 1}, "quality must be one of"),
    ],
)
def test_a_wrong_field_of_a_reading_is_named(changes: dict[str, Any], said: str) -> None:
    with pytest.raises(MalformedMessage) as refused:
        decode_reading(body(READING, **changes))

    assert refused.value.code == "BAD_FIELD"
    assert said in refused.value.message


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"event_id": ...}, "event_id is missing"),
        ({"device_kind": "POLE"}, "device_kind must be one of METER, TRANSFORMER, SWITCH"),
        ({"kind": "EXPLODED"}, "kind must be one of LAST_GASP"),
        ({"occurred_at": None}, "occurred_at must be a time"),
        ({"detail": ["no", "object"]}, "detail must be a JSON object"),
        ({"detail": {"text": "x" * 4_000}}, "detail must be a JSON object of at most 4,000"),
        ({"detail": {"text": "\u0000"}}, "detail must be a JSON object without null characters"),
    ],
)
def test_a_wrong_field_of_an_event_is_named(changes: dict[str, Any], said: str) -> None:
    with pytest.raises(MalformedMessage) as refused:
        decode_event(body(EVENT, **changes))

    assert refused.value.code == "BAD_FIELD"
    assert said in refused.value.message


@pytest.mark.parametrize(
    ("message", "code"),
    [
        (b"", "NOT_JSON"),
        (b"\xff\xfe", "NOT_JSON"),
        (b"<reading/>", "NOT_JSON"),
        (b"[1]", "NOT_JSON"),
        (b'{"v":1,"type":"reading","usage_kwh":NaN}', "NOT_JSON"),
        (b"{}", "UNKNOWN_VERSION"),
        (body(READING, v=2), "UNKNOWN_VERSION"),
        (body(READING, v=True), "UNKNOWN_VERSION"),
        (body(READING, v="1"), "UNKNOWN_VERSION"),
        (body(EVENT), "WRONG_TYPE"),
        (body(READING, note="x" * MAX_BODY_BYTES), "BAD_FIELD"),
        (b"[" * 10_000, "NOT_JSON"),
    ],
)
def test_what_is_no_message_of_this_format(message: bytes, code: str) -> None:
    with pytest.raises(MalformedMessage) as refused:
        decode_reading(message)

    assert refused.value.code == code


@given(st.binary(max_size=200))
def test_any_bytes_are_malformed_at_worst(message: bytes) -> None:
    for decode in (decode_reading, decode_event):
        with pytest.raises(MalformedMessage):
            decode(message)


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)


@given(st.dictionaries(st.sampled_from([*READING, *EVENT]), anything, max_size=4))
def test_any_values_are_a_record_or_malformed(changes: dict[str, Any]) -> None:
    for decode, fields in ((decode_reading, READING), (decode_event, EVENT)):
        with suppress(MalformedMessage):
            decode(body(fields, **changes))


def test_records_refuse_what_is_not_in_utc() -> None:
    local = AT.astimezone(timezone(timedelta(hours=-6)))
    with pytest.raises(RecordFault, match="reading_at must be in UTC"):
        Reading("MTR-1", local, 15, 1.0)
    with pytest.raises(RecordFault, match="occurred_at must be in UTC"):
        DeviceEvent("e", DeviceKind.METER, "MTR-1", EventKind.LAST_GASP, AT.replace(tzinfo=None))
