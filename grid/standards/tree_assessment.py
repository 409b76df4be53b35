"""What trees are to lines near them: both mechanisms for pairs of a tree and a line, and the worst pairs.

Numbers in, numbers out; whoever asks finds the pairs, by whatever index.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from grid.standards.clearance import ConductorParams
from grid.standards.tree_growth import GrowIn, Growth, GrowthParams, grow_in, growth_of
from grid.standards.tree_risk import (
    RiskParams,
    RiskRating,
    VegetationLevel,
    consequence,
    customer_minutes_per_year,
    fall_in_level,
    grow_in_level,
    impact_likelihood,
    original_score,
    risk_rating,
    strike_likelihood,
)
from grid.standards.tree_strike import FailureLikelihood, Lean, StrikeParams, Strikes, failures, strikes
from grid.standards.trimming import TrimParams

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]
BoolArray = npt.NDArray[np.bool_]

INSULATED = "SERVICE"
"""Class of lines that are insulated: a tree that touches one is no fault yet."""

_LEVELS = list(VegetationLevel)


@dataclass(frozen=True, kw_only=True)
class VegetationParams:
    """Hold all that the assessment assumes.

    Attributes:
        clearance_m: what must stay free around a distribution line, by its class.
        margin_m: what is kept free beyond the MVCD around a transmission line.
        search_m: a line farther from a tree's foot is none of its business.
    """

    clearance_m: tuple[tuple[str, float], ...] = (("BACKBONE", 3.05), ("LATERAL", 3.05), ("SERVICE", 0.6))
    margin_m: float = 1.0
    search_m: float = 60.0
    conductors: ConductorParams = field(default_factory=ConductorParams)
    growth: GrowthParams = field(default_factory=GrowthParams)
    strike: StrikeParams = field(default_factory=StrikeParams)
    risk: RiskParams = field(default_factory=RiskParams)
    trim: TrimParams = field(default_factory=TrimParams)


@dataclass(frozen=True, kw_only=True, eq=False)
class Trees:
    """Hold trees, one entry each; NaN and None where unknown."""

    height_m: FloatArray
    crown_radius_m: FloatArray
    growth_m_per_year: FloatArray
    species: Sequence[str | None]
    condition: Sequence[FailureLikelihood | None]
    lean: Sequence[Lean | None]


@dataclass(frozen=True, kw_only=True, eq=False)
class Pairs:
    """Hold pairs of a tree and a line near it, one entry each.

    Attributes:
        tree: position among the trees; the pairs of a tree need not be together.
        distance_m: from the tree's foot to the line, on the ground.
        lowest_m: height of the conductor at its largest sag.
        blowout_m: how far the wind moves it.
        clearance_m: what must stay free around it.
        voltage_kv: nominal.
        is_insulated: whether it is.
        customers: behind the device that clears a fault of it; NaN if unknown.
        has_critical: whether one of them is critical.
        outage_min: expected minutes without supply; NaN if unknown.
    """

    tree: IntArray
    distance_m: FloatArray
    lowest_m: FloatArray
    blowout_m: FloatArray
    clearance_m: FloatArray
    voltage_kv: FloatArray
    is_insulated: BoolArray
    customers: FloatArray
    has_critical: BoolArray
    outage_min: FloatArray


@dataclass(frozen=True, kw_only=True, eq=False)
class Assessed:
    """Hold what was found of pairs, one entry each.

    Attributes:
        growth: of the tree of each pair.
        grow_in: when it encroaches.
        strikes: how often it strikes.
        customer_minutes: expected to be lost a year, and the ends of their range.
        rating: TRAQ's; None without an inspection.
        grow_level: how urgent for its growth; -1 if unknown, else the position among the levels.
        fall_level: likewise for its fall.
        original_score: the composite score.
    """

    growth: Growth
    grow_in: GrowIn
    strikes: Strikes
    customer_minutes: FloatArray
    customer_minutes_low: FloatArray
    customer_minutes_high: FloatArray
    rating: list[RiskRating | None]
    grow_level: IntArray
    fall_level: IntArray
    original_score: FloatArray


def assess_pairs(*, trees: Trees, pairs: Pairs, params: VegetationParams) -> Assessed:
    """Return what trees are to the lines near them."""
    of = pairs.tree
    height, crown = trees.height_m[of], trees.crown_radius_m[of]
    condition = [trees.condition[each] for each in of.tolist()]
    growth = growth_of(
        recorded_m_per_year=trees.growth_m_per_year[of],
        species=[trees.species[each] for each in of.tolist()],
        height_m=height,
        crown_radius_m=crown,
        params=params.growth,
    )
    growing = grow_in(
        distance_m=pairs.distance_m,
        crown_radius_m=crown,
        height_m=height,
        lowest_m=pairs.lowest_m,
        blowout_m=pairs.blowout_m,
        clearance_m=pairs.clearance_m,
        growth=growth,
    )
    falling = strikes(
        height_m=height,
        distance_m=pairs.distance_m,
        conductor_m=pairs.lowest_m,
        rates=failures(condition, params.strike),
        lean=[trees.lean[each] for each in of.tolist()],
        params=params.strike,
    )
    rating = _ratings(condition, falling, pairs, params.risk)
    lost = (falling.per_year, falling.per_year_low, falling.per_year_high)
    middle, low, high = (customer_minutes_per_year(each, pairs.customers, pairs.outage_min) for each in lost)
    return Assessed(
        growth=growth,
        grow_in=growing,
        strikes=falling,
        customer_minutes=middle,
        customer_minutes_low=low,
        customer_minutes_high=high,
        rating=rating,
        grow_level=_grow_levels(growing, pairs, params.risk),
        fall_level=_fall_levels(falling, rating, pairs, params.risk),
        original_score=original_score(
            height_m=height, distance_m=pairs.distance_m, crown_radius_m=crown, kv=pairs.voltage_kv
        ),
    )


def level_at(position: int) -> VegetationLevel | None:
    """Return a level by its position; None for -1."""
    return None if position < 0 else _LEVELS[position]


def nearest(pairs: Pairs) -> IntArray:
    """Return the nearest pair of each tree that has one, by rising tree."""
    return _first(pairs.tree, [pairs.distance_m])


def most_urgent_growth(pairs: Pairs, found: Assessed) -> IntArray:
    """Return of each tree the pair on which it encroaches first, by rising tree.

    The worst level first, then the fewest years, then the deepest, then the nearest.
    """
    years = np.where(np.isnan(found.grow_in.years), found.grow_in.earliest_years, found.grow_in.years)
    keys = [-found.grow_level, _or(years, np.inf), -_or(found.grow_in.deficit_m, -np.inf), pairs.distance_m]
    return _first(pairs.tree, keys)


def costliest_fall(pairs: Pairs, found: Assessed) -> IntArray:
    """Return of each tree the pair on which its fall costs most, by rising tree.

    The most customer-minutes first, then the most strikes, then the largest overstrike, then the nearest.
    """
    strike = found.strikes
    keys = [
        -_or(found.customer_minutes, -1.0),
        -_or(strike.per_year, -1.0),
        -_or(strike.overstrike_m, -np.inf),
        pairs.distance_m,
    ]
    return _first(pairs.tree, keys)


def _first(tree: IntArray, keys: Sequence[npt.NDArray[np.number]]) -> IntArray:
    order = np.lexsort((*reversed(keys), tree))
    _, starts = np.unique(tree[order], return_index=True)
    return np.asarray(order[starts], dtype=np.int64)


def _or(values: FloatArray, unknown: float) -> FloatArray:
    return np.asarray(np.where(np.isnan(values), unknown, values))


def _ratings(
    condition: Sequence[FailureLikelihood | None], falling: Strikes, pairs: Pairs, params: RiskParams
) -> list[RiskRating | None]:
    found: list[RiskRating | None] = [None] * len(condition)
    for position, each in enumerate(condition):
        if each is not None:
            impact = impact_likelihood(float(falling.direction_frac[position]), params)
            harm = consequence(
                float(pairs.customers[position]),
                has_critical=bool(pairs.has_critical[position]),
                params=params,
            )
            found[position] = risk_rating(strike_likelihood(each, impact), harm)
    return found


def _position(level: VegetationLevel | None) -> int:
    return -1 if level is None else _LEVELS.index(level)


def _grow_levels(growing: GrowIn, pairs: Pairs, params: RiskParams) -> IntArray:
    rows = zip(
        growing.deficit_m.tolist(),
        pairs.clearance_m.tolist(),
        growing.years.tolist(),
        growing.earliest_years.tolist(),
        pairs.is_insulated.tolist(),
        strict=True,
    )
    found = (
        grow_in_level(
            deficit_m=deficit,
            clearance_m=clearance,
            years=years,
            earliest_years=earliest,
            is_insulated=insulated,
            params=params,
        )
        for deficit, clearance, years, earliest, insulated in rows
    )
    return np.fromiter((_position(each) for each in found), dtype=np.int64, count=len(pairs.tree))


def _fall_levels(
    falling: Strikes, rating: Sequence[RiskRating | None], pairs: Pairs, params: RiskParams
) -> IntArray:
    rows = zip(rating, falling.per_year.tolist(), pairs.is_insulated.tolist(), strict=True)
    found = (
        fall_in_level(rating=rated, strikes_per_year=rate, is_insulated=insulated, params=params)
        for rated, rate, insulated in rows
    )
    return np.fromiter((_position(each) for each in found), dtype=np.int64, count=len(pairs.tree))
