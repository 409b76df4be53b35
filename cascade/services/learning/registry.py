"""The register of learned models: which is in service, its files, and who may take its place."""

from __future__ import annotations

from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import IntegrityError, connection, transaction
from django.db.models import Max

from cascade import models
from cascade.ml.judging import Cases, Evaluation, compare, compare_with_baseline
from cascade.ml.store import code_version, read_model, unpack_model
from cascade.ml.tasks import LearningTask
from flux_site.api.errors import BadInput, FluxError, NotFound

MODEL_FOLDERS = "models"
LOCK_CLASS = 7_421_005
"""First number of the advisory locks of this module; the second says which task."""


class NotBetter(FluxError):
    """Report a model that is not better than the one whose place it shall take."""

    code = "MODEL_NOT_BETTER"


class NotComparable(FluxError):
    """Report models that were not asked the same questions."""

    code = "MODEL_NOT_COMPARABLE"


def current_model(task: LearningTask | str) -> models.LearnedModel | None:
    """Return the model in service of a task, or None. Reads no weights."""
    return models.LearnedModel.objects.filter(task=str(task), state=models.ModelState.PROMOTED).first()


def open_weights(model: models.LearnedModel) -> Path:
    """Return a folder with the model's ``weights.safetensors`` and ``manifest.json``. For workers.

    The files are written once from the database, and their digests are checked each time.

    Raises:
        BadModelFile: if the weights are not those of the manifest.
    """
    content = bytes(models.LearnedWeights.objects.values_list("content", flat=True).get(pk=model.weights_id))
    return unpack_model(Path(settings.LEARNING_DIR) / MODEL_FOLDERS, model.manifest, content)


@transaction.atomic
def register(
    task: LearningTask | str,
    folder: Path,
    dataset: models.LearningDataset | None,
    *,
    options: dict[str, Any] | None = None,
    seed: int | None = None,
    cpu_s: float | None = None,
    job: Any | None = None,
    origin: str = models.ModelOrigin.TRAINED,
    trained_at: datetime | None = None,
) -> models.LearnedModel:
    """Put a model that lies in a folder into the register. Safe to repeat: the same weights are one model.

    Raises:
        BadModelFile: if the folder holds no whole model.
    """
    manifest, content = read_model(folder)
    digest = str(manifest["weights_sha256"])
    known = models.LearnedModel.objects.filter(task=str(task), weights_id=digest).first()
    if known is not None:
        return known
    models.LearnedWeights.objects.bulk_create(
        [models.LearnedWeights(sha256=digest, content=content, size_bytes=len(content))],
        ignore_conflicts=True,
    )
    try:
        with transaction.atomic():
            return models.LearnedModel.objects.create(
                task=str(task),
                version=next_version(models.LearnedModel, task),
                algorithm=str(manifest.get("algorithm") or manifest.get("kind")),
                origin=origin,
                dataset=dataset,
                settings=options or {},
                seed=_told_seed(manifest) if seed is None else seed,
                feature_version=manifest.get("feature_version"),
                code_version=code_version() if origin == models.ModelOrigin.TRAINED else "",
                manifest=manifest,
                weights_id=digest,
                device=str(manifest.get("device") or ""),
                cpu_s=manifest.get("train_cpu_s") if cpu_s is None else cpu_s,
                trained_at=trained_at or (datetime.now(UTC) if job is not None else None),
                job=job,
            )
    except IntegrityError:  # another worker was quicker with the same weights
        return models.LearnedModel.objects.get(task=str(task), weights_id=digest)


@transaction.atomic
def record_evaluation(
    model: models.LearnedModel,
    evaluation: Evaluation,
    *,
    dataset: models.LearningDataset | None,
    job: Any | None = None,
) -> models.ModelEvaluation:
    """Keep what a model is worth, in the place of an earlier evaluation on the same cases."""
    headline = evaluation.headline()
    row, _ = models.ModelEvaluation.objects.update_or_create(
        model=model,
        evaluation_digest=evaluation.cases.digest,
        defaults={
            "dataset": dataset,
            "headline_name": headline.name,
            "headline_value": headline.value,
            "headline_low": headline.low,
            "headline_high": headline.high,
            "baseline_name": headline.baseline_name,
            "baseline_value": headline.baseline_value,
            "is_baseline": evaluation.is_baseline,
            "parts": evaluation.to_dict()["parts"],
            "importance": [dict(each) for each in evaluation.importance],
            "reference": {name: list(values) for name, values in evaluation.reference.items()},
            "notes": dict(evaluation.notes),
            "job": job,
        },
    )
    models.EvaluationCases.objects.update_or_create(
        evaluation=row, defaults={"content": evaluation.cases.to_bytes()}
    )
    return row


def next_version(kind: type[Any], task: LearningTask | str) -> int:
    """Return the number of the next version of a task's rows, which are locked until the transaction ends."""
    with transaction.atomic():
        _lock_task(task)
        newest = kind.objects.filter(task=str(task)).aggregate(newest=Max("version"))["newest"]
    return int(newest or 0) + 1


def judge(model: models.LearnedModel, *, incumbent: models.LearnedModel | None) -> dict[str, Any]:
    """Return how a model compares with what it would have to beat, as JSON values.

    Args:
        model: the candidate.
        incumbent: what it shall take the place of; None: it has to beat the best simple baseline, or be it.

    Raises:
        NotComparable: if they were not asked the same questions.
    """
    evaluation = _evaluation_of(model)
    if incumbent is None or incumbent.pk == model.pk:
        found = compare_with_baseline(_cases(evaluation))
        against: dict[str, Any] = {"against_baseline": evaluation.baseline_name}
        is_enough = found.is_better or evaluation.is_baseline
    else:
        other = incumbent.evaluations.filter(evaluation_digest=evaluation.evaluation_digest).first()
        if other is None:
            raise NotComparable(
                f"{incumbent} was not evaluated on the same cases; evaluate it first.", field="modelId"
            )
        found = compare(_cases(evaluation), _cases(other))
        against = {"against_model": incumbent.pk, "against_version": incumbent.version}
        is_enough = found.is_better
    return {
        **asdict(found),
        **against,
        "name": evaluation.headline_name,
        "evaluation_digest": evaluation.evaluation_digest,
        "is_enough": is_enough,
    }


def comparable_incumbent(model: models.LearnedModel) -> models.LearnedModel | None:
    """Return what a model would take the place of.

    None where nothing is in service, or where what is reads features of an older version, which nothing
    computes any more: it can predict nothing, so it is no measure.
    """
    incumbent = current_model(model.task)
    if incumbent is None or (incumbent.feature_version or 0) < (model.feature_version or 0):
        return None
    return incumbent


@transaction.atomic
def promote(*, model_id: int, user: Any | None, reason: str = "") -> models.Promotion:
    """Put a model into service if it beats what it takes the place of.

    Raises:
        NotFound: if there is no such model.
        BadInput: if it is in service already, or its features are not those of this version.
        NotComparable: if it or the model in service was not evaluated on the evaluation set.
        NotBetter: if it does not beat it, with the numbers.
    """
    task = models.LearnedModel.objects.filter(pk=model_id).values_list("task", flat=True).first()
    if task is None:
        raise NotFound(f"There is no model {model_id}.", field="modelId")
    _lock_task(task)
    model = models.LearnedModel.objects.get(pk=model_id)
    if model.state == models.ModelState.PROMOTED:
        raise BadInput(f"{model} is in service already.", field="modelId")
    comparison = judge(model, incumbent=comparable_incumbent(model))
    if not comparison["is_enough"]:
        raise NotBetter(_told(model, comparison), field="modelId")
    return put_into_service(
        model, kind=models.PromotionKind.PROMOTED, user=user, reason=reason, comparison=comparison
    )


@transaction.atomic
def roll_back(*, task: LearningTask | str, user: Any | None, reason: str) -> models.Promotion:
    """Put the model back into service that the present one took the place of.

    Raises:
        BadInput: if there is none, or no reason is given.
    """
    if not reason.strip():
        raise BadInput("reason is empty; say why the model is taken back.", field="reason")
    _lock_task(task)
    current = current_model(task)
    if current is None:
        raise BadInput(f"No model of {task} is in service.", field="task")
    before = _model_before(current)
    if before is None:
        raise BadInput(f"{current} took nobody's place; there is no model to go back to.", field="task")
    return put_into_service(
        before, kind=models.PromotionKind.ROLLED_BACK, user=user, reason=reason.strip(), comparison=None
    )


def put_into_service(
    model: models.LearnedModel,
    *,
    kind: str,
    user: Any | None,
    reason: str,
    comparison: dict[str, Any] | None,
) -> models.Promotion:
    """Change the model in service; the task is locked."""
    current = current_model(model.task)
    if current is not None:
        current.state = models.ModelState.RETIRED
        current.save(update_fields=["state"])
    model.state = models.ModelState.PROMOTED
    model.save(update_fields=["state"])
    return models.Promotion.objects.create(
        task=model.task,
        kind=kind,
        model=model,
        previous=current,
        reason=reason,
        comparison=comparison,
        by=user,
    )


def _model_before(model: models.LearnedModel) -> models.LearnedModel | None:
    """Return the model that a model took the place of when it was last promoted."""
    promoted = model.promotions.exclude(kind=models.PromotionKind.ROLLED_BACK).first()
    return promoted.previous if promoted is not None else None


def _evaluation_of(model: models.LearnedModel) -> models.ModelEvaluation:
    """Return the evaluation that counts: on the evaluation set of the task, if it has one."""
    chosen = models.LearningDataset.objects.filter(task=model.task, is_evaluation_set=True).first()
    rows = model.evaluations.all()
    if chosen is not None:
        rows = rows.filter(evaluation_digest=chosen.evaluation_digest or "")
    found = rows.first()
    if found is None:
        where = f"the evaluation set ({chosen})" if chosen is not None else "any data set"
        raise NotComparable(f"{model} was not evaluated on {where}; evaluate it first.", field="modelId")
    return found


def _told_seed(manifest: dict[str, Any]) -> int | None:
    """Return the seed that a manifest tells, if it does."""
    params = manifest.get("params")
    return params.get("seed") if isinstance(params, dict) else None


def _cases(evaluation: models.ModelEvaluation) -> Cases:
    content = models.EvaluationCases.objects.values_list("content", flat=True).get(evaluation=evaluation)
    return Cases.from_bytes(bytes(content))


def _told(model: models.LearnedModel, comparison: dict[str, Any]) -> str:
    """Return in words by how much a model is not better."""
    if "against_version" in comparison:
        other = f"model {comparison['against_version']}, which is in service"
    else:
        other = f"the simple baseline {comparison['against_baseline']}"
    low, high = comparison["low"], comparison["high"]
    interval = (
        "an interval that cannot be told" if low is None else f"95 % interval {low:+.4f} to {high:+.4f}"
    )
    return (
        f"{model} does not beat {other}: {comparison['name']} {comparison['value']:.4f} against "
        f"{comparison['against']:.4f}, {interval}; it would have to lie above zero."
    )


def _lock_task(task: LearningTask | str) -> None:
    """Let no other transaction number or promote models of a task until this one ends."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_advisory_xact_lock(%s, %s)", [LOCK_CLASS, list(LearningTask).index(LearningTask(task))]
        )
