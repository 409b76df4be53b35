"""Interval readings and hourly transformer load as Arrow batches, by date and substation."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import numpy as np
import pyarrow as pa

from grid.forge.arrays import BoolArray, Int32Array, IntArray
from grid.forge.clock import INTERVAL_MINUTES, PER_HOUR, Day, Period
from grid.forge.fleet import Fleet
from grid.forge.simulation import WH_PER_KWH, SiteModel, site_day
from grid.forge.transformer_sizing import Ratings, load_kva
from grid.forge.voltages import SiteVoltages, voltage_decivolts
from grid.warehouse.arrow import pa_schema
from grid.warehouse.tables import ami_interval_readings, transformer_hourly_load

EPOCH = datetime(1970, 1, 1)  # noqa: DTZ001 - the warehouse keeps naive UTC
MICROSECONDS_PER_MINUTE = 60_000_000
FIRST_METER_KEY = 1

QUALITIES = ("ACTUAL", "ESTIMATED", "OUTAGE")

READINGS = pa_schema(ami_interval_readings)
HOURLY = pa_schema(transformer_hourly_load)


@dataclass(frozen=True, eq=False)
class ReadingSource:
    """Hold what the readings are made from, substation by substation."""

    period: Period
    models: list[SiteModel]
    voltages: list[SiteVoltages]
    seed: int

    def batches(self, day: Day) -> Iterator[pa.RecordBatch]:
        """Yield the readings of one UTC date, one batch per substation, ordered by meter and time."""
        for model, voltages in zip(self.models, self.voltages, strict=True):
            yield self.batch(model, voltages, day)

    def batch(self, model: SiteModel, voltages: SiteVoltages, day: Day) -> pa.RecordBatch:
        """Return the readings of one substation and date."""
        made = site_day(model, day, seed=self.seed)
        meters, width = made.usage_wh.shape
        key = np.repeat(
            np.arange(model.meters.start, model.meters.stop, dtype=np.int32) + FIRST_METER_KEY, width
        )
        first_minute = _minutes_since_epoch(self.period.start) + day.lo * INTERVAL_MINUTES
        instants = (
            first_minute + np.arange(width, dtype=np.int64) * INTERVAL_MINUTES
        ) * MICROSECONDS_PER_MINUTE
        rows = meters * width
        out = None if made.out is None else made.out.ravel()
        volts = voltage_decivolts(voltages, made.usage_wh).ravel()
        return pa.RecordBatch.from_arrays(
            [
                pa.array(key),
                pa.array(np.tile(instants, meters)).cast(pa.timestamp("us")),
                _constant_date(day.day, rows),
                pa.array(np.full(rows, INTERVAL_MINUTES, dtype=np.int16)),
                decimals(made.usage_wh.ravel(), 10_000 // WH_PER_KWH, READINGS.field("usage_kwh").type),
                decimals(volts, 10, READINGS.field("voltage_v").type, null=out),
                _qualities(rows, out, None if made.estimated is None else made.estimated.ravel()),
            ],
            schema=READINGS,
        )


def hourly_batches(
    *, fleet: Fleet, ratings: Ratings, hourly_wh: Int32Array, period: Period, transformer_ids: list[str]
) -> Iterator[pa.RecordBatch]:
    """Yield the hourly load of every transformer, one batch per substation, ordered by transformer and hour.

    Args:
        fleet: the grown system.
        ratings: its transformers' ratings.
        hourly_wh: energy of each transformer and hour of the period.
        period: the metering period.
        transformer_ids: natural keys.
    """
    first = _minutes_since_epoch(period.start)
    minutes = first + np.arange(period.hours, dtype=np.int64) * 60
    days = (minutes // (24 * 60)).astype(np.int32)
    meter_count = (fleet.transformers.meter_hi - fleet.transformers.meter_lo).astype(np.int32)
    for site in fleet.sites:
        span = fleet.site_transformers(site.position)
        count = span.stop - span.start
        energy = hourly_wh[span].ravel()
        kva = load_kva(energy)
        rated = np.repeat(ratings.rated_kva[span], period.hours)
        index = pa.array(np.repeat(np.arange(count, dtype=np.int32), period.hours))
        ids = pa.DictionaryArray.from_arrays(index, pa.array(transformer_ids[span], pa.string())).cast(
            pa.string()
        )
        known = pa.RecordBatch.from_arrays(
            [
                ids,
                pa.array(np.tile(minutes * MICROSECONDS_PER_MINUTE, count)).cast(pa.timestamp("us")),
                pa.array(np.tile(days, count)).cast(pa.date32()),
                pa.array(energy / WH_PER_KWH),
                pa.array(kva),
                pa.array(100.0 * kva / rated),
                pa.array(np.repeat(meter_count[span], period.hours)),
            ],
            schema=pa.schema([HOURLY.field(number) for number in range(7)]),
        )
        yield _with_unknowns(known)


def _with_unknowns(known: pa.RecordBatch) -> pa.RecordBatch:
    """Return the hours with the columns that the roll-up of the readings fills in later."""
    rest = [pa.nulls(known.num_rows, field.type) for field in HOURLY if field.name not in known.schema.names]
    return pa.RecordBatch.from_arrays([*known.columns, *rest], schema=HOURLY)


def decimals(
    values: Int32Array | IntArray, factor: int, kind: pa.DataType, *, null: BoolArray | None = None
) -> pa.Array:
    """Return a decimal128 array of non-negative whole numbers of the last place, times a factor.

    The array is laid out directly: little-endian 128-bit integers, of which the upper half is 0.

    Args:
        values: numbers; times ``factor`` they count units of the type's last decimal place.
        factor: see above.
        kind: the decimal type.
        null: where the value is null.
    """
    words = np.zeros((len(values), 2), dtype="<i8")
    np.multiply(values, factor, out=words[:, 0], dtype=np.int64, casting="unsafe")
    valid = None if null is None else pa.py_buffer(np.packbits(~null, bitorder="little"))
    return pa.Array.from_buffers(kind, len(values), [valid, pa.py_buffer(words)])


def hours_of(day: Day) -> slice:
    """Return the hours of the period on one date."""
    return slice(day.lo // PER_HOUR, day.hi // PER_HOUR)


def _qualities(rows: int, out: BoolArray | None, estimated: BoolArray | None) -> pa.Array:
    code = np.zeros(rows, dtype=np.int8)
    if estimated is not None:
        code[estimated] = 1
    if out is not None:
        code[out] = 2
    return pa.DictionaryArray.from_arrays(pa.array(code), pa.array(QUALITIES, pa.string())).cast(pa.string())


def _constant_date(day: date, rows: int) -> pa.Array:
    return pa.array(np.full(rows, (day - EPOCH.date()).days, dtype=np.int32)).cast(pa.date32())


def _minutes_since_epoch(moment: datetime) -> int:
    return (moment - EPOCH) // timedelta(minutes=1)
