"""Forecasts of runs on the small network, against what is known of it by hand."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import User

from cascade import models
from cascade.ml.tasks import LearningTask
from cascade.models import ForecastOutcome as Outcome
from cascade.services.learning.run_forecasts import start_forecast
from cascade.services.learning.vulnerability import NoModel
from cascade.services.runs import start_run
from flux_site.api.errors import BadInput, NotFound
from flux_site.jobs.services import run_job
from tests.factories.learning import make_propagation_model
from tests.small_network import SmallNetwork

pytestmark = pytest.mark.integration
near = pytest.approx


def finished_run(planner: User, *outages: str, **inputs: Any) -> models.CascadeRun:
    run = start_run(
        outages=list(outages),
        load_multiplier=inputs.pop("load_multiplier", 1.0),
        rating_multiplier=inputs.pop("rating_multiplier", 1.0),
        user=planner,
        **inputs,
    )
    run_job(run.job_id)
    return models.CascadeRun.objects.select_related("job").get(pk=run.pk)


def forecast(run: models.CascadeRun, planner: User) -> models.RunForecast:
    found = start_forecast(run_id=run.pk, user=planner)
    run_job(found.job_id)
    found = models.RunForecast.objects.select_related("job", "model").get(pk=found.pk)
    assert found.job.status == "SUCCEEDED", found.job.error_message
    return found


def test_the_first_wave_is_told_exactly_and_the_rest_predicted(
    small_network: SmallNetwork, planner: User
) -> None:
    model = make_propagation_model()
    run = finished_run(planner, "BR-9012")

    found = forecast(run, planner)

    # By hand: without 1-2, 200 MW flow over 1-3, which trips at once; 100 of 150 MW flow over 2-3, which is
    # left open and does not trip.
    assert (found.out_count, found.first_count, found.first_agrees) == (1, 1, True)
    assert (found.open_count, found.tripped_count, found.said_count, found.hit_count) == (1, 0, 1, 0)
    row = found.branches.get()
    assert (row.branch_id, row.rank, row.trip_wave, row.outcome) == ("BR-9014", 1, None, Outcome.FALSE_ALARM)
    assert 0.5 < row.probability <= 0.85
    assert found.expected_count == near(row.probability)
    assert found.brier == near(row.probability**2)
    assert (found.average_precision, found.roc_auc) == (None, None)
    assert row.zone_id == small_network.zone.pk
    assert (found.model, found.threshold, found.is_unfamiliar) == (model, 0.5, False)
    assert {"model", "state", "prediction", "storing"} <= found.latency_ms.keys()
    assert found.notes == []


def test_what_happened_is_what_the_run_says(small_network: SmallNetwork, planner: User) -> None:
    make_propagation_model()
    run = finished_run(planner, "BR-9012")
    wave = models.CascadeWave.objects.create(
        run=run,
        number=2,
        tripped_count=1,
        shed_mw=0.0,
        cumulative_shed_mw=150.0,
        served_mw=50.0,
        islands_alive=1,
        islands_dead=1,
        dead_bus_count=1,
    )
    models.CascadeTrip.objects.create(run=run, wave=wave, branch_id="BR-9014", flow_mw=1.0, rating_mva=1.0)

    found = forecast(run, planner)

    row = found.branches.get()
    assert (row.trip_wave, row.outcome) == (2, Outcome.HIT)
    assert (found.tripped_count, found.hit_count, found.average_precision) == (1, 1, 1.0)


def test_the_loss_of_a_substation_is_that_of_its_branches(small_network: SmallNetwork, planner: User) -> None:
    make_propagation_model()
    run = finished_run(planner, "SUB-9002")

    found = forecast(run, planner)

    # 1-2 and 2-3 are out; 1-3 carries the 100 MW of corner 3 and is left open.
    assert (found.out_count, found.first_count, found.open_count) == (2, 0, 1)
    assert found.branches.get().branch_id == "BR-9013"
    assert found.notes == ["The loss of a bus was taken as that of its branches."]


def test_the_state_is_that_of_the_run(small_network: SmallNetwork, planner: User) -> None:
    make_propagation_model(limit=-1.0)
    run = finished_run(planner, "BR-9012", load_multiplier=0.7, options={"trip_threshold_frac": 1.2})

    found = forecast(run, planner)

    # 140 MW of 1.2 × 150 over 1-3: nothing trips, and two branches are left open.
    assert (found.first_count, found.open_count, found.tripped_count) == (0, 2, 0)
    assert found.is_unfamiliar is True


def test_a_forecast_under_way_is_not_begun_twice(small_network: SmallNetwork, planner: User) -> None:
    make_propagation_model()
    run = finished_run(planner, "BR-9012")

    first, second = (start_forecast(run_id=run.pk, user=planner) for _ in range(2))

    assert first == second


def test_what_cannot_be_said_is_refused(small_network: SmallNetwork, planner: User) -> None:
    run = finished_run(planner, "BR-9012")
    with pytest.raises(NoModel, match="No model of propagation"):
        start_forecast(run_id=run.pk, user=planner)
    make_propagation_model()
    with pytest.raises(NotFound):
        start_forecast(run_id=run.pk + 1000, user=planner)
    waiting = start_run(outages=["BR-9012"], load_multiplier=1.0, rating_multiplier=1.0, user=planner)
    with pytest.raises(BadInput, match="SUCCEEDED"):
        start_forecast(run_id=waiting.pk, user=planner)
    plants = finished_run(planner, small_network.plants[1].pk)
    found = start_forecast(run_id=plants.pk, user=planner)
    run_job(found.job_id)
    found.job.refresh_from_db()
    assert found.job.status == "FAILED"
    assert "take 0 branches out" in found.job.error_message
    assert models.LearnedModel.objects.filter(task=LearningTask.PROPAGATION).count() == 1
