"""Grow-in: when a tree comes nearer to a conductor than it may.

A tree is taken as an upright cylinder of its crown's radius and its height. It encroaches as soon as it is
both wide and tall enough: its side within the clearance of the blown-out conductor, and its top above the
clearance below the conductor at its lowest. So a tree beside the line is limited by the growth of its crown,
one beneath it by the growth of its height, and a low one beside it by whichever takes longer.

Rates are taken as constant. Growth slows with age, so a tree comes later rather than sooner.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]


class GrowthClass(StrEnum):
    """How fast a species grows in height, by the classes of USDA PLANTS."""

    SLOW = "SLOW"
    MEDIUM = "MEDIUM"
    FAST = "FAST"


class GrowthBasis(StrEnum):
    """What the growth of a tree is known from."""

    RECORDED = "RECORDED"
    SPECIES = "SPECIES"
    UNKNOWN = "UNKNOWN"


CLASS_M_PER_YEAR: dict[GrowthClass, tuple[float, float, float]] = {
    GrowthClass.SLOW: (0.1, 0.2, 0.3),
    GrowthClass.MEDIUM: (0.3, 0.45, 0.6),
    GrowthClass.FAST: (0.6, 0.8, 1.0),
}
"""Least, middle and largest gain of height in a year: below 0.3 m, to 0.6 m, and above."""

ANY_M_PER_YEAR = (0.3, 1.0)
"""Range of trees of an unknown species, as practitioners use it."""

SPECIES_CLASS: dict[str, GrowthClass] = {
    "Pinus taeda": GrowthClass.FAST,
    "Triadica sebifera": GrowthClass.FAST,
    "Quercus nigra": GrowthClass.FAST,
    "Fraxinus pennsylvanica": GrowthClass.FAST,
    "Celtis laevigata": GrowthClass.MEDIUM,
    "Liquidambar styraciflua": GrowthClass.MEDIUM,
    "Quercus virginiana": GrowthClass.MEDIUM,
    "Ulmus crassifolia": GrowthClass.MEDIUM,
    "Carya illinoinensis": GrowthClass.MEDIUM,
    "Lagerstroemia indica": GrowthClass.MEDIUM,
    "Taxodium distichum": GrowthClass.MEDIUM,
    "Magnolia grandiflora": GrowthClass.MEDIUM,
}
"""The class of the trees of the upper Gulf coast, for those whose growth is not on record."""


@dataclass(frozen=True, kw_only=True)
class GrowthParams:
    """Hold how far growth may be off.

    Attributes:
        slow_factor: growth in poor years over the recorded one: ours.
        fast_factor: growth in good years over it: ours.
    """

    slow_factor: float = 0.5
    fast_factor: float = 1.5


@dataclass(frozen=True, kw_only=True, eq=False)
class Growth:
    """Hold the growth of trees upwards and sideways, m a year; NaN where it is unknown.

    Sideways a tree keeps its shape: its crown widens as its height grows, in the same proportion. At the
    fastest, branches that reach for the light of the line's clearing grow as fast as the top.
    """

    up: FloatArray
    up_slow: FloatArray
    up_fast: FloatArray
    side: FloatArray
    side_slow: FloatArray
    side_fast: FloatArray
    basis: list[GrowthBasis]


@dataclass(frozen=True, kw_only=True, eq=False)
class GrowIn:
    """Hold when trees encroach on lines, one entry for each pair.

    Attributes:
        deficit_m: how deep the tree is inside the clearance; below 0 how far outside.
        years: until it encroaches; 0 if it does, infinite if it never will at this growth, NaN if unknown.
        earliest_years: with the fastest growth.
        latest_years: with the slowest.
    """

    deficit_m: FloatArray
    years: FloatArray
    earliest_years: FloatArray
    latest_years: FloatArray


def growth_of(
    *,
    recorded_m_per_year: FloatArray,
    species: Sequence[str | None],
    height_m: FloatArray,
    crown_radius_m: FloatArray,
    params: GrowthParams,
) -> Growth:
    """Return the growth of trees: as recorded, else of their species' class, else only its range."""
    count = len(species)
    slow, middle, fast = (np.full(count, np.nan) for _ in range(3))
    basis = [GrowthBasis.UNKNOWN] * count
    slow[:], fast[:] = ANY_M_PER_YEAR
    for position, name in enumerate(species):
        found = SPECIES_CLASS.get(name) if name is not None else None
        if found is not None:
            slow[position], middle[position], fast[position] = CLASS_M_PER_YEAR[found]
            basis[position] = GrowthBasis.SPECIES
    is_recorded = ~np.isnan(recorded_m_per_year) & (recorded_m_per_year >= 0.0)
    for position in np.flatnonzero(is_recorded).tolist():
        basis[position] = GrowthBasis.RECORDED
    middle = np.where(is_recorded, recorded_m_per_year, middle)
    slow = np.where(is_recorded, params.slow_factor * recorded_m_per_year, slow)
    fast = np.where(is_recorded, params.fast_factor * recorded_m_per_year, fast)
    with np.errstate(divide="ignore", invalid="ignore"):
        shape = np.where(height_m > 0.0, crown_radius_m / height_m, np.nan)
    return Growth(
        up=middle,
        up_slow=slow,
        up_fast=fast,
        side=middle * shape,
        side_slow=slow * shape,
        side_fast=fast * np.maximum(shape, 1.0),
        basis=basis,
    )


def grow_in(
    *,
    distance_m: FloatArray,
    crown_radius_m: FloatArray,
    height_m: FloatArray,
    lowest_m: FloatArray,
    blowout_m: FloatArray,
    clearance_m: FloatArray,
    growth: Growth,
) -> GrowIn:
    """Return when trees encroach on lines; all arrays have an entry for each pair of tree and line.

    Sideways after (d - r - blow-out - D) / g_side, upwards after (z - D - H) / g_up, and the later of both;
    z is the conductor's lowest height, D the clearance that must stay free.
    """
    beside = distance_m - crown_radius_m - blowout_m - clearance_m
    below = lowest_m - clearance_m - height_m
    return GrowIn(
        deficit_m=-np.maximum(beside, below),
        years=np.maximum(_years(beside, growth.side), _years(below, growth.up)),
        earliest_years=np.maximum(_years(beside, growth.side_fast), _years(below, growth.up_fast)),
        latest_years=np.maximum(_years(beside, growth.side_slow), _years(below, growth.up_slow)),
    )


def _years(gap_m: FloatArray, m_per_year: FloatArray) -> FloatArray:
    """Return how long a gap takes to close: 0 if it is closed, infinite without growth."""
    with np.errstate(divide="ignore", invalid="ignore"):
        growing = np.where(m_per_year > 0.0, gap_m / m_per_year, np.where(m_per_year <= 0.0, np.inf, np.nan))
    return np.asarray(np.where(np.isnan(gap_m), np.nan, np.where(gap_m <= 0.0, 0.0, growing)))


__all__ = [
    "ANY_M_PER_YEAR",
    "CLASS_M_PER_YEAR",
    "SPECIES_CLASS",
    "GrowIn",
    "Growth",
    "GrowthBasis",
    "GrowthClass",
    "GrowthParams",
    "grow_in",
    "growth_of",
]
