"""Which rows follow which table of steps."""

from collections.abc import Mapping, Sequence

from grid.operations.crews import CREW_TRANSITIONS
from grid.operations.outages import OUTAGE_TRANSITIONS
from grid.operations.transitions import Transition
from grid.operations.work import WORK_TRANSITIONS

TRANSITIONS: Mapping[str, Sequence[Transition]] = {
    "Outage": OUTAGE_TRANSITIONS,
    "WorkOrder": WORK_TRANSITIONS,
    "Crew": CREW_TRANSITIONS,
}
"""The steps of each kind of row, by the name of its model."""
