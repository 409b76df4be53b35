"""GraphQL types of learned models: data sets, models, what they are worth, promotions, drift."""

from collections.abc import Mapping
from typing import Any

import strawberry
import strawberry_django
from strawberry import auto, relay

from cascade import models
from cascade.ml.feature_words import words
from cascade.ml.tasks import LearningTask
from flux_site.jobs.schema import JSONObject

LearningTaskEnum = strawberry.enum(
    LearningTask,
    name="LearningTask",
    description="CASCADE_RISK: which single outage leads to a cascade. PROPAGATION: which branches trip "
    "later. TRANSFORMER_FAILURE: which transformers fail.",
)
DatasetStateEnum = strawberry.enum(
    models.DatasetState, name="LearningDatasetState", description="BUILDING, READY or FAILED."
)
ModelStateEnum = strawberry.enum(
    models.ModelState,
    name="LearnedModelState",
    description="PROMOTED: in service, one of a task. TRAINED: not yet. RETIRED: it was.",
)
ModelOriginEnum = strawberry.enum(
    models.ModelOrigin, name="LearnedModelOrigin", description="TRAINED here, or SHIPPED with the product."
)
PromotionKindEnum = strawberry.enum(
    models.PromotionKind,
    name="ModelPromotionKind",
    description="PROMOTED: it beat what it took the place of. ROLLED_BACK: by hand. SHIPPED: it came with "
    "the product.",
)


@strawberry.type(description="A figure with its 95 % interval.")
class EvaluationFigure:
    """A figure."""

    model: str = strawberry.field(description="The model itself, or the baseline that it is compared with.")
    is_baseline: bool
    metric: str = strawberry.field(description="Such as average_precision, roc_auc, brier or ece.")
    value: float | None = strawberry.field(description="Null where it is not defined.")
    low: float | None = strawberry.field(description="Lower end of the interval; null: it cannot be told.")
    high: float | None


@strawberry.type(description="One step of a calibration curve: what was said, and how often it happened.")
class CalibrationStep:
    """A step."""

    said: float = strawberry.field(description="Mean of the probabilities of the step, 0 to 1.")
    seen: float = strawberry.field(description="Share of the cases in which it happened, 0 to 1.")
    count: int = strawberry.field(description="Cases of the step.")


@strawberry.type(description="Figures on one part of an evaluation set.")
class EvaluationPart:
    """A part."""

    name: str
    count: int = strawberry.field(description="Cases.")
    prevalence: float | None = strawberry.field(description="Share of them in which it happened, 0 to 1.")
    figures: list[EvaluationFigure]
    calibration: list[CalibrationStep] = strawberry.field(description="By rising probability.")


@strawberry.type(description="How much a model rests on a feature.")
class FeatureImportance:
    """An importance."""

    feature: str
    meaning: str = strawberry.field(description="What it means, in words; its name where there are none.")
    value: float = strawberry.field(
        description="What shuffling it costs in average precision; below 0: nothing but chance."
    )


@strawberry_django.type(models.LearningDataset)
class LearningDataset(relay.Node):
    """A data set in its version: files, known by the digest over all of them."""

    version: auto
    digest: auto
    evaluation_digest: auto
    feature_version: auto
    code_version: auto
    is_evaluation_set: auto
    error: auto
    created_at: auto
    ready_at: auto
    task: LearningTaskEnum
    state: DatasetStateEnum

    @strawberry_django.field(only=["id"], description="Its plain id, as startModelTraining takes it.")
    def dataset_id(self) -> strawberry.ID:
        """Return the plain id."""
        return strawberry.ID(str(self.pk))  # type: ignore[attr-defined]

    @strawberry_django.field(only=["plan"], description="What was asked for.")
    def plan(self) -> JSONObject:
        """Return the plan."""
        return self.plan  # type: ignore[return-value]

    @strawberry_django.field(only=["counts"], description="What it holds.")
    def counts(self) -> JSONObject:
        """Return the counts."""
        return self.counts  # type: ignore[return-value]

    @strawberry_django.field(only=["job_id"], description="Id of the job that makes it; null: removed.")
    def job_id(self) -> strawberry.ID | None:
        """Return the id."""
        return None if self.job_id is None else strawberry.ID(str(self.job_id))


@strawberry_django.type(models.ModelEvaluation)
class ModelEvaluation(relay.Node):
    """What a model is worth on an evaluation set."""

    evaluation_digest: auto
    headline_name: auto
    headline_value: auto
    headline_low: auto
    headline_high: auto
    baseline_name: auto
    baseline_value: auto
    is_baseline: auto
    evaluated_at: auto

    @strawberry_django.field(only=["parts"], description="Figures and calibration, part by part.")
    def parts(self) -> list[EvaluationPart]:
        """Return the parts."""
        told: Any = self.parts
        return [_part(name, figures) for name, figures in sorted(told.items())]

    @strawberry_django.field(
        only=["importance"], description="Features, the most important first; empty where not worked out."
    )
    def importance(self) -> list[FeatureImportance]:
        """Return the importance."""
        told: Any = self.importance
        return [
            FeatureImportance(feature=each["name"], meaning=words(each["name"]), value=each["value"])
            for each in told
        ]

    @strawberry_django.field(only=["notes"], description="What else is to be known of it.")
    def notes(self) -> JSONObject:
        """Return the notes."""
        return self.notes  # type: ignore[return-value]


@strawberry_django.type(models.LearnedModel)
class LearnedModel(relay.Node):
    """A model in its version, with its metadata. At most one of a task is in service."""

    version: auto
    algorithm: auto
    seed: auto
    feature_version: auto
    code_version: auto
    device: auto
    cpu_s: auto
    trained_at: auto
    registered_at: auto
    dataset: LearningDataset | None
    task: LearningTaskEnum
    state: ModelStateEnum
    origin: ModelOriginEnum
    evaluations: list[ModelEvaluation]

    @strawberry_django.field(
        prefetch_related=["evaluations"],
        description="The newest evaluation: on the evaluation set, where the task has one. Null: none yet.",
    )
    def evaluation(self) -> ModelEvaluation | None:
        """Return the evaluation."""
        found = list(self.evaluations.all())  # type: ignore[attr-defined]
        return found[0] if found else None

    @strawberry_django.field(only=["id"], description="Its plain id, as promoteModel takes it.")
    def model_id(self) -> strawberry.ID:
        """Return the plain id."""
        return strawberry.ID(str(self.pk))  # type: ignore[attr-defined]

    @strawberry_django.field(only=["weights_id"], description="SHA-256 of its weights.")
    def weights_sha256(self) -> str:
        """Return the digest."""
        return self.weights_id  # type: ignore[attr-defined,no-any-return]

    @strawberry_django.field(only=["settings"], description="How it was trained.")
    def settings(self) -> JSONObject:
        """Return the settings."""
        return self.settings  # type: ignore[return-value]

    @strawberry_django.field(
        only=["manifest"], description="All else that its training wrote down, such as what it has seen."
    )
    def manifest(self) -> JSONObject:
        """Return the manifest."""
        return self.manifest  # type: ignore[return-value]


@strawberry_django.type(models.Promotion)
class ModelPromotion(relay.Node):
    """One change of the model in service; such rows are added, never changed."""

    at: auto
    reason: auto
    task: LearningTaskEnum
    kind: PromotionKindEnum
    model: LearnedModel
    previous: LearnedModel | None

    @strawberry_django.field(
        only=["comparison"], description="Both on the same cases, with the interval; null where not compared."
    )
    def comparison(self) -> JSONObject | None:
        """Return the comparison."""
        return self.comparison

    @strawberry_django.field(select_related=["by"], description="Login of whoever did it; null: the product.")
    def by(self) -> str | None:
        """Return the login."""
        return None if self.by is None else self.by.get_username()  # type: ignore[attr-defined]


@strawberry_django.type(models.DriftCheck)
class ModelDriftCheck(relay.Node):
    """How far the present has moved from what a model was trained on."""

    at: auto
    is_drifted: auto
    model: LearnedModel

    @strawberry_django.field(only=["result"], description="Why it has, or why nothing could be compared.")
    def reasons(self) -> list[str]:
        """Return the reasons."""
        return list(self.result["reasons"])  # type: ignore[attr-defined]

    @strawberry_django.field(
        only=["result"], description="Figures of the model on cases of now whose outcome is known."
    )
    def scores(self) -> JSONObject:
        """Return the scores."""
        return self.result["scores"]  # type: ignore[attr-defined,no-any-return]

    @strawberry_django.field(
        only=["result"], description="Population stability index of each feature against training."
    )
    def features(self) -> JSONObject:
        """Return the indices."""
        return self.result["features"]  # type: ignore[attr-defined,no-any-return]


def _part(name: str, told: Mapping[str, Any]) -> EvaluationPart:
    sources = [("model", False, told["model"])]
    sources += [(name, True, figures) for name, figures in told.get("baselines", {}).items()]
    return EvaluationPart(
        name=name,
        count=told["n"],
        prevalence=told["prevalence"],
        figures=[
            EvaluationFigure(
                model=model,
                is_baseline=is_baseline,
                metric=metric,
                value=figure["value"],
                low=figure["low"],
                high=figure["high"],
            )
            for model, is_baseline, figures in sources
            for metric, figure in sorted(figures.items())
        ],
        calibration=[CalibrationStep(**step) for step in told.get("calibration", [])],
    )
