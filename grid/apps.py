"""Django application of the grid: assets, sync, federation, map."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from django.apps import AppConfig

if TYPE_CHECKING:
    from grid.streaming import DeviceEvent, Reading


class GridConfig(AppConfig):
    """The grid."""

    name = "grid"
    verbose_name = "Grid"

    def ready(self) -> None:
        """Have the detection of outages hear of what the streams bring."""
        from grid.services.streaming import listeners

        listeners.on_events(_detect_by_events)
        listeners.on_readings(_detect_by_readings)


# Imported when something is brought, so that a process that consumes no stream starts without it.
def _detect_by_events(events: Sequence[DeviceEvent], now: datetime) -> None:
    from grid.services import detection

    detection.take_events(events, now)


def _detect_by_readings(readings: Sequence[Reading], now: datetime) -> None:
    from grid.services import detection

    detection.take_readings(readings, now)
