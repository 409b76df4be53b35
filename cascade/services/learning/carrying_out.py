"""Carry out the work on learned models: in workers alone, which may load compiled code and torch.

Each function is safe to be killed at any instant and called again: files are written whole or not at all,
what is finished is found again, and rows change in one transaction.
"""

from __future__ import annotations

import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from cascade import models
from cascade.engine.errors import CascadeInputError
from cascade.ml.devices import choose_device
from cascade.ml.errors import BadDataset, BadModelFile
from cascade.ml.judging import Evaluation
from cascade.ml.store import MANIFEST, read_model, remove_folder
from cascade.ml.tasks import Tick
from cascade.services.learning import registry
from cascade.services.learning.plugs import TaskPlug, load_plug
from cascade.services.learning.starting import start_evaluation
from flux_site.api.errors import FluxError, NotFound
from flux_site.jobs.context import JobContext

TRAINING_FOLDERS = "training"


def build_dataset(context: JobContext) -> dict[str, Any]:
    """Make the data set of a job, or finish it.

    Returns:
        What it holds.

    Raises:
        NotFound: if the data set was deleted.
        FluxError: if it cannot be made; the data set says why.
        JobCancelled: if somebody asked for it; what is there is kept, and is used when it is begun anew.
    """
    row = models.LearningDataset.objects.filter(job_id=context.job_id).first()
    if row is None:
        raise NotFound("The data set of this job was deleted.")
    if row.state == models.DatasetState.READY:
        return dict(row.counts)
    folder = _root() / row.folder
    with _failing(row), _plainly():
        summary = load_plug(row.task).build(folder, row.plan, _ticking(context))
        same = models.LearningDataset.objects.filter(task=row.task, digest=summary.digest).first()
        if same is not None:
            remove_folder(_root(), folder)
            raise BadDataset(field="plan", message=f"gives the same data as version {same.version}")
    with transaction.atomic():
        registry.next_version(models.LearningDataset, row.task)  # locks the task
        others = models.LearningDataset.objects.filter(task=row.task, is_evaluation_set=True)
        row.state, row.ready_at = models.DatasetState.READY, timezone.now()
        row.digest, row.feature_version = summary.digest, summary.feature_version
        row.counts = dict(summary.counts)
        row.is_evaluation_set = not others.exists()
        row.save()
    return dict(row.counts)


def train_model(context: JobContext) -> dict[str, Any]:
    """Train the model of a job, register it and queue its evaluation.

    Returns:
        Id and version of the model.

    Raises:
        NotFound: if its data set was deleted.
        FluxError: if it cannot be trained.
        JobCancelled: if somebody asked for it; nothing is registered.
    """
    inputs = context.inputs
    dataset = models.LearningDataset.objects.filter(pk=inputs["dataset"]).first()
    if dataset is None:
        raise NotFound("The data set of this job was deleted.")
    target = _root() / TRAINING_FOLDERS / str(context.job_id)
    began = time.process_time()
    cpu_s: float | None = None
    with _plainly():
        if not (target / MANIFEST).exists():  # else an earlier attempt got so far
            shutil.rmtree(target, ignore_errors=True)
            target.mkdir(parents=True)
            load_plug(dataset.task).train(
                _root() / dataset.folder,
                inputs["settings"],
                seed=inputs["seed"],
                device=choose_device(settings.LEARNING_DEVICE),
                target=target,
                tick=_ticking(context, share=0.95),
            )
            cpu_s = time.process_time() - began
        manifest, _ = read_model(target)
        if manifest.get("data_sha256") != dataset.digest:
            raise BadModelFile(field="data_sha256", message="is not that of the data set")
        model = registry.register(
            dataset.task,
            target,
            dataset,
            options=inputs["settings"],
            seed=inputs["seed"],
            cpu_s=cpu_s,
            job=_job(context),
        )
    remove_folder(_root(), target)
    counts: dict[str, Any] = {"model": model.pk, "version": model.version}
    if model.job_id != context.job_id:
        context.log(f"The weights are those of {model} to the last bit; there is no new model.")
        return counts
    if models.LearningDataset.objects.filter(task=dataset.task, is_evaluation_set=True).exists():
        counts["evaluation_job"] = str(start_evaluation(model_id=model.pk, user=context.owner).pk)
    return counts


def evaluate_model(context: JobContext) -> dict[str, Any]:
    """Evaluate a model on the evaluation set and, where that is still to be done, the one in service.

    Returns:
        The headline of the model.

    Raises:
        NotFound: if model or data set were deleted.
        FluxError: if it cannot be evaluated, such as one that was trained on some of the cases.
        JobCancelled: if somebody asked for it; what was evaluated is kept.
    """
    model = models.LearnedModel.objects.filter(pk=context.inputs["model"]).first()
    dataset = models.LearningDataset.objects.filter(pk=context.inputs["dataset"]).first()
    if model is None or dataset is None:
        raise NotFound("The model or the data set of this job was deleted.")
    plug = load_plug(model.task)
    incumbent = registry.current_model(model.task)
    with _plainly():
        row = _evaluated(model, dataset, plug, _ticking(context, share=0.6), context)
    if incumbent is not None and not _was_asked(incumbent, row.evaluation_digest):
        try:
            _evaluated(incumbent, dataset, plug, _ticking(context, first=0.6), context)
        except CascadeInputError as error:
            context.log(f"{incumbent}, which is in service, could not be evaluated: {error}")
    return {"headline": row.headline_value, "baseline": row.baseline_value}


def check_drift(context: JobContext) -> dict[str, Any]:
    """Compare the present with what a model was trained on.

    Returns:
        Whether it has drifted, and the cases looked at.

    Raises:
        NotFound: if the model was deleted.
        FluxError: if it cannot be read.
        JobCancelled: if somebody asked for it; nothing is stored.
    """
    model = models.LearnedModel.objects.filter(pk=context.inputs["model"]).first()
    if model is None:
        raise NotFound("The model of this job was deleted.")
    done = models.DriftCheck.objects.filter(job_id=context.job_id).first()
    if done is None:
        known = model.evaluations.exclude(reference={}).first()
        reference = known.reference if known is not None else {}
        with _plainly():
            found = load_plug(model.task).drift(registry.open_weights(model), reference, _ticking(context))
        done = models.DriftCheck.objects.create(
            model=model, is_drifted=found.is_drifted, result=found.to_dict(), job=_job(context)
        )
    return {"is_drifted": done.is_drifted, "cases": done.result["n_cases"]}


def _evaluated(
    model: models.LearnedModel,
    dataset: models.LearningDataset,
    plug: TaskPlug,
    tick: Tick,
    context: JobContext,
) -> models.ModelEvaluation:
    found: Evaluation = plug.evaluate(_root() / dataset.folder, registry.open_weights(model), tick)
    digest = found.cases.digest
    with transaction.atomic():
        held = models.LearningDataset.objects.select_for_update().get(pk=dataset.pk)
        if held.evaluation_digest is None:
            held.evaluation_digest = digest
            held.save(update_fields=["evaluation_digest"])
        elif held.evaluation_digest != digest:
            raise BadDataset(field="evaluation", message=f"holds other cases than before in {dataset}")
        return registry.record_evaluation(model, found, dataset=dataset, job=_job(context))


def _was_asked(model: models.LearnedModel, digest: str) -> bool:
    return model.evaluations.filter(evaluation_digest=digest).exists()


def _ticking(context: JobContext, *, first: float = 0.0, share: float = 1.0) -> Tick:
    """Return what reports the progress of one step of a job, as its share from ``first`` on."""

    def tick(done: int, total: int, text: str) -> None:
        last = min(1.0, first + share)
        context.progress(first + (last - first) * done / max(total, 1), text)

    return tick


@contextmanager
def _plainly() -> Iterator[None]:
    """Tell what is wrong with an input under its own code, as all expected failures are told."""
    try:
        yield
    except CascadeInputError as error:
        fault = FluxError(str(error), field=error.field)
        fault.code = error.code
        raise fault from error


@contextmanager
def _failing(row: models.LearningDataset) -> Iterator[None]:
    """Let a data set say that it could not be made, and why."""
    try:
        yield
    except BaseException as error:  # a cancelled job among them
        told = getattr(error, "message", None) or str(error) or "Cancelled."
        models.LearningDataset.objects.filter(pk=row.pk, state=models.DatasetState.BUILDING).update(
            state=models.DatasetState.FAILED, error=told
        )
        raise


def _job(context: JobContext) -> Any:
    from flux_site.jobs.models import Job

    return Job.objects.get(pk=context.job_id)


def _root() -> Path:
    return Path(settings.LEARNING_DIR)
