"""The features of a transformer at a moment: what they are called, and how they follow from the records."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from grid.powerflow.arrays import FloatArray
from grid.standards.transformer_thermal import NORMAL_LIFE_H

HOURS_PER_YEAR = 8766.0
PRIOR_UNITS = 30.0
"""Units of average quality that are added to a maker's or a batch's own before its failures are counted."""


@dataclass(frozen=True, slots=True)
class Feature:
    """Describe a feature.

    Attributes:
        name: its name, with the unit.
        evidence: the kind of evidence that it belongs to.
        meaning: what it is, for people.
        is_skewed: whether linear models take its logarithm.
    """

    name: str
    evidence: str
    meaning: str
    is_skewed: bool = False


FEATURES = (
    Feature("age_years", "AGE", "age of the unit"),
    Feature("rated_kva", "MAKE", "rating", True),
    Feature("is_three_phase", "MAKE", "three phases (1) or one (0)"),
    Feature("is_on_pole", "MAKE", "on a pole (1) or on the ground (0)"),
    Feature("primary_kv", "MAKE", "voltage of the circuit"),
    Feature("is_natural_ester", "MAKE", "filled with natural ester (1) or mineral oil (0)"),
    Feature("maker_failure_ratio", "MAKE", "failures of the maker's units before, over the mean of all"),
    Feature(
        "batch_failure_ratio", "MAKE", "failures of the same maker and year before, over the mean of all"
    ),
    Feature("customer_count", "LOADING", "customers behind it", True),
    Feature("peak_loading_pct", "LOADING", "highest hourly load of the last twelve months", True),
    Feature("mean_loading_pct", "LOADING", "mean load of the last twelve months", True),
    Feature("over_100_h_per_year", "LOADING", "hours above 100 %", True),
    Feature("over_120_h_per_year", "LOADING", "hours above 120 %", True),
    Feature("over_150_h_per_year", "LOADING", "hours above 150 %", True),
    Feature("peak_hot_spot_c", "AGEING", "highest hot-spot temperature"),
    Feature("ageing_factor", "AGEING", "mean ageing factor of the insulation (FEQA)", True),
    Feature("life_used_frac", "AGEING", "insulation life used up, had it always aged like this", True),
    Feature("mean_voltage_pu", "VOLTAGE", "mean voltage at the primary"),
    Feature("repairs_per_year", "FAULTS", "own faults of equipment and overload that were repaired", True),
    Feature("lightning_per_year", "FAULTS", "own faults by lightning", True),
    Feature("other_faults_per_year", "FAULTS", "own faults by animals, trees, vehicles", True),
    Feature("circuit_faults_per_year", "FAULTS", "outages of its circuit's lines", True),
    Feature("circuit_lightning_per_year", "FAULTS", "of these by lightning", True),
    Feature("circuit_momentaries_per_year", "FAULTS", "reclosing sequences of its circuit", True),
    Feature("condition_code", "INSPECTION", "condition at the newest inspection, 1 to 5"),
    Feature("inspection_age_years", "INSPECTION", "years since that inspection"),
    Feature("season_sine", "SEASON", "time of the year"),
    Feature("season_cosine", "SEASON", "time of the year"),
)
FEATURE_NAMES = tuple(feature.name for feature in FEATURES)
FEATURE_VERSION = 1
"""Raised when a feature of the same name means something else."""


def per_year(count: FloatArray, years: float) -> FloatArray:
    """Return counts per year of the time looked at; unknown where none is on record."""
    return np.full(len(count), np.nan) if years <= 0.0 else count / years


def age_years(
    *, at: np.datetime64, install_year: FloatArray, installed_at: npt.NDArray[np.datetime64]
) -> FloatArray:
    """Return ages: exact where the day of installation is known, else from the middle of its year on."""
    exact = (at - installed_at) / np.timedelta64(1, "s") / 3600.0 / HOURS_PER_YEAR
    start = at.astype("datetime64[Y]")
    part = (at - start.astype("datetime64[s]")) / np.timedelta64(1, "s") / 3600.0 / HOURS_PER_YEAR
    year = 1970.0 + float(start.astype(np.int64)) + float(part)
    rough = np.maximum(year - (install_year + 0.5), 0.0)
    return np.asarray(np.where(np.isnat(installed_at), rough, exact), dtype=np.float64)


def failure_ratios(
    units: FloatArray, failures: FloatArray, *, prior_units: float = PRIOR_UNITS
) -> FloatArray:
    """Return failures per unit over the mean of all, drawn to 1 where few units are on record.

    The mean of a gamma distribution whose prior is ``prior_units`` units that fail as all do. 1 where nothing
    has failed yet.
    """
    total = failures.sum()
    if not total:
        return np.ones(len(units))
    mean = total / units.sum()
    found = (failures + prior_units * mean) / (units + prior_units) / mean
    return np.asarray(found, dtype=np.float64)


def season(at: np.datetime64) -> tuple[float, float]:
    """Return sine and cosine of the time of the year."""
    start = at.astype("datetime64[Y]").astype("datetime64[s]")
    turn = 2.0 * np.pi * float((at - start) / np.timedelta64(1, "s")) / 3600.0 / HOURS_PER_YEAR
    return float(np.sin(turn)), float(np.cos(turn))


def life_used(ageing_factor: FloatArray, age: FloatArray) -> FloatArray:
    """Return normal insulation lives used up if it always aged as in the last year (C57.91)."""
    return ageing_factor * age * HOURS_PER_YEAR / NORMAL_LIFE_H


def stacked(columns: Mapping[str, npt.ArrayLike], count: int) -> npt.NDArray[np.float32]:
    """Return the features of some transformers, (transformers, features), in the order of the names.

    Raises:
        KeyError: if one is missing.
    """
    found = np.empty((count, len(FEATURE_NAMES)), dtype=np.float32)
    for at, name in enumerate(FEATURE_NAMES):
        found[:, at] = columns[name]
    return found
