"""What is to be forged: scale, place, period and seed, checked when it is made."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from grid.forge.errors import ForgeConfigError

FORGE_VERSION = 6
"""Raised whenever the same configuration gives other data, so that batches of two versions never mix."""

INTERCONNECTS = ("Eastern", "Western", "Texas")

DEFAULT_AMI_DAYS = 14
MAX_AMI_DAYS = 366
MAX_RAW_DAYS = 31
DEFAULT_HISTORY_YEARS = 5
MAX_HISTORY_YEARS = 10
HOURS_PER_YEAR = 8766

HOUSTON = (-96.2, 29.0, -94.5, 30.5)


class Scale(StrEnum):
    """How much distribution to grow."""

    TINY = "TINY"
    DEMO = "DEMO"
    CITY = "CITY"
    METRO = "METRO"


@dataclass(frozen=True, slots=True)
class ScaleParams:
    """Size one scale.

    Attributes:
        substations: how many substations, as one cluster; None for all with demand.
        transformers: distribution transformers aimed at.
        meters: meters, exactly.
        buildings: building footprints, exactly; 4.47 per meter.
        water_bodies: water bodies, exactly.
        trees: trees, exactly.
        zone: load zone whose substations are used when the configuration names none.
        hazard_factor: multiplies every failure rate; above 1 only where a scale is too small to see outages
            otherwise.
    """

    substations: int | None
    transformers: int
    meters: int
    buildings: int
    water_bodies: int
    trees: int
    zone: str | None = None
    hazard_factor: float = 1.0


SCALES: dict[Scale, ScaleParams] = {
    Scale.TINY: ScaleParams(
        substations=3,
        transformers=64,
        meters=300,
        buildings=1_342,
        water_bodies=6,
        trees=25,
        hazard_factor=90.0,
    ),
    Scale.DEMO: ScaleParams(
        substations=30,
        transformers=5_000,
        meters=30_000,
        buildings=134_228,
        water_bodies=641,
        trees=2_476,
    ),
    Scale.CITY: ScaleParams(
        substations=100,
        transformers=25_000,
        meters=150_000,
        buildings=671_138,
        water_bodies=3_206,
        trees=12_380,
    ),
    Scale.METRO: ScaleParams(
        substations=None,
        transformers=91_554,
        meters=596_906,
        buildings=2_670_707,
        water_bodies=12_758,
        trees=49_265,
        zone="Coast",
    ),
}


@dataclass(frozen=True, kw_only=True)
class ForgeConfig:
    """Say what to forge.

    Attributes:
        end_at: end of the metering period. A naive datetime is taken as UTC. Readings end at the last whole
            hour not after it (see :attr:`period_end`).
        scale: how much distribution to grow.
        seed: the one seed; the same configuration gives the same data.
        interconnects: interconnections to import, of Eastern, Western and Texas.
        territory: west, south, east, north in degrees; distribution is grown inside it.
        zone: name of a load zone; its substations are used and the territory becomes their surroundings.
        ami_days: days of interval readings.
        raw_days: how many of them, the last ones, are delivered as meters send them, to be cleaned.
        history_years: years of weather, outages and inspections before the metering period.
        time_zone: IANA name of the territory's clock, which daily habits follow.
        ends_in_storm: let a squall line cross the territory in the last hours, so that outages are in
            progress.
        data_dir: folder of the transmission data files; None for the installed data package.

    Raises:
        ForgeConfigError: naming the first field that is unusable.
    """

    end_at: datetime
    scale: Scale = Scale.DEMO
    seed: int = 1
    interconnects: tuple[str, ...] = ("Texas",)
    territory: tuple[float, float, float, float] = HOUSTON
    zone: str | None = None
    ami_days: int = DEFAULT_AMI_DAYS
    raw_days: int = 0
    history_years: int = DEFAULT_HISTORY_YEARS
    time_zone: str = "America/Chicago"
    ends_in_storm: bool = True
    data_dir: Path | None = field(default=None, compare=False)

    @classmethod
    def tiny(cls, *, end_at: datetime, seed: int = 1, history_years: int = 0) -> ForgeConfig:
        """Return the smallest useful configuration: three substations, 300 meters, two days, no history."""
        return cls(scale=Scale.TINY, ami_days=2, end_at=end_at, seed=seed, history_years=history_years)

    def __post_init__(self) -> None:
        """Check every field and give each its canonical form."""
        self._check_scale_and_seed()
        self._check_interconnects()
        self._check_territory()
        self._check_period()
        if not isinstance(self.ends_in_storm, bool):
            raise ForgeConfigError(
                field="ends_in_storm", problem=f"must be true or false, not {self.ends_in_storm!r}"
            )
        zone: object = self.zone
        if zone is not None and not (isinstance(zone, str) and zone.strip()):
            raise ForgeConfigError(
                field="zone", problem=f"must be the name of a load zone, not {self.zone!r}"
            )

    @property
    def params(self) -> ScaleParams:
        """Sizes of the scale."""
        return SCALES[self.scale]

    @property
    def zone_name(self) -> str | None:
        """Load zone in use: the configured one, else the scale's; None when the territory alone decides."""
        return self.zone if self.zone is not None else self.params.zone

    @property
    def period_end(self) -> datetime:
        """End of the last whole hour of the metering period, naive UTC."""
        return self.end_at.replace(minute=0, second=0, microsecond=0)

    @property
    def period_start(self) -> datetime:
        """Start of the metering period, naive UTC."""
        return self.period_end - timedelta(days=self.ami_days)

    @property
    def history_hours(self) -> int:
        """Hours of the past before the metering period."""
        return self.history_years * HOURS_PER_YEAR

    @property
    def history_start(self) -> datetime:
        """Start of the past that is forged, naive UTC."""
        return self.period_start - timedelta(hours=self.history_hours)

    def digest(self, *, sources: str = "") -> str:
        """Return a hash of everything the forged data depends on.

        Args:
            sources: hash of the source files' content.
        """
        content = {
            "version": FORGE_VERSION,
            "period_end": self.period_end.isoformat(),
            "scale": self.scale.value,
            "seed": self.seed,
            "interconnects": sorted(self.interconnects),
            "territory": list(self.territory),
            "zone": self.zone_name,
            "ami_days": self.ami_days,
            "raw_days": self.raw_days,
            "history_years": self.history_years,
            "time_zone": self.time_zone,
            "ends_in_storm": self.ends_in_storm,
            "sources": sources,
        }
        return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()

    def _put(self, name: str, value: object) -> None:
        object.__setattr__(self, name, value)

    def _check_scale_and_seed(self) -> None:
        try:
            self._put("scale", Scale(self.scale.upper()))
        except (ValueError, AttributeError):
            allowed = ", ".join(Scale)
            raise ForgeConfigError(field="scale", problem=f"is {self.scale!r}; allowed: {allowed}") from None
        seed: object = self.seed
        if isinstance(seed, bool) or not isinstance(seed, int) or not 0 <= seed < 2**63:
            raise ForgeConfigError(
                field="seed", problem=f"must be a whole number from 0 to 2^63-1, not {self.seed!r}"
            )

    def _check_interconnects(self) -> None:
        names = self.interconnects
        if isinstance(names, str):
            names = (names,)
        names = tuple(names)
        if not names:
            raise ForgeConfigError(field="interconnects", problem="is empty; name at least one")
        for name in names:
            if name not in INTERCONNECTS:
                allowed = ", ".join(INTERCONNECTS)
                raise ForgeConfigError(
                    field="interconnects", problem=f"knows no {name!r}; allowed: {allowed}"
                )
        if len(set(names)) != len(names):
            raise ForgeConfigError(field="interconnects", problem="names one twice")
        self._put("interconnects", names)

    def _check_territory(self) -> None:
        try:
            west, south, east, north = (float(value) for value in self.territory)
        except (TypeError, ValueError):
            raise ForgeConfigError(
                field="territory",
                problem=f"must be four numbers (west, south, east, north), not {self.territory!r}",
            ) from None
        if not (-180.0 <= west < east <= 180.0 and -85.0 <= south < north <= 85.0):  # false for NaN too
            raise ForgeConfigError(
                field="territory",
                problem="needs -180 <= west < east <= 180 and -85 <= south < north <= 85, "
                f"not {self.territory!r}",
            )
        self._put("territory", (west, south, east, north))

    def _check_period(self) -> None:
        if isinstance(self.ami_days, bool) or not isinstance(self.ami_days, int):
            raise ForgeConfigError(field="ami_days", problem=f"must be a whole number, not {self.ami_days!r}")
        if not 1 <= self.ami_days <= MAX_AMI_DAYS:
            raise ForgeConfigError(
                field="ami_days", problem=f"must be 1 to {MAX_AMI_DAYS}, not {self.ami_days}"
            )
        if isinstance(self.raw_days, bool) or not isinstance(self.raw_days, int):
            raise ForgeConfigError(field="raw_days", problem=f"must be a whole number, not {self.raw_days!r}")
        if not 0 <= self.raw_days <= min(self.ami_days, MAX_RAW_DAYS):
            raise ForgeConfigError(
                field="raw_days",
                problem=f"must be 0 to {min(self.ami_days, MAX_RAW_DAYS)}, not {self.raw_days}",
            )
        years: object = self.history_years
        if isinstance(years, bool) or not isinstance(years, int) or not 0 <= years <= MAX_HISTORY_YEARS:
            raise ForgeConfigError(
                field="history_years",
                problem=f"must be a whole number from 0 to {MAX_HISTORY_YEARS}, not {self.history_years!r}",
            )
        if not isinstance(self.end_at, datetime):
            raise ForgeConfigError(field="end_at", problem=f"must be a datetime, not {self.end_at!r}")
        if self.end_at.tzinfo is not None:
            self._put("end_at", self.end_at.astimezone(UTC).replace(tzinfo=None))
        if not 1990 <= self.end_at.year <= 2100:
            raise ForgeConfigError(
                field="end_at", problem=f"must lie in 1990 to 2100, not {self.end_at:%Y-%m-%d}"
            )
        try:
            ZoneInfo(self.time_zone)
        except (ZoneInfoNotFoundError, ValueError, TypeError, OSError):
            raise ForgeConfigError(
                field="time_zone", problem=f"must be an IANA time zone, not {self.time_zone!r}"
            ) from None
