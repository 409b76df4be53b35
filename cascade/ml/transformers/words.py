"""What is said of transformers in one word. Light: web processes import this module."""

from enum import StrEnum


class Action(StrEnum):
    """What to do about a transformer."""

    REPLACE_LARGER = "REPLACE_LARGER"
    """Load or heat speaks most for a failure: a new unit of the same size would fare no better."""
    INSPECT = "INSPECT"
    """Nobody has looked at this unit lately: look before it is replaced."""
    REPLACE = "REPLACE"


class RiskTier(StrEnum):
    """How much likelier than usual a failure is: the chance over the share that failed in training."""

    CRITICAL = "CRITICAL"
    """Ten times and more."""
    HIGH = "HIGH"
    """Five times and more."""
    ELEVATED = "ELEVATED"
    """Twice and more."""
    NORMAL = "NORMAL"
    UNKNOWN = "UNKNOWN"
    """There is no model of a year."""


TIER_FROM = {RiskTier.CRITICAL: 10.0, RiskTier.HIGH: 5.0, RiskTier.ELEVATED: 2.0}
"""Times the base rate from which a tier begins, the highest first."""


def tier_of(times_base_rate: float | None) -> RiskTier:
    """Return the tier of a chance over the base rate; None: not known."""
    if times_base_rate is None:
        return RiskTier.UNKNOWN
    return next((tier for tier, lowest in TIER_FROM.items() if times_base_rate >= lowest), RiskTier.NORMAL)
