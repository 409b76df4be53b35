"""The second pass of a sync: deletes what the first could not, because rows of later layers hung on it."""

from __future__ import annotations

from collections.abc import Sequence

import psycopg
from psycopg import sql

from grid.layers import LAYERS
from grid.services.sync import edits, notify
from grid.services.sync.columns import columns_of, references_to
from grid.services.sync.connection import locked_connection
from grid.services.sync.errors import SyncError, as_sync_error
from grid.services.sync.records import update_row
from grid.services.sync.rejects import Reason
from grid.services.sync.resolving import resolve_deleted
from grid.services.sync.running import LayerOutcome
from grid.services.sync.verification import table_summary


def prune(outcome: LayerOutcome) -> int:
    """Delete the rows of a finished run that were still referenced then and are no longer.

    The run's row, its rejects and the layer's row are brought up to date in the same transaction. Does
    nothing if the layer was synced again since.

    Returns:
        The number of rows deleted.

    Raises:
        LayerBusy: if another run of the layer has not ended.
        SyncError: if PostgreSQL refused; nothing was changed.
    """
    try:
        with locked_connection(outcome.layer) as session, session.transaction():
            newest = session.execute(
                "SELECT max(id) FROM grid_syncrun WHERE layer_id = %s AND status = 'SUCCEEDED'",
                (outcome.layer,),
            ).fetchone()
            if newest is None or newest[0] != outcome.run_id:
                return 0
            layer = LAYERS[outcome.layer]
            keys = edits.free_of_edits(session, layer, outcome.edits_seen, list(outcome.still_referenced))
            deleted = _delete_unreferenced(session, outcome.layer, keys)
            if deleted:
                _correct_records(session, outcome, deleted)
    except psycopg.Error as error:
        raise (as_sync_error(error) or SyncError(str(error))) from error
    if deleted:
        notify.publish(outcome.layer)
    return len(deleted)


def _delete_unreferenced(session: psycopg.Connection, layer: str, keys: Sequence[str]) -> list[str]:
    model = LAYERS[layer].model
    free = sql.SQL("").join(
        sql.SQL(" AND NOT EXISTS (SELECT FROM {child} c WHERE c.{column} = t.id)").format(
            child=sql.Identifier(reference.table), column=sql.Identifier(reference.column)
        )
        for reference in references_to(model)
    )
    statement = sql.SQL("DELETE FROM {table} t WHERE t.id = ANY(%s){free} RETURNING t.id").format(
        table=sql.Identifier(model._meta.db_table), free=free
    )
    deleted = [row[0] for row in session.execute(statement, (list(keys),))]
    session.execute("SET CONSTRAINTS ALL IMMEDIATE")
    return deleted


def _correct_records(session: psycopg.Connection, outcome: LayerOutcome, deleted: Sequence[str]) -> None:
    layer = LAYERS[outcome.layer]
    session.execute(
        "DELETE FROM grid_syncreject WHERE run_id = %s AND reason = %s AND row_key = ANY(%s)",
        (outcome.run_id, Reason.STILL_REFERENCED.value, list(deleted)),
    )
    resolve_deleted(session, layer=outcome.layer, run_id=outcome.run_id, keys=deleted)
    rejected = outcome.rows_rejected - len(deleted)
    run = {"rows_deleted": outcome.rows_deleted + len(deleted), "rows_rejected": rejected}
    update_row(session, "grid_syncrun", "id", outcome.run_id, run)
    row_count, checksum = table_summary(session, table=layer.table, columns=columns_of(layer.model))
    state = {"row_count": row_count, "checksum": checksum, "reject_count": rejected}
    update_row(session, "grid_synclayer", "key", outcome.layer, state)
