"""Forge a grid straight into the warehouse.

Every table is replaced, so the warehouse ends up holding one configuration. The circuits go first and mark
whose data is being loaded: if the warehouse already holds exactly these circuits, an earlier load of the same
configuration was begun, and its finished batches are not written again. The batch ids are made of the
configuration's digest and of the version of the circuits as written, so that batches of an earlier load,
replaced since, are never mistaken for these.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator

import pyarrow as pa
import pyarrow.compute as pc
from sqlalchemy import select

from grid.forge.build import Forged, forge
from grid.forge.clock import Day
from grid.forge.config import ForgeConfig
from grid.warehouse import Warehouse, tables
from grid.warehouse.tables import circuit_metadata

FORGING = 0.25
"""Part of the progress that is forging; the rest is writing."""


def load_warehouse(
    *, warehouse: Warehouse, config: ForgeConfig, progress: Callable[[float, str], None]
) -> dict[str, int]:
    """Forge a grid and put it into the warehouse in place of what is there.

    Interrupted at any moment and called again with the same configuration, it completes what is missing.
    Called again after it completed, it writes nothing.

    Args:
        warehouse: where to.
        config: what to forge.
        progress: told the fraction done (0 to 1, never falling) and the step.

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
    )
    return forged.row_counts()


def load_forged(*, warehouse: Warehouse, forged: Forged, progress: Callable[[float, str], None]) -> None:
    """Write a forged grid; see :func:`load_warehouse`."""
    counts = forged.row_counts()
    total = sum(counts.values())
    done = 0
    stem = _claim(warehouse, forged)
    for name, table in forged.tables.items():
        if name != circuit_metadata.name:
            progress(done / total, f"writing {name}")
            warehouse.replace(getattr(tables, name), table, f"{stem}/{name}")
        done += counts[name]
    progress(done / total, "writing transformer_hourly_load")
    warehouse.replace(
        tables.transformer_hourly_load,
        _announced(forged.hourly_batches(), done, total, progress, "writing transformer_hourly_load"),
        f"{stem}/transformer_hourly_load",
    )
    done += counts["transformer_hourly_load"]
    meters = counts["meter_infrastructure"]
    for day in forged.days():
        step = f"writing readings of {day.day.isoformat()}"
        progress(done / total, step)
        batches = _announced(forged.reading_batches(day), done, total, progress, step)
        _write_day(warehouse, batches, day, stem)
        done += meters * (day.hi - day.lo)
    progress(1.0, "loaded")


def _write_day(warehouse: Warehouse, batches: Iterator[pa.RecordBatch], day: Day, stem: str) -> None:
    write = warehouse.replace if day.index == 0 else warehouse.append
    write(tables.ami_interval_readings, batches, f"{stem}/ami_interval_readings/{day.day.isoformat()}")


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


def _announced(
    batches: Iterator[pa.RecordBatch],
    done: int,
    total: int,
    progress: Callable[[float, str], None],
    step: str,
) -> Iterator[pa.RecordBatch]:
    """Pass batches on and tell the progress after each."""
    for batch in batches:
        yield batch
        done += batch.num_rows
        progress(done / total, step)
