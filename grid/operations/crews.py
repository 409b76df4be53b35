"""Crews: their trades, and where they stand."""

from grid.operations.transitions import step
from grid.warehouse.tables.operations import CrewKind, CrewStatus

CREW_KINDS = tuple(str(each) for each in CrewKind)
CREW_STATUSES = tuple(str(each) for each in CrewStatus)

_AVAILABLE, _ASSIGNED, _ON_SITE, _OFF_SHIFT = CREW_STATUSES

CREW_TRANSITIONS = (
    step("EDIT", CREW_STATUSES, None),
    step("END_SHIFT", [_AVAILABLE], _OFF_SHIFT),
    step("BEGIN_SHIFT", [_OFF_SHIFT], _AVAILABLE),
)
"""What may be done to a crew by hand. Whether one is assigned or on site follows its work orders."""
