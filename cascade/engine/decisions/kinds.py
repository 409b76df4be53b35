"""The kinds of studies and repairs, as stores and APIs spell them."""

from __future__ import annotations

from enum import StrEnum


class StudyKind(StrEnum):
    """What a study works out."""

    RESTORATION = "RESTORATION"
    MITIGATION = "MITIGATION"
    INVESTMENT = "INVESTMENT"
    EXPLANATION = "EXPLANATION"
    STAGING = "STAGING"
    """Where crews wait, how many of which kind."""


class RepairCrew(StrEnum):
    """What a crew must be equipped for to carry out a repair. Spelt as the kinds of crews on record."""

    TROUBLE = "TROUBLE"
    """A trouble truck: fuses and services."""
    LINE = "LINE"
    UNDERGROUND = "UNDERGROUND"
    TREE = "TREE"
    """Clears what lies in a line; repairs that wait for it are to be named in the repair times."""
    SUBSTATION = "SUBSTATION"
    """Substation equipment and transmission transformers; the crews on record have no such kind."""


class RepairKind(StrEnum):
    """What is repaired."""

    LINE_OUTAGE = "LINE_OUTAGE"
    """A transmission line that went out first."""
    TRANSFORMER_OUTAGE = "TRANSFORMER_OUTAGE"
    """A transmission transformer that went out first."""
    BRANCH_TRIP = "BRANCH_TRIP"
    """A branch that tripped: looked at and switched in again."""
    SUBSTATION = "SUBSTATION"
    """A substation that went out whole."""
    BUS = "BUS"
    """A bus that went out."""
    FUSE_OR_SERVICE = "FUSE_OR_SERVICE"
    POLE_TRANSFORMER = "POLE_TRANSFORMER"
    OVERHEAD_SPAN = "OVERHEAD_SPAN"
    POLE = "POLE"
    SWITCH = "SWITCH"
    """A recloser or switch."""
    UNDERGROUND_CABLE = "UNDERGROUND_CABLE"
    SUBSTATION_BREAKER = "SUBSTATION_BREAKER"
    SUBSTATION_TRANSFORMER = "SUBSTATION_TRANSFORMER"
    MOBILE_TRANSFORMER = "MOBILE_TRANSFORMER"
    """A mobile substation transformer put in place."""
