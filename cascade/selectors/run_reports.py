"""Runs, what happened in them, and the studies of them, as somebody may see them."""

from __future__ import annotations

from typing import Any

from cascade import models
from cascade.engine.decisions.kinds import StudyKind
from flux_site.api.errors import BadInput, NotFound
from flux_site.jobs.models import JobStatus

MOST_RUNS = 50


def newest_runs(*, user: Any, first: int) -> list[models.CascadeRun]:
    """Return runs, the newest first, with their jobs.

    Raises:
        BadInput: if ``first`` is not 1 to 50.
    """
    if not 1 <= first <= MOST_RUNS:
        raise BadInput(f"first is {first}; it must be 1 to {MOST_RUNS}.", field="first")
    rows = models.CascadeRun.objects.visible_to(user).select_related("job").defer("progress")
    return list(rows.order_by("-created_at", "-pk")[:first])


def newest_finished_run(user: Any) -> models.CascadeRun | None:
    """Return the newest run that has a result; None if there is none."""
    rows = models.CascadeRun.objects.visible_to(user).select_related("job")
    return rows.filter(job__status=JobStatus.SUCCEEDED).order_by("-created_at", "-pk").first()


def find_run(run_id: int, user: Any) -> models.CascadeRun:
    """Return a run with its job.

    Raises:
        NotFound: if the user may see no such run.
    """
    found = models.CascadeRun.objects.visible_to(user).select_related("job").filter(pk=run_id).first()
    if found is None:
        raise NotFound(f"There is no run {run_id} that you may see.", field="runId")
    return found


def waves_of(run: models.CascadeRun) -> list[models.CascadeWave]:
    """Return the waves of a run in order; wave 0 is what failed first."""
    return list(run.waves.order_by("number"))


def first_trips(run: models.CascadeRun, *, first: int) -> list[models.CascadeTrip]:
    """Return the trips of the first wave that has any, the most overloaded first."""
    wave = run.waves.filter(trips__isnull=False).order_by("number").first()
    if wave is None:
        return []
    trips = list(run.trips.filter(wave=wave))
    trips.sort(key=lambda trip: (-trip.loading_pct if trip.rating_mva > 0.0 else 0.0, trip.branch_id))
    return trips[:first]


def newest_study(kind: StudyKind, *, user: Any, run_id: int | None = None) -> models.DecisionStudy | None:
    """Return the newest study of a kind, of a run if one is named; one with a result where there is any."""
    rows = models.DecisionStudy.objects.visible_to(user).filter(kind=kind.value).select_related("job", "run")
    if run_id is not None:
        rows = rows.filter(run_id=run_id)
    rows = rows.order_by("-created_at", "-pk")
    return rows.filter(result__isnull=False).first() or rows.first()


def find_study(study_id: int, kind: StudyKind, user: Any) -> models.DecisionStudy:
    """Return a study of a kind.

    Raises:
        NotFound: if the user may see no such study.
    """
    rows = models.DecisionStudy.objects.visible_to(user).filter(kind=kind.value)
    found = rows.select_related("job", "run").filter(pk=study_id).first()
    if found is None:
        raise NotFound(
            f"There is no {kind.value.lower()} study {study_id} that you may see.", field="studyId"
        )
    return found
