"""Readings and events on a stream: records, wire format, and the transports that carry them."""

from grid.streaming.codec import (
    MalformedMessage,
    decode_event,
    decode_reading,
    encode_event,
    encode_reading,
)
from grid.streaming.records import (
    DeviceEvent,
    DeviceKind,
    EventKind,
    Reading,
    ReadingQuality,
    RecordFault,
)

__all__ = [
    "DeviceEvent",
    "DeviceKind",
    "EventKind",
    "MalformedMessage",
    "Reading",
    "ReadingQuality",
    "RecordFault",
    "decode_event",
    "decode_reading",
    "encode_event",
    "encode_reading",
]
