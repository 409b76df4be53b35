"""What can be said of a cascade, and how figures are put into words."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from cascade.engine.result import Termination
from cascade.engine.trip import TripCause

LEAST_MW = 0.05
"""Less is said as 0.0 MW."""
LISTED = 3

Fact = str | int | float | None
Name = Callable[[str], str]

ENDINGS = {
    Termination.STABLE: "It ended when no branch was overloaded any more.",
    Termination.BLACKOUT: "It ended when no part of the grid had both load and generation left.",
    Termination.WAVE_LIMIT: "It was stopped at the largest number of waves, with branches still overloaded.",
    Termination.TIME_LIMIT: "It was stopped at its time limit: the next relay would have tripped later.",
    Termination.SPARED: "It ended because chance spared the branches that were still overloaded.",
}
CAUSES = {
    TripCause.OVERLOAD: "overloaded",
    TripCause.RELAY_TIMER: "its overload relay ran out",
    TripCause.SHORT_TIME_RATING: "above its short-time rating",
    TripCause.RANDOM_OVERLOAD: "overloaded, and tripped by chance",
    TripCause.RANDOM_NEAR_LIMIT: "near its limit, and tripped by chance",
    TripCause.HIDDEN_FAILURE: "by a defect of its protection when a neighbour went out",
}


class Part(StrEnum):
    """A part of an explanation."""

    SUMMARY = "SUMMARY"
    PATIENT_ZERO = "PATIENT_ZERO"
    WAVES = "WAVES"
    RECOMMENDATION = "RECOMMENDATION"


class Topic(StrEnum):
    """What a sentence is about."""

    OUTCOME = "OUTCOME"
    CUSTOMERS = "CUSTOMERS"
    ISLANDS = "ISLANDS"
    CAUTION = "CAUTION"
    OUTAGES = "OUTAGES"
    PATIENT_ZERO = "PATIENT_ZERO"
    FIRST_TRIP = "FIRST_TRIP"
    WAVE = "WAVE"
    SPREAD = "SPREAD"
    WORST_WAVE = "WORST_WAVE"
    PREVENTION = "PREVENTION"
    RESTORATION = "RESTORATION"

    @property
    def part(self) -> Part:
        """Return the part of an explanation that it belongs to."""
        return PART_OF[self]


PART_OF = {
    Topic.OUTCOME: Part.SUMMARY,
    Topic.CUSTOMERS: Part.SUMMARY,
    Topic.ISLANDS: Part.SUMMARY,
    Topic.CAUTION: Part.SUMMARY,
    Topic.OUTAGES: Part.PATIENT_ZERO,
    Topic.PATIENT_ZERO: Part.PATIENT_ZERO,
    Topic.FIRST_TRIP: Part.WAVES,
    Topic.WAVE: Part.WAVES,
    Topic.SPREAD: Part.WAVES,
    Topic.WORST_WAVE: Part.WAVES,
    Topic.PREVENTION: Part.RECOMMENDATION,
    Topic.RESTORATION: Part.RECOMMENDATION,
}


@dataclass(frozen=True, kw_only=True)
class Statement:
    """Hold one sentence or two, and the figures they say.

    Attributes:
        topic: what it is about.
        text: the sentences.
        facts: each figure and id in them by name; units are in the names.
    """

    topic: Topic
    text: str
    facts: Mapping[str, Fact]


def mw(value: float) -> str:
    """Return megawatts in words."""
    return f"{value:,.0f} MW" if abs(value) >= 10.0 else f"{value:.1f} MW"


def count(number: int, one: str, many: str) -> str:
    """Return a number of things."""
    return f"{number:,} {one if number == 1 else many}"


def listed(ids: Sequence[str], name: Name) -> str:
    """Return the names of the first few in brackets."""
    shown = ", ".join(name(asset_id) for asset_id in ids[:LISTED])
    return f" ({shown}{f' and {len(ids) - LISTED} more' if len(ids) > LISTED else ''})"
