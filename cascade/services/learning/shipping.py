"""Put the models that come with the product into the register, so that a new system predicts at once."""

from __future__ import annotations

from pathlib import Path

from django.db import transaction

from cascade import models
from cascade.ml.judging import EVALUATION, Evaluation
from cascade.ml.store import MANIFEST, SHIPPED
from cascade.ml.tasks import LearningTask
from cascade.services.learning import registry
from flux_site.api.errors import FluxError


def load_shipped(place: Path = SHIPPED) -> dict[str, str]:
    """Register the models of a folder and put into service what may be. Safe to repeat.

    A model is put into service where none is, if it beats the best simple baseline; where one is, if it beats
    that on the same cases, or if that one reads features of an older version, which are computed no more.
    What people promoted or took back themselves is else left as it is.

    Returns:
        Per task what was done, in words.

    Raises:
        BadModelFile: if a model is damaged.
    """
    return {
        task.value: _load(task, place / task.lower())
        for task in LearningTask
        if (place / task.lower() / MANIFEST).exists()
    }


@transaction.atomic
def _load(task: LearningTask, folder: Path) -> str:
    model = registry.register(task, folder, None, origin=models.ModelOrigin.SHIPPED)
    evaluation = Evaluation.load(folder) if (folder / EVALUATION).exists() else None
    if evaluation is None or evaluation.notes.get("weights_sha256", model.weights_id) != model.weights_id:
        return f"{model} is registered; it comes without an evaluation."
    if not model.evaluations.filter(evaluation_digest=evaluation.cases.digest).exists():
        registry.record_evaluation(model, evaluation, dataset=None)
    current = registry.current_model(task)
    if model.promotions.exists():
        return f"{model} is known; in service: {current}."
    beaten = registry.comparable_incumbent(model)
    try:
        comparison = registry.judge(model, incumbent=beaten)
    except FluxError as error:
        return f"{model} is registered, {current} stays in service: {error.message}"
    if not comparison["is_enough"]:
        return f"{model} is registered, {current or 'no model'} stays in service: it is not better."
    is_outdated = current is not None and beaten is None
    reason = "The model in service read features of an older version." if is_outdated else ""
    registry.put_into_service(
        model, kind=models.PromotionKind.SHIPPED, user=None, reason=reason, comparison=comparison
    )
    return f"{model} is in service."
