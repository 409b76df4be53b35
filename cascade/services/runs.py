"""Starting a cascade run, and carrying it out."""

import time
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

import numpy as np
from django.db import transaction

from cascade import models
from cascade.engine.cascade import propagate
from cascade.engine.losses import substation_losses
from cascade.engine.params import CascadeParams
from cascade.engine.prepared import prepare
from cascade.engine.result import CascadeResult, Wave
from cascade.services.edits import record_run
from cascade.services.inputs import check_inputs, load, resolve
from flux_site.api.errors import BadInput, NotFound
from flux_site.jobs.context import JobContext
from flux_site.jobs.services import create_job
from grid.powerflow.dcflow import SingularIsland
from grid.powerflow.network import Network
from grid.selectors.network import name_assets

JOB_KIND = "cascade.run"
MAX_NAME = 200


class UnsolvableNetwork(BadInput):
    """The reactances of a network cancel each other, so that flows cannot be told."""

    code = "UNSOLVABLE_NETWORK"


@transaction.atomic
def start_run(
    *,
    outages: Sequence[str],
    load_multiplier: float = 1.0,
    rating_multiplier: float = 1.0,
    name: str | None = None,
    user: Any,
    scenario: models.Scenario | None = None,
) -> models.CascadeRun:
    """Queue a cascade run with its inputs frozen.

    Raises:
        BadInput: naming the field, see check_inputs; or a name that is too long.
        QueueUnavailable: after commit, if Redis is away; the job is then marked FAILED.
    """
    if name is not None and len(name) > MAX_NAME:
        raise BadInput(f"The name has {len(name)} characters; at most {MAX_NAME}.", field="name")
    inputs = check_inputs(
        outages=outages, load_multiplier=load_multiplier, rating_multiplier=rating_multiplier
    )
    title = (name or "").strip() or default_name(list(inputs.outages))
    frozen = {
        "interconnect": inputs.interconnect,
        "outages": list(inputs.outages),
        "load_multiplier": load_multiplier,
        "rating_multiplier": rating_multiplier,
        "network_digest": load(inputs.interconnect).digest(),
        "scenario": scenario.pk if scenario else None,
    }
    job = create_job(kind=JOB_KIND, title=f"Cascade: {title}", inputs=frozen, owner=user)
    return models.CascadeRun.objects.create(
        job=job,
        scenario=scenario,
        name=title,
        interconnect=inputs.interconnect,
        outages=list(inputs.outages),
        load_multiplier=load_multiplier,
        rating_multiplier=rating_multiplier,
    )


def default_name(outages: list[str]) -> str:
    """Return a name made of the first outage and the number of others."""
    named = name_assets(outages[:1])
    first = named[0].name if named else outages[0]
    return (first if len(outages) == 1 else f"{first} and {len(outages) - 1} more")[:MAX_NAME]


def execute_run(context: JobContext) -> dict[str, Any]:
    """Carry out the run of a job: compute the cascade and store it in one transaction. Safe to repeat.

    Raises:
        NotFound: if the run was deleted.
        BadInput: if the network no longer holds the outages.
        UnsolvableNetwork: if its power flow has no unique solution.
        JobCancelled: if somebody asked for it.
    """
    run = models.CascadeRun.objects.filter(job_id=context.job_id).first()
    if run is None:
        raise NotFound("The run of this job was deleted.")
    context.progress(0.0, "Loading the network")
    network = load(run.interconnect)
    digest = network.digest()
    if digest != context.inputs.get("network_digest"):
        context.log("The network was synced since the run was queued; it is computed on the network of now.")
    masks = resolve(network=network, outages=run.outages)
    params = CascadeParams(load_multiplier=run.load_multiplier, rating_multiplier=run.rating_multiplier)
    began = time.perf_counter()
    steps = propagate(network=prepare(network), outages=masks, params=params)
    try:
        result = _follow(steps, context)
    except SingularIsland as error:
        raise UnsolvableNetwork(
            f"The power flow of {run.interconnect} has no unique solution: {error}"
        ) from error
    elapsed_ms = (time.perf_counter() - began) * 1000.0
    context.progress(0.9, "Storing the result")
    _store(run, network=network, result=result, elapsed_ms=elapsed_ms)
    context.log(
        f"{len(result.tripped)} branches tripped in {result.n_waves} waves; {result.shed_mw:.1f} MW lost."
    )
    return {
        "waves": result.n_waves,
        "tripped": len(result.tripped),
        "shed_mw": round(result.shed_mw, 6),
        "elapsed_ms": round(elapsed_ms, 2),
    }


def _follow(steps: Any, context: JobContext) -> CascadeResult:
    """Run the cascade wave by wave; a long one stops at the next wave when cancelled."""
    while True:
        try:
            wave: Wave = next(steps)
        except StopIteration as end:
            return end.value  # type: ignore[no-any-return]
        # A cascade cannot know how many waves are left: the bar nears its end without reaching it.
        frac = 0.1 + 0.8 * (1.0 - 1.0 / (1.0 + wave.index / 4.0))
        context.progress(frac, f"Wave {wave.index}: {wave.shed_mw:.0f} MW lost, {wave.n_overloads} overloads")
        context.log(
            f"Wave {wave.index}: {len(wave.tripped)} trips, {wave.shed_mw:.1f} MW lost, "
            f"{wave.islands_alive} islands alive, {wave.islands_dead} dead"
        )


@transaction.atomic
def _store(run: models.CascadeRun, *, network: Network, result: CascadeResult, elapsed_ms: float) -> None:
    """Store the result in place of whatever an earlier attempt stored."""
    run.waves.all().delete()
    trip_wave: list[int | None] = [None] * network.n_branches
    for index in result.outage_branches:
        trip_wave[int(index)] = 0
    for wave in result.waves:
        row = models.CascadeWave.objects.create(
            run=run,
            number=wave.index,
            tripped_count=len(wave.tripped),
            shed_mw=wave.shed_increment_mw,
            cumulative_shed_mw=wave.shed_mw,
            served_mw=wave.served_mw,
            islands_alive=wave.islands_alive,
            islands_dead=wave.islands_dead,
        )
        models.CascadeTrip.objects.bulk_create(
            models.CascadeTrip(
                run=run, wave=row, branch_id=branch_id, flow_mw=float(flow), rating_mva=float(rating)
            )
            for branch_id, flow, rating in zip(
                wave.tripped_ids, wave.tripped_flow_mw, wave.tripped_rate_mva, strict=True
            )
        )
        for index in wave.tripped:
            trip_wave[int(index)] = wave.index
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
    run.branch_ids = list(network.branch_ids)
    run.final_flow_mw = result.flow_mw.tolist()
    run.final_rating_mva = [float(rate) if rate > 0 else None for rate in result.rate_mva]
    run.trip_wave = trip_wave
    run.substation_loss = [asdict(loss) for loss in substation_losses(network, result)]
    run.save()
    record_run(run)
