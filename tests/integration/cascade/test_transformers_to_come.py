"""The jobs that predict transformers: what they keep, what they say where nothing can be predicted."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from cascade import models
from cascade.ml.tasks import LearningTask
from cascade.ml.transformers.failure_model import FailureRiskModel, train_failure_model
from cascade.ml.transformers.fitting import FailureModel
from cascade.services.learning import registry, transformer_predicting
from cascade.services.learning.transformer_starting import (
    start_transformer_forecast,
    start_transformer_prediction,
)
from flux_site.jobs.models import Job, JobStatus
from flux_site.jobs.services import run_job
from grid.selectors.warehouse import get_warehouse
from grid.warehouse import tables
from tests.factories.grid import make_circuit, make_line_section, make_transformer
from tests.transformer_records import hour, store, write_records
from tests.unit.ml.transformers.test_failure_model import PARAMS, made_stored


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small model of trees, in files."""
    folder = tmp_path_factory.mktemp("model")
    model = train_failure_model(made_stored(), algorithm=FailureModel.BOOSTING, params=PARAMS)
    model.save(folder)
    return folder


@pytest.fixture(autouse=True)
def not_sent(monkeypatch: pytest.MonkeyPatch) -> None:
    """Carry jobs out here, not in a worker."""
    monkeypatch.setattr("flux_site.jobs.services.send", lambda job_id: None)


def carried_out(job: Job) -> Job:
    run_job(job.pk)
    job.refresh_from_db()
    return job


def in_service(folder: Path, **manifest: Any) -> models.LearnedModel:
    model = registry.register(LearningTask.TRANSFORMER_FAILURE, folder, None)
    model.state = models.ModelState.PROMOTED
    model.manifest |= manifest
    model.save()
    return model


def test_every_transformer_on_record_is_predicted(trained: Path) -> None:
    """What is kept is what the model says of the records; the cache tells the zone of those it knows."""
    write_records(get_warehouse())
    known = make_transformer(id="XFMR-A", line=make_line_section(circuit=make_circuit()))
    model = in_service(trained)

    job = carried_out(start_transformer_prediction(user=None))

    assert job.status == JobStatus.SUCCEEDED, job.error_message
    run = models.TransformerRiskRun.objects.get()
    rows = {row.transformer_id: row for row in run.predictions.all()}
    assert (run.model, run.transformer_count, run.reason) == (model, 3, "")
    assert set(rows) == {"XFMR-A", "XFMR-B", "XFMR-C"}
    assert (rows["XFMR-A"].zone_id, rows["XFMR-B"].zone_id) == (known.zone_id, None)
    assert sorted(row.rank for row in rows.values()) == [1, 2, 3]
    chances = [rows[key].probability_365d for key in sorted(rows, key=lambda key: rows[key].rank)]
    assert chances == sorted(chances, reverse=True)
    assert sum(chances) == pytest.approx(run.expected_failures["365"])
    base_rate = FailureRiskModel.load(trained).final[365].base_rate
    for row in rows.values():
        assert row.times_base_rate == pytest.approx(row.probability_365d / base_rate)
        assert row.failure_minutes == pytest.approx(
            row.probability_365d * row.customers * run.failure_minutes
        )
        assert 0 < len(row.contributions) <= 5
    assert set(run.latency_ms) == {"read", "predict", "explain", "store"}
    assert job.counts["transformers"] == 3


def test_a_new_prediction_takes_the_place_of_the_one_before(trained: Path) -> None:
    write_records(get_warehouse())
    in_service(trained)
    for _ in range(2):
        carried_out(start_transformer_prediction(user=None))

    older, newer = models.TransformerRiskRun.objects.order_by("pk")
    assert (older.predictions.count(), newer.predictions.count()) == (0, 3)
    assert older.transformer_count == 3


def test_without_a_model_nothing_is_predicted_and_it_says_why() -> None:
    write_records(get_warehouse())

    job = carried_out(start_transformer_prediction(user=None))

    assert job.status == JobStatus.SUCCEEDED
    run = models.TransformerRiskRun.objects.get()
    assert run.reason == transformer_predicting.NO_MODEL
    assert (run.transformer_count, run.as_of) == (None, None)
    assert models.TransformerPrediction.objects.count() == 0


def test_a_model_of_forged_records_says_nothing_of_real_ones(trained: Path) -> None:
    warehouse = get_warehouse()
    write_records(warehouse)
    in_service(trained, is_forged=True)
    carried_out(start_transformer_prediction(user=None))
    assert models.TransformerPrediction.objects.count() == 3

    warehouse.replace(tables.t_transformer_true_hazard, iter(()), "real")
    carried_out(start_transformer_prediction(user=None))

    assert models.TransformerPrediction.objects.count() == 0
    assert transformer_predicting.OF_THE_FORGE in models.TransformerRiskRun.objects.first().reason


def test_a_job_that_is_begun_anew_after_it_stored_changes_nothing(trained: Path) -> None:
    """As after a worker that was killed between storing and saying so."""
    write_records(get_warehouse())
    in_service(trained)
    job = carried_out(start_transformer_prediction(user=None))
    Job.objects.filter(pk=job.pk).update(status=JobStatus.QUEUED)

    again = carried_out(Job.objects.get(pk=job.pk))

    assert again.counts == job.counts
    assert models.TransformerRiskRun.objects.count() == 1


def test_a_cancelled_prediction_leaves_the_one_before(trained: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_records(get_warehouse())
    in_service(trained)
    carried_out(start_transformer_prediction(user=None))
    job = start_transformer_prediction(user=None)
    monkeypatch.setattr("flux_site.jobs.context.WRITE_EVERY_S", 0.0)
    original = transformer_predicting.predict_fleet

    def and_cancel(*args: Any, **kwargs: Any) -> Any:
        Job.objects.filter(pk=job.pk).update(is_cancel_requested=True)
        return original(*args, **kwargs)

    monkeypatch.setattr(transformer_predicting, "predict_fleet", and_cancel)

    assert carried_out(job).status == JobStatus.CANCELLED
    assert models.TransformerRiskRun.objects.count() == 1
    assert models.TransformerPrediction.objects.count() == 3


def hours_of(days: int, *, first: datetime) -> list[dict[str, Any]]:
    """Return hourly loads of forty transformers that rise and fall with the day, some above their rating."""
    rng = np.random.default_rng(3)
    rows = []
    for number in range(40):
        level = 40.0 + 2.0 * number
        for at in range(24 * days):
            moment = first + timedelta(hours=at)
            shape = 1.0 + 0.3 * np.sin(2.0 * np.pi * (at % 24) / 24.0)
            row = hour(moment, float(level * shape * rng.lognormal(0.0, 0.05)))
            air = {"ambient_c": 26.0 + 4.0 * np.sin(2.0 * np.pi * (at % 24) / 24.0) + at / 100.0}
            rows.append(row | air | {"transformer_id": f"T-{number:02d}"})
    return rows


@pytest.fixture
def two_weeks() -> datetime:
    """Two weeks of hours until the start of a local day."""
    first = datetime(2024, 7, 1, 5)
    store(get_warehouse(), "transformer_hourly_load", hours_of(14, first=first), "hours")
    return first + timedelta(days=14)


def test_the_next_day_is_forecast_and_looked_back_at_when_it_is_over(two_weeks: datetime) -> None:
    job = carried_out(start_transformer_forecast(user=None))

    assert job.status == JobStatus.SUCCEEDED, job.error_message
    run = models.TransformerForecastRun.objects.get()
    assert (str(run.day), run.known_until) == ("2024-07-15", two_weeks.replace(tzinfo=UTC))
    assert (run.transformer_count, run.unknown_count, run.outcome) == (40, 0, None)
    rows = {row.transformer_id: row for row in run.forecasts.all()}
    assert rows["T-00"].peak_pct == pytest.approx(40.0 * 1.3, rel=0.15)
    assert rows["T-39"].overload_probability > 0.9
    assert rows["T-00"].overload_probability < 0.1
    assert sum(row.overload_probability for row in rows.values()) == pytest.approx(run.expected_overloads)

    store(get_warehouse(), "transformer_hourly_load", hours_of(1, first=two_weeks), "the day")
    carried_out(start_transformer_forecast(user=None))

    older, newer = models.TransformerForecastRun.objects.order_by("pk")
    assert older.outcome["sample_count"] == 40
    assert 0.0 < older.outcome["peak_error_pct"][0] < 15.0
    assert (str(newer.day), older.forecasts.count()) == ("2024-07-16", 0)


def test_without_a_weather_station_loads_are_forecast_and_heat_is_unknown() -> None:
    first = datetime(2024, 7, 1, 5)
    rows = [row | {"ambient_c": None} for row in hours_of(14, first=first)]
    store(get_warehouse(), "transformer_hourly_load", rows, "hours")

    job = carried_out(start_transformer_forecast(user=None))

    assert job.status == JobStatus.SUCCEEDED, job.error_message
    row = models.TransformerForecast.objects.get(transformer_id="T-39")
    assert row.overload_probability > 0.9
    assert (row.hot_spot_c, row.hot_probability) == (None, None)


def test_without_hours_no_day_is_forecast_and_it_says_why() -> None:
    write_records(get_warehouse())

    job = carried_out(start_transformer_forecast(user=None))

    assert job.status == JobStatus.SUCCEEDED
    run = models.TransformerForecastRun.objects.get()
    assert "whole days" in run.reason
    assert models.TransformerForecast.objects.count() == 0
