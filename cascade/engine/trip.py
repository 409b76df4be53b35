"""One trip: its cause and its parent."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class TripCause(StrEnum):
    """Say why a branch tripped."""

    OVERLOAD = "OVERLOAD"
    """Its flow was above its limit."""
    RELAY_TIMER = "RELAY_TIMER"
    """Its overload relay had collected enough."""
    SHORT_TIME_RATING = "SHORT_TIME_RATING"
    """Its flow was above the limit at which the relay waits for nothing."""
    RANDOM_OVERLOAD = "RANDOM_OVERLOAD"
    """It was overloaded and chance let it trip."""
    RANDOM_NEAR_LIMIT = "RANDOM_NEAR_LIMIT"
    """It was near its limit and chance let it trip."""
    HIDDEN_FAILURE = "HIDDEN_FAILURE"
    """A neighbour went out and its own protection was defective."""


@dataclass(frozen=True, kw_only=True)
class Trip:
    """Hold one trip: why, and what led to it.

    Attributes:
        branch: index of the branch.
        branch_id: its id.
        cause: why it tripped.
        flow_mw: the flow that tripped it, positive from its from end.
        rate_mva: the rating in force; 0 stands for unlimited.
        parent_id: id of the branch or unit whose loss raised its flow most (for a hidden failure: the
            neighbour that went out), see :mod:`cascade.engine.attribution`; None if none raised it, or if it
            was not asked for.
        parent_wave: wave in which that was lost; 0 is the initial outages.
        parent_rise_mw: what that loss added to its |flow|; None for a hidden failure.
    """

    branch: int
    branch_id: str
    cause: TripCause
    flow_mw: float
    rate_mva: float
    parent_id: str | None
    parent_wave: int | None
    parent_rise_mw: float | None
