"""Sync of a layer against a raw COPY of the same rows, in one run.

The layer is ``customers``, which no other table refers to: it is emptied and filled again, several times,
and is full at the end. The raw COPY goes into a temporary table of the same columns and indexes from CSV
already in memory, so it is the floor: no extraction, no check, no foreign keys, no log, no proof. Needs a
synced cache.
"""

import argparse
import io
import json
import os
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "flux_site.settings.base")

import django

django.setup()

from django.db import connection, transaction  # noqa: E402 - Django must be set up first

from grid import models  # noqa: E402
from grid.layers import LAYERS  # noqa: E402
from grid.selectors.warehouse import get_warehouse  # noqa: E402
from grid.services.sync import run_layer  # noqa: E402

TABLE = models.Customer._meta.db_table


def seconds(call: Callable[[], object]) -> float:
    """Return how long a call took."""
    began = time.perf_counter()
    call()
    return time.perf_counter() - began


def sync() -> None:
    """Run the layer."""
    run_layer(layer=LAYERS["customers"], warehouse=get_warehouse())


def empty() -> None:
    """Empty the table."""
    with connection.cursor() as cursor:
        cursor.execute(f"DELETE FROM {TABLE}")


def rows_as_csv() -> bytes:
    """Return the rows of the table as CSV."""
    sink = io.BytesIO()
    with connection.cursor() as cursor, cursor.copy(f"COPY {TABLE} TO STDOUT (FORMAT csv)") as copy:
        for part in copy:
            sink.write(part)
    return sink.getvalue()


def raw_copy(csv: bytes) -> None:
    """Copy the rows into a table like the layer's, in one transaction, and drop it."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"CREATE TEMP TABLE raw_copy (LIKE {TABLE} INCLUDING ALL) ON COMMIT DROP")
        with cursor.copy("COPY raw_copy FROM STDIN (FORMAT csv)") as copy:
            copy.write(csv)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    sync()
    count = models.Customer.objects.count()
    if count == 0:
        sys.exit("The cache holds no customers; run `make run` first.")
    csv = rows_as_csv()
    first: list[float] = []
    unchanged: list[float] = []
    raw: list[float] = []
    for _ in range(options.repeats):
        raw.append(seconds(lambda: raw_copy(csv)))
        empty()
        first.append(seconds(sync))
        unchanged.append(seconds(sync))
    result = {
        "rows": count,
        "raw_copy_rows_per_s": round(count / statistics.median(raw)),
        "sync_into_empty_rows_per_s": round(count / statistics.median(first)),
        "sync_unchanged_rows_per_s": round(count / statistics.median(unchanged)),
        "into_empty_over_copy": round(statistics.median(first) / statistics.median(raw), 1),
        "unchanged_over_copy": round(statistics.median(unchanged) / statistics.median(raw), 1),
    }
    if options.json:
        print(json.dumps(result, indent=2))
        return
    for name, value in result.items():
        print(f"{name:30} {value:>12,}")


if __name__ == "__main__":
    main()
