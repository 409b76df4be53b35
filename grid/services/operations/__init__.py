"""What every change of an outage, a work order or a crew has in common."""

from grid.services.operations.errors import (
    AlreadyOut,
    CrewUnavailable,
    ImpossibleTransition,
    NotOut,
    OutageNotRestored,
    StaleVersion,
    TooManyRestored,
)
from grid.services.operations.unit import Unit, changing

__all__ = [
    "AlreadyOut",
    "CrewUnavailable",
    "ImpossibleTransition",
    "NotOut",
    "OutageNotRestored",
    "StaleVersion",
    "TooManyRestored",
    "Unit",
    "changing",
]
