"""Readings as meters deliver them: some twice, some late, some corrected later, and a few that are no good.

What the pipeline makes of them is what :class:`grid.forge.readings.ReadingSource` makes directly: every
reading is delivered, each wrong value is followed by its correction, and what is no good is refused.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from grid.forge.arrays import IntArray
from grid.forge.clock import INTERVAL_MINUTES, Day, Period
from grid.forge.readings import FIRST_METER_KEY, ReadingSource
from grid.forge.seeds import stream
from grid.warehouse.arrow import pa_schema
from grid.warehouse.tables import ami_readings_raw

RAW = pa_schema(ami_readings_raw)
EPOCH = datetime(1970, 1, 1)  # noqa: DTZ001 - the warehouse keeps naive UTC
MINUTE_US = 60_000_000
UNKNOWN_METER = "MTR-UNKNOWN"


@dataclass(frozen=True, slots=True)
class RawParams:
    """Set what goes wrong on the way; round figures of this project.

    Attributes:
        duplicate_frac: readings delivered a second time, as they were.
        late_frac: readings delivered hours late, in the second delivery of their date.
        revised_frac: readings first delivered as an estimate of twice their value, and rightly later.
        bad_frac: readings on top that are no good: of an unknown meter, negative, or without a value.
        delay_min: least and most minutes from the end of an interval to its delivery.
        late_min: the same of what is late.
    """

    duplicate_frac: float = 0.01
    late_frac: float = 0.02
    revised_frac: float = 0.005
    bad_frac: float = 0.001
    delay_min: tuple[int, int] = (1, 25)
    late_min: tuple[int, int] = (120, 600)


@dataclass(frozen=True, eq=False)
class RawDelivery:
    """Makes the rows of ``ami_readings_raw`` of one date, in two deliveries."""

    source: ReadingSource
    meter_ids: list[str]
    period: Period
    seed: int
    params: RawParams

    def row_count(self, day: Day) -> int:
        """Return the number of rows of a date, both deliveries together."""
        total = 0
        for model in self.source.models:
            rows = (model.meters.stop - model.meters.start) * (day.hi - day.lo)
            total += rows + sum(_parts(rows, self.params)[:3])
        return total

    def batches(self, day: Day, *, is_late: bool) -> Iterator[pa.RecordBatch]:
        """Yield the rows of one date, a batch per substation.

        Args:
            day: the date.
            is_late: whether those of the second delivery rather than those of the first.
        """
        ids = pa.array(self.meter_ids, pa.string())
        for site in range(len(self.source.models)):
            readings = self.source.batch(site, day)
            rng = stream(self.seed, "raw", self.source.models[site].key, day.day.toordinal())
            first, second = _deliveries(readings, ids, self.period, rng, self.params)
            yield second if is_late else first


def _parts(rows: int, params: RawParams) -> tuple[int, int, int, int]:
    """Return how many of a number of readings are duplicated, revised, bad and late."""
    fractions = (params.duplicate_frac, params.revised_frac, params.bad_frac, params.late_frac)
    duplicated, revised, bad, late = (round(fraction * rows) for fraction in fractions)
    return duplicated, revised, bad, late


def _deliveries(
    readings: pa.RecordBatch, ids: pa.Array, period: Period, rng: np.random.Generator, params: RawParams
) -> tuple[pa.RecordBatch, pa.RecordBatch]:
    rows = readings.num_rows
    duplicated, revised, bad, late = _parts(rows, params)
    order = rng.permutation(rows)
    is_late, is_revised = np.sort(order[:late]), np.sort(order[late : late + revised])
    punctual = np.sort(order[late:])
    again = rng.choice(punctual, duplicated, replace=False)
    key = readings.column("meter_key").to_numpy()
    whole = {name: readings.column(name) for name in readings.schema.names if name != "meter_key"}
    whole["meter_id"] = ids.take(pa.array(key - FIRST_METER_KEY))
    ends = readings.column("reading_at").cast(pa.int64()).to_numpy() + INTERVAL_MINUTES * MINUTE_US
    at = ends + rng.integers(*params.delay_min, rows) * MINUTE_US
    # Nothing is delivered after the period; a correction comes after the estimate all the same.
    last = (period.end - EPOCH) // timedelta(microseconds=1) + params.delay_min[1] * MINUTE_US
    later = np.minimum(ends + rng.integers(*params.late_min, rows) * MINUTE_US, last) + MINUTE_US

    def some(which: IntArray, moments: IntArray, **changed: pa.Array) -> pa.RecordBatch:
        chosen = pa.array(which)
        columns = {name: column.take(chosen) for name, column in whole.items()} | changed
        columns["ingested_at"] = pa.array(moments[which]).cast(pa.timestamp("us"))
        return pa.RecordBatch.from_arrays([columns[field.name].cast(field.type) for field in RAW], schema=RAW)

    first = [
        some(np.setdiff1d(punctual, is_revised), at),
        some(is_revised, at, **_estimates(readings, is_revised)),
        _spoilt(some(rng.choice(rows, bad), at)),
    ]
    twice = np.setdiff1d(again, is_revised)
    repeated = np.concatenate([twice, is_late[: duplicated - len(twice)]])
    second = [some(np.concatenate([is_late, is_revised]), later), some(repeated, later)]
    return _joined(first), _joined(second)


def _estimates(readings: pa.RecordBatch, which: IntArray) -> dict[str, pa.Array]:
    """Return what is first said of readings that are revised later: twice their use."""
    usage = readings.column("usage_kwh").take(pa.array(which))
    kind = RAW.field("usage_kwh").type
    return {
        "usage_kwh": pc.add(usage, usage).cast(kind),
        "quality": pa.array(["ESTIMATED"] * len(which), pa.string()),
    }


def _spoilt(rows: pa.RecordBatch) -> pa.RecordBatch:
    """Return rows that are no good, a third of each kind."""
    turn = np.arange(rows.num_rows) % 3
    kind = RAW.field("usage_kwh").type
    usage = rows.column("usage_kwh")
    negative = pc.subtract(pc.negate(usage), pa.scalar(Decimal(1), kind)).cast(kind)
    columns = {name: rows.column(name) for name in RAW.names}
    columns["meter_id"] = pc.if_else(pa.array(turn == 0), UNKNOWN_METER, columns["meter_id"])
    columns["usage_kwh"] = pc.if_else(
        pa.array(turn == 1), negative, pc.if_else(pa.array(turn == 2), pa.scalar(None, kind), usage)
    )
    return pa.RecordBatch.from_arrays([columns[field.name] for field in RAW], schema=RAW)


def _joined(parts: list[pa.RecordBatch]) -> pa.RecordBatch:
    return pa.Table.from_batches(parts, schema=RAW).combine_chunks().to_batches()[0]
