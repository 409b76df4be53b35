"""Whether a model of cascade risk still holds: asked about the present, and answered by the engine.

A state of the network costs the engine a fraction of a second, so what the model says of the present need
not be taken on trust: every candidate outage is simulated, at the load of now and at some others, and the
model is scored on that. How far each feature lies from training is told beside it; a single network in a
single hour always lies apart from a training set of many, so that alone is no reason to train anew.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from cascade.engine.batch.contingencies import from_lists
from cascade.engine.batch.run import run_many
from cascade.engine.params import CascadeParams
from cascade.engine.subnetwork import main_island
from cascade.ml.drift import stability
from cascade.ml.features import NODE_FEATURES, StateFeatures, state_features
from cascade.ml.metrics import average_precision, calibration_error, roc_auc
from cascade.ml.risk_model import RiskModel
from cascade.ml.tasks import Drift, Tick, no_tick
from cascade.ml.topology import StateArrays, Topology, make_topology
from grid.powerflow.arrays import BoolArray, FloatArray
from grid.powerflow.base_case import secured
from grid.powerflow.network import Network

LOADS = (0.9, 1.0, 1.1)
"""Factors on the load of now."""
FEW_CASES = 30
"""Of fewer cases, or of one outcome alone, no score is made."""
MOST_ECE = 0.2
MOST_UNFAMILIAR = 0.5


@dataclass(frozen=True, eq=False, kw_only=True)
class PresentNetwork:
    """Hold a network as it stands now.

    Attributes:
        name: of its interconnection.
        network: what is in service, normalised, with the loads of now; a branch's rate is the flow from which
            it trips.
        bus_kv: nominal voltage of each bus.
        is_transformer: which branches are transformers.
    """

    name: str
    network: Network
    bus_kv: FloatArray
    is_transformer: BoolArray


@dataclass(frozen=True, eq=False, kw_only=True)
class _Asked:
    """Hold the candidates of one state, what the model says of them and what happens."""

    x: FloatArray
    score: FloatArray
    probability: FloatArray
    is_positive: BoolArray
    is_unfamiliar: bool


def check(
    model_folder: Path,
    networks: Sequence[PresentNetwork],
    reference: Mapping[str, Sequence[float]],
    tick: Tick = no_tick,
) -> Drift:
    """Score a model on the present.

    Args:
        model_folder: the model.
        networks: what stands now; may be empty.
        reference: deciles of each feature in training; empty: not known.
        tick: called before each state.

    Raises:
        BadModelFile: if the model cannot be read.
    """
    model = RiskModel.load(model_folder)
    asked: list[_Asked] = []
    reasons: list[str] = [] if networks else ["There is no network to look at."]
    for number, each in enumerate(networks):
        try:
            island = main_island(each.network)
            main = island.network
            topology = make_topology(
                main, bus_kv=each.bus_kv[island.bus], is_transformer=each.is_transformer[island.branch]
            )
            for at, load in enumerate(LOADS):
                tick(number * len(LOADS) + at, len(networks) * len(LOADS), f"{each.name}, load × {load:g}")
                asked.append(_ask(model, topology, main, load))
        except ValueError as error:  # among them all that the engine and the features refuse
            reasons.append(f"{each.name} cannot be looked at: {error}")
    if not asked:
        return Drift(is_drifted=None, reasons=tuple(reasons))
    return _judged(asked, reference, reasons)


def _ask(model: RiskModel, topology: Topology, network: Network, load: float) -> _Asked:
    loaded = secured(replace(network, bus_load_mw=network.bus_load_mw * load), 1.0)
    state = StateArrays(
        bus_load_mw=loaded.bus_load_mw,
        unit_p_mw=loaded.unit_p_mw,
        unit_pmax_mw=loaded.unit_pmax_mw,
        limit_mva=loaded.rate_mva,
    )
    lost_share = model.params.lost_share
    features: StateFeatures = state_features(topology, state, lost_share=lost_share)
    said = model.predict(features)
    result = run_many(loaded, CascadeParams(), from_lists([[branch] for branch in said.branch.tolist()]))
    kept = result.solved
    return _Asked(
        x=features.node_x[features.is_candidate],
        score=said.rank_score[kept],
        probability=said.probability[kept],
        is_positive=result.shed_mw[kept] > lost_share * features.demand_mw,
        is_unfamiliar=said.is_unfamiliar,
    )


def _judged(
    asked: Sequence[_Asked], reference: Mapping[str, Sequence[float]], reasons: Sequence[str]
) -> Drift:
    told = list(reasons)
    truth = np.concatenate([each.is_positive for each in asked])
    probability = np.concatenate([each.probability for each in asked])
    score = np.concatenate([each.score for each in asked])
    unfamiliar = float(np.mean([each.is_unfamiliar for each in asked]))
    scores: dict[str, Any] = {"states": len(asked), "unfamiliar_states": unfamiliar}
    is_drifted: bool | None = None
    if unfamiliar > MOST_UNFAMILIAR:
        is_drifted = True
        told.append(f"{unfamiliar:.0%} of the states of now are unlike those of training.")
    if len(truth) < FEW_CASES or truth.all() or not truth.any():
        told.append(
            f"{len(truth)} outages of now could be compared, {int(truth.sum())} of them cascades: too few "
            "of one kind for a score."
        )
    else:
        prevalence = float(truth.mean())
        brier = float(np.mean((probability - truth) ** 2))
        blind = float(np.mean((prevalence - truth) ** 2))
        ece = calibration_error(truth, probability)
        scores |= {
            "prevalence": prevalence,
            "roc_auc": roc_auc(truth, score),
            "average_precision": average_precision(truth, score),
            "brier": brier,
            "brier_of_the_mean": blind,
            "ece": ece,
        }
        is_drifted = bool(is_drifted)
        if brier >= blind:
            is_drifted = True
            told.append(
                "The probabilities are no better than the share of cascades alone: squared error "
                f"{brier:.3f}, that of the mean {blind:.3f}."
            )
        if ece > MOST_ECE:
            is_drifted = True
            told.append(f"The probabilities are off by {ece:.2f} on average; more than {MOST_ECE:.2f}.")
    x = np.concatenate([each.x for each in asked])
    return Drift(
        is_drifted=is_drifted,
        reasons=tuple(told),
        features=stability(reference, x, NODE_FEATURES),
        scores=scores,
        n_cases=len(truth),
    )
