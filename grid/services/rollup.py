"""The job that brings the tables derived from meter readings up to date."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import asdict
from typing import Any

from django.conf import settings

from flux_site.api.errors import BadInput
from flux_site.jobs.context import JobContext
from flux_site.jobs.models import Job
from flux_site.jobs.services import create_job
from grid.pipeline import PipelineParams, RefreshCounts, count_due, refresh
from grid.selectors.warehouse import get_warehouse
from grid.warehouse import PartitionedWarehouse, WarehouseError

logger = logging.getLogger(__name__)

KIND = "warehouse.rollup"
TITLE = "Roll-up of meter readings"
NOT_OURS = "This warehouse keeps its derived tables itself; there is nothing to roll up."


def start_rollup(*, user: Any | None) -> Job:
    """Queue a roll-up.

    Raises:
        BadInput: if the warehouse keeps its derived tables itself.
        QueueUnavailable: after commit, if Redis is away.
    """
    _partitioned()
    return create_job(kind=KIND, title=TITLE, inputs={}, owner=user)


def start_scheduled_rollup() -> Job | None:
    """Queue a roll-up on behalf of a schedule.

    Returns:
        The job; None if nothing is due, an earlier one has not ended, the warehouse is away or keeps its
        derived tables itself.
    """
    warehouse = get_warehouse()
    if not isinstance(warehouse, PartitionedWarehouse):
        return None
    if Job.objects.unfinished().filter(kind=KIND).exists():
        return None
    try:
        if not count_due(warehouse, pipeline_params()):
            return None
    except WarehouseError as error:
        logger.warning("Unable to look for new readings in the warehouse: %s", error)
        return None
    return start_rollup(user=None)


def carry_out(context: JobContext) -> dict[str, Any]:
    """Carry out a roll-up; what was finished stays when it is cancelled or fails, and is not done again.

    Returns:
        How many dates of each derived table were made anew.

    Raises:
        BadInput: if the warehouse keeps its derived tables itself.
        WarehouseError: if the warehouse fails.
        JobCancelled: if the job was cancelled.
    """
    return asdict(roll_up(context.progress))


def roll_up(progress: Callable[[float, str], None]) -> RefreshCounts:
    """Bring the derived tables up to date in this process.

    Raises:
        BadInput: if the warehouse keeps its derived tables itself.
        WarehouseError: if the warehouse fails; the dates finished so far stay.
    """
    return refresh(_partitioned(), pipeline_params(), progress)


def pipeline_params() -> PipelineParams:
    """Return how readings are rolled up here."""
    return PipelineParams(time_zone=settings.TIME_ZONE)


def _partitioned() -> PartitionedWarehouse:
    warehouse = get_warehouse()
    if not isinstance(warehouse, PartitionedWarehouse):
        raise BadInput(NOT_OURS)
    return warehouse
