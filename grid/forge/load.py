"""Forge a grid straight into the warehouse.

Every table is replaced, so the warehouse ends up holding one configuration. The circuits go first and mark
whose data is being loaded: if the warehouse already holds exactly these circuits, an earlier load of the same
configuration was begun, and its finished batches are not written again. The batch ids are made of the
configuration's digest and of the version of the circuits as written, so that batches of an earlier load,
replaced since, are never mistaken for these.

The hourly load of a date is what the roll-up of its readings would be and is written under the id that the
roll-up looks for, so it is not made twice. The rest is rolled up at the end: daily and monthly use, and
whatever was delivered as received.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pyarrow as pa
import pyarrow.compute as pc
from sqlalchemy import select

from grid.forge.build import Forged, forge
from grid.forge.clock import PER_HOUR, Day
from grid.forge.config import ForgeConfig
from grid.pipeline import PipelineParams, hourly_batch_ids, refresh
from grid.warehouse import PartitionedWarehouse, Warehouse, tables
from grid.warehouse.tables import circuit_metadata

FORGING = 0.25
"""Part of the progress that is forging; the rest is writing."""

WRITING = 0.9
"""Part of writing that is not rolling up what was written."""

Progress = Callable[[float, str], None]
RowCounter = Callable[[int, int], None]


def load_warehouse(
    *,
    warehouse: Warehouse,
    config: ForgeConfig,
    progress: Progress,
    rows: RowCounter | None = None,
) -> dict[str, int]:
    """Forge a grid and put it into the warehouse in place of what is there.

    Interrupted at any moment and called again with the same configuration, it completes what is missing.
    Called again after it completed, it writes nothing. Where the warehouse leaves roll-ups to the
    application, the load ends with everything rolled up.

    Args:
        warehouse: where to.
        config: what to forge.
        progress: told the fraction done (0 to 1, never falling) and the step.
        rows: told how many rows are written of how many.

    Returns:
        The number of rows of every table.

    Raises:
        ForgeDataError: if a source file is missing, damaged or inconsistent; nothing is written.
        ForgeConfigError: if the territory cannot carry the scale; nothing is written.
        WarehouseError: if the warehouse refuses a batch; earlier batches stay.
    """
    forged = forge(config=config, progress=lambda done, step: progress(FORGING * done, step))
    warehouse.prepare()
    load_forged(
        warehouse=warehouse,
        forged=forged,
        progress=lambda done, step: progress(FORGING + (1.0 - FORGING) * done, step),
        rows=rows,
    )
    return forged.row_counts()


def load_forged(
    *, warehouse: Warehouse, forged: Forged, progress: Progress, rows: RowCounter | None = None
) -> None:
    """Write a forged grid; see :func:`load_warehouse`."""
    counts = forged.row_counts()
    tally = _Tally(sum(counts.values()), progress, rows or _ignore)
    stem = _claim(warehouse, forged)
    for name, table in forged.tables.items():
        if name != circuit_metadata.name:
            tally.step(f"writing {name}")
            warehouse.replace(getattr(tables, name), table, f"{stem}/{name}")
        tally.add(counts[name])
    with tally.whole("writing building_footprints", counts["building_footprints"]):
        batches = tally.counted(forged.building_batches())
        warehouse.replace(tables.building_footprints, batches, f"{stem}/building_footprints")
    with tally.whole("writing transformer_monthly_load", counts["transformer_monthly_load"]):
        months = tally.counted(forged.monthly_load_batches())
        warehouse.replace(tables.transformer_monthly_load, months, f"{stem}/transformer_monthly_load")
    _write_raw(warehouse, forged, stem, tally)
    _write_readings(warehouse, forged, stem, tally)
    if isinstance(warehouse, PartitionedWarehouse):
        params = PipelineParams(time_zone=forged.config.time_zone)
        refresh(
            warehouse,
            params,
            lambda done, step: progress(WRITING + (1.0 - WRITING) * done, f"rolling up {step}"),
        )
    progress(1.0, "loaded")


def _write_readings(warehouse: Warehouse, forged: Forged, stem: str, tally: _Tally) -> None:
    """Write the readings and the hourly load, a date at a time; what is received is left to be cleaned."""
    received = {day.index for day in forged.raw_days()}
    meters = forged.tables["meter_infrastructure"].num_rows
    transformers = forged.tables["transformer_metadata"].num_rows
    for day in forged.days():
        batch_id = f"{stem}/ami_interval_readings/{day.day}"
        with tally.whole(f"writing readings of {day.day}", meters * (day.hi - day.lo)):
            write = warehouse.replace if day.index == 0 else warehouse.append
            if day.index not in received:
                write(tables.ami_interval_readings, tally.counted(forged.reading_batches(day)), batch_id)
            elif day.index == 0:
                write(tables.ami_interval_readings, iter(()), batch_id)
        with tally.whole(f"writing load of {day.day}", transformers * (day.hi - day.lo) // PER_HOUR):
            if day.index not in received or not isinstance(warehouse, PartitionedWarehouse):
                _write_load(warehouse, forged, day, stem)


def _write_load(warehouse: Warehouse, forged: Forged, day: Day, stem: str) -> None:
    """Write the hourly load of a date, as rolled up where the application does that."""
    load = tables.transformer_hourly_load
    if isinstance(warehouse, PartitionedWarehouse):
        batch_id = hourly_batch_ids(warehouse, PipelineParams(time_zone=forged.config.time_zone))[day.day]
        warehouse.replace_partition(load, day.day, forged.hourly_batches(day), batch_id)
        return
    write = warehouse.replace if day.index == 0 else warehouse.append
    write(load, forged.hourly_batches(day), f"{stem}/transformer_hourly_load/{day.day}")


def _write_raw(warehouse: Warehouse, forged: Forged, stem: str, tally: _Tally) -> None:
    """Write the readings that are delivered as received, in two deliveries of each date."""
    is_first = True
    for day in forged.raw_days():
        for is_late in (False, True):
            tally.step(f"writing received readings of {day.day}")
            write = warehouse.replace if is_first else warehouse.append
            batch_id = f"{stem}/ami_readings_raw/{day.day}/{'late' if is_late else 'first'}"
            write(tables.ami_readings_raw, forged.raw_batches(day, is_late=is_late), batch_id)
            is_first = False
        tally.add(forged.raw_row_count(day))


def _claim(warehouse: Warehouse, forged: Forged) -> str:
    """Write the circuits unless they are there already, and return the stem of the load's batch ids."""
    ours = forged.tables[circuit_metadata.name]
    before = warehouse.version(circuit_metadata)
    if before is None or not _same(_stored_circuits(warehouse), ours):
        warehouse.replace(
            circuit_metadata, ours, f"forge/{forged.digest[:16]}/{_short(before)}/circuit_metadata"
        )
    return f"forge/{forged.digest[:16]}/{_short(warehouse.version(circuit_metadata))}"


def _stored_circuits(warehouse: Warehouse) -> pa.Table:
    batches = list(warehouse.select_arrow(select(circuit_metadata).order_by(circuit_metadata.c.circuit_id)))
    return pa.Table.from_batches(batches)


def _same(stored: pa.Table, ours: pa.Table) -> bool:
    if stored.num_rows != ours.num_rows:
        return False
    ours = ours.take(pc.sort_indices(ours, sort_keys=[("circuit_id", "ascending")]))
    return all(stored[name].to_pylist() == ours[name].to_pylist() for name in ours.column_names)


def _short(version: str | None) -> str:
    return hashlib.sha256((version or "").encode()).hexdigest()[:12]


class _Tally:
    """Count the rows written and tell the progress."""

    def __init__(self, total: int, progress: Progress, rows: RowCounter) -> None:
        self._total, self._progress, self._rows = total, progress, rows
        self._done = 0
        self._step = ""

    def step(self, step: str) -> None:
        self._step = step
        self._tell()

    def add(self, count: int) -> None:
        self._done += count

    @contextmanager
    def whole(self, step: str, count: int) -> Iterator[None]:
        """Name a step and count all its rows at its end, however many were written in it."""
        self.step(step)
        until = self._done + count
        yield
        self._done = until

    def counted(self, batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        """Pass batches on and tell the progress after each."""
        for batch in batches:
            yield batch
            self._done += batch.num_rows
            self._tell()

    def _tell(self) -> None:
        self._rows(self._done, self._total)
        self._progress(WRITING * self._done / self._total, self._step)


def _ignore(_done: int, _total: int) -> None:
    """Count nothing."""
