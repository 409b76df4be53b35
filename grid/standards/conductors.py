"""Catalogue of medium-voltage conductors and cables.

Overhead: ACSR conductors with the ampacity, 50 °C resistance, geometric mean radius and outside diameter of
Appendix A of W. H. Kersting, *Distribution System Modeling and Analysis* (CRC Press), whose table goes back
to the Westinghouse and Aluminum Association data. Converted here from ohm/mile, feet and inches. The table's
ampacity is that of a conductor at 75 °C in air of 25 °C with a wind of 2 ft/s.

Their resistance at another temperature follows from that at 50 °C by the temperature coefficient of
hard-drawn aluminium 1350-H19 (ASTM B230: 0.00403/K at 20 °C). For 795 kcmil this gives the 25 °C resistance
that IEEE Std 738 prints for the same conductor to 0.1 %, and the 75 °C one to 0.5 %.

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

ALUMINIUM_COEFFICIENT_PER_K = 0.00403
"""Rise of the resistance of aluminium 1350-H19 with temperature, per kelvin of its resistance at 20 °C."""

TABLE_TEMPERATURE_C = 50.0
"""The temperature that the resistances of overhead conductors are given at."""


@dataclass(frozen=True, slots=True)
class Conductor:
    """Describe one conductor.

    Attributes:
        name: the name used in the tables.
        ampacity_a: continuous current, A.
        r_ohm_per_km: series resistance of one phase, ohm/km.
        x_ohm_per_km: series reactance of one phase, ohm/km.
        is_cable: whether it is an underground cable.
        diameter_m: outside diameter, m; None for a cable, which no wind reaches.
    """

    name: str
    ampacity_a: float
    r_ohm_per_km: float
    x_ohm_per_km: float
    is_cable: bool
    diameter_m: float | None = None

    def resistance_ohm_per_m(self, temperature_c: float) -> float:
        """Return the resistance of one phase at a temperature, ohm/m.

        Raises:
            ValueError: for a cable, whose resistance is given at its own operating temperature.
        """
        if self.is_cable:
            raise ValueError(f"{self.name} is a cable; its resistance is known at one temperature only")
        at_table = 1.0 + ALUMINIUM_COEFFICIENT_PER_K * (TABLE_TEMPERATURE_C - 20.0)
        at_wanted = 1.0 + ALUMINIUM_COEFFICIENT_PER_K * (temperature_c - 20.0)
        return self.r_ohm_per_km / 1000.0 * at_wanted / at_table


def _acsr(name: str, ampacity_a: float, ohm_per_mile: float, gmr_ft: float, diameter_in: float) -> Conductor:
    reactance = REACTANCE_OHM_PER_KM * math.log(OVERHEAD_SPACING_M / (gmr_ft * 0.3048))
    return Conductor(
        name,
        ampacity_a,
        ohm_per_mile / 1.609344,
        reactance,
        is_cable=False,
        diameter_m=diameter_in * 0.0254,
    )


OVERHEAD: tuple[Conductor, ...] = (
    _acsr("ACSR 2 6/1", 180.0, 1.69, 0.00418, 0.316),
    _acsr("ACSR 1/0 6/1", 230.0, 1.12, 0.00446, 0.398),
    _acsr("ACSR 4/0 6/1", 340.0, 0.592, 0.00814, 0.563),
    _acsr("ACSR 336.4 26/7", 530.0, 0.306, 0.0244, 0.721),
    _acsr("ACSR 477 26/7", 670.0, 0.216, 0.0290, 0.858),
    _acsr("ACSR 795 26/7", 900.0, 0.1288, 0.0375, 1.108),
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


CATALOGUE: dict[str, Conductor] = {each.name: each for each in (*OVERHEAD, *UNDERGROUND)}
"""Every conductor and cable by the name used in the tables."""


def smallest(conductors: tuple[Conductor, ...], *, current_a: float) -> Conductor:
    """Return the smallest conductor that carries ``current_a``.

    Raises:
        ValueError: if the largest one does not.
    """
    for conductor in conductors:
        if conductor.ampacity_a >= current_a:
            return conductor
    raise ValueError(f"{current_a:.0f} A exceeds the largest conductor, {conductors[-1].name}")
