"""Carrying out a forecast of a run. Compiled code and torch: for workers."""

from __future__ import annotations

import time
from dataclasses import asdict, replace
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from django.db import transaction
from django.utils import timezone

from cascade import models
from cascade.engine.params import CascadeParams
from cascade.ml.errors import BadModelFile, InvalidTrainingData
from cascade.ml.propagation import PropagationModel
from cascade.ml.run_forecast import Forecast, agreement, forecast
from cascade.ml.tasks import LearningTask
from cascade.models import ForecastOutcome
from cascade.services.freezing import Thawed, thaw
from cascade.services.learning.registry import current_model, open_weights
from cascade.services.learning.vulnerability import NoModel
from cascade.services.learning.vulnerability_job import UnusableModel
from cascade.services.runs import UnsolvableNetwork
from flux_site.api.errors import BadInput, NotFound
from flux_site.jobs.context import JobContext
from grid.powerflow.dcflow import SingularIsland
from grid.powerflow.network import Network, normalise
from grid.selectors.network_places import load_branch_zones, load_bus_kv, load_places

MOST_QUIET = 200
"""Branches that did not trip and are kept, the likeliest first; those said to trip are kept in any case."""
USED_SETTINGS = frozenset({"load_multiplier", "rating_multiplier", "trip_threshold_frac", "seed"})


def carry_out(context: JobContext) -> dict[str, Any]:
    """Carry out a forecast. Safe to repeat.

    Raises:
        NotFound: if it or its run was deleted.
        NoModel: if no model is in service.
        UnusableModel: if its files are damaged, or it was trained on other features.
        BadInput: if the model can say nothing of such outages.
        UnsolvableNetwork: if a power flow has no unique solution.
        JobCancelled: if somebody asked for it; nothing is stored.
    """
    wanted = (
        models.RunForecast.objects.select_related("run__inputs__network")
        .filter(job_id=context.job_id)
        .first()
    )
    inputs = None if wanted is None else wanted.run.inputs
    if wanted is None or inputs is None:
        raise NotFound("The forecast of this job was deleted.")
    model = current_model(LearningTask.PROPAGATION)
    if model is None:
        raise NoModel("No model of propagation is in service; put one into service first.")
    run, laps = wanted.run, {}
    context.progress(0.0, "Loading the model")
    began = time.perf_counter()
    predictor = _predictor(model)
    laps["model"] = _since(began)
    context.progress(0.1, "Taking the state of the run")
    began = time.perf_counter()
    thawed = thaw(inputs)
    network = _in_state(thawed)
    places = load_places(run.interconnect, network)
    laps["state"] = _since(began)
    context.progress(0.2, "Predicting")
    began = time.perf_counter()
    try:
        said = forecast(
            network,
            replace(thawed.outages, unit_out=None),
            predictor,
            bus_kv=load_bus_kv(run.interconnect, network),
            is_transformer=~places.branch_is_line,
        )
    except InvalidTrainingData as error:
        raise BadInput(f"Nothing can be said of this run: {error}", field="runId") from error
    except SingularIsland as error:
        raise UnsolvableNetwork(f"The power flow has no unique solution: {error}") from error
    laps["prediction"] = _since(began)
    context.progress(0.9, "Storing")
    counts = _store(wanted, model, network, said, predictor.threshold, laps, _notes(thawed))
    context.log(
        f"{counts['tripped']} of {counts['open']} branches tripped after the first wave;"
        f" {counts['said']} were said to, {counts['hits']} of them did."
    )
    return counts


def _in_state(thawed: Thawed) -> Network:
    """Return the network of the run; a branch's rate is the flow from which it trips."""
    params = thawed.params
    of_hour = thawed.in_force.branch_rating_frac
    frac = 1.0 if of_hour is None else np.where(np.isnan(of_hour), 1.0, of_hour)
    normal = normalise(thawed.network)
    gone = thawed.outages.unit_out
    if gone is not None and gone.any():
        lost = {thawed.network.unit_ids[unit] for unit in np.flatnonzero(gone).tolist()}
        out = np.array([each in lost for each in normal.unit_ids])
        normal = replace(
            normal,
            unit_p_mw=np.where(out, 0.0, normal.unit_p_mw),
            unit_pmax_mw=np.where(out, 0.0, normal.unit_pmax_mw),
        )
    return replace(
        normal,
        bus_load_mw=normal.bus_load_mw * params.load_multiplier,
        rate_mva=normal.rate_mva * params.rating_multiplier * frac * params.trip_threshold_frac,
    )


def _notes(thawed: Thawed) -> list[str]:
    """Return what the forecast takes no notice of."""
    notes = []
    plain = CascadeParams().to_dict()
    others = sorted(
        name
        for name, value in thawed.params.to_dict().items()
        if name not in USED_SETTINGS and value != plain.get(name)
    )
    if others:
        notes.append(f"The model knows the plain rule of trips alone, not: {', '.join(others)}.")
    if thawed.outages.bus_out.any():
        notes.append("The loss of a bus was taken as that of its branches.")
    if thawed.outages.unit_out is not None and thawed.outages.unit_out.any():
        notes.append("Units lost were taken out before the branches.")
    return notes


def _store(
    wanted: models.RunForecast,
    model: models.LearnedModel,
    network: Network,
    said: Forecast,
    threshold: float,
    laps: dict[str, float],
    notes: list[str],
) -> dict[str, Any]:
    """Write the forecast and its branches in one transaction."""
    began = time.perf_counter()
    wave = np.zeros(network.n_branches, dtype=np.int64)
    for branch_id, number in wanted.run.trips.values_list("branch_id", "wave__number"):
        if branch_id in network.branch_index:
            wave[network.branch_index[branch_id]] = number
    later = np.flatnonzero(wave > 1)
    found = agreement(said, later, threshold)
    rows = _rows(wanted, network, said, wave, threshold)
    with transaction.atomic():
        wanted.branches.all().delete()
        models.ForecastBranch.objects.bulk_create(rows, batch_size=2_000)
        wanted.model = model
        wanted.computed_at = timezone.now()
        wanted.threshold = threshold
        wanted.is_unfamiliar = said.is_unfamiliar
        wanted.out_count, wanted.first_count = int(said.out.sum()), int(said.first.sum())
        wanted.first_agrees = bool(np.array_equal(np.flatnonzero(said.first), np.flatnonzero(wave == 1)))
        for name, value in asdict(found).items():
            setattr(wanted, name, value)
        wanted.notes = notes
        wanted.latency_ms = {**laps, "storing": _since(began)}
        wanted.save()
    return {
        "open": found.open_count,
        "tripped": found.tripped_count,
        "said": found.said_count,
        "hits": found.hit_count,
        "misses": found.miss_count,
        "false_alarms": found.false_alarm_count,
    }


def _rows(
    wanted: models.RunForecast, network: Network, said: Forecast, wave: np.ndarray, threshold: float
) -> list[models.ForecastBranch]:
    """Return all open branches that tripped or were said to, and the likeliest others."""
    branch = np.flatnonzero(said.is_open)
    order = branch[np.argsort(-said.probability[branch], kind="stable")]
    zones = load_branch_zones(wanted.run.interconnect)
    rows, quiet = [], 0
    for rank, at in enumerate(order.tolist(), start=1):
        is_said, tripped = bool(said.probability[at] >= threshold), bool(wave[at] > 1)
        if not is_said and not tripped:
            quiet += 1
            if quiet > MOST_QUIET:
                continue
        outcome = {
            (True, True): ForecastOutcome.HIT,
            (False, True): ForecastOutcome.MISS,
            (True, False): ForecastOutcome.FALSE_ALARM,
            (False, False): ForecastOutcome.QUIET,
        }[is_said, tripped]
        key = network.branch_ids[at]
        rows.append(
            models.ForecastBranch(
                forecast=wanted,
                branch_id=key,
                zone_id=zones.get(key),
                rank=rank,
                probability=float(said.probability[at]),
                trip_wave=int(wave[at]) if tripped else None,
                outcome=outcome,
            )
        )
    return rows


def _predictor(model: models.LearnedModel) -> PropagationModel:
    try:
        return _loaded(model.weights_id, str(open_weights(model)))
    except BadModelFile as error:
        raise UnusableModel(f"{model} cannot be used: {error}") from error


@lru_cache(maxsize=1)
def _loaded(_digest: str, folder: str) -> PropagationModel:
    return PropagationModel.load(Path(folder))


def _since(began: float) -> float:
    return (time.perf_counter() - began) * 1000.0
