"""Measures a sync against raw COPY of the same rows into the same tables, in one run.

    python benchmarks/sync_vs_copy.py [--layers lines,transformers,meters,customers] [--repeats 5] [--json]

Reads the warehouse of the settings and works in a schema of its own, dropped at the end, whose tables are
copies of the cache's with all indexes and foreign keys; the cache itself is not touched. For each layer:

- copy: COPY of CSV that lies ready in memory into the empty table, foreign keys checked, committed.
- read+copy: the same with reading the warehouse and writing the CSV, as a loading script would.
- sync: a run of the layer into the empty table: read, check, stage, apply, verify, record.
- idle: a run that finds nothing changed.  1 %: a run that finds one row in a hundred changed.

Times are medians in seconds; ratio is sync / copy.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "flux_site.settings.base")

import django
from django.conf import settings

SCHEMA = "flux_benchmark"
settings.DATABASES["default"]["OPTIONS"]["options"] += f" -c search_path={SCHEMA},public"
django.setup()

import psycopg  # noqa: E402 - Django must be set up first
from django.db import connection  # noqa: E402
from django.utils import timezone  # noqa: E402

from grid.layers import LAYERS, Layer  # noqa: E402
from grid.selectors.warehouse import get_warehouse  # noqa: E402
from grid.services.sync import find_layers, run_layer  # noqa: E402
from grid.services.sync.checking import check_batch  # noqa: E402
from grid.services.sync.columns import Kind, columns_of  # noqa: E402
from grid.services.sync.source import query_of  # noqa: E402
from grid.warehouse import Warehouse  # noqa: E402

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
    warehouse = get_warehouse()
    measured = find_layers(options.layers.split(","))
    results = []
    parameters = connection.get_connection_params() | {"cursor_factory": psycopg.Cursor}
    with psycopg.connect(**parameters, autocommit=True) as session:
        session.execute("SET statement_timeout = 0")
        with scratch_schema(session):
            for layer in LAYERS.values():
                run_layer(layer=layer, warehouse=warehouse)  # parents of the measured layers
            for layer in measured:
                results.append(measure(layer, warehouse, session, options.repeats))
                for child in LAYERS.values():
                    run_layer(layer=child, warehouse=warehouse)  # truncating emptied the children
            connection.close()
    warehouse.close()
    if options.json:
        print(json.dumps(results, indent=2))
        return
    head = ("layer", "rows", "copy", "read+copy", "sync", "idle", "1 %", "sync rows/s", "sync/copy")
    print(("{:14}" + "{:>11}" * (len(head) - 1)).format(*head))
    for result in results:
        first, *others = result.values()
        print(f"{first:14}" + "".join(f"{value:>11,}" for value in others))


if __name__ == "__main__":
    main()
