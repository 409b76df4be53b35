"""Tomorrow's peak load and hot spot of every transformer, against what its hours were yesterday.

What is forecast can be observed a day later, so its worth needs no model of failures. Boosted trees forecast
each hour's load from the same hour of the days before, the level of late, the clock, and how much warmer it
will be. The highest of expected hours is less than the expected highest, so other trees forecast the peak
from the peaks of the days before, and the course is stretched to it. The hot spot follows by IEEE C57.91 from
the oil as it is and the load to come. How likely an overload is follows from how far forecasts were off on
later days than those that the trees were fitted to, measured by how much the transformer's own daily peaks
vary: one house is less certain than a factory.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from cascade.ml import ranking
from cascade.ml.boosting import TreeEnsemble, fit_regressor
from cascade.ml.errors import BadDataset, InvalidTrainingData
from cascade.ml.transformers import scores
from cascade.ml.transformers.hourly_past import (
    DAY_H,
    FEATURE_NAMES,
    PEAK_FEATURE_NAMES,
    HourlyPast,
    TomorrowParams,
    day_peak,
    expected_air,
    hot_spot,
    hour_samples,
    observed,
    peak_samples,
    variation,
)
from grid.powerflow.arrays import BoolArray, FloatArray, IntArray


@dataclass(frozen=True, eq=False, kw_only=True)
class Tomorrow:
    """Hold the forecast of a day of each transformer; NaN where its past is not on record.

    Attributes:
        peak_pu: highest hourly load.
        peak_hour: hour of the local day in which it comes.
        hot_spot_c: highest hot spot.
        overload_probability: chance that the peak is an overload.
        hot_probability: chance that the hot spot is too hot.
    """

    peak_pu: FloatArray
    peak_hour: IntArray
    hot_spot_c: FloatArray
    overload_probability: FloatArray
    hot_probability: FloatArray


@dataclass(frozen=True, eq=False, kw_only=True)
class Deviations:
    """Hold how far forecasts were off, sorted: of the peak the logarithm of the ratio over the transformer's
    own variation, of the hot spot the difference over that variation times the rise above the air.
    """

    peak: FloatArray
    hot_spot: FloatArray

    def above(
        self, said: _Said, variation: FloatArray, params: TomorrowParams
    ) -> tuple[FloatArray, FloatArray]:
        """Return the chances that peak and hot spot come out above their limits."""
        with np.errstate(divide="ignore"):
            need = np.log(params.overload_pu / np.maximum(said.peak_pu, 1e-9))
        hot = (params.hot_c - said.hot_spot_c) / (variation * said.rise_k)
        return _exceeding(self.peak, need / variation), _exceeding(self.hot_spot, hot)


@dataclass(frozen=True, eq=False)
class _Said:
    """Hold what is said of a day: highest load, its hour, highest hot spot and its rise above the air."""

    peak_pu: FloatArray
    peak_hour: IntArray
    hot_spot_c: FloatArray
    rise_k: FloatArray


@dataclass(frozen=True, eq=False, kw_only=True)
class TomorrowModel:
    """Hold the forecaster.

    Attributes:
        trees: load of an hour, per unit of the rating, by :data:`FEATURE_NAMES`.
        peak_trees: logarithm of the peak over its usual value, by :data:`PEAK_FEATURE_NAMES`.
        deviations: of its own forecasts on days after those it was fitted to.
        yesterday: of yesterday's values taken as the forecast, on the same days.
        params: settings.
    """

    trees: TreeEnsemble
    peak_trees: TreeEnsemble
    deviations: Deviations
    yesterday: Deviations
    params: TomorrowParams

    def forecast(self, past: HourlyPast, *, at: int, ambient_c: FloatArray) -> Tomorrow:
        """Forecast the day that begins at an hour of the past, from the hours before it.

        Args:
            past: the past; hours from ``at`` on are not looked at.
            at: position of the day's first hour.
            ambient_c: air temperature forecast for its hours, (transformers, 24).
        """
        said = _forecast(self.trees, self.peak_trees, past, at, ambient_c, self.params)
        return _told(said, self.deviations, past, at, self.params)

    def as_yesterday(self, past: HourlyPast, *, at: int) -> Tomorrow:
        """Return the baseline: every hour as the same hour of the day before, load and air alike."""
        return _told(_yesterday(past, at, self.params), self.yesterday, past, at, self.params)


def fit_tomorrow(
    *,
    past: HourlyPast,
    fit_days: Sequence[int],
    check_days: Sequence[int],
    params: TomorrowParams | None = None,
) -> TomorrowModel:
    """Fit the forecaster.

    Args:
        past: hourly loads.
        fit_days: starts of the days that the trees are fitted to.
        check_days: starts of later days, by which it is judged how far they are off.
        params: settings.

    Raises:
        BadDataset: if there is no day of one of the two, or a day to check is not after those fitted to.
    """
    params = params or TomorrowParams()
    if not len(fit_days) or not len(check_days):
        raise BadDataset(field="fit_days", message="and check_days must name a day each")
    if min(check_days) <= max(fit_days):
        raise BadDataset(field="check_days", message="must come after fit_days")
    parts = [hour_samples(past, at, past.ambient_c[:, at : at + DAY_H], params) for at in fit_days]
    x = np.concatenate(parts)
    y = np.concatenate([past.load_pu[:, at : at + DAY_H].ravel() for at in fit_days])
    known = np.flatnonzero(np.isfinite(y) & np.isfinite(x[:, 0]))
    if len(known) > params.sample_count:
        rng = np.random.default_rng(params.seed)
        known = np.sort(rng.choice(known, params.sample_count, replace=False))
    trees = fit_regressor(x[known], y[known], feature_names=FEATURE_NAMES, params=params.boosting)
    peak_trees = _fit_peaks(trees, past, fit_days, params)
    own, naive = [], []
    for at in check_days:
        peak, hot = observed(past, at=at, params=params)
        varies = variation(past, at=at)
        said = _forecast(trees, peak_trees, past, at, expected_air(past, at=at, params=params), params)
        own.append(_off(peak, hot, said, varies))
        naive.append(_off(peak, hot, _yesterday(past, at, params), varies))
    return TomorrowModel(
        trees=trees, peak_trees=peak_trees, deviations=_joined(own), yesterday=_joined(naive), params=params
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class TomorrowScore:
    """Hold how good forecasts of whole days are, beside yesterday's values.

    Attributes:
        sample_count: transformers times days.
        overload_count: of them overloaded.
        hot_count: of them too hot.
        peak_error_pct: mean error of the peak, per cent of the rating; of yesterday's second, as below.
        hot_spot_error_k: mean error of the hot spot.
        overload_precision: average precision of overloads.
        hot_precision: average precision of hot spots above the limit; NaN without one.
        overload_skill: by how much the Brier score is below yesterday's.
        hot_skill: the same of hot spots.
    """

    sample_count: int
    overload_count: int
    hot_count: int
    peak_error_pct: tuple[float, float]
    hot_spot_error_k: tuple[float, float]
    overload_precision: tuple[float, float]
    hot_precision: tuple[float, float]
    overload_skill: float
    hot_skill: float


def score_tomorrow(model: TomorrowModel, past: HourlyPast, *, test_days: Sequence[int]) -> TomorrowScore:
    """Score forecasts of days that the model knows nothing of.

    The air temperature is what the model's settings take for it. As it came, it is a perfect weather
    forecast, which real ones are not.

    Args:
        model: the forecaster.
        past: hourly loads.
        test_days: starts of the days, all after those the model was made from.
    """
    truths, said, naive = [], [], []
    for at in test_days:
        truths.append(observed(past, at=at, params=model.params))
        said.append(model.forecast(past, at=at, ambient_c=expected_air(past, at=at, params=model.params)))
        naive.append(model.as_yesterday(past, at=at))
    peak, hot = (np.concatenate(parts) for parts in zip(*truths, strict=True))
    return score_days(
        peak=peak, hot_spot=hot, said=_end_to_end(said), naive=_end_to_end(naive), params=model.params
    )


def score_days(
    *, peak: FloatArray, hot_spot: FloatArray, said: Tomorrow, naive: Tomorrow, params: TomorrowParams
) -> TomorrowScore:
    """Score forecasts of days as they came, where both are known.

    Args:
        peak: highest hourly load that came.
        hot_spot: highest hot spot that came.
        said: what was forecast.
        naive: the same by yesterday's values.
        params: the limits.

    Raises:
        InvalidTrainingData: if nothing is known of any.
    """
    columns = np.stack(
        [
            values
            for each in (said, naive)
            for values in (
                each.peak_pu,
                each.hot_spot_c,
                each.overload_probability,
                each.hot_probability,
            )
        ]
    )
    known = np.isfinite(columns).all(axis=0) & np.isfinite(peak) & np.isfinite(hot_spot)
    if not known.any():
        raise InvalidTrainingData(field="peak", message="is known of no transformer that was forecast")
    peak, hot_spot, both = peak[known], hot_spot[known], columns[:, known]
    over, too_hot = peak > params.overload_pu, hot_spot > params.hot_c

    def errors(truth: FloatArray, which: int, scale: float) -> tuple[float, float]:
        found = [float(np.abs(both[which + 4 * each] - truth).mean() * scale) for each in (0, 1)]
        return found[0], found[1]

    def precision(truth: BoolArray, which: int) -> tuple[float, float]:
        found = [ranking.average_precision(ranking.ranked(truth, both[which + 4 * each])) for each in (0, 1)]
        return found[0], found[1]

    return TomorrowScore(
        sample_count=len(peak),
        overload_count=int(over.sum()),
        hot_count=int(too_hot.sum()),
        peak_error_pct=errors(peak, 0, 100.0),
        hot_spot_error_k=errors(hot_spot, 1, 1.0),
        overload_precision=precision(over, 2),
        hot_precision=precision(too_hot, 3),
        overload_skill=scores.brier_skill(over, both[2], reference=both[6]),
        hot_skill=scores.brier_skill(too_hot, both[3], reference=both[7]),
    )


def _end_to_end(parts: Sequence[Tomorrow]) -> Tomorrow:
    names = Tomorrow.__dataclass_fields__
    return Tomorrow(**{name: np.concatenate([getattr(part, name) for part in parts]) for name in names})


def _told(said: _Said, deviations: Deviations, past: HourlyPast, at: int, params: TomorrowParams) -> Tomorrow:
    over, too_hot = deviations.above(said, variation(past, at=at), params)
    return Tomorrow(
        peak_pu=said.peak_pu,
        peak_hour=said.peak_hour,
        hot_spot_c=said.hot_spot_c,
        overload_probability=over,
        hot_probability=too_hot,
    )


def _forecast(
    trees: TreeEnsemble,
    peak_trees: TreeEnsemble,
    past: HourlyPast,
    at: int,
    ambient_c: FloatArray,
    params: TomorrowParams,
) -> _Said:
    load = _expected_course(trees, past, at, ambient_c, params)
    x = peak_samples(load, past, at, ambient_c, params)
    peak = np.exp(peak_trees.predict(x)) * x[:, PEAK_FEATURE_NAMES.index("usual_pu")]
    stretched = load * (peak / np.maximum(load.max(axis=1), 1e-6))[:, None]
    return _said(past, at, stretched, ambient_c, params)


def _expected_course(
    trees: TreeEnsemble, past: HourlyPast, at: int, ambient_c: FloatArray, params: TomorrowParams
) -> FloatArray:
    x = hour_samples(past, at, ambient_c, params)
    load = np.maximum(trees.predict(x), 0.0)
    return np.asarray(np.where(np.isnan(x[:, 0]), np.nan, load).reshape(-1, DAY_H), dtype=np.float64)


def _fit_peaks(
    trees: TreeEnsemble, past: HourlyPast, days: Sequence[int], params: TomorrowParams
) -> TreeEnsemble:
    samples, values = [], []
    for at in days:
        ambient = past.ambient_c[:, at : at + DAY_H]
        x = peak_samples(_expected_course(trees, past, at, ambient, params), past, at, ambient, params)
        peak = past.load_pu[:, at : at + DAY_H].max(axis=1)
        y = np.log(np.maximum(peak, 1e-6) / x[:, PEAK_FEATURE_NAMES.index("usual_pu")])
        known = np.isfinite(y) & (peak > 0.0)
        samples.append(x[known])
        values.append(y[known])
    return fit_regressor(
        np.concatenate(samples),
        np.concatenate(values),
        feature_names=PEAK_FEATURE_NAMES,
        params=params.peak_boosting,
    )


def _yesterday(past: HourlyPast, at: int, params: TomorrowParams) -> _Said:
    return _said(past, at, past.load_pu[:, at - DAY_H : at], past.ambient_c[:, at - DAY_H : at], params)


def _said(
    past: HourlyPast, at: int, load: FloatArray, ambient_c: FloatArray, params: TomorrowParams
) -> _Said:
    peak, hour = day_peak(load)
    hot = hot_spot(past, at, load, ambient_c, params)
    return _Said(peak, hour, hot, np.maximum(hot - ambient_c.max(axis=1), 5.0))


def _off(peak: FloatArray, hot: FloatArray, said: _Said, varies: FloatArray) -> Deviations:
    known = np.isfinite(peak + said.peak_pu) & (peak > 0.0) & (said.peak_pu > 0.0)
    warm = known & np.isfinite(hot + said.hot_spot_c)
    return Deviations(
        peak=np.log(peak[known] / said.peak_pu[known]) / varies[known],
        hot_spot=(hot - said.hot_spot_c)[warm] / (varies * said.rise_k)[warm],
    )


def _joined(parts: Sequence[Deviations]) -> Deviations:
    return Deviations(
        peak=np.sort(np.concatenate([part.peak for part in parts])),
        hot_spot=np.sort(np.concatenate([part.hot_spot for part in parts])),
    )


def _exceeding(deviations: FloatArray, need: FloatArray) -> FloatArray:
    """Return the part of sorted deviations above some values, never quite 0 or 1; NaN where unknown, and
    where no deviation is known.
    """
    count = len(deviations)
    if not count:
        return np.full(len(need), np.nan)
    above = count - np.searchsorted(deviations, need, side="right")
    return np.asarray(np.where(np.isnan(need), np.nan, (above + 0.5) / (count + 1.0)), dtype=np.float64)
