"""GraphQL of learned models: look at them, make data sets, train, evaluate, promote, roll back."""

from collections.abc import Callable, Iterable, Mapping
from typing import Annotated, Any

import strawberry
import strawberry_django
from strawberry.types import Info
from strawberry_django.relay import DjangoCursorConnection

from cascade import models
from cascade.schema.learning_types import (
    LearnedModel,
    LearningDataset,
    LearningTaskEnum,
    ModelDriftCheck,
    ModelPromotion,
)
from cascade.schema.row_ids import parse_row_id
from cascade.services.learning import registry, starting
from flux_site.api.guard import Requires
from flux_site.api.operation import Fault, expected_failures
from flux_site.api.ordering import in_default_order
from flux_site.api.visibility import first_of, require_login
from flux_site.jobs.schema import Job, JSONObject

VIEW = "cascade.view_learnedmodel"
TRAIN = "cascade.add_learnedmodel"
PROMOTE = "cascade.promote_learnedmodel"

StartLearningDatasetPayload = Annotated[
    LearningDataset | Fault, strawberry.union("StartLearningDatasetPayload")
]
StartModelTrainingPayload = Annotated[Job | Fault, strawberry.union("StartModelTrainingPayload")]
StartModelEvaluationPayload = Annotated[Job | Fault, strawberry.union("StartModelEvaluationPayload")]
StartDriftCheckPayload = Annotated[Job | Fault, strawberry.union("StartDriftCheckPayload")]
UseForEvaluationPayload = Annotated[LearningDataset | Fault, strawberry.union("UseForEvaluationPayload")]
PromoteModelPayload = Annotated[ModelPromotion | Fault, strawberry.union("PromoteModelPayload")]
RollBackModelPayload = Annotated[ModelPromotion | Fault, strawberry.union("RollBackModelPayload")]


@strawberry.input
class StartLearningDatasetInput:
    """Which data set to make."""

    task: LearningTaskEnum
    plan: JSONObject | None = strawberry.field(
        default=None, description="Options of the task, as docs/learned-models.md lists; else the defaults."
    )


@strawberry.input
class StartModelTrainingInput:
    """What to train on and how."""

    dataset_id: strawberry.ID
    settings: JSONObject | None = strawberry.field(
        default=None, description="Options of the task, as docs/learned-models.md lists; else the defaults."
    )
    seed: int = strawberry.field(
        default=0, description="The same data, settings and seed give the same weights."
    )


@strawberry.input
class StartModelEvaluationInput:
    """Which model to evaluate."""

    model_id: strawberry.ID


@strawberry.input
class StartDriftCheckInput:
    """Of which task the model in service is checked."""

    task: LearningTaskEnum


@strawberry.input
class UseForEvaluationInput:
    """Which data set models are compared on."""

    dataset_id: strawberry.ID


@strawberry.input
class PromoteModelInput:
    """Which model shall be in service."""

    model_id: strawberry.ID
    reason: str = ""


@strawberry.input
class RollBackModelInput:
    """Of which task the model before shall be in service again."""

    task: LearningTaskEnum
    reason: str


@strawberry.type
class LearningQuery:
    """Questions about learned models."""

    @strawberry_django.connection(
        DjangoCursorConnection[LearnedModel],
        extensions=[Requires(VIEW)],
        description="Learned models, by task, the newest first.",
    )
    def learned_models(
        self, info: Info, task: LearningTaskEnum | None = None
    ) -> Iterable[models.LearnedModel]:
        """Return the models."""
        return _of_task(models.LearnedModel, task)

    @strawberry_django.field(
        extensions=[Requires(VIEW)],
        description="One learned model; that in service of a task if no id is given. Null if there is none.",
    )
    def learned_model(
        self, info: Info, id: strawberry.ID | None = None, task: LearningTaskEnum | None = None
    ) -> LearnedModel | None:
        """Return a model."""
        rows = models.LearnedModel.objects.all()
        if id is not None:
            rows = rows.filter(pk=parse_row_id(id, "id"))
        else:
            rows = rows.filter(task=None if task is None else str(task), state=models.ModelState.PROMOTED)
        return first_of(rows, info)  # type: ignore[no-any-return]

    @strawberry_django.connection(
        DjangoCursorConnection[LearningDataset],
        extensions=[Requires("cascade.view_learningdataset")],
        description="Data sets that models are trained on and compared on, the newest first.",
    )
    def learning_datasets(
        self, info: Info, task: LearningTaskEnum | None = None
    ) -> Iterable[models.LearningDataset]:
        """Return the data sets."""
        return _of_task(models.LearningDataset, task)

    @strawberry_django.connection(
        DjangoCursorConnection[ModelPromotion],
        extensions=[Requires("cascade.view_promotion")],
        description="Which models were in service, who put them there and by which figures, newest first.",
    )
    def model_promotions(
        self, info: Info, task: LearningTaskEnum | None = None
    ) -> Iterable[models.Promotion]:
        """Return the promotions."""
        return _of_task(models.Promotion, task)

    @strawberry_django.connection(
        DjangoCursorConnection[ModelDriftCheck],
        extensions=[Requires("cascade.view_driftcheck")],
        description="How far the present has moved from what models were trained on, newest first.",
    )
    def model_drift_checks(
        self, info: Info, task: LearningTaskEnum | None = None
    ) -> Iterable[models.DriftCheck]:
        """Return the checks."""
        rows = in_default_order(models.DriftCheck.objects.all())
        return rows if task is None else rows.filter(model__task=str(task))


@strawberry.type
class LearningMutation:
    """Work on learned models."""

    @strawberry_django.mutation(
        handle_django_errors=False,
        extensions=[Requires(TRAIN)],
        description="Make a data set, as a job. One that was begun with the same plan goes on.",
    )
    def start_learning_dataset(
        self, info: Info, input: StartLearningDatasetInput
    ) -> StartLearningDatasetPayload:
        """Start it."""
        return _answered(
            lambda: starting.start_dataset(
                task=str(input.task), plan=_mapping(input.plan), user=require_login(info)
            )
        )

    @strawberry_django.mutation(
        handle_django_errors=False,
        extensions=[Requires(TRAIN)],
        description="Train a model on a data set, as a job, and evaluate it. That puts nothing into service.",
    )
    def start_model_training(self, info: Info, input: StartModelTrainingInput) -> StartModelTrainingPayload:
        """Start it."""
        return _answered(
            lambda: starting.start_training(
                dataset_id=parse_row_id(input.dataset_id, "datasetId"),
                settings=_mapping(input.settings),
                seed=input.seed,
                user=require_login(info),
            )
        )

    @strawberry_django.mutation(
        handle_django_errors=False,
        extensions=[Requires(TRAIN)],
        description="Evaluate a model on the evaluation set of its task, as a job; also that in service, if "
        "it was not asked yet.",
    )
    def start_model_evaluation(
        self, info: Info, input: StartModelEvaluationInput
    ) -> StartModelEvaluationPayload:
        """Start it."""
        return _answered(
            lambda: starting.start_evaluation(
                model_id=parse_row_id(input.model_id, "modelId"), user=require_login(info)
            )
        )

    @strawberry_django.mutation(
        handle_django_errors=False,
        extensions=[Requires(TRAIN)],
        description="Compare the present with what the model in service was trained on, as a job.",
    )
    def start_drift_check(self, info: Info, input: StartDriftCheckInput) -> StartDriftCheckPayload:
        """Start it."""
        return _answered(lambda: starting.start_drift_check(task=str(input.task), user=require_login(info)))

    @strawberry_django.mutation(
        handle_django_errors=False,
        extensions=[Requires(PROMOTE)],
        description="Let the models of a task be compared on what a data set holds out, from now on.",
    )
    def use_for_evaluation(self, info: Info, input: UseForEvaluationInput) -> UseForEvaluationPayload:
        """Change the evaluation set."""
        return _answered(
            lambda: starting.use_for_evaluation(dataset_id=parse_row_id(input.dataset_id, "datasetId"))
        )

    @strawberry_django.mutation(
        handle_django_errors=False,
        extensions=[Requires(PROMOTE)],
        description="Put a model into service. Refused with the numbers unless it beats the one in service "
        "on the evaluation set, beyond chance; the first of a task has to beat the best simple baseline, "
        "or be it.",
    )
    def promote_model(self, info: Info, input: PromoteModelInput) -> PromoteModelPayload:
        """Promote it."""

        def promote() -> Any:
            return registry.promote(
                model_id=parse_row_id(input.model_id, "modelId"),
                reason=input.reason,
                user=require_login(info),
            )

        return _answered(promote)

    @strawberry_django.mutation(
        handle_django_errors=False,
        extensions=[Requires(PROMOTE)],
        description="Put the model back into service that the present one of a task took the place of.",
    )
    def roll_back_model(self, info: Info, input: RollBackModelInput) -> RollBackModelPayload:
        """Roll back."""
        return _answered(
            lambda: registry.roll_back(task=str(input.task), reason=input.reason, user=require_login(info))
        )


def _answered(attempt: Callable[[], Any]) -> Any:
    """Return what an attempt makes, a row or a job, or the payload of its expected failure."""
    return expected_failures(attempt)


def _mapping(value: Any) -> Mapping[str, Any] | None:
    """Return a JSON object as what it is."""
    return value  # type: ignore[no-any-return]


def _of_task(kind: Any, task: LearningTaskEnum | None) -> Any:
    rows = in_default_order(kind.objects.all())
    return rows if task is None else rows.filter(task=str(task))
