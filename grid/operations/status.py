"""What an operator must know of a circuit or a substation at a glance, and from which values on."""

from enum import StrEnum

WARNING_FROM_PCT = 70.0
"""Loading over the rating from which it is a warning, inclusive."""

CRITICAL_ABOVE_PCT = 85.0
"""Loading over the rating above which it is critical."""


class SupplyStatus(StrEnum):
    """Whether the customers are supplied. OUTAGE: none of them; PARTIAL_OUTAGE: there is an active outage."""

    ENERGIZED = "ENERGIZED"
    PARTIAL_OUTAGE = "PARTIAL_OUTAGE"
    OUTAGE = "OUTAGE"


class LoadClass(StrEnum):
    """How near the load is to the rating."""

    NORMAL = "NORMAL"
    WARNING = "WARNING"
    CRITICAL = "CRITICAL"
    UNKNOWN = "UNKNOWN"
