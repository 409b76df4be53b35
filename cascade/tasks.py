"""Job kinds and tasks of the cascade laboratory."""

from typing import Any

from celery import shared_task

from cascade.engine.decisions.kinds import StudyKind
from cascade.services import batch_job, batches, centrality, frozen_rows, risk_now
from cascade.services.decisions.explanation import explain_run
from cascade.services.decisions.investment import compare_measures
from cascade.services.decisions.mitigation import find_mitigation
from cascade.services.decisions.restoration import plan_restoration
from cascade.services.decisions.studies import JOB_KIND as STUDY_KIND
from cascade.services.decisions.studies import execute_study
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
    }
    return execute_study(context, work)


@job_kind(batches.JOB_KIND)
def run_batch(context: JobContext) -> dict[str, Any]:
    """Carry out a batch of cascades."""
    return batch_job.execute_batch(context)


@shared_task(name="cascade.sample_risk")
def sample_risk(**_: object) -> int:
    """Take a sample of the risk of now; return how many zones were written down."""
    return risk_now.take_sample()


@shared_task(name="cascade.tidy")
def tidy(**_: object) -> dict[str, int]:
    """Remove frozen inputs and networks that nothing refers to any more; return how many."""
    return frozen_rows.tidy()


@shared_task(name=batch_job.HELP_TASK)
def help_batch_task(*, batch_id: int, **_: object) -> int:
    """Compute chunks of a batch that another worker leads."""
    return batch_job.help_batch(batch_id)
