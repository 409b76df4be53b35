"""Measures a sync against raw COPY of the same rows into the same tables, in one run.

    python benchmarks/sync_vs_copy.py [--layers lines,transformers,meters,customers] [--repeats 5] [--json]

Reads a copy of the warehouse of the settings and works in a schema of its own, dropped at the end, whose
tables are copies of the cache's with all indexes and foreign keys; cache and warehouse are not touched. For
each layer:

- copy: COPY of CSV that lies ready in memory into the empty table, foreign keys checked, committed.
- read+copy: the same with reading the warehouse and writing the CSV, as a loading script would.
- sync: a run of the layer into the empty table: read, check, stage, apply, verify, record.
- idle: a full run that finds nothing changed.  1 %: a full run that finds one row in a hundred changed.
- increment: an incremental run after the table in the warehouse was replaced by one in which one row in a
  hundred is changed; and append: after one row in a hundred was added to it. Not measured on Snowflake.

Times are medians in seconds; ratio is sync / copy.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "flux_site.settings.base")

import django
import pyarrow as pa
import pyarrow.compute as pc
import sqlalchemy as sa
from django.conf import settings

SCHEMA = "flux_benchmark"
settings.DATABASES["default"]["OPTIONS"]["options"] += f" -c search_path={SCHEMA},public"
django.setup()

import psycopg  # noqa: E402 - Django must be set up first
from django.db import connection  # noqa: E402
from django.utils import timezone  # noqa: E402

from grid.layers import LAYERS, Layer, SyncMode  # noqa: E402
from grid.selectors.warehouse import get_warehouse  # noqa: E402
from grid.services.sync import find_layers, run_layer  # noqa: E402
from grid.services.sync.checking import check_batch  # noqa: E402
from grid.services.sync.columns import Kind, columns_of  # noqa: E402
from grid.services.sync.source import query_of  # noqa: E402
from grid.warehouse import PartitionedWarehouse, Warehouse, open_warehouse, pa_schema  # noqa: E402

HEADINGS = {
    "layer": "layer",
    "rows": "rows",
    "copy_s": "copy",
    "read_copy_s": "read+copy",
    "sync_s": "sync",
    "ratio": "sync/copy",
    "sync_rows_per_s": "rows/s",
    "idle_s": "idle",
    "changed_s": "1 %",
    "increment_s": "increment",
    "append_s": "append",
}
STATE_TABLES = ("grid_synclayer", "grid_syncrun", "grid_syncreject", "grid_synccheckpoint", "jobs_job")


@contextmanager
def scratch_schema(session: psycopg.Connection) -> Iterator[None]:
    """Give a schema with empty copies of the cache's tables while the block runs."""
    tables = [*(layer.table for layer in LAYERS.values()), *STATE_TABLES]
    session.execute(f"DROP SCHEMA IF EXISTS {SCHEMA} CASCADE")
    keys = session.execute(
        "SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint"
        " WHERE contype = 'f' AND conrelid::regclass::text = ANY(%(tables)s)"
        " AND confrelid::regclass::text = ANY(%(tables)s)",
        {"tables": tables},
    ).fetchall()
    session.execute(f"CREATE SCHEMA {SCHEMA}")
    try:
        for table in tables:
            session.execute(f"CREATE TABLE {SCHEMA}.{table} (LIKE public.{table} INCLUDING ALL)")
        for table, name, definition in keys:
            session.execute(f"ALTER TABLE {SCHEMA}.{table} ADD CONSTRAINT {name} {definition}")
        yield
    finally:
        session.execute(f"DROP SCHEMA {SCHEMA} CASCADE")


def read_csv(layer: Layer, warehouse: Warehouse) -> list[bytes]:
    """Return the rows of a layer as CSV, a piece per batch."""
    columns = columns_of(layer.model)
    batches = warehouse.select_arrow(query_of(layer, warehouse, now=timezone.now()))
    return [check_batch(batch, columns).csv for batch in batches]


def copy_in(session: psycopg.Connection, layer: Layer, pieces: Sequence[bytes]) -> None:
    """COPY the rows into the layer's table and commit."""
    names = ", ".join(f'"{column.name}"' for column in columns_of(layer.model))
    statement = f"COPY {layer.table} ({names}) FROM STDIN (FORMAT csv)"
    with session.transaction(), session.cursor() as cursor, cursor.copy(statement) as copy:
        for piece in pieces:
            copy.write(piece)


def one_percent_changed(layer: Layer) -> str:
    """Return the statement that changes one cached row in a hundred."""
    own = [c for c in columns_of(layer.model) if not (c.is_key or c.parent_table or c.choices)]
    number = next((c.name for c in own if c.kind in {Kind.FLOAT, Kind.INTEGER}), None)
    text = next((c.name for c in own if c.kind == Kind.TEXT), None)
    change = f"{number} = coalesce({number}, 0) + 1" if number else f"{text} = 'changed'"
    return f"UPDATE {layer.table} SET {change} WHERE abs(hashtext(id)) % 100 = 0"


@contextmanager
def scratch_warehouse() -> Iterator[Warehouse]:
    """Give a copy of the warehouse, made of links to its files; Snowflake itself where that is used."""
    kind, _, place = settings.WAREHOUSE_URL.partition("://")
    if kind != "embedded":
        yield get_warehouse()
        return
    folder, _, options = place.partition("?")
    with tempfile.TemporaryDirectory(prefix="flux-benchmark-", dir=Path(folder).parent) as copy:
        shutil.copytree(folder, Path(copy) / "warehouse", copy_function=os.link)
        opened = open_warehouse(f"embedded://{copy}/warehouse" + (f"?{options}" if options else ""))
        yield opened
        opened.close()


def change_source(layer: Layer, warehouse: Warehouse, *, step: int, adds: bool) -> None:
    """Change one row in a hundred of the layer's main table by replacing it, or append so many new ones."""
    table = layer.main_table
    rows = pa.Table.from_batches(warehouse.select_arrow(sa.select(table)))
    some = pc.equal(pc.bit_wise_and(pa.array(range(rows.num_rows)), 127), step)
    key = next(iter(table.primary_key)).name
    if adds:
        new = rows.filter(some)
        keys = pc.binary_join_element_wise(new[key], f"NEW{step}", "-")
        new = new.set_column(new.schema.get_field_index(key), key, keys)
        warehouse.append(table, new.cast(pa_schema(table)), f"benchmark-{layer.key}-{time.time_ns()}")
        return
    read = [table.columns[name] for name in sorted(layer.columns_read(table))]
    number = next((c.name for c in read if isinstance(c.type, sa.Double)), None)
    if number is not None:
        changed = pc.if_else(some, pc.add(rows[number], 1e-6), rows[number])
    else:
        number = "full_name"
        changed = pc.if_else(some, pc.binary_join_element_wise(rows[number], "Jr", " "), rows[number])
    rows = rows.set_column(rows.schema.get_field_index(number), number, changed)
    warehouse.replace(table, rows.cast(pa_schema(table)), f"benchmark-{layer.key}-{time.time_ns()}")


def measure(
    layer: Layer, warehouse: Warehouse, session: psycopg.Connection, repeats: int
) -> dict[str, float | str]:
    """Return the median seconds of each way to bring the layer's rows into the cache."""
    pieces = read_csv(layer, warehouse)
    truncate, change = f"TRUNCATE {layer.table} CASCADE", one_percent_changed(layer)
    ways: dict[str, tuple[str | None, Callable[[], Any]]] = {
        "copy_s": (truncate, lambda: copy_in(session, layer, pieces)),
        "read_copy_s": (truncate, lambda: copy_in(session, layer, read_csv(layer, warehouse))),
        "sync_s": (truncate, lambda: run_layer(layer=layer, warehouse=warehouse)),
        "idle_s": (None, lambda: run_layer(layer=layer, warehouse=warehouse)),
        "changed_s": (change, lambda: run_layer(layer=layer, warehouse=warehouse)),
    }
    seconds: dict[str, list[float]] = {name: [] for name in ways}
    rows = 0
    for _ in range(repeats):
        for name, (prepare, act) in ways.items():
            if prepare:
                session.execute(prepare)
            began = time.perf_counter()
            outcome = act()
            seconds[name].append(time.perf_counter() - began)
            rows = outcome.row_count if outcome is not None else rows
    for step in range(repeats if isinstance(warehouse, PartitionedWarehouse) else 0):
        for name, adds in (("increment_s", False), ("append_s", True)):
            change_source(layer, warehouse, step=step, adds=adds)
            began = time.perf_counter()
            outcome = run_layer(layer=layer, warehouse=warehouse, incremental=True)
            seconds.setdefault(name, []).append(time.perf_counter() - began)
            if outcome.mode == SyncMode.FULL:
                raise SystemExit(f"{layer.key}: no increment but a full run, {outcome.fallback_reason}")
    medians = {name: statistics.median(found) for name, found in seconds.items()}
    return {
        "layer": layer.key,
        "rows": rows,
        **{name: round(value, 3) for name, value in medians.items()},
        "sync_rows_per_s": round(rows / medians["sync_s"]),
        "ratio": round(medians["sync_s"] / medians["copy_s"], 2),
    }


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--layers", default="lines,transformers,meters,customers")
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    measured = find_layers(options.layers.split(","))
    results = []
    parameters = connection.get_connection_params() | {"cursor_factory": psycopg.Cursor}
    with scratch_warehouse() as warehouse, psycopg.connect(**parameters, autocommit=True) as session:
        session.execute("SET statement_timeout = 0")
        with scratch_schema(session):
            for layer in LAYERS.values():
                run_layer(layer=layer, warehouse=warehouse)  # parents of the measured layers
            for layer in measured:
                results.append(measure(layer, warehouse, session, options.repeats))
                for child in LAYERS.values():
                    run_layer(layer=child, warehouse=warehouse)  # truncating emptied the children
            connection.close()
    if options.json:
        print(json.dumps(results, indent=2))
        return
    names = [name for name in HEADINGS if name in results[0]]
    print("".join(f"{HEADINGS[name]:>12}" for name in names))
    for result in results:
        shown = [result[name] for name in names]
        print("".join(f"{value:>12,}" if not isinstance(value, str) else f"{value:>12}" for value in shown))


if __name__ == "__main__":
    main()
