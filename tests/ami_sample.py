"""Meters with random readings over both changes of the clock, and the same sums by brute force.

Ten meters on six transformers, four circuits, three substations and two zones. Readings have gaps, estimates,
outages and voltages in every band.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from grid.pipeline import PipelineParams, refresh
from grid.standards.service_voltage import LOW_VOLTAGE, MEDIUM_VOLTAGE, band
from grid.warehouse import PartitionedWarehouse
from grid.warehouse.queries import Scope, UsageGroup
from grid.warehouse.tables import (
    ami_interval_readings,
    circuit_metadata,
    customers_master_data,
    load_zones,
    meter_infrastructure,
    substations,
    transformer_metadata,
    weather_hourly,
)
from tests.warehouse_rows import fill, filled

CHICAGO = ZoneInfo("America/Chicago")
SPRING, AUTUMN = date(2025, 3, 9), date(2025, 11, 2)
PERIODS = ((date(2025, 3, 8), date(2025, 3, 10)), (date(2025, 11, 1), date(2025, 11, 3)))
"""Three local days around each change of the clock."""

UNITS = {
    # transformer: circuit, substation, zone, secondary kV, rating
    "XFMR-1": ("CKT-1", "SUB-1", "ZONE-1", 0.24, 25.0),
    "XFMR-2": ("CKT-1", "SUB-1", "ZONE-1", 0.208, 75.0),
    "XFMR-3": ("CKT-2", "SUB-1", "ZONE-1", 0.48, 50.0),
    "XFMR-4": ("CKT-3", "SUB-2", "ZONE-1", 4.16, 100.0),
    "XFMR-5": ("CKT-4", "SUB-3", "ZONE-2", 0.24, 10.0),
    "XFMR-6": ("CKT-4", "SUB-3", "ZONE-2", 0.6, 10.0),  # a secondary no nominal voltage is known of
}
NOMINAL_V = {"XFMR-1": 240.0, "XFMR-2": 120.0, "XFMR-3": 277.0, "XFMR-4": 120.0, "XFMR-5": 240.0}
CLASSES = ("RESIDENTIAL", "COMMERCIAL", "INDUSTRIAL")
CITIES = ("Alvin", "Baytown", None)


@dataclass(frozen=True)
class Meter:
    """A meter and what it hangs on."""

    key: int
    transformer: str
    customer_class: str
    city: str | None
    recorded_nominal_v: float | None

    @property
    def id(self) -> str:
        return f"MTR-{self.key}"

    @property
    def circuit(self) -> str:
        return UNITS[self.transformer][0]

    @property
    def substation(self) -> str:
        return UNITS[self.transformer][1]

    @property
    def zone(self) -> str:
        return UNITS[self.transformer][2]

    @property
    def nominal_v(self) -> float | None:
        return self.recorded_nominal_v or NOMINAL_V.get(self.transformer)


@dataclass(frozen=True)
class Reading:
    """A cleaned reading."""

    meter: Meter
    at: datetime
    minutes: int
    kwh: Decimal
    volts: Decimal | None
    quality: str

    @property
    def day(self) -> date:
        return self.at.replace(tzinfo=UTC).astimezone(CHICAGO).date()

    @property
    def hour(self) -> datetime:
        return self.at.replace(minute=0)

    @property
    def band(self) -> str | None:
        """Return the voltage band, by the standard's own function."""
        nominal = self.meter.nominal_v
        if self.volts is None or nominal is None:
            return None
        limits = MEDIUM_VOLTAGE if UNITS[self.meter.transformer][3] > 0.6 else LOW_VOLTAGE
        return band(voltage_v=float(self.volts), nominal_v=nominal, limits=limits).value


@dataclass(frozen=True)
class Sample:
    """Everything the tests compare with."""

    meters: list[Meter]
    readings: list[Reading] = field(repr=False)

    def chosen(self, scope: Scope) -> list[Meter]:
        """Return the meters of a scope."""

        def meets(wanted: tuple[str, ...], value: str) -> bool:
            return not wanted or value in wanted

        return [
            meter
            for meter in self.meters
            if meets(scope.zone_ids, meter.zone)
            and meets(scope.substation_ids, meter.substation)
            and meets(scope.circuit_ids, meter.circuit)
            and meets(scope.transformer_ids, meter.transformer)
            and meets(scope.meter_ids, meter.id)
            and meets(scope.customer_classes, meter.customer_class)
        ]

    def of(self, scope: Scope, first: date, last: date) -> list[Reading]:
        """Return the readings of a scope on the local days given."""
        meters = set(self.chosen(scope))
        return [each for each in self.readings if each.meter in meters and first <= each.day <= last]


GROUP_OF: dict[UsageGroup, Callable[[Meter], str | None]] = {
    UsageGroup.METER: lambda meter: meter.id,
    UsageGroup.TRANSFORMER: lambda meter: meter.transformer,
    UsageGroup.CIRCUIT: lambda meter: meter.circuit,
    UsageGroup.SUBSTATION: lambda meter: meter.substation,
    UsageGroup.ZONE: lambda meter: meter.zone,
    UsageGroup.CITY: lambda meter: meter.city,
    UsageGroup.CUSTOMER_CLASS: lambda meter: meter.customer_class,
}


def sums(readings: Iterable[Reading]) -> dict[str, Any]:
    """Return the sums of readings as the roll-ups name them."""
    found = list(readings)
    return {
        "usage_kwh": sum((each.kwh for each in found), Decimal()),
        "reading_count": len(found),
        "estimated_count": sum(each.quality == "ESTIMATED" for each in found),
        "metered_minutes": sum(each.minutes for each in found),
        "outage_minutes": sum(each.minutes for each in found if each.quality == "OUTAGE"),
    }


def make_sample(seed: int = 1) -> Sample:
    """Return random meters and readings, the same for the same seed."""
    rng = random.Random(seed)
    meters = []
    for key in range(1, 11):
        transformer = sorted(UNITS)[(key - 1) % len(UNITS)]
        recorded = 120.0 if key == 7 else None  # one leg to neutral of a 240 V transformer
        meters.append(
            Meter(key, transformer, rng.choice(CLASSES), rng.choice(CITIES), recorded_nominal_v=recorded)
        )
    readings = []
    for meter in meters:
        minutes = 60 if meter.key == 3 else 15
        for first, last in PERIODS:
            at = _midnight(first)
            while at < _midnight(last + timedelta(days=1)):
                if rng.random() > 0.05:  # a gap now and then
                    readings.append(_reading(rng, meter, at, minutes))
                at += timedelta(minutes=minutes)
    return Sample(meters=meters, readings=readings)


def _midnight(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=CHICAGO).astimezone(UTC).replace(tzinfo=None)


def _reading(rng: random.Random, meter: Meter, at: datetime, minutes: int) -> Reading:
    quality = rng.choices(("ACTUAL", "ESTIMATED", "OUTAGE"), (90, 6, 4))[0]
    if quality == "OUTAGE":
        return Reading(meter, at, minutes, Decimal(0), None, quality)
    kwh = Decimal(rng.randint(0, 40_000)) / 10_000 * (minutes // 15)
    nominal = meter.nominal_v or 240.0
    share = rng.choice((0.90, 0.93, 0.96, 1.0, 1.0, 1.0, 1.04, 1.055, 1.07)) + rng.uniform(-0.005, 0.005)
    # Some lie exactly on a limit.
    volts = rng.choice((nominal * share, nominal * 0.95, nominal * 110 / 120))
    return Reading(meter, at, minutes, kwh, Decimal(str(round(volts, 2))), quality)


def load_master(warehouse: Any, sample: Sample) -> None:
    """Fill the tables about things."""
    units = [
        {
            "transformer_id": name,
            "transformer_name": f"Bank {name}",
            "circuit_id": circuit,
            "substation_id": station,
            "secondary_kv": secondary_kv,
            "rated_kva": rated_kva,
            "latitude": 29.7,
            "longitude": -95.4,
        }
        for name, (circuit, station, _, secondary_kv, rated_kva) in UNITS.items()
    ]
    circuits = {circuit: station for circuit, station, *_ in UNITS.values()}
    stations = {station: zone for _, station, zone, *_ in UNITS.values()}
    for table, rows in (
        (transformer_metadata, units),
        (
            circuit_metadata,
            [
                {"circuit_id": each, "circuit_name": f"Feeder {each}", "substation_id": station}
                for each, station in circuits.items()
            ],
        ),
        (
            substations,
            [
                {"substation_id": each, "substation_name": f"Station {each}", "zone_id": zone}
                for each, zone in stations.items()
            ],
        ),
        (
            load_zones,
            [{"zone_id": each, "zone_name": f"Area {each}"} for each in sorted(set(stations.values()))],
        ),
        (
            meter_infrastructure,
            [
                {
                    "meter_id": each.id,
                    "meter_key": each.key,
                    "transformer_id": each.transformer,
                    "circuit_id": each.circuit,
                    "substation_id": each.substation,
                    "customer_class": each.customer_class,
                    "nominal_voltage_v": each.recorded_nominal_v,
                }
                for each in sample.meters
            ],
        ),
        (
            customers_master_data,
            [
                {"customer_id": f"CUST-{each.key}", "meter_id": each.id, "city": each.city}
                for each in sample.meters
            ],
        ),
        (
            weather_hourly,
            [
                {
                    "station_id": "ONLY",
                    "observed_at": _midnight(first) + timedelta(hours=hour),
                    "latitude": 29.7,
                    "longitude": -95.4,
                    "temperature_c": 25.0 + hour % 24,
                }
                for first, _ in PERIODS
                for hour in range(60)
            ],
        ),
    ):
        fill(warehouse, table, [filled(table, row) for row in rows])


def load_and_roll_up(warehouse: PartitionedWarehouse, sample: Sample) -> None:
    """Fill the warehouse with the sample and roll it up."""
    load_master(warehouse, sample)
    rows = [
        {
            "meter_key": each.meter.key,
            "reading_at": each.at,
            "reading_date": each.at.date(),
            "interval_minutes": each.minutes,
            "usage_kwh": each.kwh,
            "voltage_v": each.volts,
            "quality": each.quality,
        }
        for each in sample.readings
    ]
    fill(warehouse, ami_interval_readings, rows)
    refresh(warehouse, PipelineParams(time_zone=CHICAGO.key))
