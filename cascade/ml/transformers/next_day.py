"""The next day of every transformer of a grid of any size: fitted to some, forecast for all, part by part."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from cascade.ml.errors import BadDataset
from cascade.ml.transformers.hourly_past import (
    DAY_H,
    Air,
    HourlyPast,
    TomorrowParams,
    day_starts,
    expected_air,
    read_hours,
)
from cascade.ml.transformers.tomorrow import Tomorrow, TomorrowModel, fit_tomorrow
from grid.powerflow.arrays import FloatArray
from grid.warehouse import Warehouse
from grid.warehouse.queries import transformer_failures as records

PAST_DAYS = 28
"""So many days are read to fit; a forecast itself rests on a week."""
CHECKED_PART = 3
"""The newest third of the days says how far forecasts are off: of two days an odd one weighs too much."""
MOST_CHECKED = 7
WEEK_DAYS = 8
FITTED_TRANSFORMERS = 5000
PART = 5000
LEAST_CHECKED = 2
WEEK_H = 7 * DAY_H


@dataclass(frozen=True, kw_only=True)
class NextDay:
    """Say which day is forecast.

    Attributes:
        day: the local day.
        starts_at: its first hour, naive UTC: hours are known up to here.
        midnight_h: the hour of UTC at which it begins.
    """

    day: date
    starts_at: datetime
    midnight_h: int


@dataclass(frozen=True, eq=False, kw_only=True)
class FittedForecaster:
    """Hold a forecaster and what it was fitted to."""

    model: TomorrowModel
    fitted_days: int
    fitted_transformers: int
    transformer_ids: tuple[str, ...]
    latency_ms: float


@dataclass(frozen=True, eq=False, kw_only=True)
class PartForecast:
    """Hold the forecast of some transformers beside the values of the day before."""

    transformer_id: npt.NDArray[np.object_]
    forecast: Tomorrow
    yesterday: Tomorrow


def next_day(warehouse: Warehouse, zone: ZoneInfo) -> NextDay:
    """Return the local day after the last whole one on record.

    Raises:
        BadDataset: if no hourly load is on record.
    """
    newest = _newest_hour(warehouse)
    if newest is None:
        raise BadDataset(field="transformer_hourly_load", message="holds no hour, so no day can be forecast")
    known_until = newest.replace(tzinfo=UTC) + timedelta(hours=1)
    return day_of(known_until.astimezone(zone).date(), zone)


def day_of(day: date, zone: ZoneInfo) -> NextDay:
    """Return when a local day begins."""
    start = datetime(day.year, day.month, day.day, tzinfo=zone).astimezone(UTC)
    return NextDay(day=day, starts_at=start.replace(tzinfo=None), midnight_h=start.hour)


def fit_forecaster(
    warehouse: Warehouse, wanted: NextDay, *, air: Air = Air.AS_YESTERDAY, seed: int = 0
) -> FittedForecaster:
    """Fit the forecaster to the days before, on some transformers where they are many.

    Raises:
        BadDataset: if fewer whole days are on record than it needs.
    """
    began = time.perf_counter()
    params = TomorrowParams(local_midnight_h=wanted.midnight_h, air=air, seed=seed)
    since = wanted.starts_at - timedelta(days=PAST_DAYS)
    batches = list(warehouse.select_arrow(records.metered_transformers(since, wanted.starts_at)))
    ids: list[str] = pa.Table.from_batches(batches)["transformer_id"].to_pylist() if batches else []
    chosen = ids
    if len(ids) > FITTED_TRANSFORMERS:
        rng = np.random.default_rng(seed)
        chosen = [ids[at] for at in np.sort(rng.choice(len(ids), FITTED_TRANSFORMERS, replace=False))]
    if not chosen:
        raise BadDataset(field="transformer_hourly_load", message="holds no hour of the days before")
    past = read_hours(
        warehouse=warehouse,
        since=since,
        until=wanted.starts_at,
        transformer_ids=None if len(chosen) == len(ids) else chosen,
    )
    days = [at for at in day_starts(past, params) if _is_on_record(past, at)]
    checked = max(LEAST_CHECKED, min(MOST_CHECKED, len(days) // CHECKED_PART))
    fit_days = days[:-checked]
    if not any(at >= WEEK_H for at in fit_days):
        raise BadDataset(
            field="transformer_hourly_load",
            message=f"holds {len(days)} whole days of the last {PAST_DAYS} with a day before them; a week "
            f"and {1 + LEAST_CHECKED} more are needed",
        )
    model = fit_tomorrow(past=past, fit_days=fit_days, check_days=days[-checked:], params=params)
    return FittedForecaster(
        model=model,
        fitted_days=len(fit_days),
        fitted_transformers=len(past.transformer_id),
        transformer_ids=tuple(ids),
        latency_ms=round((time.perf_counter() - began) * 1000.0, 1),
    )


def forecast_parts(fitted: FittedForecaster, warehouse: Warehouse, wanted: NextDay) -> Iterator[PartForecast]:
    """Yield the forecasts of the transformers with hours on record, some thousand at a time."""
    params = fitted.model.params
    ids = fitted.transformer_ids
    since = wanted.starts_at - timedelta(days=WEEK_DAYS)
    for first in range(0, len(ids), PART):
        past = _with_a_day(
            read_hours(
                warehouse=warehouse,
                since=since,
                until=wanted.starts_at,
                transformer_ids=None if len(ids) <= PART else list(ids[first : first + PART]),
            )
        )
        at = past.hours - DAY_H
        yield PartForecast(
            transformer_id=past.transformer_id,
            forecast=fitted.model.forecast(past, at=at, ambient_c=expected_air(past, at=at, params=params)),
            yesterday=fitted.model.as_yesterday(past, at=at),
        )


def observed_day(warehouse: Warehouse, wanted: NextDay, transformer_ids: Sequence[str]) -> HourlyPast | None:
    """Return the hours of a day that was forecast and of the day before it; None if it is not over."""
    until = wanted.starts_at + timedelta(days=1)
    newest = _newest_hour(warehouse)
    if newest is None or newest < until - timedelta(hours=1):
        return None
    return read_hours(
        warehouse=warehouse,
        since=wanted.starts_at - timedelta(days=1),
        until=until,
        transformer_ids=list(transformer_ids) if len(transformer_ids) <= PART else None,
    )


def _with_a_day(past: HourlyPast) -> HourlyPast:
    """Return the past with the day to come after it, of which nothing is known."""
    unknown: FloatArray = np.full((len(past.transformer_id), DAY_H), np.nan)
    return HourlyPast(
        transformer_id=past.transformer_id,
        start=past.start,
        load_pu=np.concatenate([past.load_pu, unknown], axis=1),
        ambient_c=np.concatenate([past.ambient_c, unknown], axis=1),
    )


def _is_on_record(past: HourlyPast, at: int) -> bool:
    """Return whether the hours of a day and of the day before it are known of at least one transformer."""
    return bool(np.isfinite(past.load_pu[:, at - DAY_H : at + DAY_H]).all(axis=1).any())


def _newest_hour(warehouse: Warehouse) -> datetime | None:
    table = pa.Table.from_batches(list(warehouse.select_arrow(records.newest_hour())))
    found: datetime | None = table["at"].to_pylist()[0]
    return found
