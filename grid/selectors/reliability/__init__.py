"""Reliability of supply by IEEE 1366, from the interruptions in the warehouse."""

from grid.selectors.reliability.breakdowns import (
    Cause,
    Experience,
    Experiences,
    MajorDay,
    MajorDays,
    RankedPart,
    causes,
    experience,
    major_days,
    ranking,
)
from grid.selectors.reliability.definitions import DEFINITIONS, Definition, ReliabilityIndex
from grid.selectors.reliability.reports import (
    BothWays,
    Point,
    Recorded,
    ReliabilityBucket,
    Report,
    recorded,
    report,
    series,
)

__all__ = [
    "DEFINITIONS",
    "BothWays",
    "Cause",
    "Definition",
    "Experience",
    "Experiences",
    "MajorDay",
    "MajorDays",
    "Point",
    "RankedPart",
    "Recorded",
    "ReliabilityBucket",
    "ReliabilityIndex",
    "Report",
    "causes",
    "experience",
    "major_days",
    "ranking",
    "recorded",
    "report",
    "series",
]
