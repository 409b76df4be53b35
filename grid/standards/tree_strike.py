"""Fall-in: whether a falling tree strikes a conductor, and how often.

A tree falls as a rigid rod about its foot. The conductor nearest to it hangs at the distance d and the height
z; the rod reaches it if H >= s = √(d² + z²), by the *overstrike* H - s. Falling in a direction at the angle θ
from the shortest way to the line it crosses the conductor's vertical plane at d / cos θ; so it strikes for
cos θ >= d / √(H² - z²), which is a part θ_max / π of all directions (the line taken as straight and longer
than the tree's reach). Multiplied by how often such a tree fails in a year that is its rate of strikes.

How often a tree fails depends on its condition, which only an inspection tells. The likelihoods of ISA's Tree
Risk Assessment Qualification (TRAQ) are put into numbers by the decades of Quantified Tree Risk Assessment
(QTRA, M. Ellison), probable 1 in 100 to 1 in 10 and so on: this assignment is ours. A tree that nobody has
inspected is taken as POSSIBLE with a range from IMPROBABLE to PROBABLE, and has no TRAQ rating.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]


class FailureLikelihood(StrEnum):
    """How likely a tree is to fail, as an inspection by TRAQ finds it."""

    IMPROBABLE = "IMPROBABLE"
    POSSIBLE = "POSSIBLE"
    PROBABLE = "PROBABLE"
    IMMINENT = "IMMINENT"


class Lean(StrEnum):
    """Where a tree leans, seen from the line."""

    TOWARD = "TOWARD"
    UPRIGHT = "UPRIGHT"
    AWAY = "AWAY"


@dataclass(frozen=True, kw_only=True)
class StrikeParams:
    """Hold how often trees fail, and where to.

    Attributes:
        failures_per_year: least and largest by likelihood, the decades of QTRA; the mean is geometric.
        population_per_year: least, middle and largest of a tree that was never inspected.
        lean_concentration: of the von Mises distribution of directions about a tree's lean; an upright tree
            falls in any direction alike. Ours.
        wind_exponent: the load on a crown goes with this power of the speed of the wind.
    """

    failures_per_year: tuple[tuple[FailureLikelihood, float, float], ...] = (
        (FailureLikelihood.IMPROBABLE, 1e-4, 1e-3),
        (FailureLikelihood.POSSIBLE, 1e-3, 1e-2),
        (FailureLikelihood.PROBABLE, 1e-2, 1e-1),
        (FailureLikelihood.IMMINENT, 1e-1, 1.0),
    )
    population_per_year: tuple[float, float, float] = (1e-4, math.sqrt(1e-3 * 1e-2), 1e-1)
    lean_concentration: float = 2.0
    wind_exponent: float = 2.0


@dataclass(frozen=True, kw_only=True, eq=False)
class Failures:
    """Hold how often trees fail in a year: middle, least and largest."""

    middle: FloatArray
    low: FloatArray
    high: FloatArray


@dataclass(frozen=True, kw_only=True, eq=False)
class Strikes:
    """Hold the strikes of trees on lines, one entry for each pair; NaN where height or distance is unknown.

    Attributes:
        reach_m: s, from the tree's foot to the conductor.
        overstrike_m: H - s; below 0 it cannot reach.
        direction_frac: part of the directions of fall that strike.
        per_year: strikes in a year.
        per_year_low: with the least, and the lean least towards the line if the lean is unknown.
        per_year_high: with the largest.
    """

    reach_m: FloatArray
    overstrike_m: FloatArray
    direction_frac: FloatArray
    per_year: FloatArray
    per_year_low: FloatArray
    per_year_high: FloatArray


def reach_m(distance_m: npt.ArrayLike, conductor_m: npt.ArrayLike) -> FloatArray:
    """Return the length of a tree that just reaches a conductor: √(d² + z²), m."""
    return np.asarray(np.hypot(distance_m, conductor_m), dtype=np.float64)


def direction_frac(
    *,
    height_m: npt.ArrayLike,
    distance_m: npt.ArrayLike,
    conductor_m: npt.ArrayLike,
    lean: Lean | None = None,
    params: StrikeParams | None = None,
) -> FloatArray:
    """Return the part of the directions of fall in which a tree strikes a straight conductor.

    Args:
        height_m: of the tree.
        distance_m: of its foot from the line, on the ground.
        conductor_m: height of the conductor.
        lean: where it leans; None and upright: any direction alike.
        params: for the concentration about the lean.
    """
    height, distance, conductor = (
        np.asarray(each, dtype=np.float64) for each in (height_m, distance_m, conductor_m)
    )
    on_ground = np.sqrt(np.maximum(height**2 - conductor**2, 0.0))
    with np.errstate(divide="ignore", invalid="ignore"):
        cosine = np.where(distance > 0.0, distance / on_ground, 0.0)
    half_angle = np.where(reach_m(distance, conductor) <= height, np.arccos(np.clip(cosine, 0.0, 1.0)), 0.0)
    half_angle = np.where(np.isnan(height + distance + conductor), np.nan, half_angle)
    if lean is None or lean is Lean.UPRIGHT:
        return np.asarray(half_angle / np.pi)
    return _von_mises_mass(half_angle, lean, (params or StrikeParams()).lean_concentration)


def failures(condition: Sequence[FailureLikelihood | None], params: StrikeParams) -> Failures:
    """Return how often trees fail in a year by what an inspection found; None: never inspected."""
    by_condition: dict[FailureLikelihood | None, tuple[float, float, float]] = {
        found: (low, math.sqrt(low * high), high) for found, low, high in params.failures_per_year
    }
    by_condition[None] = params.population_per_year
    rates = np.array([by_condition[each] for each in condition], dtype=np.float64).reshape(len(condition), 3)
    return Failures(middle=rates[:, 1], low=rates[:, 0], high=rates[:, 2])


def wind_factor(windiest_ms: npt.ArrayLike, usual_ms: npt.ArrayLike, params: StrikeParams) -> FloatArray:
    """Return what the wind of a place makes of the rate of failure: (v / v_usual)², NaN if unknown.

    Args:
        windiest_ms: a high quantile of the wind there.
        usual_ms: the same of the territory as a whole.
        params: the exponent.
    """
    windiest, usual = np.asarray(windiest_ms, dtype=np.float64), np.asarray(usual_ms, dtype=np.float64)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(np.where(usual > 0.0, windiest / usual, np.nan) ** params.wind_exponent)


def strikes(
    *,
    height_m: FloatArray,
    distance_m: FloatArray,
    conductor_m: FloatArray,
    rates: Failures,
    lean: Sequence[Lean | None],
    params: StrikeParams,
    wind: FloatArray | None = None,
) -> Strikes:
    """Return how often trees strike lines; all arrays have an entry for each pair of tree and line.

    Args:
        height_m: of the tree.
        distance_m: of its foot from the line.
        conductor_m: lowest height of the conductor: the easiest to strike.
        rates: how often the tree fails.
        lean: where it leans; None: not known.
        params: how trees fall.
        wind: factor of the wind; None, and NaN in it: as usual.
    """
    reach = reach_m(distance_m, conductor_m)

    def part(way: Lean | None) -> FloatArray:
        return direction_frac(
            height_m=height_m, distance_m=distance_m, conductor_m=conductor_m, lean=way, params=params
        )

    leans = np.asarray(lean, dtype=object)
    upright, toward, away = part(None), part(Lean.TOWARD), part(Lean.AWAY)
    middle = np.where(leans == Lean.TOWARD, toward, np.where(leans == Lean.AWAY, away, upright))
    is_unknown = np.array([each is None for each in lean], dtype=np.bool_)
    factor = 1.0 if wind is None else np.where(np.isnan(wind), 1.0, wind)
    return Strikes(
        reach_m=reach,
        overstrike_m=np.asarray(height_m - reach),
        direction_frac=np.asarray(middle),
        per_year=np.asarray(rates.middle * factor * middle),
        per_year_low=np.asarray(rates.low * factor * np.where(is_unknown, away, middle)),
        per_year_high=np.asarray(rates.high * factor * np.where(is_unknown, toward, middle)),
    )


def _von_mises_mass(half_angle: FloatArray, lean: Lean, concentration: float) -> FloatArray:
    """Return the mass of a von Mises distribution within an angle either side of the way to the line."""
    nodes, weights = np.polynomial.legendre.leggauss(40)
    angles = 0.5 * half_angle[..., None] * (nodes + 1.0)
    sign = 1.0 if lean is Lean.TOWARD else -1.0
    density = np.exp(sign * concentration * np.cos(angles)) / (2.0 * np.pi * np.i0(concentration))
    return np.asarray(half_angle * (density * weights).sum(axis=-1))
