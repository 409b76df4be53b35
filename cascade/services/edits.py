"""Scenarios and runs as edits that flow back to the warehouse, and back from there into an empty database."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.contrib.auth import get_user_model
from django.db import connection, transaction

from cascade import models
from flux_site.api.errors import BadInput
from flux_site.jobs.models import Job, JobStatus
from grid.services import outbox
from grid.services.operations.restoring import restore_operations
from grid.services.outbox import Action, RestoredRow

SCENARIO, RUN = "cascade.scenario", "cascade.run"

_SCENARIO_FIELDS = (
    "name",
    "key",
    "kind",
    "newest_number",
    "description",
    "interconnect",
    "outages",
    "load_multiplier",
    "rating_multiplier",
    "created_at",
    "updated_at",
)
_VERSION_FIELDS = ("id", "number", "name", "description", "spec", "digest", "note", "created_at")
_RUN_INPUTS = ("interconnect", "outages", "load_multiplier", "rating_multiplier")
_RUN_FIELDS = (
    "name",
    *_RUN_INPUTS,
    "created_at",
    "network_digest",
    "total_load_mw",
    "base_shed_mw",
    "initial_shed_mw",
    "total_shed_mw",
    "served_mw",
    "tripped_count",
    "wave_count",
    "islands_alive",
    "islands_dead",
    "closest_margin_frac",
    "termination_reason",
    "elapsed_ms",
    "substation_loss",
    "result_digest",
    "customers_out",
    "impact",
    "area",
    "element_count",
)
_WAVE_FIELDS = (
    "number",
    "tripped_count",
    "shed_mw",
    "cumulative_shed_mw",
    "served_mw",
    "islands_alive",
    "islands_dead",
    "dead_bus_count",
    "customers_out",
    "customers_expected",
    "time_s",
)
_TRIP_FIELDS = (
    "wave__number",
    "branch_id",
    "flow_mw",
    "rating_mva",
    "cause",
    "parent_id",
    "parent_wave",
    "parent_rise_mw",
)


def record_scenario(scenario: models.Scenario, *, action: Action, actor: Any | None) -> None:
    """Write down that a scenario was created or changed; in the transaction that does it."""
    payload = {name: getattr(scenario, name) for name in _SCENARIO_FIELDS}
    payload["owner"] = scenario.owner.get_username() if scenario.owner else None
    payload["versions"] = list(scenario.versions.order_by("number").values(*_VERSION_FIELDS))
    outbox.record(kind=SCENARIO, key=str(scenario.pk), action=action, payload=payload, actor=actor)


def record_deleted_scenario(scenario_id: int, *, actor: Any | None) -> None:
    """Write down that a scenario was deleted; in the transaction that does it."""
    outbox.record(kind=SCENARIO, key=str(scenario_id), action=Action.DELETE, payload=None, actor=actor)


def record_run(run: models.CascadeRun) -> None:
    """Write down the inputs and the result of a finished run; in the transaction that stores it.

    The flows of all branches at the end are not among it: they follow from the inputs and the network.
    """
    owner = run.job.owner
    payload: dict[str, Any] = {name: getattr(run, name) for name in _RUN_FIELDS}
    payload["scenario"] = run.scenario_id
    payload["job"] = str(run.job_id)
    payload["version"] = run.version.number if run.version else None
    payload["repeat_of"] = run.repeat_of_id
    payload["inputs"] = None
    if run.inputs is not None:
        inputs = run.inputs
        payload["inputs"] = {
            "digest": inputs.pk,
            "network": inputs.network_id,
            "params": inputs.params,
            "outages": inputs.outages,
            "summary": inputs.summary,
        }
    payload["owner"] = owner.get_username() if owner else None
    payload["waves"] = list(run.waves.order_by("number").values(*_WAVE_FIELDS))
    payload["trips"] = list(run.trips.order_by("wave__number", "branch_id").values_list(*_TRIP_FIELDS))
    outbox.record(kind=RUN, key=str(run.pk), action=Action.INSERT, payload=payload, actor=owner)


@transaction.atomic
def record_all(*, new_stream: bool) -> dict[str, int]:
    """Write down every scenario and finished run as it is now.

    For rows that were there before edits were recorded, and for a database that begins a stream of its own.

    Returns:
        How many scenarios and runs were recorded.
    """
    if new_stream:
        outbox.begin_stream()
    scenarios = models.Scenario.objects.select_for_update(of=("self",)).select_related("owner").order_by("pk")
    runs = models.CascadeRun.objects.filter(job__status=JobStatus.SUCCEEDED).select_related("job__owner")
    counts = {"scenarios": 0, "runs": 0}
    for scenario in scenarios:
        record_scenario(scenario, action=Action.UPDATE, actor=None)
        counts["scenarios"] += 1
    for run in runs.order_by("pk"):
        record_run(run)
        counts["runs"] += 1
    return counts


@transaction.atomic
def restore(*, stream: str | None) -> dict[str, int]:
    """Rebuild scenarios, finished runs and the history of outages from the warehouse into a new database.

    Owners who do not exist here are left out. Later edits of this database continue the stream.

    Args:
        stream: which; None for the one with the newest edit.

    Returns:
        How many scenarios, runs and changes of outages, work orders and crews were rebuilt.

    Raises:
        BadInput: if the database holds scenarios, runs or edits of its own, or there is no such stream.
        WarehouseError: if the warehouse cannot be read; nothing was changed.
    """
    if (
        models.Scenario.objects.filter(key__isnull=True).exists()
        or models.CascadeRun.objects.exists()
        or not outbox.is_untouched()
    ):
        raise BadInput(
            "The database holds scenarios, runs or edits of its own; restoring needs an empty one."
        )
    found = outbox.find_stream(stream)
    if found is None:
        return {"scenarios": 0, "runs": 0, "changes": 0}
    users = get_user_model()
    owners = dict(users.objects.values_list(users.USERNAME_FIELD, "pk"))
    scenarios = outbox.list_rows(stream_id=found, kind=SCENARIO)
    # Those that came with the product are made anew, or come back with their edits.
    models.Scenario.objects.all().delete()
    for row in scenarios:
        _restore_scenario(row, owners)
    known = {int(row.key) for row in scenarios}
    runs = outbox.list_rows(stream_id=found, kind=RUN)
    for row in runs:
        _restore_run(row, owners, known)
    for model in (models.Scenario, models.ScenarioVersion, models.CascadeRun):
        _continue_numbers(model)
    changes = restore_operations(found)
    outbox.adopt_stream(found)
    return {"scenarios": len(scenarios), "runs": len(runs), "changes": changes}


def _restore_scenario(row: RestoredRow, owners: dict[str, int]) -> None:
    fields = {name: row.payload[name] for name in _SCENARIO_FIELDS if name in row.payload}
    models.Scenario.objects.create(pk=int(row.key), owner_id=owners.get(row.payload["owner"] or ""), **fields)
    for version in row.payload.get("versions", ()):
        made = models.ScenarioVersion.objects.create(scenario_id=int(row.key), **version)
        models.ScenarioVersion.objects.filter(pk=made.pk).update(created_at=version["created_at"])
    # auto_now and auto_now_add have put the moment of now in place of these.
    models.Scenario.objects.filter(pk=int(row.key)).update(
        created_at=row.payload["created_at"], updated_at=row.payload["updated_at"]
    )


def _restore_run(row: RestoredRow, owners: dict[str, int], scenarios: set[int]) -> None:
    payload = row.payload
    created_at = datetime.fromisoformat(payload["created_at"])
    job = Job.objects.create(
        pk=payload["job"],
        kind="cascade.run",
        title=f"Cascade: {payload['name']}"[:200],
        inputs={name: payload[name] for name in _RUN_INPUTS},
        status=JobStatus.SUCCEEDED,
        progress_frac=1.0,
        log="Restored from the warehouse, without the flows of the branches.\n",
        owner_id=owners.get(payload["owner"] or ""),
        created_at=created_at,
        finished_at=row.recorded_at,
    )
    run = models.CascadeRun.objects.create(
        pk=int(row.key),
        job=job,
        scenario_id=payload["scenario"] if payload["scenario"] in scenarios else None,
        version=models.ScenarioVersion.objects.filter(
            scenario_id=payload["scenario"], number=payload.get("version") or 0
        ).first(),
        **{name: payload[name] for name in _RUN_FIELDS if name in payload},
    )
    models.CascadeRun.objects.filter(pk=run.pk).update(created_at=created_at)
    waves = {wave["number"]: models.CascadeWave.objects.create(run=run, **wave) for wave in payload["waves"]}
    names = ("branch_id", "flow_mw", "rating_mva", "cause", "parent_id", "parent_wave", "parent_rise_mw")
    models.CascadeTrip.objects.bulk_create(
        # An edit from before causes were known ends after the rating.
        models.CascadeTrip(run=run, wave=waves[number], **dict(zip(names, values, strict=False)))
        for number, *values in payload["trips"]
    )


def _continue_numbers(model: Any) -> None:
    """Let new rows be numbered after those that came with their numbers."""
    table = model._meta.db_table
    newest = model.objects.order_by("-pk").values_list("pk", flat=True).first()
    if newest is not None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT setval(pg_get_serial_sequence(%s, 'id'), %s)", [table, newest])
