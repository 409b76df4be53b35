"""Forecasts of finished runs: starting one. Its job is in :mod:`.run_forecast_job`."""

from __future__ import annotations

from typing import Any

from django.db import transaction

from cascade import models
from cascade.ml.tasks import LearningTask
from cascade.services.decisions.repeated import find_run, require_finished
from cascade.services.learning.registry import current_model
from cascade.services.learning.vulnerability import NoModel
from flux_site.api.errors import BadInput
from flux_site.jobs.models import JobStatus
from flux_site.jobs.services import create_job

KIND = "cascade.learn_forecast"


@transaction.atomic
def start_forecast(*, run_id: int, user: Any) -> models.RunForecast:
    """Queue a forecast of a finished run; one that is queued or running already is returned as it is.

    Raises:
        NotFound: if there is no such run that the user may see.
        BadInput: if it has not succeeded, or did not keep its inputs.
        NoModel: if no model of propagation is in service.
        QueueUnavailable: after commit, if Redis is away.
    """
    run = find_run(run_id, user)
    require_finished(run)
    if run.inputs_id is None:
        raise BadInput(f"Run {run_id} did not keep all its inputs; start a new one.", field="runId")
    if current_model(LearningTask.PROPAGATION) is None:
        raise NoModel("No model of propagation is in service; put one into service first.")
    waiting = models.RunForecast.objects.filter(
        run=run, job__status__in=(JobStatus.QUEUED, JobStatus.RUNNING)
    ).first()
    if waiting is not None:
        return waiting
    job = create_job(kind=KIND, title=f"Forecast of {run.name}"[:200], inputs={"run": run.pk}, owner=user)
    return models.RunForecast.objects.create(job=job, run=run)
