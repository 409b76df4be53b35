"""The constants of the pipeline."""

from __future__ import annotations

from dataclasses import dataclass, field
from zoneinfo import ZoneInfo

from grid.standards.transformer_thermal import ThermalParams


@dataclass(frozen=True, slots=True)
class PipelineParams:
    """Say how readings are rolled up.

    Attributes:
        time_zone: IANA name of the zone whose days and months are summed.
        power_factor: of customers' load; interval meters measure energy, not reactive power.
        thermal: constants of the transformers' thermal model.
        meters_per_query: how many meters are cleaned at a time, which bounds memory.
    """

    time_zone: str
    power_factor: float = 0.95
    thermal: ThermalParams = field(default_factory=ThermalParams)
    meters_per_query: int = 50_000

    @property
    def zone(self) -> ZoneInfo:
        """Return the time zone.

        Raises:
            ZoneInfoNotFoundError: if there is none of that name.
        """
        return ZoneInfo(self.time_zone)
