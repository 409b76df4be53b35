"""Predict the failures of all transformers by the model in service, and keep what is said of each.

In workers alone. The rows of the newest prediction take the place of those before it in one transaction; of
earlier ones the summary stays. Where nothing can be predicted there are no rows, and the summary says why.
"""

from __future__ import annotations

import time
from collections import Counter
from dataclasses import asdict
from datetime import UTC
from typing import Any

from django.db import connection, transaction

from cascade import models
from cascade.ml.errors import BadDataset, BadModelFile
from cascade.ml.tasks import LearningTask
from cascade.ml.transformers.failure_model import FailureRiskModel
from cascade.ml.transformers.plans import is_forged, record_span
from cascade.ml.transformers.predicting import PredictedFleet, PredictedTransformer, predict_fleet
from cascade.services.learning import registry
from cascade.services.learning.transformers import naive_now
from flux_site.jobs.context import JobContext
from grid.selectors.risk_inputs import transformer_zones
from grid.selectors.warehouse import get_warehouse

KEPT_RUNS = 200
BATCH = 2000
LOCK = 7_421_201
"""Of those who replace predictions; any number that nothing else locks by."""
NO_MODEL = "No model of transformer failures is in service: train one and promote it."
OF_THE_FORGE = (
    "The model in service was trained on forged records, and this warehouse holds real ones: it has nothing "
    "to say of them. Train one on these records."
)


def predict_transformers(context: JobContext) -> dict[str, Any]:
    """Predict the failures of all transformers. Safe to be killed and begun anew.

    Returns:
        How many transformers, and how many of each tier.

    Raises:
        JobCancelled: if somebody asked for it; the predictions before stay.
    """
    done = models.TransformerRiskRun.objects.filter(job_id=context.job_id).first()
    if done is not None:  # an earlier attempt stored it
        return _counts(done)
    model = registry.current_model(LearningTask.TRANSFORMER_FAILURE)
    try:
        found = None if model is None else _predict(model, context)
        reason = NO_MODEL if model is None else ""
    except (BadDataset, BadModelFile) as error:
        found, reason = None, str(error)
    return _counts(_store(model, found, reason, context))


def _predict(model: models.LearnedModel, context: JobContext) -> PredictedFleet:
    warehouse = get_warehouse()
    loaded = FailureRiskModel.load(registry.open_weights(model))
    if loaded.about.get("is_forged") and not is_forged(warehouse):
        raise BadDataset(field="model", message=OF_THE_FORGE)
    records_from, as_of = record_span(warehouse, now=naive_now())

    def tick(done: int, total: int, text: str) -> None:
        context.progress(0.9 * done / total, text)

    return predict_fleet(loaded, warehouse, records_from=records_from, as_of=as_of, tick=tick)


@transaction.atomic
def _store(
    model: models.LearnedModel | None, found: PredictedFleet | None, reason: str, context: JobContext
) -> models.TransformerRiskRun:
    """Put what was found in the place of what was there."""
    began = time.perf_counter()
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
    run = models.TransformerRiskRun.objects.create(job_id=context.job_id, model=model, reason=reason)
    models.TransformerPrediction.objects.all().delete()
    if found is not None:
        zones = transformer_zones()
        for first in range(0, len(found.transformers), BATCH):
            part = found.transformers[first : first + BATCH]
            models.TransformerPrediction.objects.bulk_create([_row(run, each, zones) for each in part])
            context.progress(0.9 + 0.1 * first / len(found.transformers), "Storing")
        run.as_of = found.as_of.replace(tzinfo=UTC)
        run.transformer_count = len(found.transformers)
        run.tiers = dict(Counter(each.tier.value for each in found.transformers))
        run.expected_failures = {str(days): value for days, value in found.expected_failures.items()}
        run.missing = {str(days): text for days, text in found.missing.items()}
        run.base_rate = found.base_rate
        run.failure_minutes, run.planned_minutes = found.minutes.failed, found.minutes.planned
        stored_ms = round((time.perf_counter() - began) * 1000.0, 1)
        run.latency_ms = {**found.latency_ms, "store": stored_ms}
        run.save()
    old = models.TransformerRiskRun.objects.values_list("pk", flat=True)[KEPT_RUNS:]
    models.TransformerRiskRun.objects.filter(pk__in=list(old)).delete()
    return run


def _row(
    run: models.TransformerRiskRun, told: PredictedTransformer, zones: dict[str, str | None]
) -> models.TransformerPrediction:
    return models.TransformerPrediction(
        run=run,
        transformer_id=told.transformer_id,
        zone_id=zones.get(told.transformer_id),
        unit_id=told.unit_id,
        rank=told.rank,
        tier=told.tier.value,
        **{f"probability_{days}d": chance for days, chance in told.probability.items()},
        times_base_rate=told.times_base_rate,
        renewed_probability=told.renewed_probability,
        customers=told.customers,
        **told.values,
        failure_minutes=told.failure_minutes,
        avoided_minutes=told.avoided_minutes,
        planned_minutes=told.planned_minutes,
        avoided_rank=told.avoided_rank,
        action=told.action.value,
        main_evidence=told.main_evidence or "",
        contributions=[asdict(each) for each in told.contributions],
    )


def _counts(run: models.TransformerRiskRun) -> dict[str, Any]:
    return {
        "run": run.pk,
        "transformers": run.transformer_count or 0,
        "reason": run.reason or None,
        **{tier.lower(): count for tier, count in run.tiers.items()},
    }
