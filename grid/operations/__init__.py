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
    WorkPriority,
    WorkStatus,
)
from grid.warehouse.tables.operations import (
    ACTIVE_OUTAGE_STATUSES,
    CrewKind,
    CrewStatus,
    OutageSource,
    OutageStatus,
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
    "restoration_steps",
    "sources_of",
]
