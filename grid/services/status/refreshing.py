"""Computes the state of circuits and substations from the cache and writes what has changed.

One statement reads and writes: no row is ever made of two moments. Who computes waits for whoever does
already, so an older state never overwrites a newer one.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db import connection, transaction

from flux_site.api.live import announce
from grid.operations import ACTIVE_OUTAGE_STATUSES
from grid.operations.status import CRITICAL_ABOVE_PCT, WARNING_FROM_PCT
from grid.services.status.statements import CIRCUITS, DELETE_ORPHANS, SUBSTATIONS
from grid.warehouse.queries import OVERLOADED_PCT

TOPIC = "circuits"
LOCK = 7_340_021
"""Of those who compute; any number that nothing else locks by."""


@transaction.atomic
def refresh_status(*, circuit_ids: Iterable[str] | None = None) -> tuple[str, ...]:
    """Compute the state of circuits anew, and of the substations that feed them.

    Those that changed are announced on commit.

    Args:
        circuit_ids: the circuits whose outages changed; None: all, which after new loads it must be.

    Returns:
        The circuits whose state changed.
    """
    wanted = None if circuit_ids is None else sorted(set(circuit_ids))
    if wanted == []:
        return ()
    values: dict[str, Any] = {
        "circuits": wanted,
        "active": list(ACTIVE_OUTAGE_STATUSES),
        "overloaded_pct": OVERLOADED_PCT,
        "warning_pct": WARNING_FROM_PCT,
        "critical_pct": CRITICAL_ABOVE_PCT,
    }
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
        cursor.execute(CIRCUITS, values)
        changed = {row[0] for row in cursor.fetchall()}
        if wanted is None:
            cursor.execute(DELETE_ORPHANS)
            changed |= {row[0] for row in cursor.fetchall()}
        if changed or wanted is None:
            cursor.execute(SUBSTATIONS, values | {"changed": None if wanted is None else sorted(changed)})
    if changed:
        transaction.on_commit(lambda: announce(TOPIC, sorted(changed)))
    return tuple(sorted(changed))


class _Refresh:
    """What is to be computed when a transaction is committed."""

    def __init__(self) -> None:
        self.circuit_ids: set[str] = set()

    def __call__(self) -> None:
        refresh_status(circuit_ids=self.circuit_ids)


def refresh_status_on_commit(circuit_ids: Iterable[str]) -> None:
    """Compute the state of circuits once the transaction is committed, however often it asks for it.

    Not before: who computes waits for others who do, and would keep the rows it changed locked meanwhile.
    """
    wanted = set(circuit_ids)
    if not wanted:
        return
    open_savepoints = set(connection.savepoint_ids)
    for entry in connection.run_on_commit:
        savepoints, callback = entry[0], entry[1]
        if isinstance(callback, _Refresh) and set(savepoints) <= open_savepoints:
            callback.circuit_ids |= wanted
            return
    refresh = _Refresh()
    refresh.circuit_ids |= wanted
    transaction.on_commit(refresh, robust=True)
