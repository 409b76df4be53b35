"""Starting studies, with all they rest on frozen, and carrying them out."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from django.db import transaction

from cascade import models
from cascade.engine.decisions.kinds import StudyKind
from cascade.engine.errors import CascadeInputError
from cascade.services.decisions.assumptions import current, frozen
from flux_site.api.errors import BadInput, NotFound
from flux_site.jobs.context import JobContext
from flux_site.jobs.services import create_job
from grid.powerflow.dcflow import SingularIsland

JOB_KIND = "cascade.decide"
Work = Callable[[models.DecisionStudy, JobContext], dict[str, Any]]


@transaction.atomic
def start_study(
    *,
    kind: StudyKind,
    run: models.CascadeRun | None,
    name: str,
    inputs: dict[str, Any],
    user: Any,
) -> models.DecisionStudy:
    """Queue a study with its inputs and the current assumptions frozen.

    Raises:
        AssumptionsMissing: if there are no current assumptions.
        QueueUnavailable: after commit, if Redis is away; the job is then marked FAILED.
    """
    everything = {**inputs, "assumptions": frozen(current())}
    job = create_job(
        kind=JOB_KIND,
        title=f"{kind.value.capitalize()}: {name}",
        inputs={"study_kind": kind.value, "run": run.pk if run else None, **everything},
        owner=user,
    )
    return models.DecisionStudy.objects.create(
        job=job, run=run, kind=kind.value, name=name[:200], inputs=everything
    )


def execute_study(context: JobContext, work: Mapping[str, Work]) -> dict[str, Any]:
    """Carry out the study of a job and store its result. Safe to repeat: the same inputs give the same.

    Raises:
        NotFound: if the study was deleted.
        BadInput: if its inputs cannot be computed with.
        JobCancelled: if somebody asked for it.
    """
    study = models.DecisionStudy.objects.select_related("run__job").filter(job_id=context.job_id).first()
    if study is None:
        raise NotFound("The study of this job was deleted.")
    try:
        study.result = work[study.kind](study, context)
    except CascadeInputError as error:
        raise BadInput(str(error), field=error.field) from error
    except SingularIsland as error:
        raise BadInput(f"A power flow of the study has no unique solution: {error}") from error
    study.save(update_fields=["result"])
    return dict(study.result["counts"])


def find_study(study_id: int, user: Any, *, field: str) -> models.DecisionStudy:
    """Return a study that the user may see.

    Raises:
        NotFound: if there is none.
    """
    study = models.DecisionStudy.objects.visible_to(user).filter(pk=study_id).first()
    if study is None:
        raise NotFound(f"There is no study {study_id} that you may see.", field=field)
    return study
