"""Data sets, models, what they are worth, who put them into service, and whether the present still fits."""

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q

from cascade.ml.tasks import LearningTask

TASKS = [(each.value, each.value.replace("_", " ").capitalize()) for each in LearningTask]


def _task() -> Any:
    return models.CharField(max_length=24, choices=TASKS, help_text="What is learned.")


def _job() -> Any:
    return models.ForeignKey(
        "jobs.Job", null=True, blank=True, on_delete=models.SET_NULL, related_name="+", help_text="Its job."
    )


class DatasetState(models.TextChoices):
    """Where a data set is in its life."""

    BUILDING = "BUILDING", "Building"
    READY = "READY", "Ready"
    FAILED = "FAILED", "Failed"


class LearningDataset(models.Model):
    """A data set in its version: files in a folder, known by the digest over all of them."""

    task = _task()
    version = models.PositiveIntegerField(help_text="Number of the version of its task, 1 for the first.")
    plan = models.JSONField(help_text="What was asked for.")
    state = models.CharField(max_length=12, choices=DatasetState, default=DatasetState.BUILDING)
    digest = models.CharField(
        max_length=64, null=True, blank=True, help_text="SHA-256 over plan and files; null until ready."
    )
    feature_version = models.IntegerField(null=True, help_text="Version of the features; null until ready.")
    code_version = models.CharField(max_length=16, help_text="Digest of the code that made it.")
    counts = models.JSONField(default=dict, help_text="What it holds, such as rows and positives.")
    folder = models.CharField(max_length=120, help_text="Its folder below that of learned models.")
    is_evaluation_set = models.BooleanField(
        default=False, help_text="Whether models of the task are compared on what it holds out."
    )
    evaluation_digest = models.CharField(
        max_length=64,
        null=True,
        blank=True,
        help_text="SHA-256 of the cases it holds out and what happened; null until a model was asked.",
    )
    error = models.TextField(blank=True, help_text="Why it could not be made.")
    job = _job()
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    created_at = models.DateTimeField(auto_now_add=True)
    ready_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-created_at"]
        verbose_name = "data set"
        constraints = [
            models.UniqueConstraint(fields=["task", "version"], name="learningdataset_version"),
            models.UniqueConstraint(fields=["task", "digest"], name="learningdataset_digest"),
            models.UniqueConstraint(
                fields=["task"], condition=Q(is_evaluation_set=True), name="one_evaluation_set_a_task"
            ),
            models.CheckConstraint(
                condition=~Q(state=DatasetState.READY) | Q(digest__isnull=False, ready_at__isnull=False),
                name="learningdataset_ready_is_known",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_task_display()}, data {self.version}"


class LearnedWeights(models.Model):
    """The numbers of a model as safetensors, in the database so that every worker has them."""

    sha256 = models.CharField(max_length=64, primary_key=True, help_text="SHA-256 of the content.")
    content = models.BinaryField(help_text="The safetensors file.")
    size_bytes = models.IntegerField()
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-created_at"]
        verbose_name_plural = "learned weights"

    def __str__(self) -> str:
        return self.sha256[:12]


class ModelState(models.TextChoices):
    """Where a model is in its life."""

    TRAINED = "TRAINED", "Trained, not in service"
    PROMOTED = "PROMOTED", "In service"
    RETIRED = "RETIRED", "Was in service"


class ModelOrigin(models.TextChoices):
    """Where a model comes from."""

    TRAINED = "TRAINED", "Trained here"
    SHIPPED = "SHIPPED", "Comes with the product"


class LearnedModel(models.Model):
    """A model in its version. At most one of a task is in service."""

    task = _task()
    version = models.PositiveIntegerField(help_text="Number of the version of its task, 1 for the first.")
    algorithm = models.CharField(max_length=64, help_text="Kind of model.")
    state = models.CharField(max_length=12, choices=ModelState, default=ModelState.TRAINED)
    origin = models.CharField(max_length=12, choices=ModelOrigin, default=ModelOrigin.TRAINED)
    dataset = models.ForeignKey(
        LearningDataset,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="models",
        help_text="What it was trained on; null: not here, see the manifest.",
    )
    settings = models.JSONField(default=dict, help_text="How it was trained.")
    seed = models.BigIntegerField(null=True, help_text="Seed of the training; null: not told.")
    feature_version = models.IntegerField(null=True, help_text="Version of the features it reads.")
    code_version = models.CharField(max_length=16, blank=True, help_text="Digest of the code that trained.")
    manifest = models.JSONField(help_text="All else that is to be known of it, as written by the training.")
    weights = models.ForeignKey(LearnedWeights, on_delete=models.PROTECT, related_name="models")
    device = models.CharField(max_length=16, blank=True, help_text="What it was trained on: cpu or cuda.")
    cpu_s = models.FloatField(null=True, help_text="Processor time of the training, s; null: not known.")
    trained_at = models.DateTimeField(null=True, help_text="Null: not told.")
    registered_at = models.DateTimeField(auto_now_add=True)
    job = _job()

    class Meta:
        ordering = ["task", "-version"]
        permissions = [("promote_learnedmodel", "Can put learned models into service and take them back")]
        constraints = [
            models.UniqueConstraint(fields=["task", "version"], name="learnedmodel_version"),
            models.UniqueConstraint(fields=["task", "weights"], name="learnedmodel_weights_once"),
            models.UniqueConstraint(
                fields=["task"], condition=Q(state=ModelState.PROMOTED), name="one_promoted_model_a_task"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_task_display()}, model {self.version}"


class ModelEvaluation(models.Model):
    """What a model is worth on an evaluation set."""

    model = models.ForeignKey(LearnedModel, on_delete=models.CASCADE, related_name="evaluations")
    evaluation_digest = models.CharField(max_length=64, help_text="SHA-256 of the cases and what happened.")
    dataset = models.ForeignKey(
        LearningDataset,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        help_text="Data set whose held-out part was asked; null: it is not here.",
    )
    headline_name = models.CharField(max_length=120, help_text="What models are compared by.")
    headline_value = models.FloatField()
    headline_low = models.FloatField(null=True, help_text="Lower end of its 95 % interval.")
    headline_high = models.FloatField(null=True, help_text="Upper end.")
    baseline_name = models.CharField(max_length=64, help_text="The best simple baseline.")
    baseline_value = models.FloatField(help_text="The same figure of it.")
    is_baseline = models.BooleanField(default=False, help_text="Whether the model is that baseline.")
    parts: Any = models.JSONField(help_text="Per part: figures with intervals, baselines, calibration.")
    importance: Any = models.JSONField(default=list, help_text="Features, the most important first.")
    reference: Any = models.JSONField(default=dict, help_text="Deciles of each feature in training.")
    notes: Any = models.JSONField(default=dict, help_text="What else is to be known.")
    evaluated_at = models.DateTimeField(auto_now_add=True)
    job = _job()

    class Meta:
        ordering = ["-evaluated_at"]
        constraints = [
            models.UniqueConstraint(fields=["model", "evaluation_digest"], name="modelevaluation_once")
        ]

    def __str__(self) -> str:
        return f"{self.model}: {self.headline_value:.3f}"


class EvaluationCases(models.Model):
    """Every case of an evaluation with the model's score, so that another model can be compared later."""

    evaluation = models.OneToOneField(
        ModelEvaluation, on_delete=models.CASCADE, primary_key=True, related_name="cases"
    )
    content = models.BinaryField(help_text="The cases as safetensors.")

    class Meta:
        verbose_name_plural = "evaluation cases"

    def __str__(self) -> str:
        return f"Cases of evaluation {self.pk}"


class PromotionKind(models.TextChoices):
    """Why another model is in service."""

    PROMOTED = "PROMOTED", "Promoted"
    ROLLED_BACK = "ROLLED_BACK", "Rolled back"
    SHIPPED = "SHIPPED", "Came with the product"


class Promotion(models.Model):
    """One change of the model in service. Rows are added, never changed."""

    task = _task()
    kind = models.CharField(max_length=12, choices=PromotionKind)
    model = models.ForeignKey(LearnedModel, on_delete=models.PROTECT, related_name="promotions")
    previous = models.ForeignKey(
        LearnedModel,
        null=True,
        on_delete=models.PROTECT,
        related_name="+",
        help_text="The model in service before; null: none.",
    )
    reason = models.TextField(blank=True)
    comparison: Any = models.JSONField(null=True, help_text="Both on the same cases, with the interval.")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-at", "-pk"]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.model}"


class DriftCheck(models.Model):
    """How far the present has moved from what a model was trained on."""

    model = models.ForeignKey(LearnedModel, on_delete=models.CASCADE, related_name="drift_checks")
    at = models.DateTimeField(auto_now_add=True)
    is_drifted = models.BooleanField(null=True, help_text="Null: nothing could be compared.")
    result: Any = models.JSONField(help_text="Stability of each feature, scores on known cases, reasons.")
    job = _job()

    class Meta:
        ordering = ["-at"]

    def __str__(self) -> str:
        return f"{self.model} at {self.at:%Y-%m-%d %H:%M}"
