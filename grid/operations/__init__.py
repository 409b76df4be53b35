"""The words and the rules of operations: statuses, causes, what may follow what. Imports no web framework."""

from grid.operations.causes import CAUSES, Cause
from grid.operations.crews import CREW_KINDS, CREW_STATUSES
from grid.operations.outages import (
    OUTAGE_SOURCES,
    OUTAGE_STATUSES,
    OUTAGE_TRANSITIONS,
    restoration_steps,
)
from grid.operations.transitions import Transition, find_transition, sources_of
from grid.operations.work import (
    CLOSED_WORK_STATUSES,
    WORK_PRIORITIES,
    WORK_STATUSES,
    WORK_TRANSITIONS,
    WORK_TYPES,
)
from grid.warehouse.tables.operations import (
    ACTIVE_OUTAGE_STATUSES,
    OUTAGE_WORK_TYPES,
    CrewKind,
    CrewStatus,
    OutageSource,
    OutageStatus,
    WorkPriority,
    WorkStatus,
    outage_work_type,
)

__all__ = [
    "ACTIVE_OUTAGE_STATUSES",
    "CAUSES",
    "CLOSED_WORK_STATUSES",
    "CREW_KINDS",
    "CREW_STATUSES",
    "OUTAGE_SOURCES",
    "OUTAGE_STATUSES",
    "OUTAGE_TRANSITIONS",
    "OUTAGE_WORK_TYPES",
    "WORK_PRIORITIES",
    "WORK_STATUSES",
    "WORK_TRANSITIONS",
    "WORK_TYPES",
    "Cause",
    "CrewKind",
    "CrewStatus",
    "OutageSource",
    "OutageStatus",
    "Transition",
    "WorkPriority",
    "WorkStatus",
    "find_transition",
    "outage_work_type",
    "restoration_steps",
    "sources_of",
]
