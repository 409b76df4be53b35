"""Health of assets from evidence, with what each piece of evidence contributes.

The method is the Common Network Asset Indices Methodology (CNAIM) of the British distribution network
operators, version 2.1, Ofgem 2021, with the evidence that a distribution system of poles and transformers
has. A *health score* runs from 0.5, as new, to 10, end of life. Age raises it exponentially to 5.5 at the
expected life, which heavy duty shortens; what is observed then multiplies it. A cubic curve turns it into a
probability of failure. Tables and equations are CNAIM's, their numbers those of version 2.1; where CNAIM has
none the docstring says so.

The *health index* is the same on a scale on which 100 is as new and 0 the end of life. The contributions are
its differences as the evidence is taken in, in the order of ``Evidence``; they and 100 sum to the index.

Every function takes arrays; unknown evidence is NaN, contributes nothing and lowers the confidence.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
import numpy.typing as npt

from grid.standards.transformer_thermal import NORMAL_LIFE_H

FloatArray = npt.NDArray[np.float64]
BoolArray = npt.NDArray[np.bool_]

HOURS_PER_YEAR = 8760.0
AS_NEW = 0.5
END_OF_LIFE = 10.0
AT_EXPECTED_LIFE = 5.5
"""Score that age alone leads to at the expected life, and never beyond."""

LIFE_YEARS = {"WOOD": 55.0, "STEEL": 50.0, "CONCRETE": 60.0}
"""Normal expected life of a pole by its material, CNAIM table 20 (6.6/11 kV poles)."""

OTHER_POLE_LIFE_YEARS = 80.0
"""That of another material, such as fibreglass."""

TRANSFORMER_LIFE_YEARS = 60.0
"""Normal expected life of a distribution transformer, CNAIM table 20."""

DUTY: Sequence[tuple[float, float]] = ((50.0, 0.9), (70.0, 0.95), (100.0, 1.0), (np.inf, 1.4))
"""Duty factor by the highest loading in percent up to each limit, CNAIM table 33."""

CONDITION_FACTOR = (0.9, 1.0, 1.1, 1.25, 1.4)
"""Factor of the condition codes 1 to 5, CNAIM table 81: as new to substantial deterioration."""

CONDITION_COLLAR = (0.5, 0.5, 0.5, 3.0, 8.0)
"""The score is at least this with that condition, CNAIM table 81."""

BANDS: Sequence[tuple[str, float]] = (("HI1", 3.0), ("HI2", 5.5), ("HI3", 6.5), ("HI4", 8.0), ("HI5", np.inf))
"""Health index bands by the score that they end below, CNAIM table 5."""

BAND_START = (0.5, 3.0, 5.5, 6.5, 8.0)
"""Where the five bands begin. Where the age is unknown a condition code says the band: ours, not CNAIM's."""


class Evidence(StrEnum):
    """What the health of an asset is judged by, in the order in which it is taken in."""

    AGE = "AGE"
    MEMBERS = "MEMBERS"
    LOADING = "LOADING"
    AGEING = "AGEING"
    INSPECTION = "INSPECTION"
    WORK_ORDERS = "WORK_ORDERS"
    FAULTS = "FAULTS"


class Missing(StrEnum):
    """Why an asset has no health index."""

    NO_AGE_OR_INSPECTION = "NO_AGE_OR_INSPECTION"
    NO_MEMBERS = "NO_MEMBERS"


@dataclass(frozen=True, kw_only=True)
class HealthParams:
    """Hold what CNAIM leaves to the operator, and what it has no table for.

    Attributes:
        failure_k: K of the curve of failure of each kind of asset, a fraction per year; CNAIM table 21.
        failure_c: C of that curve.
        failure_limit: below this score the probability does not fall any more.
        defect_factor: of an asset ordered to be repaired or replaced, the one of a slight deterioration.
        per_fault: what each fault of the asset in ``fault_years`` adds to the reliability factor: ours.
        most_faults: the largest reliability factor that CNAIM allows.
        fault_years: how far back faults count.
        inspection_years: an older inspection says nothing any more: ours, the longest usual cycle.
    """

    failure_k: tuple[tuple[str, float], ...] = (("TRANSFORMER", 0.0078e-2), ("POLE", 0.0285e-2))
    failure_c: float = 1.087
    failure_limit: float = 4.0
    defect_factor: float = 1.1
    per_fault: float = 0.1
    most_faults: float = 1.5
    fault_years: float = 5.0
    inspection_years: float = 12.0


@dataclass(frozen=True, kw_only=True, eq=False)
class AssetEvidence:
    """Hold what is known of assets of one kind, one entry each; NaN where it is not.

    ``None`` for a column means that assets of this kind are not judged by it.

    Attributes:
        age_years: since it was installed.
        life_years: normal expected life.
        member_score: mean health score of the assets it is made of; takes the place of age.
        peak_loading_pct: highest loading.
        ageing_rate: mean ageing factor of its insulation, FEQA of IEEE C57.91.
        condition_code: of its last inspection, 1 as new to 5 failed.
        inspected_years_ago: how long ago that was.
        open_defects: orders to repair or replace it that are not closed.
        faults: its faults within the time that counts; for something long, per 10 km and year.
    """

    age_years: FloatArray | None = None
    life_years: FloatArray | None = None
    member_score: FloatArray | None = None
    peak_loading_pct: FloatArray | None = None
    ageing_rate: FloatArray | None = None
    condition_code: FloatArray | None = None
    inspected_years_ago: FloatArray | None = None
    open_defects: FloatArray | None = None
    faults: FloatArray | None = None


@dataclass(frozen=True, kw_only=True, eq=False)
class Health:
    """Hold the health of assets, one entry each.

    Attributes:
        score: 0.5 to 10; NaN if unknown.
        index: 100 to 0; NaN if unknown.
        contributions: points of the index by evidence, 0 where it is unknown.
        known: whether the evidence is known, by evidence. Its keys are what this kind is judged by.
        confidence_frac: share of that evidence that is known; 0 if the health is unknown.
        missing: why the health is unknown; None if it is known.
    """

    score: FloatArray
    index: FloatArray
    contributions: dict[Evidence, FloatArray]
    known: dict[Evidence, BoolArray]
    confidence_frac: FloatArray
    missing: list[Missing | None]


def assess(evidence: AssetEvidence, *, params: HealthParams) -> Health:
    """Return the health of assets of one kind.

    Raises:
        ValueError: if the kind is judged neither by age nor by members, or by age without an expected life.
    """
    scores, known = [], {}
    base, columns = _base(evidence)
    basis_known = ~np.isnan(base[-1])
    condition, collar = _condition(evidence, len(base[-1]), params)
    alone = ~basis_known & ~np.isnan(condition)
    for (kind, column), score in zip(columns.items(), base, strict=True):
        scores.append(np.where(np.isnan(score), AS_NEW, score))
        known[kind] = basis_known & ~np.isnan(column)
    start = scores[-1]
    factor = np.ones(len(start))
    if evidence.condition_code is not None:
        factor = _or_one(_lookup(CONDITION_FACTOR, condition))
        by_band = _lookup(BAND_START, condition)
        scores.append(np.where(alone, by_band, _limited(start * factor, collar)))
        known[Evidence.INSPECTION] = ~np.isnan(condition)
    if evidence.open_defects is not None:
        is_defect = np.nan_to_num(evidence.open_defects) > 0
        factor = np.where(is_defect, combined_factor(factor, params.defect_factor), factor)
        # Where the inspection alone speaks, the order is its consequence.
        scores.append(np.where(alone, scores[-1], _limited(start * factor, collar)))
        known[Evidence.WORK_ORDERS] = ~np.isnan(evidence.open_defects)
    if evidence.faults is not None:
        reliability = np.fmin(1.0 + params.per_fault * np.nan_to_num(evidence.faults), params.most_faults)
        unlimited = np.where(alone, scores[-1], start * factor) * reliability
        scores.append(_limited(unlimited, collar))
        known[Evidence.FAULTS] = ~np.isnan(evidence.faults)
    is_known = basis_known | alone
    return _health(evidence, scores, known, is_known)


def initial_score(age_years: npt.ArrayLike, expected_life_years: npt.ArrayLike) -> FloatArray:
    """Return the score that age alone leads to: exponential, as new at first and 5.5 at the expected life."""
    rate = np.log(AT_EXPECTED_LIFE / AS_NEW) / np.asarray(expected_life_years, dtype=np.float64)
    age = np.maximum(np.asarray(age_years, dtype=np.float64), 0.0)
    return np.asarray(np.minimum(AS_NEW * np.exp(np.minimum(rate * age, 50.0)), AT_EXPECTED_LIFE))


def duty_factor(peak_loading_pct: npt.ArrayLike) -> FloatArray:
    """Return what a transformer's expected life is divided by for its highest loading; 1 if unknown."""
    loading = np.asarray(peak_loading_pct, dtype=np.float64)
    factors = np.array([factor for _, factor in DUTY])
    place = np.searchsorted([limit for limit, _ in DUTY], np.nan_to_num(loading), side="left")
    return np.asarray(np.where(np.isnan(loading), 1.0, factors[np.minimum(place, len(factors) - 1)]))


def insulation_life_years(ageing_rate: npt.ArrayLike) -> FloatArray:
    """Return after how many years at this mean ageing factor insulation has used up its normal life.

    180,000 h of IEEE C57.91 over the equivalent ageing factor. CNAIM has no such figure; here it ends the
    expected life of a transformer where that is longer. Infinite if unknown or without ageing.
    """
    rate = np.asarray(ageing_rate, dtype=np.float64)
    with np.errstate(divide="ignore", over="ignore"):
        years = NORMAL_LIFE_H / HOURS_PER_YEAR / rate
    return np.asarray(np.where(np.isnan(rate), np.inf, years))


def combined_factor(first: npt.ArrayLike, second: npt.ArrayLike) -> FloatArray:
    """Return two condition factors combined: CNAIM's maximum and multiple increment, divider 1.5 (6.7.2)."""
    one, other = np.asarray(first, dtype=np.float64), np.asarray(second, dtype=np.float64)
    high, low = np.maximum(one, other), np.minimum(one, other)
    worse = high + np.maximum(low - 1.0, 0.0) / 1.5
    better = low + (high - 1.0) / 1.5
    return np.asarray(np.where(high > 1.0, worse, better))


def failures_per_year(score: npt.ArrayLike, *, kind: str, params: HealthParams) -> FloatArray:
    """Return the annual probability of failure of an asset by its score (CNAIM section 6.1).

    Raises:
        ValueError: for a kind without a curve.
    """
    k = dict(params.failure_k).get(kind)
    if k is None:
        raise ValueError(f"there is no curve of failure for a {kind}")
    x = params.failure_c * np.maximum(np.asarray(score, dtype=np.float64), params.failure_limit)
    return np.asarray(k * (1.0 + x + x**2 / 2.0 + x**3 / 6.0))


def bands(score: FloatArray) -> list[str | None]:
    """Return the health index band of each score; None where it is unknown."""
    names = [name for name, _ in BANDS]
    places = np.searchsorted([limit for _, limit in BANDS], np.nan_to_num(score), side="right")
    return [
        None if np.isnan(each) else names[place] for each, place in zip(score, places.tolist(), strict=True)
    ]


def index_of(score: FloatArray) -> FloatArray:
    """Return a score on the scale on which 100 is as new and 0 the end of life."""
    return np.asarray(100.0 * (END_OF_LIFE - score) / (END_OF_LIFE - AS_NEW))


def pole_life_years(material: Sequence[str | None]) -> FloatArray:
    """Return the normal expected life of poles by their material; wood where it is not known."""
    return np.array(
        [
            LIFE_YEARS["WOOD"] if each is None else LIFE_YEARS.get(each.upper(), OTHER_POLE_LIFE_YEARS)
            for each in material
        ]
    )


def _base(evidence: AssetEvidence) -> tuple[list[FloatArray], dict[Evidence, FloatArray]]:
    """Return the scores before anything is observed, one after the other, and what each takes in."""
    if evidence.member_score is not None:
        return [evidence.member_score], {Evidence.MEMBERS: evidence.member_score}
    if evidence.age_years is None or evidence.life_years is None:
        raise ValueError("assets are judged by age_years with life_years, or by member_score")
    life = evidence.life_years
    scores = [initial_score(evidence.age_years, life)]
    columns = {Evidence.AGE: evidence.age_years}
    if evidence.peak_loading_pct is not None:
        life = life / duty_factor(evidence.peak_loading_pct)
        scores.append(initial_score(evidence.age_years, life))
        columns[Evidence.LOADING] = evidence.peak_loading_pct
    if evidence.ageing_rate is not None:
        life = np.minimum(life, insulation_life_years(evidence.ageing_rate))
        scores.append(initial_score(evidence.age_years, life))
        columns[Evidence.AGEING] = evidence.ageing_rate
    return scores, columns


def _condition(evidence: AssetEvidence, size: int, params: HealthParams) -> tuple[FloatArray, FloatArray]:
    """Return the condition codes that still count, and the collar of each."""
    if evidence.condition_code is None:
        return np.full(size, np.nan), np.full(size, AS_NEW)
    code = evidence.condition_code
    if evidence.inspected_years_ago is not None:
        code = np.where(evidence.inspected_years_ago <= params.inspection_years, code, np.nan)
    return code, np.where(np.isnan(code), AS_NEW, _lookup(CONDITION_COLLAR, code))


def _lookup(values: Sequence[float], code: FloatArray) -> FloatArray:
    """Return the value of condition codes 1 to 5; codes beyond count as the nearest. NaN for NaN."""
    place = np.clip(np.nan_to_num(code, nan=1.0).astype(int), 1, len(values)) - 1
    return np.asarray(np.where(np.isnan(code), np.nan, np.asarray(values)[place]))


def _or_one(factor: FloatArray) -> FloatArray:
    return np.where(np.isnan(factor), 1.0, factor)


def _limited(score: FloatArray, collar: FloatArray) -> FloatArray:
    return np.clip(np.maximum(score, collar), AS_NEW, END_OF_LIFE)


def _health(
    evidence: AssetEvidence, scores: list[FloatArray], known: dict[Evidence, BoolArray], is_known: BoolArray
) -> Health:
    score = np.where(is_known, scores[-1], np.nan)
    before = [np.full(len(score), AS_NEW), *scores[:-1]]
    contributions = {
        kind: np.where(is_known, index_of(after) - index_of(earlier), 0.0)
        for kind, earlier, after in zip(known, before, scores, strict=True)
    }
    missing = Missing.NO_AGE_OR_INSPECTION if evidence.member_score is None else Missing.NO_MEMBERS
    share = np.mean(np.stack(list(known.values())), axis=0)
    return Health(
        score=score,
        index=index_of(score),
        contributions=contributions,
        known=known,
        confidence_frac=np.where(is_known, share, 0.0),
        missing=[None if each else missing for each in is_known],
    )
