"""Writing finished runs to the warehouse's table of cascades computed beforehand, through the outbox."""

import json
from typing import Any

from django.db import transaction

from cascade import models
from cascade.selectors.finding import finished_run
from flux_site.api.errors import BadInput
from grid.selectors.network import name_assets
from grid.services import outbox
from grid.services.outbox import Action

CASCADE, FAILURES = "cascade.precomputed", "cascade.precomputed_failures"
NODE_TYPES = {
    "SUB": "SUBSTATION",
    "BUS": "BUS",
    "BR": "BRANCH",
    "PLANT": "PLANT",
    "CKT": "CIRCUIT",
    "XFMR": "TRANSFORMER",
    "POLE": "POLE",
    "LINE": "LINE",
    "MTR": "METER",
}


@transaction.atomic
def publish_run(*, run_id: int, user: Any) -> models.CascadeRun:
    """Write a finished run to the warehouse as a cascade computed beforehand. Safe to repeat.

    Raises:
        NotFound: if there is no finished run of that id that the user may see.
        BadInput: if it names nothing that failed first, as a run from before inputs were kept.
    """
    run = finished_run(run_id, user)
    first = _first_failures(run)
    if not first:
        raise BadInput(f"Run {run_id} does not say what failed first.", field="runId")
    failures = _failures(run, first)
    key, zero = str(run.job_id), first[0]
    named = name_assets([zero])
    inputs = run.inputs
    params = {"load_multiplier": run.load_multiplier, "rating_multiplier": run.rating_multiplier}
    payload = {
        "scenario_id": key,
        "scenario_name": run.name[:128],
        "patient_zero_id": zero,
        "patient_zero_type": node_type(zero),
        "patient_zero_name": named[0].name[:128] if named else None,
        "params_json": json.dumps(inputs.params if inputs is not None else params, sort_keys=True),
        "graph_version": run.network_digest,
        "affected_node_count": len(failures),
        "lost_load_mw": run.total_shed_mw,
        "customers_affected": run.customers_out,
        "wave_count": run.wave_count,
        "computed_at": (run.job.finished_at or run.created_at).isoformat(),
    }
    outbox.record(kind=CASCADE, key=key, action=Action.UPDATE, payload=payload, actor=user)
    rows = [{"scenario_id": key, **failure} for failure in failures]
    outbox.record(kind=FAILURES, key=key, action=Action.UPDATE, payload={"rows": rows}, actor=user)
    return run


def node_type(asset_id: str) -> str:
    """Return the type of a node by its id, as the warehouse names it."""
    return NODE_TYPES.get(asset_id.partition("-")[0], "OTHER")


def _first_failures(run: models.CascadeRun) -> list[str]:
    """Return what failed first: what was named or the weather took, then what broke locally."""
    if run.inputs is None:
        return list(run.outages)
    failed = run.inputs.outages
    named = run.outages or [*failed["buses"], *failed["branches"], *failed["units"]]
    return [*named, *failed.get("elements", [])]


def _failures(run: models.CascadeRun, first: list[str]) -> list[dict[str, Any]]:
    """Return one row per node that failed: what failed first, every trip, every substation that lost load."""
    found: dict[str, dict[str, Any]] = {}

    def put(node_id: str, wave: int, cause: str | None = None, lost_mw: float | None = None) -> None:
        row = found.setdefault(
            node_id,
            {
                "node_id": node_id,
                "node_type": node_type(node_id),
                "wave_number": wave,
                "cause_node_id": cause,
                "failure_probability": None,
                "lost_load_mw": None,
                "customers_affected": None,
            },
        )
        if lost_mw is not None:
            row["lost_load_mw"] = lost_mw

    for node_id in first:
        put(node_id, 0)
    for branch_id, wave, parent_id in run.trips.order_by("wave__number", "branch_id").values_list(
        "branch_id", "wave__number", "parent_id"
    ):
        put(branch_id, wave, parent_id or None)
    for loss in run.substation_loss or []:
        put(loss["substation_id"], loss["wave"], lost_mw=loss["lost_mw"])
    return list(found.values())
