"""The wire format of readings and events: one JSON object a message, version 1 (docs/streaming.md).

Unknown keys are left alone, so that senders may add their own; known ones must be right.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, TypeVar

import orjson

from grid.streaming.records import (
    DeviceEvent,
    DeviceKind,
    EventKind,
    Reading,
    ReadingQuality,
    RecordFault,
)

VERSION = 1
MAX_BODY_BYTES = 16_384
READING, EVENT = "reading", "event"
NOT_JSON, UNKNOWN_VERSION, WRONG_TYPE, BAD_FIELD = "NOT_JSON", "UNKNOWN_VERSION", "WRONG_TYPE", "BAD_FIELD"
MALFORMED = frozenset({NOT_JSON, UNKNOWN_VERSION, WRONG_TYPE, BAD_FIELD})
_Choice = TypeVar("_Choice", bound=StrEnum)
_QUALITIES = {each.value: each for each in ReadingQuality}
_DEVICE_KINDS = {each.value: each for each in DeviceKind}
_EVENT_KINDS = {each.value: each for each in EventKind}


class MalformedMessage(ValueError):
    """A message is not what the wire format says.

    Attributes:
        code: one of ``MALFORMED``.
        message: what is wrong, in words.
    """

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


def encode_reading(reading: Reading) -> bytes:
    """Return a reading as a message."""
    return orjson.dumps(
        {
            "v": VERSION,
            "type": READING,
            "meter_id": reading.meter_id,
            "reading_at": reading.reading_at,
            "interval_minutes": reading.interval_minutes,
            "usage_kwh": reading.usage_kwh,
            "voltage_v": reading.voltage_v,
            "quality": reading.quality,
        },
        option=orjson.OPT_UTC_Z,
    )


def encode_event(event: DeviceEvent) -> bytes:
    """Return an event as a message."""
    fields: dict[str, Any] = {
        "v": VERSION,
        "type": EVENT,
        "event_id": event.event_id,
        "device_kind": event.device_kind,
        "device_id": event.device_id,
        "kind": event.kind,
        "occurred_at": event.occurred_at,
    }
    if event.detail is not None:
        fields["detail"] = orjson.Fragment(event.detail)
    return orjson.dumps(fields, option=orjson.OPT_UTC_Z)


def decode_reading(body: bytes) -> Reading:
    """Return the reading that a message holds.

    Raises:
        MalformedMessage: naming what is wrong.
    """
    fields = _fields(body, READING)
    try:
        return Reading(
            fields["meter_id"],
            _moment("reading_at", fields["reading_at"]),
            fields["interval_minutes"],
            fields["usage_kwh"],
            fields.get("voltage_v"),
            _choice("quality", fields.get("quality") or "ACTUAL", _QUALITIES),
        )
    except KeyError as error:
        raise MalformedMessage(BAD_FIELD, f"{error.args[0]} is missing") from None
    except RecordFault as error:
        raise MalformedMessage(BAD_FIELD, str(error)) from None


def decode_event(body: bytes) -> DeviceEvent:
    """Return the event that a message holds.

    Raises:
        MalformedMessage: naming what is wrong.
    """
    fields = _fields(body, EVENT)
    try:
        detail = fields.get("detail")
        return DeviceEvent(
            fields["event_id"],
            _choice("device_kind", fields["device_kind"], _DEVICE_KINDS),
            fields["device_id"],
            _choice("kind", fields["kind"], _EVENT_KINDS),
            _moment("occurred_at", fields["occurred_at"]),
            None if detail is None else orjson.dumps(detail, option=orjson.OPT_SORT_KEYS).decode(),
        )
    except KeyError as error:
        raise MalformedMessage(BAD_FIELD, f"{error.args[0]} is missing") from None
    except RecordFault as error:
        raise MalformedMessage(BAD_FIELD, str(error)) from None


def _fields(body: bytes, kind: str) -> Mapping[str, Any]:
    if len(body) > MAX_BODY_BYTES:
        raise MalformedMessage(BAD_FIELD, f"the message is longer than {MAX_BODY_BYTES:,} bytes")
    try:
        fields = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise MalformedMessage(NOT_JSON, f"not JSON: {error}") from None
    if not isinstance(fields, dict):
        raise MalformedMessage(NOT_JSON, "not a JSON object")
    version = fields.get("v")
    if version != VERSION or isinstance(version, (bool, float)):
        raise MalformedMessage(UNKNOWN_VERSION, f"v must be {VERSION}")
    if fields.get("type") != kind:
        raise MalformedMessage(WRONG_TYPE, f'type must be "{kind}" on this stream')
    return fields


def _moment(field: str, value: object) -> datetime:
    """Return an ISO 8601 time with its offset as a moment in UTC."""
    if not isinstance(value, str):
        raise RecordFault(field, "must be a time in ISO 8601 with its offset, such as 2026-11-01T06:15:00Z")
    try:
        moment = datetime.fromisoformat(value)
    except ValueError:
        raise RecordFault(
            field, "must be a time in ISO 8601 with its offset, such as 2026-11-01T06:15:00Z"
        ) from None
    if moment.tzinfo is UTC:
        return moment
    if moment.tzinfo is None:
        raise RecordFault(field, "has no offset from UTC")
    try:
        return moment.astimezone(UTC)
    except OverflowError:
        raise RecordFault(field, "is out of range") from None


def _choice(field: str, value: object, choices: Mapping[str, _Choice]) -> _Choice:
    found = choices.get(value) if isinstance(value, str) else None
    if found is None:
        raise RecordFault(field, f"must be one of {', '.join(choices)}")
    return found
