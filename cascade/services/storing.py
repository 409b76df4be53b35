"""Storing the result of a run: totals, waves and trips as rows, long arrays apart."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict

import numpy as np
from django.db import transaction

from cascade import models
from cascade.engine.arrays import branch_table, bus_table, to_ipc
from cascade.engine.distribution.counting import Count
from cascade.engine.distribution.summary import summarise
from cascade.engine.losses import substation_losses
from cascade.engine.prepared import prepare
from cascade.engine.result import CascadeResult, Wave
from cascade.services.distribution import consequence_of_cascade
from cascade.services.edits import record_run
from grid.powerflow.network import Network

MOST_LISTED = 100
"""Elements without a place in the network that a run names."""


@transaction.atomic
def store(
    run: models.CascadeRun,
    *,
    network: Network,
    result: CascadeResult,
    elapsed_ms: float,
    customers: Sequence[Count],
) -> None:
    """Store the result in place of whatever an earlier attempt stored; with the customers out by wave."""
    run.waves.all().delete()
    for wave, count in zip(result.waves, customers, strict=True):
        row = models.CascadeWave.objects.create(
            run=run,
            number=wave.index,
            tripped_count=len(wave.tripped),
            shed_mw=wave.shed_increment_mw,
            cumulative_shed_mw=wave.shed_mw,
            served_mw=wave.served_mw,
            islands_alive=wave.islands_alive,
            islands_dead=wave.islands_dead,
            dead_bus_count=len(wave.dead_buses),
            time_s=wave.time_s,
            customers_out=count.out,
            customers_expected=count.expected,
        )
        models.CascadeTrip.objects.bulk_create(_trips(run, row, wave))
    last = result.waves[-1]
    run.network_digest = result.network_digest
    run.total_load_mw = result.demand_mw
    run.base_shed_mw = result.base_shed_mw
    run.initial_shed_mw = result.waves[0].shed_mw
    run.total_shed_mw = result.shed_mw
    run.served_mw = result.served_mw
    run.tripped_count = len(result.tripped)
    run.wave_count = result.n_waves
    run.islands_alive = last.islands_alive
    run.islands_dead = last.islands_dead
    run.closest_margin_frac = None if np.isnan(result.closest_margin) else result.closest_margin
    run.termination_reason = result.termination.value
    run.elapsed_ms = elapsed_ms
    run.substation_loss = [asdict(loss) for loss in substation_losses(network, result)]
    run.result_digest = digest(result)
    _put_impact(run, network, result)
    run.progress = []
    run.save()
    island = prepare(network).finder.find(result.branch_in_service).label
    models.CascadeArrays.objects.update_or_create(
        run=run,
        defaults={
            "branches": to_ipc(branch_table(network, result)),
            "buses": to_ipc(bus_table(network, result, island)),
        },
    )
    record_run(run)


def _put_impact(run: models.CascadeRun, network: Network, result: CascadeResult) -> None:
    """Put in what the loss means for customers; unknown where no distribution data says."""
    elements = run.inputs.outages.get("elements", []) if run.inputs is not None else []
    found, loose = consequence_of_cascade(
        network=network, result=result, failed_ids=elements, seed=result.params.seed % 2**32
    )
    impact = summarise(found)
    run.customers_out = impact.customers_out
    run.impact = {
        **asdict(impact),
        "without_place": {"count": len(loose), "ids": loose[:MOST_LISTED]},
    }


def _trips(run: models.CascadeRun, row: models.CascadeWave, wave: Wave) -> list[models.CascadeTrip]:
    told = {trip.branch_id: trip for trip in wave.trips}
    rows = []
    for branch_id, flow, rating in zip(
        wave.tripped_ids, wave.tripped_flow_mw, wave.tripped_rate_mva, strict=True
    ):
        trip = models.CascadeTrip(
            run=run, wave=row, branch_id=branch_id, flow_mw=float(flow), rating_mva=float(rating)
        )
        if (why := told.get(branch_id)) is not None:
            trip.cause = str(why.cause)
            trip.parent_id = why.parent_id or ""
            trip.parent_wave = why.parent_wave
            trip.parent_rise_mw = why.parent_rise_mw
        rows.append(trip)
    return rows


def digest(result: CascadeResult) -> str:
    """Return a sha256 over what a cascade came to; equal only for results equal bit for bit."""
    hasher = hashlib.sha256()
    hasher.update(json.dumps([result.network_digest, result.termination.value]).encode())
    for array in (result.flow_mw, result.rate_mva, result.bus_served_mw, result.bus_base_served_mw):
        hasher.update(np.ascontiguousarray(array, dtype="<f8").tobytes())
    for mask in (result.branch_in_service, result.bus_dead):
        hasher.update(np.packbits(mask).tobytes())
    for wave in result.waves:
        hasher.update(np.ascontiguousarray(wave.tripped, dtype="<i8").tobytes())
        hasher.update(np.ascontiguousarray(wave.tripped_flow_mw, dtype="<f8").tobytes())
        hasher.update(np.array([wave.shed_mw, wave.served_mw], dtype="<f8").tobytes())
    return hasher.hexdigest()
