"""Interval readings as Arrow batches, by date and substation."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import numpy as np
import pyarrow as pa

from grid.forge.arrays import BoolArray, Int32Array, IntArray
from grid.forge.clock import INTERVAL_MINUTES, Day, Period
from grid.forge.hourly import HourlyEnergy
from grid.forge.simulation import WH_PER_KWH, SiteModel, site_day
from grid.forge.voltages import SiteVoltages, voltage_decivolts
from grid.warehouse.arrow import pa_schema
from grid.warehouse.tables import ami_interval_readings

EPOCH = datetime(1970, 1, 1)  # noqa: DTZ001 - the warehouse keeps naive UTC
MICROSECONDS_PER_MINUTE = 60_000_000
FIRST_METER_KEY = 1

QUALITIES = ("ACTUAL", "ESTIMATED", "OUTAGE")

READINGS = pa_schema(ami_interval_readings)


@dataclass(frozen=True, eq=False)
class ReadingSource:
    """Hold what the readings are made from, by substation; ``energy`` is told what they add up to."""

    period: Period
    models: list[SiteModel]
    voltages: list[SiteVoltages]
    energy: HourlyEnergy
    seed: int

    def batches(self, day: Day) -> Iterator[pa.RecordBatch]:
        """Yield the readings of one UTC date, one batch per substation, ordered by meter and time."""
        for site in range(len(self.models)):
            yield self.batch(site, day)

    def batch(self, site: int, day: Day) -> pa.RecordBatch:
        """Return the readings of one substation, by position, and date."""
        model = self.models[site]
        made = site_day(model, day, seed=self.seed)
        self.energy.note(day, site, made.usage_wh)
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
        volts = voltage_decivolts(self.voltages[site], made.usage_wh).ravel()
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
