"""Writing the worst of a batch to the warehouse's tables of precomputed cascades, through the outbox."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.db import transaction

from cascade import models
from cascade.engine.batch.contingencies import Contingencies
from cascade.engine.cascade import simulate
from cascade.engine.prepared import prepare
from cascade.engine.result import CascadeResult
from cascade.engine.trips.chance import row_seed
from cascade.selectors.contingencies import report_rows
from cascade.selectors.finding import finished_batch
from cascade.services.batch_labels import outage_ids
from cascade.services.batch_packing import unpacked
from cascade.services.batch_trips import second_losses_of, trips_of
from cascade.services.contingencies import BatchKind
from cascade.services.freezing import Thawed, thaw
from cascade.services.publishing import CASCADE, FAILURES, node_type
from flux_site.api.errors import BadInput, NotFound
from grid.powerflow.network import Network
from grid.selectors.network import name_assets
from grid.services import outbox
from grid.services.outbox import Action, Edit

PUBLISHED = 100
MOST_PUBLISHED = 500
MOST_PUBLISHED_N1_1 = 50
"""Of N1_1 fewer: the cascade of each first loss is computed once more while the user waits."""
FIRST_TOLERANCE_MW = 1e-3


@dataclass(frozen=True, kw_only=True)
class _Story:
    """Hold what failed in one contingency: by whom it began, and the wave of everything that failed."""

    first: list[str]
    waves: dict[str, int]
    wave_count: int
    lost_mw: float


@transaction.atomic
def publish_batch(*, batch_id: int, worst: int | None, user: Any) -> models.CascadeBatch:
    """Write the most severe contingencies of a finished batch to the warehouse. Safe to repeat.

    Each becomes a cascade of its own, with what failed first and every trip by wave. Those that could not be
    solved or lose no load are left out. What led to a trip is null: a batch does not look for it. Of N1_1 the
    cascade of the first loss, computed once more, comes before the second one, whose waves go on counting;
    the load lost is that of both.

    Raises:
        NotFound: if there is no finished batch of that id that the user may see.
        BadInput: if the count is out of range, or a first loss does not come out as it did.
    """
    batch = finished_batch(batch_id, user)
    most = MOST_PUBLISHED_N1_1 if batch.kind == BatchKind.N1_1 else MOST_PUBLISHED
    worst = min(PUBLISHED, most) if worst is None else worst
    if not 1 <= worst <= most:
        raise BadInput(f"worst is {worst}; it must be 1 to {most} of {batch.kind}.", field="worst")
    rows = [row for row in report_rows(batch.pk, None, 0) if row["is_solved"] and row["shed_mw"] > 0.0]
    rows = rows[:worst]
    kept = models.CascadeBatch.objects.values_list("contingencies", flat=True).get(pk=batch.pk)
    if kept is None:
        raise NotFound(f"Batch {batch_id} does not say what its contingencies are.", field="batchId")
    told = _stories(batch, unpacked(kept), rows)
    names = {each.asset_id: each.name for each in name_assets([each.first[0] for each in told])}
    edits: list[Edit] = []
    for row, story in zip(rows, told, strict=True):
        key = f"{batch.job_id}/{row['contingency']}"
        zero = story.first[0]
        payload = {
            "scenario_id": key,
            "scenario_name": f"{batch.name}: {row['label']}"[:128],
            "patient_zero_id": zero,
            "patient_zero_type": node_type(zero),
            "patient_zero_name": None if zero not in names else names[zero][:128],
            "params_json": json.dumps(batch.inputs.params, sort_keys=True),
            "graph_version": batch.inputs.network_id,
            "affected_node_count": len(story.waves),
            "lost_load_mw": story.lost_mw,
            "customers_affected": None,
            "wave_count": story.wave_count,
            "computed_at": (batch.job.finished_at or batch.created_at).isoformat(),
        }
        edits.append(Edit(kind=CASCADE, key=key, action=Action.UPDATE, payload=payload))
        edits.append(
            Edit(
                kind=FAILURES,
                key=key,
                action=Action.UPDATE,
                payload={"rows": [_failure(key, node_id, wave) for node_id, wave in story.waves.items()]},
            )
        )
    outbox.record_all(edits, actor=user)
    return batch


def _stories(
    batch: models.CascadeBatch, contingencies: Contingencies, rows: Sequence[dict[str, Any]]
) -> list[_Story]:
    """Return what failed in some contingencies, in the order of the rows."""
    thawed = thaw(batch.inputs)
    network = thawed.network
    trips = trips_of(batch, {row["contingency"] for row in rows})
    if batch.kind == BatchKind.N1_1:
        return _second_stories(batch, contingencies, rows, trips, thawed)
    found = []
    for row in rows:
        first = first_ids(contingencies, row["contingency"], network, batch.kind)
        waves = dict.fromkeys(first, 0)
        for branch, wave in trips[row["contingency"]]:
            waves.setdefault(network.branch_ids[branch], wave)
        found.append(_Story(first=first, waves=waves, wave_count=row["wave_count"], lost_mw=row["shed_mw"]))
    return found


def _second_stories(
    batch: models.CascadeBatch,
    firsts: Contingencies,
    rows: Sequence[dict[str, Any]],
    trips: Mapping[int, Sequence[tuple[int, int]]],
    thawed: Thawed,
) -> list[_Story]:
    """Return the first loss with its cascade, computed once more, and the second one after it.

    Raises:
        BadInput: if a first cascade does not lose what it did.
    """
    second = second_losses_of(batch, {row["contingency"] for row in rows})
    network, prepared = thawed.network, prepare(thawed.network)
    before: dict[int, CascadeResult] = {}
    found = []
    for row in rows:
        number, branch = second[row["contingency"]]
        if number not in before:
            params = thawed.params
            if params.draws_by_chance:
                params = replace(params, seed=row_seed(params.seed, number))
            before[number] = simulate(
                network=prepared,
                outages=firsts.outages(number, network),
                params=params,
                conditions=thawed.in_force,
            )
        result = before[number]
        if abs(result.shed_mw - row["first_shed_mw"]) > FIRST_TOLERANCE_MW:
            raise BadInput(
                f"{row['label']}: the first loss lost {row['first_shed_mw']} MW, computed once more "
                f"{result.shed_mw:.3f} MW.",
                field="batchId",
            )
        first = outage_ids(firsts, number, network)
        waves = dict.fromkeys(first, 0)
        for wave in result.waves:
            for name in wave.tripped_ids:
                waves.setdefault(name, wave.index)
        begins = result.n_waves + 1
        waves.setdefault(network.branch_ids[branch], begins)
        for tripped, wave_number in trips[row["contingency"]]:
            waves.setdefault(network.branch_ids[tripped], begins + wave_number)
        found.append(
            _Story(
                first=first,
                waves=waves,
                wave_count=begins + row["wave_count"],
                lost_mw=row["first_shed_mw"] + row["shed_mw"],
            )
        )
    return found


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
