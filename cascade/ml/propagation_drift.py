"""Whether a model of propagation still holds: asked about outages of now, and answered by the engine."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from cascade.engine.batch.contingencies import from_lists
from cascade.engine.batch.run import run_many
from cascade.engine.params import CascadeParams
from cascade.engine.subnetwork import main_island
from cascade.ml.drift import stability
from cascade.ml.metrics import average_precision, roc_auc
from cascade.ml.outage_sets import prepare_state
from cascade.ml.propagation import PropagationModel
from cascade.ml.propagation_features import PROPAGATION_FEATURES
from cascade.ml.risk_drift import PresentNetwork
from cascade.ml.set_screening import overloading_alone
from cascade.ml.tasks import Drift, Tick, no_tick
from cascade.ml.topology import StateArrays, make_topology
from grid.powerflow.arrays import BoolArray, FloatArray

MOST_OUTAGES = 40
"""Outages of a network that are asked about: of those that overload something, evenly spread."""
FEW_TRIPS = 30
"""Of fewer trips no score is made."""
MOST_UNFAMILIAR = 0.5


def check(
    model_folder: Path,
    networks: Sequence[PresentNetwork],
    reference: Mapping[str, Sequence[float]],
    tick: Tick = no_tick,
) -> Drift:
    """Score a model on outages of the present.

    Raises:
        BadModelFile: if the model cannot be read.
    """
    model = PropagationModel.load(model_folder)
    reasons: list[str] = [] if networks else ["There is no network to look at."]
    x: list[FloatArray] = []
    said: list[FloatArray] = []
    truth: list[BoolArray] = []
    strange: list[bool] = []
    for number, each in enumerate(networks):
        tick(number, len(networks), each.name)
        try:
            island = main_island(each.network)
            main = island.network
            topology = make_topology(
                main, bus_kv=each.bus_kv[island.bus], is_transformer=each.is_transformer[island.branch]
            )
            prepared = prepare_state(
                topology,
                StateArrays(
                    bus_load_mw=main.bus_load_mw,
                    unit_p_mw=main.unit_p_mw,
                    unit_pmax_mw=main.unit_pmax_mw,
                    limit_mva=main.rate_mva,
                ),
            )
            found = np.flatnonzero(overloading_alone(prepared))
            outages = found[:: max(1, len(found) // MOST_OUTAGES)][:MOST_OUTAGES]
            result = run_many(main, CascadeParams(), from_lists([[one] for one in outages.tolist()]))
            for row in np.flatnonzero(result.solved).tolist():
                told = model.predict(prepared, [int(outages[row])])
                trips = result.trip_branch[result.trip_start[row] : result.trip_start[row + 1]]
                x.append(told.about)
                said.append(told.probability)
                truth.append(np.isin(told.branch, trips))
                strange.append(told.is_unfamiliar)
        except ValueError as error:  # among them all that the engine and the features refuse
            reasons.append(f"{each.name} cannot be looked at: {error}")
    if not x:
        reasons.append("No single outage of now overloads anything: there is nothing to compare.")
        return Drift(is_drifted=None, reasons=tuple(reasons))
    return _judged(
        np.concatenate(x), np.concatenate(said), np.concatenate(truth), strange, reference, reasons
    )


def _judged(
    x: FloatArray,
    probability: FloatArray,
    truth: BoolArray,
    strange: Sequence[bool],
    reference: Mapping[str, Sequence[float]],
    reasons: Sequence[str],
) -> Drift:
    told = list(reasons)
    unfamiliar = float(np.mean(strange))
    scores: dict[str, Any] = {"outages": len(strange), "unfamiliar_outages": unfamiliar}
    is_drifted: bool | None = None
    if unfamiliar > MOST_UNFAMILIAR:
        is_drifted = True
        told.append(f"{unfamiliar:.0%} of the outages are of states unlike those of training.")
    if int(truth.sum()) < FEW_TRIPS:
        told.append(
            f"{int(truth.sum())} branches tripped later in {len(strange)} outages: too few for a score."
        )
    else:
        prevalence = float(truth.mean())
        brier = float(np.mean((probability - truth) ** 2))
        blind = float(np.mean((prevalence - truth) ** 2))
        scores |= {
            "prevalence": prevalence,
            "roc_auc": roc_auc(truth, probability),
            "average_precision": average_precision(truth, probability),
            "brier": brier,
            "brier_of_the_mean": blind,
            "expected_trips": float(probability.sum()),
            "trips": int(truth.sum()),
        }
        is_drifted = bool(is_drifted)
        if brier >= blind:
            is_drifted = True
            told.append(
                "The probabilities are no better than the share of trips alone: squared error "
                f"{brier:.4f}, that of the mean {blind:.4f}."
            )
    return Drift(
        is_drifted=is_drifted,
        reasons=tuple(told),
        features=stability(reference, x, PROPAGATION_FEATURES),
        scores=scores,
        n_cases=len(truth),
    )
