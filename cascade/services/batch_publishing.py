"""Writing the worst of a batch to the warehouse's tables of precomputed cascades, through the outbox."""

import json
from typing import Any

from django.db import transaction

from cascade import models
from cascade.engine.batch.contingencies import Contingencies
from cascade.selectors.contingencies import report_rows
from cascade.selectors.finding import finished_batch
from cascade.services.batch_labels import outage_ids
from cascade.services.batch_packing import unpacked
from cascade.services.batch_trips import trips_of
from cascade.services.contingencies import BatchKind
from cascade.services.freezing import thaw
from cascade.services.publishing import CASCADE, FAILURES, node_type
from flux_site.api.errors import BadInput, NotFound
from grid.powerflow.network import Network
from grid.selectors.network import name_assets
from grid.services import outbox
from grid.services.outbox import Action, Edit

MOST_PUBLISHED = 500


@transaction.atomic
def publish_batch(*, batch_id: int, worst: int, user: Any) -> models.CascadeBatch:
    """Write the most severe contingencies of a finished batch to the warehouse. Safe to repeat.

    Each becomes a cascade of its own, with what failed first and every trip by wave. Those that could not be
    solved or lose no load are left out. What led to a trip is null: a batch does not look for it.

    Raises:
        NotFound: if there is no finished batch of that id that the user may see.
        BadInput: if the count is out of range, or the cascades of the kind are none by themselves.
    """
    if not 1 <= worst <= MOST_PUBLISHED:
        raise BadInput(f"worst is {worst}; it must be 1 to {MOST_PUBLISHED}.", field="worst")
    batch = finished_batch(batch_id, user)
    if batch.kind == BatchKind.N1_1:
        raise BadInput(
            "A second loss is no cascade by itself; start a run that names both losses and publish that.",
            field="batchId",
        )
    rows = [row for row in report_rows(batch.pk, None, 0) if row["is_solved"] and row["shed_mw"] > 0.0]
    rows = rows[:worst]
    network = thaw(batch.inputs).network
    kept = models.CascadeBatch.objects.values_list("contingencies", flat=True).get(pk=batch.pk)
    if kept is None:
        raise NotFound(f"Batch {batch_id} does not say what its contingencies are.", field="batchId")
    contingencies = unpacked(kept)
    numbers = [row["contingency"] for row in rows]
    firsts = {number: first_ids(contingencies, number, network, batch.kind) for number in numbers}
    names = {each.asset_id: each.name for each in name_assets([first[0] for first in firsts.values()])}
    trips = trips_of(batch, set(firsts))
    edits: list[Edit] = []
    for row in rows:
        number, first = row["contingency"], firsts[row["contingency"]]
        key = f"{batch.job_id}/{number}"
        failures = dict.fromkeys(first, 0)
        for branch, wave in trips[number]:
            failures.setdefault(network.branch_ids[branch], wave)
        payload = {
            "scenario_id": key,
            "scenario_name": f"{batch.name}: {row['label']}"[:128],
            "patient_zero_id": first[0],
            "patient_zero_type": node_type(first[0]),
            "patient_zero_name": None if first[0] not in names else names[first[0]][:128],
            "params_json": json.dumps(batch.inputs.params, sort_keys=True),
            "graph_version": batch.inputs.network_id,
            "affected_node_count": len(failures),
            "lost_load_mw": row["shed_mw"],
            "customers_affected": None,
            "wave_count": row["wave_count"],
            "computed_at": (batch.job.finished_at or batch.created_at).isoformat(),
        }
        edits.append(Edit(kind=CASCADE, key=key, action=Action.UPDATE, payload=payload))
        edits.append(
            Edit(
                kind=FAILURES,
                key=key,
                action=Action.UPDATE,
                payload={"rows": [_failure(key, node_id, wave) for node_id, wave in failures.items()]},
            )
        )
    outbox.record_all(edits, actor=user)
    return batch


def first_ids(contingencies: Contingencies, row: int, network: Network, kind: str) -> list[str]:
    """Return the ids of what fails first, a lost substation first of all."""
    ids = outage_ids(contingencies, row, network)
    buses = contingencies.buses_of(row)
    if kind == BatchKind.N1_SUBSTATION and len(buses):
        return [network.substation_ids[network.bus_substation[buses[0]]], *ids]
    return ids


def _failure(key: str, node_id: str, wave: int) -> dict[str, Any]:
    return {
        "scenario_id": key,
        "node_id": node_id,
        "node_type": node_type(node_id),
        "wave_number": wave,
        "cause_node_id": None,
        "failure_probability": None,
        "lost_load_mw": None,
        "customers_affected": None,
    }
