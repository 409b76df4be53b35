"""How near vegetation may come to a conductor, and where the conductor is when it hangs lowest.

Transmission: the *minimum vegetation clearance distance* (MVCD) of NERC FAC-003-4, which is a flash-over
distance by the equation of Gallet (``mvcd_m``). It is no trim target: sag, blow-out and a margin come on top.
Distribution has no such number; what a utility trims to is a setting of its own.

Where a conductor hangs is hardly ever on record. ``distribution_geometry`` and ``transmission_geometry`` say
what is assumed, each on the careful side: the conductor at its lowest, and blown out.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from grid.standards.conductors import CATALOGUE

FloatArray = npt.NDArray[np.float64]

GAP_WET = 1.037
"""k_w of the equation: wet tower window to dry gap, FAC-003-4 technical reference."""

GAP_FACTOR = 1.0
"""k_g of a conductor and a tree, FAC-003-4; 1.3 in the versions before."""

LOW_SURGE_FROM_KV = 345.0
"""From this nominal voltage the switching surge is 1.4 per unit, below it 2.0."""

MAXIMUM_KV: dict[float, float] = {
    765.0: 800.0,
    500.0: 550.0,
    345.0: 362.0,
    287.0: 302.0,
    230.0: 242.0,
    161.0: 169.0,
    138.0: 145.0,
    115.0: 121.0,
    88.0: 100.0,
    69.0: 72.0,
}
"""Highest operating voltage by nominal voltage, FAC-003-4 table 2."""

OTHER_MAXIMUM = 1.05
"""Highest over nominal voltage of a class that the table does not name, ANSI C84.1."""

CONDUCTOR_LB_PER_FT: dict[str, float] = {
    "ACSR 2 6/1": 0.0913,
    "ACSR 1/0 6/1": 0.1452,
    "ACSR 4/0 6/1": 0.2911,
    "ACSR 336.4 26/7": 0.4630,
    "ACSR 477 26/7": 0.6570,
    "ACSR 795 26/7": 1.0940,
}
"""Weight of conductors, as manufacturers' tables of ACSR give it (ASTM B232)."""

N_PER_M = 14.5939
"""1 lb/ft in N/m."""


@dataclass(frozen=True, kw_only=True)
class ConductorParams:
    """Hold what is assumed of conductors whose height is not on record.

    Attributes:
        embedment_frac: part of a pole's length in the ground, ANSI O5.1 practice: 10 % and 2 ft.
        embedment_m: what comes on top of it.
        attachment_drop_m: conductors below the top of the pole.
        pole_m: length of a pole by class of line where no pole is on record.
        span_m: longest span of a distribution line; a section is cut into equal spans no longer.
        transmission_span_m: span of a transmission line by its lowest voltage; the next lower entry counts.
        sag_frac: sag over span of a distribution line at its rating temperature.
        transmission_sag_frac: that of a transmission line.
        wind_pa: wind that blows conductors out, 6 lb/ft² of NESC rule 234A2.
        swing_deg: swing in that wind where the conductor's weight is not known.
        insulator_m_per_kv: length of an insulator string, which swings as well: 146 mm for each 17 kV.
        ground_clearance_m: least height above ground, NESC rule 232: 18.5 ft for open conductors to 22 kV.
        ground_m_per_kv: what comes on top for each kV to ground above 22: 0.4 in.
        service_ground_m: that of an insulated service drop: 12 ft.
    """

    embedment_frac: float = 0.10
    embedment_m: float = 0.61
    attachment_drop_m: float = 0.3
    pole_m: tuple[tuple[str, float], ...] = (("BACKBONE", 13.72), ("LATERAL", 12.19), ("SERVICE", 9.14))
    span_m: float = 60.0
    transmission_span_m: tuple[tuple[float, float], ...] = (
        (0.0, 100.0),
        (69.0, 150.0),
        (138.0, 200.0),
        (230.0, 250.0),
        (345.0, 300.0),
        (500.0, 350.0),
    )
    sag_frac: float = 0.02
    transmission_sag_frac: float = 0.035
    wind_pa: float = 287.3
    swing_deg: float = 45.0
    insulator_m_per_kv: float = 0.0086
    ground_clearance_m: float = 5.64
    ground_m_per_kv: float = 0.01016
    service_ground_m: float = 3.66


@dataclass(frozen=True, kw_only=True, eq=False)
class ConductorGeometry:
    """Hold where conductors hang, one entry per line; NaN where it is unknown.

    Attributes:
        lowest_m: height above ground at the largest sag.
        sag_m: the largest sag.
        blowout_m: how far the wind moves the conductor sideways.
    """

    lowest_m: FloatArray
    sag_m: FloatArray
    blowout_m: FloatArray


def mvcd_m(nominal_kv: npt.ArrayLike, elevation_m: npt.ArrayLike = 0.0) -> FloatArray:
    """Return the minimum vegetation clearance distance of AC lines, m.

    The gap D whose 3-sigma withstand voltage is that of the switching surge,
    V_max √(2/3) T / 0.85 = k_w k_g δ^m 3400 / (1 + 8 / D), δ = e^(-A / 8.6), m = 1.25 G0 (G0 - 0.2),
    G0 = 3400 k_g / (1 + 8 / D) / (500 D); kV and m, A in km (FAC-003-4, technical reference). Within 0.1 ft
    of its table 2 from 69 to 765 kV and up to 5,000 ft. NaN for a voltage that is not positive.
    """
    nominal, elevation = np.broadcast_arrays(
        np.asarray(nominal_kv, dtype=np.float64), np.asarray(elevation_m, dtype=np.float64)
    )
    nominal = np.where(nominal > 0.0, nominal, np.nan)
    surge = np.where(nominal >= LOW_SURGE_FROM_KV, 1.4, 2.0)
    volts = maximum_kv(nominal) * np.sqrt(2.0 / 3.0) * surge / 0.85
    thinness = np.exp(-np.maximum(elevation, 0.0) / 1000.0 / 8.6)
    gap = 8.0 / (3400.0 * GAP_WET * GAP_FACTOR / volts - 1.0)
    for _ in range(30):  # a contraction; every step gains about a digit
        strength = 3400.0 * GAP_FACTOR / (1.0 + 8.0 / gap) / (500.0 * gap)
        exponent = np.clip(1.25 * strength * (strength - 0.2), 0.0, 1.0)
        gap = 8.0 / (3400.0 * GAP_WET * GAP_FACTOR * thinness**exponent / volts - 1.0)
    return np.asarray(gap)


def maximum_kv(nominal_kv: npt.ArrayLike) -> FloatArray:
    """Return the highest operating voltage of nominal voltages, kV."""
    nominal = np.asarray(nominal_kv, dtype=np.float64)
    highest = OTHER_MAXIMUM * nominal
    for known, most in MAXIMUM_KV.items():
        highest = np.where(np.isclose(nominal, known), most, highest)
    return np.asarray(highest)


def distribution_geometry(
    *,
    line_class: Sequence[str],
    length_m: FloatArray,
    pole_m: FloatArray,
    conductor_type: Sequence[str],
    params: ConductorParams,
) -> ConductorGeometry:
    """Return where the conductors of overhead sections hang.

    The conductor is attached near the top of the pole, sags by a part of the span, and is never lower than
    NESC allows above ground.

    Args:
        line_class: BACKBONE, LATERAL or SERVICE.
        length_m: length of the section.
        pole_m: length of its lowest pole; NaN where none is on record.
        conductor_type: name of the conductor.
        params: what is assumed.
    """
    classes = np.asarray(line_class, dtype=object)
    usual = np.full(len(classes), np.nan)
    for name, length in params.pole_m:
        usual[classes == name] = length
    pole = np.where(np.isnan(pole_m), usual, pole_m)
    attached = pole * (1.0 - params.embedment_frac) - params.embedment_m - params.attachment_drop_m
    span = length_m / np.maximum(np.ceil(length_m / params.span_m), 1.0)
    sag = params.sag_frac * span
    least = np.where(classes == "SERVICE", params.service_ground_m, params.ground_clearance_m)
    swing = np.radians([swing_deg(name, params) for name in conductor_type]).reshape(len(classes))
    return ConductorGeometry(
        lowest_m=np.asarray(np.maximum(attached - sag, least)),
        sag_m=np.asarray(sag),
        blowout_m=np.asarray(sag * np.sin(swing)),
    )


def transmission_geometry(*, nominal_kv: FloatArray, params: ConductorParams) -> ConductorGeometry:
    """Return where the conductors of transmission lines hang.

    As low as NESC rule 232 allows at the largest sag; spans by voltage. The conductor and its string swing.
    """
    limits = np.array([limit for limit, _ in params.transmission_span_m])
    spans = np.array([span for _, span in params.transmission_span_m])
    span = spans[np.maximum(np.searchsorted(limits, nominal_kv, side="right") - 1, 0)]
    sag = params.transmission_sag_frac * span
    to_ground = maximum_kv(nominal_kv) / np.sqrt(3.0)
    lowest = params.ground_clearance_m + params.ground_m_per_kv * np.maximum(to_ground - 22.0, 0.0)
    string = params.insulator_m_per_kv * nominal_kv
    blowout = (sag + string) * np.sin(np.radians(params.swing_deg))
    return ConductorGeometry(
        lowest_m=np.asarray(lowest), sag_m=np.asarray(sag), blowout_m=np.asarray(blowout)
    )


def swing_deg(conductor_type: str, params: ConductorParams) -> float:
    """Return the angle that the wind swings a conductor by: tan = wind on its width over its weight."""
    weight = CONDUCTOR_LB_PER_FT.get(conductor_type)
    conductor = CATALOGUE.get(conductor_type)
    if weight is None or conductor is None or conductor.diameter_m is None:
        return params.swing_deg
    return float(np.degrees(np.arctan(params.wind_pa * conductor.diameter_m / (weight * N_PER_M))))
