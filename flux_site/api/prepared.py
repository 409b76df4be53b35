"""Hand-written statements of the paths that every request takes, prepared by PostgreSQL and read in binary
form.

Django's own cursor writes the parameters into the text, so that each request is planned anew, and reads
every value as text.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
import psycopg
from django.db import NotSupportedError, connection
from psycopg.adapt import Loader
from psycopg.postgres import types
from psycopg.pq import Format

PREPARE_AFTER = 2
"""Runs of a statement on a connection after which PostgreSQL keeps its plan."""

ARRAY_HEADER_BYTES = 20
_FLOAT_IN_ARRAY = np.dtype([("length", ">i4"), ("value", ">f8")])


class FloatArrayLoader(Loader):
    """Reads a one-dimensional array of floats without NULLs as it comes over the wire."""

    format = Format.BINARY

    def load(self, data: Any) -> Any:
        """Return a numpy array."""
        if len(data) < ARRAY_HEADER_BYTES:  # without elements there is no dimension
            return np.empty(0)
        cells = np.frombuffer(data, dtype=_FLOAT_IN_ARRAY, offset=ARRAY_HEADER_BYTES)
        return cells["value"].astype(np.float64)


def fetch(sql: str, parameters: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Return the rows of a statement; it is timed, counted and refused in its turn like those of Django."""
    return _run(sql, parameters)


def fetch_columns(sql: str, parameters: tuple[Any, ...] = (), *, count: int) -> tuple[Any, ...]:
    """Return the ``count`` columns of a statement, each as one array; None where there is no row.

    A column of floats must not hold NULL.
    """
    names = [f"c{n}" for n in range(count)]
    arrays = ", ".join(f"array_agg({name})" for name in names)
    # The text inside is a statement of ours; its values are bound.
    whole = f"SELECT {arrays} FROM ({sql}) AS found({', '.join(names)})"  # noqa: S608
    (row,) = _run(whole, parameters, are_floats_arrays=True)
    return row


def _run(sql: str, parameters: tuple[Any, ...], *, are_floats_arrays: bool = False) -> list[tuple[Any, ...]]:
    """Run a statement; once more on a new connection if a table was altered since its plan was made."""
    try:
        return _run_once(sql, parameters, are_floats_arrays)
    except NotSupportedError:
        if connection.in_atomic_block:
            raise
        connection.connection.close()
        connection.close()
        return _run_once(sql, parameters, are_floats_arrays)


def _run_once(sql: str, parameters: tuple[Any, ...], are_floats_arrays: bool) -> list[tuple[Any, ...]]:
    with _binary_cursor() as cursor:
        if are_floats_arrays:
            cursor.adapters.register_loader(types["float8"].array_oid, FloatArrayLoader)
        cursor.execute(sql, parameters)
        return cursor.fetchall()  # type: ignore[no-any-return]


@contextmanager
def on_own_connection() -> Iterator[None]:
    """Give the connection back to its pool after the block, unless it was there before."""
    was_open = connection.connection is not None
    try:
        yield
    finally:
        if not was_open:
            connection.close()


@contextmanager
def _binary_cursor() -> Iterator[Any]:
    connection.ensure_connection()
    raw: psycopg.Connection[Any] = connection.connection
    cursor = psycopg.Cursor(raw)
    cursor.format = Format.BINARY
    threshold, raw.prepare_threshold = raw.prepare_threshold, PREPARE_AFTER
    try:
        with connection._prepare_cursor(cursor) as wrapped:  # type: ignore[attr-defined]
            yield wrapped
    finally:
        raw.prepare_threshold = threshold
