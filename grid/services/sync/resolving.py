"""Marks the refused rows of earlier runs as mended once what was wrong with them is gone."""

from __future__ import annotations

from collections.abc import Sequence

import psycopg
from django.utils import timezone
from psycopg import sql

from grid.services.sync.rejects import Reason
from grid.services.sync.staging import STAGING

_RESOLVE = """
UPDATE grid_syncreject r SET resolved_at = {now}, resolved_by_id = {run_id} FROM grid_syncrun u
WHERE u.id = r.run_id AND u.layer_id = {layer} AND r.resolved_at IS NULL AND ({condition})
"""


def resolve_rejects(session: psycopg.Connection, *, layer: str, table: str, run_id: int) -> int:
    """Mark the open refused rows of earlier runs whose key this run accepted; returns how many.

    A row that could not be deleted is mended as well once it is no longer in the cache. Must run in the
    transaction of the run, after its rows were applied.
    """
    condition = sql.SQL(
        "EXISTS (SELECT FROM {staging} s WHERE s.id = r.row_key)"
        " OR r.reason = {still} AND NOT EXISTS (SELECT FROM {table} t WHERE t.id = r.row_key)"
    ).format(staging=STAGING, table=sql.Identifier(table), still=sql.Literal(Reason.STILL_REFERENCED.value))
    return _resolve(session, layer=layer, run_id=run_id, condition=condition)


def resolve_deleted(session: psycopg.Connection, *, layer: str, run_id: int, keys: Sequence[str]) -> int:
    """Mark the open rows of earlier runs that could not be deleted and now were; returns how many."""
    condition = sql.SQL("r.reason = {still} AND r.row_key = ANY({keys})").format(
        still=sql.Literal(Reason.STILL_REFERENCED.value), keys=sql.Literal(list(keys))
    )
    return _resolve(session, layer=layer, run_id=run_id, condition=condition)


def _resolve(session: psycopg.Connection, *, layer: str, run_id: int, condition: sql.Composed) -> int:
    statement = sql.SQL(_RESOLVE).format(
        now=sql.Literal(timezone.now()),
        run_id=sql.Literal(run_id),
        layer=sql.Literal(layer),
        condition=condition,
    )
    return session.execute(statement).rowcount
