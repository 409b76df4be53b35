"""The rows of an export, read in batches over a connection of their own, from one state of the data."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import psycopg
import pyarrow as pa
from django.db import connection as django_connection
from psycopg import sql

from grid.federation.policy import NeverSynced
from grid.selectors.exchange import Collection, RowQuery, rows_sql
from grid.selectors.exchange.features import masked
from grid.services.exports.formats import GEOMETRY, WKT, FileFormat

BATCH_ROWS = 10_000
WKT_DIGITS = 15
_SETTINGS = {
    "statement_timeout": "900s",
    "lock_timeout": "30s",
    "idle_in_transaction_session_timeout": "900s",
    "client_connection_check_interval": "1s",
    "cursor_tuple_fraction": "1.0",  # all rows are read, so the plan for the whole is the best one
    "jit": "off",
    "application_name": "flux-export",
}
_VERSIONS = (
    "SELECT key, checksum, synced_at FROM grid_synclayer "
    "WHERE key = ANY(%s) AND synced_at IS NOT NULL ORDER BY key"
)


@dataclass(frozen=True, kw_only=True)
class Selection:
    """What is read of each row: expressions of SQL, and the Arrow columns made of them."""

    expressions: list[str]
    schema: pa.Schema


def selection_of(collection: Collection, file_format: FileFormat) -> Selection:
    """Return what a format takes of each row: geometry as WKB, but as text in CSV."""
    expressions = [each.sql for each in collection.attributes]
    fields = [pa.field(each.name, each.kind) for each in collection.attributes]
    geometry = collection.geometry_sql
    if file_format != FileFormat.CSV:
        expressions.append(f"ST_AsBinary({geometry}, 'NDR')")
        wkb = {b"ARROW:extension:name": b"geoarrow.wkb"}
        is_parquet = file_format == FileFormat.PARQUET
        fields.append(pa.field(GEOMETRY, pa.binary(), metadata=None if is_parquet else wkb))
    elif collection.geometry_types == ("Point",):
        expressions += [f"ST_X({geometry})", f"ST_Y({geometry})"]
        fields += [pa.field("longitude", pa.float64()), pa.field("latitude", pa.float64())]
    else:
        expressions.append(f"ST_AsText({geometry}, {WKT_DIGITS})")
        fields.append(pa.field(WKT, pa.string()))
    return Selection(expressions=expressions, schema=pa.schema(fields))


@contextmanager
def snapshot() -> Iterator[psycopg.Connection[Any]]:
    """Open a connection whose statements all see the data as it is now, and change nothing."""
    parameters = django_connection.get_connection_params()
    own = [f"-c {name}={value}" for name, value in _SETTINGS.items()]
    parameters["options"] = " ".join([parameters.get("options", ""), *own])  # the last setting wins
    parameters.pop("cursor_factory", None)
    with psycopg.connect(**parameters) as session:
        session.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        session.read_only = True
        yield session


def data_version(session: psycopg.Connection[Any], collection: Collection) -> str:
    """Return the version of the rows that a session sees: the syncs of the tables behind them.

    Raises:
        NeverSynced: if the cache does not hold the layer.
    """
    keys = [collection.layer.sync_layer, *collection.layer.also_shows]
    rows = session.execute(_VERSIONS, (keys,)).fetchall()
    if collection.layer.sync_layer not in {key for key, *_ in rows}:
        raise NeverSynced(f"The layer {collection.key} was never synced; run a sync first.")
    return ";".join(f"{key}={checksum}@{synced_at}" for key, checksum, synced_at in rows)


def batches(
    session: psycopg.Connection[Any], query: RowQuery, selection: Selection, *, with_personal: bool
) -> Iterator[pa.RecordBatch]:
    """Yield the rows in batches; memory holds one of them at a time."""
    statement, parameters = rows_sql(query, columns=selection.expressions)
    masks = [
        (place, each)
        for place, each in enumerate(query.collection.attributes)
        if each.is_personal and not with_personal
    ]
    with session.cursor(name="export") as cursor:
        cursor.format = psycopg.pq.Format.BINARY
        cursor.execute(sql.SQL(statement), parameters)  # type: ignore[arg-type] # made by us, values bound
        while rows := cursor.fetchmany(BATCH_ROWS):
            columns: list[Any] = list(zip(*rows, strict=True))
            for place, attribute in masks:
                columns[place] = [masked(attribute, value) for value in columns[place]]
            arrays = [
                pa.array(column, type=field.type)
                for column, field in zip(columns, selection.schema, strict=True)
            ]
            yield pa.RecordBatch.from_arrays(arrays, schema=selection.schema)
