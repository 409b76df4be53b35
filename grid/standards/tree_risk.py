"""The risk that a tree is to a line: ratings by ISA TRAQ, what is expected to be lost, and how urgent it is.

Trees are ranked by expected customer-minutes a year: strikes a year, times the customers behind the device
that clears the fault, times how long they are out. The TRAQ matrices are those of ISA's *Best Management
Practices: Tree Risk Assessment*; they need an inspection.

``original_score`` is a composite that an earlier tool used, kept to compare with: it mixes both mechanisms,
knows no height of the conductor, and gives a tall tree far away 0.3.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
import numpy.typing as npt

from grid.standards.tree_strike import FailureLikelihood

FloatArray = npt.NDArray[np.float64]


class ImpactLikelihood(StrEnum):
    """How likely the line is to be struck if the tree fails."""

    VERY_LOW = "VERY_LOW"
    LOW = "LOW"
    MEDIUM = "MEDIUM"
    HIGH = "HIGH"


class StrikeLikelihood(StrEnum):
    """How likely the tree is to fail and strike the line."""

    UNLIKELY = "UNLIKELY"
    SOMEWHAT_LIKELY = "SOMEWHAT_LIKELY"
    LIKELY = "LIKELY"
    VERY_LIKELY = "VERY_LIKELY"


class Consequence(StrEnum):
    """What a strike would lead to."""

    NEGLIGIBLE = "NEGLIGIBLE"
    MINOR = "MINOR"
    SIGNIFICANT = "SIGNIFICANT"
    SEVERE = "SEVERE"


class RiskRating(StrEnum):
    """The rating of TRAQ."""

    LOW = "LOW"
    MODERATE = "MODERATE"
    HIGH = "HIGH"
    EXTREME = "EXTREME"


class VegetationLevel(StrEnum):
    """How urgent a tree is, by both mechanisms; the worse counts."""

    NONE = "NONE"
    LOW = "LOW"
    MEDIUM = "MEDIUM"
    HIGH = "HIGH"
    CRITICAL = "CRITICAL"


class OriginalBand(StrEnum):
    """The bands of the composite score."""

    LOW = "LOW"
    MEDIUM = "MEDIUM"
    HIGH = "HIGH"
    CRITICAL = "CRITICAL"


_U, _S, _L, _V = StrikeLikelihood
STRIKE_MATRIX: dict[FailureLikelihood, tuple[StrikeLikelihood, ...]] = {
    FailureLikelihood.IMPROBABLE: (_U, _U, _U, _U),
    FailureLikelihood.POSSIBLE: (_U, _U, _U, _S),
    FailureLikelihood.PROBABLE: (_U, _U, _S, _L),
    FailureLikelihood.IMMINENT: (_U, _S, _L, _V),
}
"""Failure by impact (very low to high)."""

_LOW, _MODERATE, _HIGH, _EXTREME = RiskRating
RISK_MATRIX: dict[StrikeLikelihood, tuple[RiskRating, ...]] = {
    StrikeLikelihood.UNLIKELY: (_LOW, _LOW, _LOW, _LOW),
    StrikeLikelihood.SOMEWHAT_LIKELY: (_LOW, _LOW, _MODERATE, _MODERATE),
    StrikeLikelihood.LIKELY: (_LOW, _MODERATE, _HIGH, _HIGH),
    StrikeLikelihood.VERY_LIKELY: (_LOW, _MODERATE, _HIGH, _EXTREME),
}
"""Likelihood of a strike by its consequence (negligible to severe)."""


@dataclass(frozen=True, kw_only=True)
class RiskParams:
    """Hold where one word ends and the next begins: all ours, since TRAQ names no numbers.

    Attributes:
        impact_from: part of the directions of fall from which on the impact is LOW, MEDIUM and HIGH.
        customers_from: customers from which on the consequence is MINOR, SIGNIFICANT and SEVERE; a critical
            customer, such as a hospital, makes it SEVERE.
        cycle_years: the trimming cycle: who encroaches within it is MEDIUM.
        strike_years: a tree that is expected to strike more often than once in so many years is MEDIUM if it
            was never inspected.
    """

    impact_from: tuple[float, float, float] = (1e-9, 0.125, 0.25)
    customers_from: tuple[float, float, float] = (1.0, 50.0, 500.0)
    cycle_years: float = 4.0
    strike_years: float = 1000.0


def impact_likelihood(direction_frac: float, params: RiskParams) -> ImpactLikelihood | None:
    """Return how likely an impact is by the part of the directions of fall that strike; None if unknown."""
    if np.isnan(direction_frac):
        return None
    return list(ImpactLikelihood)[sum(direction_frac >= limit for limit in params.impact_from)]


def consequence(customers: float, *, has_critical: bool, params: RiskParams) -> Consequence | None:
    """Return what a strike leads to by the customers behind the device; None if they are not known."""
    if np.isnan(customers):
        return None
    if has_critical:
        return Consequence.SEVERE
    return list(Consequence)[sum(customers >= limit for limit in params.customers_from)]


def strike_likelihood(
    failure: FailureLikelihood | None, impact: ImpactLikelihood | None
) -> StrikeLikelihood | None:
    """Return TRAQ's likelihood of failure and impact; None if either is unknown."""
    if failure is None or impact is None:
        return None
    return STRIKE_MATRIX[failure][list(ImpactLikelihood).index(impact)]


def risk_rating(likelihood: StrikeLikelihood | None, found: Consequence | None) -> RiskRating | None:
    """Return TRAQ's rating; None if either is unknown."""
    if likelihood is None or found is None:
        return None
    return RISK_MATRIX[likelihood][list(Consequence).index(found)]


def customer_minutes_per_year(
    strikes_per_year: FloatArray, customers: FloatArray, minutes: FloatArray
) -> FloatArray:
    """Return the expected customer-minutes interrupted a year; unknown if any part is."""
    return np.asarray(strikes_per_year * customers * minutes)


def grow_in_level(
    *,
    deficit_m: float,
    clearance_m: float,
    years: float,
    earliest_years: float,
    is_insulated: bool,
    params: RiskParams,
) -> VegetationLevel | None:
    """Return how urgent a tree is for its growth; None if neither its years nor their range are known.

    CRITICAL: it touches the conductor; HIGH: it is within the clearance; MEDIUM: it will be within the cycle,
    or may be by the range if nothing better is known; LOW: later; NONE: never. Insulated lines: at most
    MEDIUM.
    """
    if np.isnan(deficit_m):
        return None
    if deficit_m >= clearance_m or deficit_m >= 0.0:
        if is_insulated:
            return VegetationLevel.MEDIUM
        return VegetationLevel.CRITICAL if deficit_m >= clearance_m else VegetationLevel.HIGH
    until = earliest_years if np.isnan(years) else years
    if np.isnan(until):
        return None
    if until <= params.cycle_years:
        return VegetationLevel.MEDIUM
    return VegetationLevel.LOW if np.isfinite(until) else VegetationLevel.NONE


def fall_in_level(
    *, rating: RiskRating | None, strikes_per_year: float, is_insulated: bool, params: RiskParams
) -> VegetationLevel | None:
    """Return how urgent a tree is for its fall; None if its strikes are not known.

    By the TRAQ rating where it was inspected (EXTREME: CRITICAL, MODERATE: MEDIUM); else MEDIUM where strikes
    are expected often enough, LOW where it can strike, NONE where it cannot. Insulated: at most MEDIUM.
    """
    if np.isnan(strikes_per_year):
        return None
    if strikes_per_year <= 0.0:
        return VegetationLevel.NONE
    if rating is None:
        often = strikes_per_year * params.strike_years >= 1.0
        return VegetationLevel.MEDIUM if often else VegetationLevel.LOW
    level = list(VegetationLevel)[1 + list(RiskRating).index(rating)]
    return VegetationLevel.MEDIUM if is_insulated and rating in {_HIGH, _EXTREME} else level


def worse_level(levels: Sequence[VegetationLevel | None]) -> VegetationLevel | None:
    """Return the worst of the levels that are known; None if none is."""
    known = [each for each in levels if each is not None]
    return max(known, key=list(VegetationLevel).index) if known else None


def original_score(
    *, height_m: npt.ArrayLike, distance_m: npt.ArrayLike, crown_radius_m: npt.ArrayLike, kv: npt.ArrayLike
) -> FloatArray:
    """Return the composite score: 0.7 max(0, 1 - (d - r) / (1.1 H + C)) + 0.3 min(1, H / 30).

    C is by voltage 10.7, 7.6, 6.1, 4.6 and 3.0 m: the distances that OSHA sets for cranes (29 CFR 1926.1408),
    which have nothing to do with vegetation.
    """
    height, distance, crown, volts = (
        np.asarray(each, dtype=np.float64) for each in (height_m, distance_m, crown_radius_m, kv)
    )
    clearance = np.select(
        [volts > 500.0, volts > 350.0, volts > 200.0, volts > 50.0], [10.7, 7.6, 6.1, 4.6], default=3.0
    )
    clearance = np.where(np.isnan(volts), np.nan, clearance)
    near = np.maximum(1.0 - (distance - crown) / (1.1 * height + clearance), 0.0)
    return np.asarray(0.7 * near + 0.3 * np.minimum(height / 30.0, 1.0))


def original_band(score: float) -> OriginalBand | None:
    """Return the band of a composite score; None if it is unknown."""
    if np.isnan(score):
        return None
    return list(OriginalBand)[sum(score >= limit for limit in (0.35, 0.6, 0.8))]
