"""Hourly loads of transformers as they are on record, and what tells of the next day in them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from cascade.ml.boosting import BoostingParams
from cascade.ml.errors import BadDataset
from grid.powerflow.arrays import FloatArray, IntArray
from grid.standards.transformer_thermal import ThermalParams, thermal_course
from grid.warehouse import Warehouse
from grid.warehouse.queries.transformer_failures import hours_between

DAY_H = 24
LEAST_VARIATION = 0.02
"""Of no transformer is the peak taken to vary less, as a part of it."""

FEATURE_NAMES = (
    "yesterday_pu",
    "two_days_ago_pu",
    "week_ago_pu",
    "last_day_mean_pu",
    "last_day_peak_pu",
    "same_hour_mean_pu",
    "ambient_c",
    "ambient_change_c",
    "hour_sine",
    "hour_cosine",
    "is_weekend",
    "was_weekend",
)
PEAK_FEATURE_NAMES = (
    "expected_course_log",
    "yesterday_log",
    "two_days_ago_log",
    "three_days_ago_log",
    "highest_log",
    "variation",
    "usual_pu",
    "warmest_c",
    "warmest_change_c",
    "is_weekend",
    "was_weekend",
)
"""Logarithms are of peaks over the geometric mean of the peaks of a week."""


@dataclass(frozen=True, eq=False, kw_only=True)
class HourlyPast:
    """Hold hourly loads and air temperatures of transformers, (transformers, hours); NaN where not on record.

    Attributes:
        transformer_id: which.
        start: the first hour, UTC.
        load_pu: mean load of each hour, per unit of the rating.
        ambient_c: air temperature.
    """

    transformer_id: npt.NDArray[np.object_]
    start: np.datetime64
    load_pu: FloatArray
    ambient_c: FloatArray

    @property
    def hours(self) -> int:
        """Number of hours."""
        return int(self.load_pu.shape[1])


class Air(StrEnum):
    """What is taken for the air of the day that is forecast."""

    AS_CAME = "AS_CAME"
    """As it came: a perfect weather forecast. For evaluations of past days alone."""
    AS_YESTERDAY = "AS_YESTERDAY"
    """Every hour as the same hour of the day before: what is known without a weather forecast."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TomorrowParams:
    """Set the forecast.

    Attributes:
        local_midnight_h: hour of UTC at which the local day begins.
        air: what is taken for the air of the day, and of the days by which chances are judged.
        overload_pu: load from which a transformer is overloaded.
        hot_c: hot spot from which it is too hot: beyond it loading is above nameplate (C57.91).
        boosting: settings of the trees of hours.
        peak_boosting: of those of peaks.
        sample_count: samples that they are fitted to, at most.
        seed: seed of the choice of samples.
        thermal: constants of the transformers.
    """

    local_midnight_h: int = 5
    air: Air = Air.AS_CAME
    overload_pu: float = 1.0
    hot_c: float = 120.0
    boosting: BoostingParams = field(
        default_factory=lambda: BoostingParams(
            n_trees=120, learning_rate=0.08, max_leaf_nodes=24, min_leaf_samples=60
        )
    )
    peak_boosting: BoostingParams = field(
        default_factory=lambda: BoostingParams(
            n_trees=120, learning_rate=0.06, max_leaf_nodes=12, min_leaf_samples=100
        )
    )
    sample_count: int = 150_000
    seed: int = 0
    thermal: ThermalParams = field(default_factory=ThermalParams)


def read_hours(
    *, warehouse: Warehouse, since: datetime, until: datetime, transformer_ids: Sequence[str] | None = None
) -> HourlyPast:
    """Read the hourly loads between two moments.

    Args:
        warehouse: where they are.
        since: first hour, naive UTC.
        until: end of the last.
        transformer_ids: of these alone; of all if None.

    Raises:
        BadDataset: if there are none.
    """
    batches = list(warehouse.select_arrow(hours_between(since, until, transformer_ids)))
    table = pa.Table.from_batches(batches) if batches else None
    if table is None or not table.num_rows:
        raise BadDataset(field="since", message=f"no hourly load is on record from {since} to {until}")
    ids = table["transformer_id"].combine_chunks().dictionary_encode()
    names = np.asarray(ids.dictionary.to_numpy(zero_copy_only=False), dtype=object)
    place = np.asarray(ids.indices.to_numpy(), dtype=np.int64)
    start = np.datetime64(since, "h")
    hour = (table["load_hour"].to_numpy().astype("datetime64[h]") - start).astype(np.int64)
    count = int((np.datetime64(until, "h") - start).astype(np.int64))
    load, ambient = (np.full((len(names), count), np.nan) for _ in range(2))
    load[place, hour] = table["loading_pct"].cast(pa.float64()).to_numpy() / 100.0
    ambient[place, hour] = table["ambient_c"].cast(pa.float64()).to_numpy()
    return HourlyPast(transformer_id=names, start=start, load_pu=load, ambient_c=ambient)


def day_starts(past: HourlyPast, params: TomorrowParams) -> list[int]:
    """Return the positions at which whole local days begin that have a whole day before them."""
    first = int(past.start.astype("datetime64[h]").astype(np.int64)) % DAY_H
    offset = (params.local_midnight_h - first) % DAY_H
    return [at for at in range(offset, past.hours - DAY_H + 1, DAY_H) if at >= DAY_H]


def variation(past: HourlyPast, *, at: int) -> FloatArray:
    """Return how much each transformer's daily peak has varied: the deviation of its logarithm over the days
    before an hour, a week at most, drawn to that of all where days are few.
    """
    peaks = np.log(np.maximum(peaks_before(past, at), 1e-6))
    own = peaks.var(axis=0)
    usual = float(np.nanmedian(own)) if np.isfinite(own).any() else 0.0
    return np.asarray(
        np.sqrt((own * len(peaks) + usual) / (len(peaks) + 1) + LEAST_VARIATION**2), dtype=np.float64
    )


def expected_air(past: HourlyPast, *, at: int, params: TomorrowParams) -> FloatArray:
    """Return what is taken for the air of the day that begins at an hour, (transformers, 24)."""
    first = at if params.air is Air.AS_CAME else at - DAY_H
    return past.ambient_c[:, first : first + DAY_H]


def observed(past: HourlyPast, *, at: int, params: TomorrowParams) -> tuple[FloatArray, FloatArray]:
    """Return the peak load and the highest hot spot of the day that begins at an hour, as they came."""
    load, ambient = past.load_pu[:, at : at + DAY_H], past.ambient_c[:, at : at + DAY_H]
    return day_peak(load)[0], hot_spot(past, at, load, ambient, params)


def hour_samples(past: HourlyPast, at: int, ambient_c: FloatArray, params: TomorrowParams) -> FloatArray:
    """Return the features of a day's hours, (transformers * 24, features), from the loads before it."""
    count = len(past.transformer_id)

    def back(hours: int) -> FloatArray:
        if at < hours:
            return np.full((count, DAY_H), np.nan)
        return past.load_pu[:, at - hours : at - hours + DAY_H]

    last = past.load_pu[:, at - DAY_H : at]
    days = [back(DAY_H * day) for day in range(1, 8) if at >= DAY_H * day]
    hour = np.arange(DAY_H)
    turn = 2.0 * np.pi * hour / DAY_H
    weekday = weekday_of(past, at, params)
    with np.errstate(invalid="ignore"):
        mean, peak = last.mean(axis=1, keepdims=True), last.max(axis=1, keepdims=True)
        same = np.mean(days, axis=0)
    columns = (
        last,
        back(2 * DAY_H),
        back(7 * DAY_H),
        mean,
        peak,
        same,
        ambient_c,
        ambient_c - past.ambient_c[:, at - DAY_H : at],
        np.sin(turn),
        np.cos(turn),
        float(weekday >= 5),
        float((weekday - 1) % 7 >= 5),
    )
    return np.stack([np.broadcast_to(column, (count, DAY_H)).ravel() for column in columns], axis=1)


def peak_samples(
    course: FloatArray, past: HourlyPast, at: int, ambient_c: FloatArray, params: TomorrowParams
) -> FloatArray:
    """Return the features of a day's peak, (transformers, features), from the loads before it."""
    logs = np.log(np.maximum(peaks_before(past, at), 1e-6))
    usual = logs.mean(axis=0)
    missing = np.full_like(usual, np.nan)
    before = [logs[day] - usual if len(logs) > day else missing for day in range(3)]
    weekday = weekday_of(past, at, params)
    warmest, warmest_before = ambient_c.max(axis=1), past.ambient_c[:, at - DAY_H : at].max(axis=1)
    columns = (
        np.log(np.maximum(course.max(axis=1), 1e-6)) - usual,
        *before,
        logs.max(axis=0) - usual,
        variation(past, at=at),
        np.exp(usual),
        warmest,
        warmest - warmest_before,
        float(weekday >= 5),
        float((weekday - 1) % 7 >= 5),
    )
    return np.stack([np.broadcast_to(column, usual.shape) for column in columns], axis=1)


def peaks_before(past: HourlyPast, at: int) -> FloatArray:
    """Return the peaks of the days before an hour, the newest first, a week at most, (days, transformers)."""
    days = range(1, min(7, at // DAY_H) + 1)
    return np.stack([past.load_pu[:, at - DAY_H * day : at - DAY_H * (day - 1)].max(axis=1) for day in days])


def weekday_of(past: HourlyPast, at: int, params: TomorrowParams) -> int:
    """Return the local weekday of the day that begins at an hour, 0 for Monday."""
    local = past.start + np.timedelta64(at - params.local_midnight_h, "h")
    return (int(local.astype("datetime64[D]").astype(np.int64)) + 3) % 7


def day_peak(load: FloatArray) -> tuple[FloatArray, IntArray]:
    """Return the highest load and its hour; NaN where an hour is unknown."""
    hour = np.argmax(np.where(np.isnan(load), -1.0, load), axis=1).astype(np.int64)
    return np.asarray(load.max(axis=1), dtype=np.float64), hour


def hot_spot(
    past: HourlyPast, at: int, load: FloatArray, ambient_c: FloatArray, params: TomorrowParams
) -> FloatArray:
    """Return the highest hot spot of a day of given load and air, the oil as the day before left it."""
    course = thermal_course(
        load_pu=np.concatenate([past.load_pu[:, at - DAY_H : at], load], axis=1),
        ambient_c=np.concatenate([past.ambient_c[:, at - DAY_H : at], ambient_c], axis=1),
        step_h=1.0,
        params=params.thermal,
    )
    return np.asarray(course.hot_spot_c[:, DAY_H:].max(axis=1), dtype=np.float64)
