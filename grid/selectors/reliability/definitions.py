"""What each index is called, measured in and made of."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class ReliabilityIndex(StrEnum):
    """The indices of IEEE 1366 that are made of totals."""

    SAIFI = "SAIFI"
    SAIDI = "SAIDI"
    CAIDI = "CAIDI"
    ASAI = "ASAI"
    MAIFI = "MAIFI"
    MAIFI_E = "MAIFI_E"


@dataclass(frozen=True, kw_only=True)
class Definition:
    """How an index is read.

    Attributes:
        name: in words.
        unit: of its value.
        text: numerator and denominator, in words.
    """

    name: str
    unit: str
    text: str


CUSTOMERS_SERVED = "customers with a meter and an active account, as on record now"

DEFINITIONS: dict[ReliabilityIndex, Definition] = {
    ReliabilityIndex.SAIFI: Definition(
        name="System average interruption frequency index",
        unit="interruptions per customer",
        text="Customers interrupted for more than five minutes, each as often as it happened, over customers "
        f"served ({CUSTOMERS_SERVED}).",
    ),
    ReliabilityIndex.SAIDI: Definition(
        name="System average interruption duration index",
        unit="min per customer",
        text="Minutes without supply in interruptions of more than five minutes, summed over customers, over "
        f"customers served ({CUSTOMERS_SERVED}).",
    ),
    ReliabilityIndex.CAIDI: Definition(
        name="Customer average interruption duration index",
        unit="min per interruption",
        text="Minutes without supply in interruptions of more than five minutes, summed over customers, over "
        "customers interrupted: SAIDI / SAIFI.",
    ),
    ReliabilityIndex.ASAI: Definition(
        name="Average service availability index",
        unit="share, 0 to 1",
        text="Customer minutes of the period less those without supply, over customer minutes of the period: "
        f"customers served ({CUSTOMERS_SERVED}) times the minutes of the period that are on record.",
    ),
    ReliabilityIndex.MAIFI: Definition(
        name="Momentary average interruption frequency index",
        unit="interruptions per customer",
        text="Customers interrupted for five minutes at most, each as often as it happened, over customers "
        f"served ({CUSTOMERS_SERVED}).",
    ),
    ReliabilityIndex.MAIFI_E: Definition(
        name="Momentary average interruption event frequency index",
        unit="events per customer",
        text="Customers interrupted for five minutes at most, all interruptions of one sequence of a "
        f"recloser counted once, over customers served ({CUSTOMERS_SERVED}).",
    ),
}
