"""Queue the work on learned models, checked before a job is created. Loads no model."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import transaction

from cascade import models
from cascade.ml.store import code_version
from cascade.ml.tasks import LearningTask
from cascade.services.learning.plugs import PLUGS, checked_options
from cascade.services.learning.registry import current_model, next_version
from flux_site.api.errors import BadInput, NotFound
from flux_site.jobs.models import Job
from flux_site.jobs.services import create_job

LEARN_DATASET = "cascade.learn_dataset"
LEARN_TRAIN = "cascade.learn_train"
LEARN_EVALUATE = "cascade.learn_evaluate"
LEARN_DRIFT = "cascade.learn_drift"
MAX_SEED = 2**31 - 1


def known_task(task: str) -> LearningTask:
    """Return the task of a name.

    Raises:
        BadInput: if there is none.
    """
    try:
        return LearningTask(task)
    except ValueError:
        allowed = ", ".join(LearningTask)
        raise BadInput(f"task is {task!r}; it must be one of {allowed}.", field="task") from None


@transaction.atomic
def start_dataset(
    *, task: str, plan: Mapping[str, Any] | None = None, user: Any | None
) -> models.LearningDataset:
    """Queue the making of a data set.

    One of the same plan whose making failed or was cancelled, and that the same code began, goes on where it
    stopped.

    Args:
        task: one of :class:`cascade.ml.tasks.LearningTask`.
        plan: options of the task; those left out by their default.
        user: who asks.

    Raises:
        BadInput: naming the field.
        QueueUnavailable: after commit, if Redis is away.
    """
    chosen = known_task(task)
    wanted = checked_options(PLUGS[chosen].plan, plan or {}, field="plan")
    version = next_version(models.LearningDataset, chosen)
    begun = models.LearningDataset.objects.filter(
        task=chosen, plan=wanted, state=models.DatasetState.FAILED, code_version=code_version()
    ).first()
    row = begun or models.LearningDataset(
        task=chosen,
        version=version,
        plan=wanted,
        code_version=code_version(),
        folder=f"data/{chosen.lower()}-{version:04d}",
        created_by=user,
    )
    row.state, row.error = models.DatasetState.BUILDING, ""
    title = f"Data set {row.version}: {row.get_task_display()}"
    row.job = create_job(
        kind=LEARN_DATASET, title=title, inputs={"task": chosen.value, "plan": wanted}, owner=user
    )
    row.save()
    return row


@transaction.atomic
def start_training(
    *, dataset_id: int, settings: Mapping[str, Any] | None = None, seed: int = 0, user: Any | None
) -> Job:
    """Queue the training of a model; it is evaluated after it.

    Args:
        dataset_id: what it is trained on.
        settings: options of the task; those left out by their default.
        seed: the same data, settings and seed give the same weights.
        user: who asks.

    Raises:
        NotFound: if there is no such data set.
        BadInput: naming the field.
        QueueUnavailable: after commit, if Redis is away.
    """
    dataset = _ready(dataset_id)
    chosen = checked_options(PLUGS[LearningTask(dataset.task)].settings, settings or {}, field="settings")
    if not 0 <= seed <= MAX_SEED:
        raise BadInput(f"seed is {seed}; it must be 0 to {MAX_SEED}.", field="seed")
    inputs = {"task": dataset.task, "dataset": dataset.pk, "settings": chosen, "seed": seed}
    title = f"Training: {dataset.get_task_display()}, data {dataset.version}, seed {seed}"
    return create_job(kind=LEARN_TRAIN, title=title, inputs=inputs, owner=user)


@transaction.atomic
def start_evaluation(*, model_id: int, user: Any | None) -> Job:
    """Queue the evaluation of a model on the evaluation set, beside the model in service.

    Raises:
        NotFound: if there is no such model.
        BadInput: if its task has no evaluation set.
        QueueUnavailable: after commit, if Redis is away.
    """
    model = models.LearnedModel.objects.filter(pk=model_id).first()
    if model is None:
        raise NotFound(f"There is no model {model_id}.", field="modelId")
    chosen = models.LearningDataset.objects.filter(task=model.task, is_evaluation_set=True).first()
    if chosen is None:
        raise BadInput(
            f"{model.get_task_display()} has no evaluation set; make a data set first.", field="modelId"
        )
    inputs = {"task": model.task, "model": model.pk, "dataset": chosen.pk}
    return create_job(kind=LEARN_EVALUATE, title=f"Evaluation: {model}", inputs=inputs, owner=user)


@transaction.atomic
def start_drift_check(*, task: str, user: Any | None) -> Job:
    """Queue the comparison of the present with what the model in service was trained on.

    Raises:
        BadInput: if the task is not known or no model of it is in service.
        QueueUnavailable: after commit, if Redis is away.
    """
    chosen = known_task(task)
    model = current_model(chosen)
    if model is None:
        raise BadInput(f"No model of {chosen} is in service.", field="task")
    inputs = {"task": chosen.value, "model": model.pk}
    return create_job(kind=LEARN_DRIFT, title=f"Drift check: {model}", inputs=inputs, owner=user)


def start_drift_checks() -> int:
    """Queue a drift check of every model in service that none is under way for; return how many."""
    started = 0
    for task in LearningTask:
        waiting = Job.objects.unfinished().filter(kind=LEARN_DRIFT, inputs__task=task.value)
        if current_model(task) is not None and not waiting.exists():
            start_drift_check(task=task, user=None)
            started += 1
    return started


@transaction.atomic
def use_for_evaluation(*, dataset_id: int) -> models.LearningDataset:
    """Let the models of a task be compared on what a data set holds out, from now on.

    Raises:
        NotFound: if there is no such data set.
        BadInput: if it is not ready.
    """
    row = _ready(dataset_id)
    next_version(models.LearningDataset, row.task)  # locks the task
    models.LearningDataset.objects.filter(task=row.task, is_evaluation_set=True).update(
        is_evaluation_set=False
    )
    row.is_evaluation_set = True
    row.save(update_fields=["is_evaluation_set"])
    return row


def _ready(dataset_id: int) -> models.LearningDataset:
    row = models.LearningDataset.objects.filter(pk=dataset_id).first()
    if row is None:
        raise NotFound(f"There is no data set {dataset_id}.", field="datasetId")
    if row.state != models.DatasetState.READY:
        raise BadInput(f"{row} is {row.state}; it must be READY.", field="datasetId")
    return row
