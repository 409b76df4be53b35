"""The life of a work order: open, assigned, in progress, on hold, completed; or cancelled."""

from grid.operations.transitions import step
from grid.warehouse.tables import TRANSFORMER_RENEWAL, TRANSFORMER_REPLACEMENT
from grid.warehouse.tables.operations import OUTAGE_RESTORATION, PLANNED_WORK, WorkPriority, WorkStatus

WORK_STATUSES = tuple(str(each) for each in WorkStatus)
WORK_PRIORITIES = tuple(str(each) for each in WorkPriority)
WORK_TYPES = (
    OUTAGE_RESTORATION,
    PLANNED_WORK,
    "REPAIR",
    "REPLACEMENT",
    TRANSFORMER_REPLACEMENT,
    TRANSFORMER_RENEWAL,
    "TRANSFORMER_UPGRADE",
    "INSPECTION",
    "POLE_INSPECTION",
    "VEGETATION_TRIM",
)
"""The kinds of work that can be ordered here; recorded orders may be of others."""

_OPEN, _ASSIGNED, _IN_PROGRESS, _ON_HOLD, _COMPLETED, _CANCELLED = WORK_STATUSES
CLOSED_WORK_STATUSES = (_COMPLETED, _CANCELLED)
_UNFINISHED = (_OPEN, _ASSIGNED, _IN_PROGRESS, _ON_HOLD)

WORK_TRANSITIONS = (
    step("ASSIGN", [_OPEN, _ASSIGNED, _ON_HOLD], _ASSIGNED),
    step("WITHDRAW", [_ASSIGNED, _IN_PROGRESS, _ON_HOLD], _OPEN),
    step("SCHEDULE", [_OPEN, _ASSIGNED, _ON_HOLD], None),
    step("START", [_ASSIGNED, _ON_HOLD], _IN_PROGRESS),
    step("HOLD", [_ASSIGNED, _IN_PROGRESS], _ON_HOLD),
    step("COMPLETE", [_IN_PROGRESS], _COMPLETED),
    step("CANCEL", _UNFINISHED, _CANCELLED),
)
"""What may be done to a work order."""
