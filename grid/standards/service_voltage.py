"""Service voltage: the ranges of ANSI C84.1-2020, table 1, and the nominal voltage that a meter sees.

The standard states its limits on a base of 120 V; those of other systems are the same shares of their nominal
voltage, rounded in the table. A limit itself belongs to the better band.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

BASE_V = 120.0
LOW_VOLTAGE_KV = 0.6
"""Highest nominal voltage of a low-voltage service; above it are medium-voltage ones."""


@dataclass(frozen=True, slots=True)
class VoltageLimits:
    """The limits of a service, as volts on a 120 V base.

    Attributes:
        b_low_v, b_high_v: range B: tolerable for a short time, to be put right.
        a_low_v, a_high_v: range A: what systems are designed to.
    """

    b_low_v: float
    a_low_v: float
    a_high_v: float
    b_high_v: float

    def of_nominal(self, nominal_v: float) -> tuple[float, float, float, float]:
        """Return the limits of a service of another nominal voltage, lowest first."""
        volts = (self.b_low_v, self.a_low_v, self.a_high_v, self.b_high_v)
        low_b, low_a, high_a, high_b = (nominal_v * each / BASE_V for each in volts)
        return low_b, low_a, high_a, high_b


LOW_VOLTAGE = VoltageLimits(b_low_v=110.0, a_low_v=114.0, a_high_v=126.0, b_high_v=127.0)
"""Up to 600 V: range A is 95 to 105 %, range B 91.7 to 105.8 %."""

MEDIUM_VOLTAGE = VoltageLimits(b_low_v=114.0, a_low_v=117.0, a_high_v=126.0, b_high_v=127.0)
"""Above 600 V, so of primary-metered customers: range A is 97.5 to 105 %, range B 95 to 105.8 %."""

NOMINAL_BY_SECONDARY_KV = ((0.240, 240.0), (0.208, 120.0), (0.480, 277.0), (4.160, 120.0))
"""Voltage a meter sees by nominal secondary (kV): 240 V between the legs of a single-phase service, 120 V and
277 V phase to neutral of 208Y and 480Y services; 120 V on the instrument transformers of a primary-metered
customer."""


class VoltageBand(StrEnum):
    """Where a service voltage lies, lowest first."""

    BELOW_B = "BELOW_B"
    B_LOW = "B_LOW"
    A = "A"
    B_HIGH = "B_HIGH"
    ABOVE_B = "ABOVE_B"


def band(*, voltage_v: float, nominal_v: float, limits: VoltageLimits = LOW_VOLTAGE) -> VoltageBand:
    """Return the band of a service voltage.

    Raises:
        ValueError: if ``nominal_v`` is not positive.
    """
    if not nominal_v > 0.0:
        raise ValueError(f"nominal_v is {nominal_v}; it must be positive")
    # Rounded: a voltage of two decimals that is the limit must equal it.
    b_low, a_low, a_high, b_high = (round(limit, 6) for limit in limits.of_nominal(nominal_v))
    if voltage_v < b_low:
        return VoltageBand.BELOW_B
    if voltage_v < a_low:
        return VoltageBand.B_LOW
    if voltage_v <= a_high:
        return VoltageBand.A
    return VoltageBand.B_HIGH if voltage_v <= b_high else VoltageBand.ABOVE_B
