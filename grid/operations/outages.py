"""The life of an outage: predicted, confirmed, assigned, in progress, restored; or cancelled."""

from collections.abc import Iterable
from datetime import datetime

from grid.operations.transitions import step
from grid.warehouse.tables.operations import ACTIVE_OUTAGE_STATUSES, OutageSource, OutageStatus

OUTAGE_STATUSES = tuple(str(each) for each in OutageStatus)
OUTAGE_SOURCES = tuple(str(each) for each in OutageSource)

_PREDICTED, _CONFIRMED, _ASSIGNED, _IN_PROGRESS, _RESTORED, _CANCELLED = OUTAGE_STATUSES

OUTAGE_TRANSITIONS = (
    step("CONFIRM", [_PREDICTED], _CONFIRMED),
    step("ASSIGN", [_PREDICTED, _CONFIRMED, _ASSIGNED], _ASSIGNED),
    step("WITHDRAW", [_ASSIGNED, _IN_PROGRESS], _CONFIRMED),
    step("START", [_ASSIGNED], _IN_PROGRESS),
    step("MOVE", ACTIVE_OUTAGE_STATUSES, None),
    step("SET_CAUSE", [*ACTIVE_OUTAGE_STATUSES, _RESTORED], None),
    step("SET_ESTIMATE", ACTIVE_OUTAGE_STATUSES, None),
    step("RESTORE_PART", ACTIVE_OUTAGE_STATUSES, None),
    step("RESTORE", ACTIVE_OUTAGE_STATUSES, _RESTORED),
    step("CANCEL", ACTIVE_OUTAGE_STATUSES, _CANCELLED),
)
"""What may be done to an outage. One that is assigned may get another crew; causes may be found late."""


def restoration_steps(
    interruptions: Iterable[tuple[datetime | None, int]],
) -> list[tuple[datetime, int]]:
    """Return the moments at which customers came back, in order, each with how many.

    Args:
        interruptions: when each ended (None: not yet), and its customers.
    """
    steps: dict[datetime, int] = {}
    for restored_at, customers in interruptions:
        if restored_at is not None:
            steps[restored_at] = steps.get(restored_at, 0) + customers
    return sorted(steps.items())
