"""The tool ``cascade``: starts a run as the asking user's own, explains one, lists the newest."""

from __future__ import annotations

from enum import StrEnum
from typing import Any

from pydantic import Field

from agent.backends.requests import ToolOutcome, ToolRefused
from agent.events import ColumnType
from agent.tools import telling
from agent.tools.cascade_words import LOCATION, job_words, run_outcome, run_words
from agent.tools.pointing import named, pointed_at
from agent.tools.resolving import resolve
from agent.tools.spec import Caller, Input, ToolSpec
from agent.tools.waiting import wait_for
from cascade.engine.decisions.kinds import StudyKind
from cascade.selectors import run_reports
from cascade.services.decisions.explanation import start_explanation
from cascade.services.runs import start_run
from flux_site.api.errors import BadInput, FluxError
from flux_site.jobs.models import JobStatus

MOST_ASSETS = 20
MOST_LISTED = 10
WAIT_S = 30.0
"""Longer than nearly every run takes, and shorter than anybody waits for an answer."""

TRANSMISSION = ("SUB", "BR", "BUS", "PLANT")
DISTRIBUTION = ("CKT", "SW", "LINE", "POLE", "XFMR", "MTR")
ADD_RUN, ADD_STUDY = "cascade.add_cascaderun", "cascade.add_decisionstudy"


class CascadeAction(StrEnum):
    """What to do."""

    EXPLAIN = "EXPLAIN"
    RUN = "RUN"
    LIST = "LIST"


class CascadeInput(Input):
    """What to do, and of what."""

    action: CascadeAction = Field(
        description="RUN: simulate what follows when assets fail. EXPLAIN: say what happened in a run, and "
        "what would have stopped it. LIST: the newest runs."
    )
    run_id: str | None = Field(
        default=None,
        pattern=r"^\d{1,18}$",
        description="EXPLAIN: which run; without it the newest with a result.",
    )
    assets: list[str] = Field(
        default_factory=list,
        max_length=MOST_ASSETS,
        description="RUN: what fails first, by ids or names: substations, branches, buses, generating units, "
        "or circuits, switches, line sections, poles, transformers, meters.",
    )
    load_factor: float | None = Field(
        default=None, gt=0.0, le=5.0, description="RUN: factor on every load; 1 is the planning base case."
    )


def run(caller: Caller, asked: CascadeInput) -> ToolOutcome:
    """Carry the action out.

    Raises:
        ToolRefused: if the user may not.
        BadInput, NotFound: naming the field.
        QueueUnavailable: if Redis is away, so that nothing was started.
    """
    match asked.action:
        case CascadeAction.RUN:
            return _run(caller, asked)
        case CascadeAction.EXPLAIN:
            return _explain(caller, asked)
        case CascadeAction.LIST:
            return _list(caller)


def _run(caller: Caller, asked: CascadeInput) -> ToolOutcome:
    if not caller.user.has_perm(ADD_RUN):
        raise ToolRefused(
            f"You may not start cascade runs: you need the permission {ADD_RUN}. Nothing was started."
        )
    texts = asked.assets or list(caller.context.asset_ids[-1:])
    if not texts:
        raise BadInput("Name at least one asset that fails first.", field="assets")
    found = []
    for text in texts:
        others = [each for each in texts if each != text]
        asking = f"What happens if {' and '.join(['{}', *others])} {'fails' if not others else 'fail'}?"
        found.append(resolve(text, caller.user, (*TRANSMISSION, *DISTRIBUTION), asking=asking))
    names = ", ".join(dict.fromkeys(each.label for each in found))
    started = start_run(
        outages=[each.asset_id for each in found if each.kind in TRANSMISSION],
        elements=[each.asset_id for each in found if each.kind in DISTRIBUTION],
        load_multiplier=1.0 if asked.load_factor is None else asked.load_factor,
        name=f"Asked of the assistant: {names}"[:200],
        user=caller.user,
    )
    job = wait_for(started.job_id, limit_s=WAIT_S)
    notes = [each.note for each in found if each.note]
    finished = run_reports.find_run(started.pk, caller.user)
    if job.status != JobStatus.SUCCEEDED:
        words = job_words(finished, job)
        return ToolOutcome(
            content={
                "run_id": str(started.pk),
                "status": job.status,
                "progress_frac": job.progress_frac,
                "error": job.error_message or None,
                "address": LOCATION.format(run_id=started.pk),
            },
            events=tuple(
                pointed_at([each.asset_id for each in found], named([f.asset_id for f in found], caller.user))
            ),
            summary="\n".join([words, *notes]),
        )
    return run_outcome(finished, caller.user, more=notes, first_ids=[each.asset_id for each in found])


def _explain(caller: Caller, asked: CascadeInput) -> ToolOutcome:
    run_id = asked.run_id or caller.context.run_id
    if run_id is not None and not run_id.isdigit():
        raise BadInput(f"{run_id!r} is no number of a run.", field="run_id")
    if run_id is not None:
        found = run_reports.find_run(int(run_id), caller.user)
    else:
        newest = run_reports.newest_finished_run(caller.user)
        if newest is None:
            return _none()
        found = newest
    if found.job.status != JobStatus.SUCCEEDED:
        return ToolOutcome(
            content={
                "run_id": str(found.pk),
                "status": found.job.status,
                "error": found.job.error_message or None,
            },
            summary=job_words(found, found.job),
        )
    said, note = _statements(found, caller.user)
    return run_outcome(found, caller.user, statements=said, more=[note] if note else [])


def _statements(found: Any, user: Any) -> tuple[list[dict[str, Any]], str]:
    """Return the sentences of a run's explanation, which is started if there is none; and why there are "
    "none."""
    study = run_reports.newest_study(StudyKind.EXPLANATION, user=user, run_id=found.pk)
    if study is None or (study.result is None and study.job.is_finished):
        if not user.has_perm(ADD_STUDY):
            return (
                [],
                f"What would have stopped it was not worked out: that needs the permission {ADD_STUDY}.",
            )
        try:
            study = start_explanation(run_id=found.pk, user=user)
        except FluxError as error:
            return [], f"What would have stopped it could not be worked out: {telling.plain(error.message)}"
    if study.result is None:
        job = wait_for(study.job_id, limit_s=WAIT_S)
        study.refresh_from_db()
        if study.result is None:
            reason = job.error_message or f"it is {job.status.lower()} still; ask again in a while"
            return [], f"What would have stopped it is not there: {telling.plain(reason)}."
    return list(study.result["statements"]), ""


def _list(caller: Caller) -> ToolOutcome:
    runs = run_reports.newest_runs(user=caller.user, first=MOST_LISTED)
    if not runs:
        return _none()
    rows = [
        {
            "run_id": str(each.pk),
            "name": each.name,
            "created_at": telling.iso(each.created_at),
            "status": each.job.status,
            "lost_mw": each.total_shed_mw,
            "tripped_count": each.tripped_count,
            "wave_count": each.wave_count,
            "customers_out": each.customers_out,
            "load_factor": each.load_multiplier,
        }
        for each in runs
    ]
    columns = [
        telling.column("run_id", "Run"),
        telling.column("name", "Name"),
        telling.column("created_at", "Started", ColumnType.TIMESTAMP),
        telling.column("status", "Status"),
        telling.column("lost_mw", "Load lost", ColumnType.REAL, "MW"),
        telling.column("tripped_count", "Branches tripped", ColumnType.INTEGER),
        telling.column("wave_count", "Waves", ColumnType.INTEGER),
        telling.column("customers_out", "Customers out", ColumnType.INTEGER),
        telling.column("load_factor", "Factor on loads", ColumnType.REAL),
    ]
    table = telling.table(
        "The newest cascade runs", columns, [[row[column.name] for column in columns] for row in rows]
    )
    lines = [f"- {run_words(each)}" for each in runs[:5]]
    head = "One cascade run is on record:" if len(runs) == 1 else f"The newest {len(runs)} cascade runs:"
    return ToolOutcome(
        content={"runs": rows},
        events=(table,),
        summary="\n".join([head, "", *lines]),
    )


def _none() -> ToolOutcome:
    text = "There is no cascade run that you may see."
    return ToolOutcome(content={"runs": []}, summary=text)


SPEC = ToolSpec(
    name="cascade",
    description="Cascading failures of the transmission network: RUN simulates what follows when assets fail "
    "(load lost, customers, waves, first causes), EXPLAIN says what happened in a run and what would have "
    "stopped it, LIST names the newest runs. RUN starts a run as the user's own. Not for the customers "
    "behind one switch (trace) or for outages that are real (outage_status).",
    input=CascadeInput,
    permissions=("cascade.view_cascaderun",),
    run=run,
    is_read_only=False,
)
