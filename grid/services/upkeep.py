"""The job that keeps the files of the warehouse in order."""

from __future__ import annotations

import logging
from typing import Any

from flux_site.jobs.context import JobContext
from flux_site.jobs.models import Job
from flux_site.jobs.services import create_job
from grid.selectors.warehouse import get_warehouse
from grid.warehouse import WarehouseError
from grid.warehouse.tables import metadata

logger = logging.getLogger(__name__)

KIND = "warehouse.upkeep"
TITLE = "Upkeep of the warehouse"


def start_upkeep(*, user: Any | None) -> Job | None:
    """Queue an upkeep, unless one has not ended.

    Raises:
        QueueUnavailable: after commit, if Redis is away.
    """
    if Job.objects.unfinished().filter(kind=KIND).exists():
        return None
    return create_job(kind=KIND, title=TITLE, inputs={}, owner=user)


def carry_out(context: JobContext) -> dict[str, Any]:
    """Merge small files of each loaded table and delete those that no recent state needs.

    The rows stay the same, and so may be repeated or stopped anywhere. A table that fails does not keep the
    others from it.

    Returns:
        How many tables were tidied.

    Raises:
        WarehouseError: after the last table, the first one's fault if any failed.
        JobCancelled: if the job was cancelled.
    """
    warehouse = get_warehouse()
    tables = list(metadata.tables.values())
    tidied, faults = 0, []
    for position, table in enumerate(tables):
        context.progress(position / len(tables), table.fullname)
        try:
            if warehouse.version(table) is None:
                continue
            warehouse.compact(table)
        except WarehouseError as error:
            logger.warning("Unable to tidy %s: %s", table.fullname, error)
            context.log(f"{table.fullname}: {error.code}: {error.message}")
            faults.append(error)
            continue
        tidied += 1
    if faults:
        raise faults[0]
    return {"tables_tidied": tidied}
