"""How customers use power: archetypes by class, hour, day type and temperature.

The power of an archetype is base(hour, day type) + cooling · max(0, T - 18.5 °C) + heating · max(0, 15 °C -
T), with T the outdoor temperature smoothed over three hours. The shapes are this project's own round figures;
they follow what is published of Texas load: NREL, *End-Use Load Profiles for the U.S. Building Stock*
(ResStock and ComStock, 2021) for the hours of residential and commercial use, EIA *Residential Energy
Consumption Survey* 2020 for the share of cooling in Texas homes, ERCOT's load profiles for the flatness of
large industry. Each archetype is divided by its own mean over a normal year (climate of
:mod:`grid.forge.climate`), so that it only shapes a meter's annual energy.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from scipy.signal import lfilter

from grid.forge import load_shapes
from grid.forge.arrays import FloatArray, IntArray
from grid.forge.climate import HOUSTON, Climate, monthly_to_daily, normal_temperature_c

RESIDENTIAL, COMMERCIAL, INDUSTRIAL = 0, 1, 2
CLASS_NAMES = ("RESIDENTIAL", "COMMERCIAL", "INDUSTRIAL")

COOLING_BASE_C = 18.5
HEATING_BASE_C = 15.0
THERMAL_LAG_H = 3.0
POWER_FACTOR = 0.95
"""Power factor of every load: apparent power = energy / hours / 0.95."""


@dataclass(frozen=True, slots=True)
class Archetype:
    """Describe one way of using power, in kW of a member of ordinary size.

    Attributes:
        customer_class: index into :data:`CLASS_NAMES`.
        weight: share of its class.
        base_kw: mean of the part that does not depend on temperature.
        weekday: 24 relative values of that part, hour 0 first.
        weekend: the same for Saturday and Sunday.
        cooling_kw_per_c: response above the cooling base, mean over the day.
        cooling_day: how much of the cooling follows the shape of the base instead of being even over the day.
        heating_kw_per_c: response below the heating base.
    """

    customer_class: int
    weight: float
    base_kw: float
    weekday: tuple[float, ...]
    weekend: tuple[float, ...]
    cooling_kw_per_c: float
    cooling_day: float
    heating_kw_per_c: float


def _residential() -> list[Archetype]:
    found = []
    for weekday, share in (
        (load_shapes.EVENING, 0.48),
        (load_shapes.AT_HOME, 0.27),
        (load_shapes.EARLY, 0.17),
        (load_shapes.NIGHT, 0.08),
    ):
        for heating, part in (
            (0.11, 0.6),
            (0.012, 0.4),
        ):  # electric heating in 6 of 10 Texas homes (RECS 2020)
            found.append(
                Archetype(RESIDENTIAL, share * part, 0.85, weekday, load_shapes.WEEKEND, 0.105, 0.35, heating)
            )
    return found


ARCHETYPES: tuple[Archetype, ...] = (
    *_residential(),
    Archetype(COMMERCIAL, 0.45, 6.2, load_shapes.OFFICE, load_shapes.OFFICE_CLOSED, 0.16, 0.9, 0.03),
    Archetype(COMMERCIAL, 0.27, 6.2, load_shapes.RETAIL, load_shapes.RETAIL, 0.16, 0.8, 0.02),
    Archetype(COMMERCIAL, 0.13, 6.8, load_shapes.FOOD, load_shapes.FOOD, 0.13, 0.6, 0.02),
    Archetype(
        COMMERCIAL, 0.15, 6.6, load_shapes.ROUND_THE_CLOCK, load_shapes.ROUND_THE_CLOCK, 0.12, 0.4, 0.02
    ),
    Archetype(INDUSTRIAL, 0.70, 97.0, load_shapes.THREE_SHIFTS, load_shapes.FLAT, 0.30, 0.0, 0.0),
    Archetype(
        INDUSTRIAL,
        0.30,
        96.0,
        load_shapes.TWO_SHIFTS,
        tuple(0.8 * v for v in load_shapes.TWO_SHIFTS),
        0.40,
        0.0,
        0.0,
    ),
)

CLASS_OF = np.array([archetype.customer_class for archetype in ARCHETYPES])
"""Customer class of each archetype."""

NOISE_SHARE = (0.65, 0.20, 0.06)
"""Per class, the share of a quarter-hour's use that is exponentially distributed around its mean."""

DAY_SPREAD = (0.25, 0.10, 0.05)
"""Per class, the standard deviation of the logarithm of a meter's daily level."""


def archetype_shares(customer_class: int) -> tuple[IntArray, FloatArray]:
    """Return the archetypes of a class and their shares, which sum to 1."""
    found = np.flatnonzero(customer_class == CLASS_OF)
    weights = np.array([ARCHETYPES[i].weight for i in found])
    return found, weights / weights.sum()


def noise_share(customer_class: IntArray, tenants: IntArray) -> FloatArray:
    """Return the share of each meter's quarter-hour use that is random; tenants behind one meter even each
    other out.
    """
    return np.asarray(np.array(NOISE_SHARE)[customer_class] / np.sqrt(tenants))


def variability(customer_class: IntArray, tenants: IntArray) -> FloatArray:
    """Return the standard deviation of a meter's quarter-hour use relative to its expectation."""
    return np.asarray(np.hypot(noise_share(customer_class, tenants), np.array(DAY_SPREAD)[customer_class]))


def relative_power(
    *,
    minute_of_day: FloatArray,
    is_weekend: FloatArray,
    temperature_c: FloatArray,
    climate: Climate = HOUSTON,
) -> FloatArray:
    """Return the power of every archetype relative to its mean over a normal year.

    Args:
        minute_of_day: local clock, 0 to 1440.
        is_weekend: 1 on Saturday and Sunday, else 0.
        temperature_c: smoothed outdoor temperature, same shape.
        climate: what a normal year is.

    Returns:
        Array of (archetypes, times).
    """
    warm = np.maximum(temperature_c - COOLING_BASE_C, 0.0)
    cold = np.maximum(HEATING_BASE_C - temperature_c, 0.0)
    power = _power_kw(minute_of_day / 60.0, is_weekend, warm, cold)
    return power / _annual_mean_kw(climate)[:, None]


def smooth_temperature(hourly_c: FloatArray) -> FloatArray:
    """Return temperature with the thermal lag of buildings: an exponential mean over three hours."""
    keep = math.exp(-1.0 / THERMAL_LAG_H)
    before = [keep * hourly_c[0]]
    return np.asarray(lfilter([1.0 - keep], [1.0, -keep], hourly_c, zi=before)[0], dtype=np.float64)


def _power_kw(hour: FloatArray, is_weekend: FloatArray, warm: FloatArray, cold: FloatArray) -> FloatArray:
    rows = []
    for a in ARCHETYPES:
        mean = (5.0 * np.mean(a.weekday) + 2.0 * np.mean(a.weekend)) / 7.0
        shape = np.where(is_weekend > 0.5, _at_hour(a.weekend, hour), _at_hour(a.weekday, hour)) / mean
        cooling = a.cooling_kw_per_c * (1.0 + a.cooling_day * (shape - 1.0)) * warm
        rows.append(a.base_kw * shape + cooling + a.heating_kw_per_c * cold)
    return np.array(rows)


def _at_hour(shape: tuple[float, ...], hour: FloatArray) -> FloatArray:
    """Interpolate 24 values, taken to hold at mid-hour, cyclically."""
    values = np.array([shape[-1], *shape, shape[0]])
    return np.asarray(np.interp(hour, np.arange(26) - 0.5, values), dtype=np.float64)


def _annual_mean_kw(climate: Climate) -> FloatArray:
    """Return each archetype's mean power over a normal year.

    Departures from the normal temperature are taken as Gaussian: E[max(0, X)] = s·phi(m/s) + m·Phi(m/s).
    """
    days = (np.arange(12) + 0.5) * (365.25 / 12.0)
    hours = np.arange(24) + 0.5
    day, hour = (grid.ravel() for grid in np.meshgrid(days, hours, indexing="ij"))
    spread = monthly_to_daily(climate.anomaly_c, day)
    mean_c = normal_temperature_c(climate, day, hour - 0.5)
    warm = _expected_excess(mean_c - COOLING_BASE_C, spread)
    cold = _expected_excess(HEATING_BASE_C - mean_c, spread)
    weekday = _power_kw(hour, np.zeros(len(hour)), warm, cold).mean(axis=1)
    weekend = _power_kw(hour, np.ones(len(hour)), warm, cold).mean(axis=1)
    return np.asarray((5.0 * weekday + 2.0 * weekend) / 7.0, dtype=np.float64)


def _expected_excess(mean: FloatArray, spread: FloatArray) -> FloatArray:
    z = mean / spread
    density = np.exp(-0.5 * z * z) / math.sqrt(2.0 * math.pi)
    below = np.array([0.5 * (1.0 + math.erf(v / math.sqrt(2.0))) for v in z.tolist()])
    return np.asarray(spread * density + mean * below, dtype=np.float64)
