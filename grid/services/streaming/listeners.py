"""Who wants to hear of what arrived, once it is held durably.

A callback may hear of the same record more than once, after a crash or a replay, and must then change
nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime

from grid.streaming import DeviceEvent, Reading

EventsCallback = Callable[[Sequence[DeviceEvent], datetime], None]
ReadingsCallback = Callable[[Sequence[Reading], datetime], None]

_on_events: list[EventsCallback] = []
_on_readings: list[ReadingsCallback] = []


def on_events(callback: EventsCallback) -> EventsCallback:
    """Have ``callback(events, now)`` called after each batch of events; usable as a decorator."""
    if callback not in _on_events:
        _on_events.append(callback)
    return callback


def on_readings(callback: ReadingsCallback) -> ReadingsCallback:
    """Have ``callback(readings, now)`` called after each batch of readings; usable as a decorator."""
    if callback not in _on_readings:
        _on_readings.append(callback)
    return callback


def tell_events(events: Sequence[DeviceEvent], now: datetime) -> None:
    """Tell every listener of events."""
    for callback in _on_events:
        callback(events, now)


def tell_readings(readings: Sequence[Reading], now: datetime) -> None:
    """Tell every listener of readings."""
    for callback in _on_readings:
        callback(readings, now)
