"""Job kinds and tasks of the cascade laboratory."""

from typing import Any

from celery import shared_task

from cascade.engine.decisions.kinds import StudyKind
from cascade.services import batch_job, batches, centrality, frozen_rows, risk_now
from cascade.services.decisions.explanation import explain_run
from cascade.services.decisions.investment import compare_measures
from cascade.services.decisions.mitigation import find_mitigation
from cascade.services.decisions.restoration import plan_restoration
from cascade.services.decisions.staging import find_staging
from cascade.services.decisions.studies import JOB_KIND as STUDY_KIND
from cascade.services.decisions.studies import execute_study
from cascade.services.learning import (
    run_forecasts,
    starting,
    tidying,
    transformer_starting,
    vulnerability,
)
from cascade.services.runs import JOB_KIND, execute_run
from flux_site.jobs.context import JobContext
from flux_site.jobs.registry import job_kind


@job_kind(JOB_KIND)
def run_cascade(context: JobContext) -> dict[str, Any]:
    """Carry out one cascade run."""
    return execute_run(context)


@job_kind(centrality.KIND)
def measure_centralities(context: JobContext) -> dict[str, Any]:
    """Carry out one measurement of the grid's nodes."""
    from cascade.services.centrality.job import carry_out  # compiled code, which no web process loads

    return carry_out(context)


@job_kind(STUDY_KIND)
def decide(context: JobContext) -> dict[str, Any]:
    """Carry out one decision study."""
    work = {
        StudyKind.RESTORATION.value: plan_restoration,
        StudyKind.MITIGATION.value: find_mitigation,
        StudyKind.INVESTMENT.value: compare_measures,
        StudyKind.EXPLANATION.value: explain_run,
        StudyKind.STAGING.value: find_staging,
    }
    return execute_study(context, work)


@job_kind(vulnerability.KIND)
def map_vulnerability(context: JobContext) -> dict[str, Any]:
    """Carry out one map of vulnerability."""
    from cascade.services.learning.vulnerability_job import carry_out  # compiled code and torch

    return carry_out(context)


@job_kind(starting.LEARN_DATASET)
def learn_dataset(context: JobContext) -> dict[str, Any]:
    """Make one data set for learning."""
    from cascade.services.learning.carrying_out import build_dataset  # compiled code and torch

    return build_dataset(context)


@job_kind(starting.LEARN_TRAIN)
def learn_train(context: JobContext) -> dict[str, Any]:
    """Train one model."""
    from cascade.services.learning.carrying_out import train_model

    return train_model(context)


@job_kind(starting.LEARN_EVALUATE)
def learn_evaluate(context: JobContext) -> dict[str, Any]:
    """Evaluate one model."""
    from cascade.services.learning.carrying_out import evaluate_model

    return evaluate_model(context)


@job_kind(starting.LEARN_DRIFT)
def learn_drift(context: JobContext) -> dict[str, Any]:
    """Carry out one drift check."""
    from cascade.services.learning.carrying_out import check_drift

    return check_drift(context)


@job_kind(run_forecasts.KIND)
def forecast_run(context: JobContext) -> dict[str, Any]:
    """Carry out one forecast of a run."""
    from cascade.services.learning.run_forecast_job import carry_out  # compiled code and torch

    return carry_out(context)


@job_kind(batches.JOB_KIND)
def run_batch(context: JobContext) -> dict[str, Any]:
    """Carry out a batch of cascades."""
    return batch_job.execute_batch(context)


@job_kind(transformer_starting.LEARN_TRANSFORMERS)
def predict_transformers(context: JobContext) -> dict[str, Any]:
    """Predict the failures of all transformers."""
    from cascade.services.learning.transformer_predicting import predict_transformers as carry_out

    return carry_out(context)


@job_kind(transformer_starting.LEARN_TOMORROW)
def forecast_transformers(context: JobContext) -> dict[str, Any]:
    """Forecast the next day of all transformers."""
    from cascade.services.learning.transformer_forecasting import forecast_transformers as carry_out

    return carry_out(context)


@shared_task(name="cascade.predict_transformers_scheduled")
def predict_transformers_scheduled(**_: object) -> str:
    """Queue the prediction of the failures of all transformers; return the id of its job."""
    return str(transformer_starting.start_transformer_prediction(user=None).pk)


@shared_task(name="cascade.forecast_transformers_scheduled")
def forecast_transformers_scheduled(**_: object) -> str:
    """Queue the forecast of the next day of all transformers; return the id of its job."""
    return str(transformer_starting.start_transformer_forecast(user=None).pk)


@shared_task(name="cascade.sample_risk")
def sample_risk(**_: object) -> int:
    """Take a sample of the risk of now; return how many zones were written down."""
    return risk_now.take_sample()


@shared_task(name="cascade.refresh_vulnerability")
def refresh_vulnerability(**_: object) -> int:
    """Queue a map of the present of each network whose state has changed; return how many."""
    return vulnerability.refresh_present()


@shared_task(name="cascade.check_drift")
def check_drift(**_: object) -> int:
    """Queue a drift check of every model in service; return how many."""
    return starting.start_drift_checks()


@shared_task(name="cascade.tidy")
def tidy(**_: object) -> dict[str, int]:
    """Remove frozen inputs, networks and files of learning that nothing refers to; return how many."""
    return {**frozen_rows.tidy(), **tidying.tidy()}


@shared_task(name=batch_job.HELP_TASK)
def help_batch_task(*, batch_id: int, **_: object) -> int:
    """Compute chunks of a batch that another worker leads."""
    return batch_job.help_batch(batch_id)
