"""Forecast the next day of all transformers, and tell of the forecast before how good it was.

In workers alone. The rows of the newest forecast take the place of those before it in one transaction.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import asdict
from datetime import UTC
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
from django.conf import settings
from django.db import connection, transaction

from cascade import models
from cascade.ml.errors import BadDataset, InvalidTrainingData
from cascade.ml.transformers.hourly_past import DAY_H, Air, TomorrowParams, observed
from cascade.ml.transformers.next_day import (
    PartForecast,
    day_of,
    fit_forecaster,
    forecast_parts,
    next_day,
    observed_day,
)
from cascade.ml.transformers.tomorrow import Tomorrow, score_days
from flux_site.jobs.context import JobContext
from grid.powerflow.arrays import FloatArray
from grid.selectors.risk_inputs import transformer_zones
from grid.selectors.warehouse import get_warehouse

KEPT_RUNS = 400
BATCH = 2000
LOCK = 7_421_202
"""Of those who replace forecasts; any number that nothing else locks by."""


def forecast_transformers(context: JobContext) -> dict[str, Any]:
    """Forecast the next day of all transformers. Safe to be killed and begun anew.

    Returns:
        The day, how many transformers, and how many overloads are expected.

    Raises:
        JobCancelled: if somebody asked for it; the forecast before stays.
    """
    done = models.TransformerForecastRun.objects.filter(job_id=context.job_id).first()
    if done is not None:  # an earlier attempt stored it
        return _counts(done)
    context.progress(0.0, "Looking back at the forecast before")
    _look_back()
    params = TomorrowParams()
    run = models.TransformerForecastRun(
        job_id=context.job_id, overload_pu=params.overload_pu, hot_c=params.hot_c, air=Air.AS_YESTERDAY.value
    )
    parts: list[PartForecast] = []
    try:
        warehouse = get_warehouse()
        wanted = next_day(warehouse, ZoneInfo(settings.TIME_ZONE))
        context.progress(0.1, f"Fitting to the days before {wanted.day}")
        fitted = fit_forecaster(warehouse, wanted)
        began = time.perf_counter()
        for part in forecast_parts(fitted, warehouse, wanted):
            parts.append(part)
            context.progress(
                0.5 + 0.4 * sum(len(each.transformer_id) for each in parts) / len(fitted.transformer_ids),
                f"Forecasting {wanted.day}",
            )
    except BadDataset as error:
        run.reason = str(error)
    else:
        run.day, run.known_until = wanted.day, wanted.starts_at.replace(tzinfo=UTC)
        run.fitted_days, run.fitted_transformers = fitted.fitted_days, fitted.fitted_transformers
        run.latency_ms = {
            "fit": fitted.latency_ms,
            "forecast": round((time.perf_counter() - began) * 1000.0, 1),
        }
    return _counts(_store(run, parts, context))


@transaction.atomic
def _store(
    run: models.TransformerForecastRun, parts: list[PartForecast], context: JobContext
) -> models.TransformerForecastRun:
    """Put a forecast in the place of the one before."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
    run.save()
    models.TransformerForecast.objects.all().delete()
    zones = transformer_zones()
    rows = [row for part in parts for row in _rows(run, part, zones)]
    for first in range(0, len(rows), BATCH):
        models.TransformerForecast.objects.bulk_create(rows[first : first + BATCH])
        context.progress(0.9 + 0.1 * first / len(rows), "Storing")
    if parts:
        chances = {
            name: np.concatenate([getattr(part.forecast, name) for part in parts])
            for name in ("overload_probability", "hot_probability")
        }
        run.transformer_count = len(rows)
        run.unknown_count = sum(row.peak_pct is None for row in rows)
        run.expected_overloads = float(np.nansum(chances["overload_probability"]))
        run.expected_hot = float(np.nansum(chances["hot_probability"]))
        run.save()
    old = models.TransformerForecastRun.objects.values_list("pk", flat=True)[KEPT_RUNS:]
    models.TransformerForecastRun.objects.filter(pk__in=list(old)).delete()
    return run


def _rows(
    run: models.TransformerForecastRun, part: PartForecast, zones: Mapping[str, str | None]
) -> list[models.TransformerForecast]:
    said, before = part.forecast, part.yesterday
    columns = {
        "peak_pct": said.peak_pu * 100.0,
        "hot_spot_c": said.hot_spot_c,
        "overload_probability": said.overload_probability,
        "hot_probability": said.hot_probability,
        "yesterday_peak_pct": before.peak_pu * 100.0,
        "yesterday_hot_spot_c": before.hot_spot_c,
        "yesterday_overload_probability": before.overload_probability,
        "yesterday_hot_probability": before.hot_probability,
    }
    hours = np.where(np.isnan(said.peak_pu), np.nan, said.peak_hour.astype(np.float64))
    return [
        models.TransformerForecast(
            run=run,
            transformer_id=transformer_id,
            zone_id=zones.get(transformer_id),
            peak_hour=None if np.isnan(hours[at]) else int(hours[at]),
            **{name: _known(values[at]) for name, values in columns.items()},
        )
        for at, transformer_id in enumerate(part.transformer_id.tolist())
    ]


def _look_back() -> None:
    """Write down how good the newest forecast was, if its day is over and its hours are on record."""
    run = models.TransformerForecastRun.objects.filter(day__isnull=False).first()
    if run is None or run.day is None or run.outcome is not None:
        return
    rows = list(run.forecasts.order_by("transformer_id"))
    wanted = day_of(run.day, ZoneInfo(settings.TIME_ZONE))
    keys = [str(row.transformer_id) for row in rows]
    past = observed_day(get_warehouse(), wanted, keys) if keys else None
    if past is None:
        return
    params = TomorrowParams(
        local_midnight_h=wanted.midnight_h, overload_pu=run.overload_pu, hot_c=run.hot_c, air=Air(run.air)
    )
    place = {str(name): at for at, name in enumerate(past.transformer_id.tolist())}
    found = [(row, place[row.transformer_id]) for row in rows if row.transformer_id in place]
    at = np.array([position for _, position in found], dtype=np.int64)
    peak, hot = observed(past, at=DAY_H, params=params)
    try:
        score = score_days(
            peak=peak[at],
            hot_spot=hot[at],
            said=_as_told([row for row, _ in found], ""),
            naive=_as_told([row for row, _ in found], "yesterday_"),
            params=params,
        )
    except InvalidTrainingData:  # of none both are known
        return
    run.outcome = {
        name: [_known(each) for each in value] if isinstance(value, tuple) else _known(value)
        for name, value in asdict(score).items()
    }
    run.save(update_fields=["outcome"])


def _as_told(rows: list[models.TransformerForecast], prefix: str) -> Tomorrow:
    def column(name: str, scale: float = 1.0) -> FloatArray:
        values = [getattr(row, f"{prefix}{name}") for row in rows]
        return np.array([np.nan if value is None else value * scale for value in values], dtype=np.float64)

    return Tomorrow(
        peak_pu=column("peak_pct", 0.01),
        peak_hour=np.zeros(len(rows), dtype=np.int64),
        hot_spot_c=column("hot_spot_c"),
        overload_probability=column("overload_probability"),
        hot_probability=column("hot_probability"),
    )


def _known(value: float) -> float | None:
    return None if np.isnan(value) else float(value)


def _counts(run: models.TransformerForecastRun) -> dict[str, Any]:
    return {
        "run": run.pk,
        "day": run.day.isoformat() if run.day else None,
        "transformers": run.transformer_count or 0,
        "expected_overloads": run.expected_overloads,
        "reason": run.reason or None,
    }
