"""Catalogue of medium-voltage conductors and cables.

Overhead: ACSR conductors with the ampacity, 50 °C resistance and geometric mean radius of Appendix A of
W. H. Kersting, *Distribution System Modeling and Analysis* (CRC Press), whose table goes back to the
Westinghouse and Aluminum Association data. Converted here from ohm/mile and feet.

Underground: single-conductor aluminium XLPE cables. Ampacities are rounded typical values for direct burial,
one circuit, 90 °C conductor and 20 °C soil; a utility replaces them by its own cable schedule.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

REACTANCE_OHM_PER_KM = 4.0e-4 * math.pi * 60.0
"""mu0/(2·pi)·omega per natural logarithm of spacing ratio at 60 Hz: 2·pi·60·2e-4 H/km = 0.0754 ohm/km."""

OVERHEAD_SPACING_M = 1.20
"""Equivalent (geometric mean) phase spacing of an eight-foot cross-arm, Kersting example 4.1 (4.53 ft = 1.38
m) rounded to a compact urban arm."""


@dataclass(frozen=True, slots=True)
class Conductor:
    """Describe one conductor.

    Attributes:
        name: the name used in the tables.
        ampacity_a: continuous current, A.
        r_ohm_per_km: series resistance of one phase, ohm/km.
        x_ohm_per_km: series reactance of one phase, ohm/km.
        is_cable: whether it is an underground cable.
    """

    name: str
    ampacity_a: float
    r_ohm_per_km: float
    x_ohm_per_km: float
    is_cable: bool


def _acsr(name: str, ampacity_a: float, ohm_per_mile: float, gmr_ft: float) -> Conductor:
    reactance = REACTANCE_OHM_PER_KM * math.log(OVERHEAD_SPACING_M / (gmr_ft * 0.3048))
    return Conductor(name, ampacity_a, ohm_per_mile / 1.609344, reactance, is_cable=False)


OVERHEAD: tuple[Conductor, ...] = (
    _acsr("ACSR 2 6/1", 180.0, 1.69, 0.00418),
    _acsr("ACSR 1/0 6/1", 230.0, 1.12, 0.00446),
    _acsr("ACSR 4/0 6/1", 340.0, 0.592, 0.00814),
    _acsr("ACSR 336.4 26/7", 530.0, 0.306, 0.0244),
    _acsr("ACSR 477 26/7", 670.0, 0.216, 0.0290),
    _acsr("ACSR 795 26/7", 900.0, 0.1288, 0.0375),
)
"""Overhead conductors by rising ampacity."""

UNDERGROUND: tuple[Conductor, ...] = (
    Conductor("XLPE AL 1/0", 180.0, 0.66, 0.19, is_cable=True),
    Conductor("XLPE AL 4/0", 270.0, 0.33, 0.17, is_cable=True),
    Conductor("XLPE AL 500", 430.0, 0.14, 0.15, is_cable=True),
    Conductor("XLPE AL 1000", 600.0, 0.074, 0.13, is_cable=True),
    Conductor("2x XLPE AL 1000", 1080.0, 0.037, 0.065, is_cable=True),
)
"""Underground cables by rising ampacity; two in parallel are derated to 0.9 of twice the ampacity."""

BACKBONE: tuple[Conductor, ...] = OVERHEAD[3:]
"""What a circuit backbone is built of."""


def smallest(conductors: tuple[Conductor, ...], *, current_a: float) -> Conductor:
    """Return the smallest conductor that carries ``current_a``.

    Raises:
        ValueError: if the largest one does not.
    """
    for conductor in conductors:
        if conductor.ampacity_a >= current_a:
            return conductor
    raise ValueError(f"{current_a:.0f} A exceeds the largest conductor, {conductors[-1].name}")
