"""Every model and baseline on the same held-out sets, with intervals, and what the differences are worth."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from functools import partial
from typing import Any

import numpy as np

from cascade.ml.baselines import centrality_scores, fit_logistic, loading_index
from cascade.ml.boosting import expit
from cascade.ml.calibration import Isotonic, fit_isotonic
from cascade.ml.metrics import (
    average_precision,
    best_threshold,
    bootstrap,
    calibration_error,
    r_squared,
    roc_auc,
    scores,
)
from cascade.ml.risk_model import (
    RiskModel,
    RiskParams,
    blend,
    candidate_x,
    fit_net,
    labels,
    net_outputs,
    state_row,
    train_risk_model,
)
from cascade.ml.splits import TESTS, Part, Sample, Split
from grid.powerflow.arrays import BoolArray, FloatArray, IntArray

LODF_INDEX, LOADING, CENTRALITY = "LODF overload MW", "highest loading after", "centrality score"
LOGISTIC, BOOSTING = "logistic regression", "gradient boosting"
NO_GRAPH, ONE_NET, NETS = "network without graph", "graph network, one seed", "graph networks"
BLEND = "graph networks + boosting"
PROBABILITIES = (LOGISTIC, BOOSTING, NO_GRAPH, ONE_NET, NETS, BLEND)


@dataclass(frozen=True, eq=False, kw_only=True)
class Held:
    """Hold the samples of a part in one row each.

    Attributes:
        state: number of the state.
        is_positive: whether more than the share was lost.
        lost_mw: load lost.
        demand_mw: demand of its state.
        score: per model, the score of every sample.
        size: per model, the predicted log(1 + 1000 · share lost).
        by_seed: per network, its log-odds and log-size, shape (networks, samples, 2).
    """

    state: IntArray
    is_positive: BoolArray
    lost_mw: FloatArray
    demand_mw: FloatArray
    score: Mapping[str, FloatArray]
    size: Mapping[str, FloatArray]
    by_seed: FloatArray


def evaluate(
    parts: Split, params: RiskParams | None = None, *, about: Mapping[str, Any] | None = None
) -> tuple[RiskModel, dict[str, Any]]:
    """Train everything on the training part and score it on the others.

    Args:
        parts: the samples.
        params: how the model is trained.
        about: what is kept with the model, such as the digest of its data.

    Returns:
        The model, and a report of plain values that :mod:`cascade.ml.report` writes down.
    """
    settings = params or RiskParams()
    started = time.process_time()
    model = train_risk_model(parts, settings, about=about)
    train_s = time.process_time() - started
    without_graph = replace(settings.net, n_layers=0)
    flat = [
        fit_net(parts, without_graph, lost_share=settings.lost_share, seed=settings.seed + number)
        for number in range(min(settings.n_nets, 2))
    ]
    training = parts[Part.TRAIN]
    logistic = fit_logistic(
        np.concatenate([candidate_x(each) for each in training]), labels(training, settings.lost_share)
    )
    held = {
        part: _held(parts[part], model, logistic, flat, settings.lost_share) for part in Part if parts[part]
    }
    maps = _fit_maps(held[Part.VALIDATION])
    elsewhere = _fit_maps(held[Part.HELD_OUT_GRID]) if parts[Part.HELD_OUT_GRID] else maps
    report: dict[str, Any] = {
        "train_cpu_s": train_s,
        "params": asdict(settings),
        "parts": {part: _count(parts[part]) for part in Part},
        "tests": {},
    }
    for part in TESTS:
        told = _calibrated(held[part], model, parts[part], maps, elsewhere)
        report["tests"][part] = _score_part(held[part], held[Part.VALIDATION], maps, told, model, parts[part])
    return model, report


def _fit_maps(held: Held) -> dict[str, Isotonic]:
    return {
        name: fit_isotonic(held.is_positive, held.score[name]) for name in PROBABILITIES if name in held.score
    }


def _calibrated(
    held: Held,
    model: RiskModel,
    samples: Sequence[Sample],
    maps: Mapping[str, Isotonic],
    elsewhere: Mapping[str, Isotonic],
) -> dict[str, FloatArray]:
    """Return the probabilities of each model, by the map for unfamiliar states where the state is one."""
    strange = model.familiarity.is_unfamiliar(np.array([state_row(each.state.features) for each in samples]))
    is_strange = strange[held.state]
    return {
        name: np.where(is_strange, elsewhere[name](held.score[name]), maps[name](held.score[name]))
        for name in maps
    }


def _held(
    samples: Sequence[Sample],
    model: RiskModel,
    logistic: Any,
    flat: Sequence[Any],
    lost_share: float,
) -> Held:
    x = np.concatenate([candidate_x(each) for each in samples])
    by_seed = np.concatenate(
        [net_outputs(model.nets, each.state.features)[:, each.chosen] for each in samples], axis=1
    )
    by_flat = np.concatenate(
        [net_outputs(flat, each.state.features)[:, each.chosen] for each in samples], axis=1
    )
    by_trees = np.column_stack([model.trees.raw(x), model.size_trees.raw(x)])
    blended = blend(by_trees, by_seed)
    score = {
        LODF_INDEX: np.concatenate(
            [
                each.state.features.overload_mw[each.state.features.is_candidate][each.chosen]
                for each in samples
            ]
        ),
        LOADING: loading_index(x),
        CENTRALITY: np.concatenate(
            [centrality_scores(each.state.grid)[each.state.candidate_branch[each.chosen]] for each in samples]
        ),
        LOGISTIC: logistic.raw(x),
        BOOSTING: by_trees[:, 0],
        BLEND: blended[:, 0],
    }
    size = {BOOSTING: by_trees[:, 1], BLEND: blended[:, 1]}
    if len(by_seed):
        score |= {NO_GRAPH: by_flat[:, :, 0].mean(axis=0), ONE_NET: by_seed[0, :, 0]}
        score[NETS] = by_seed[:, :, 0].mean(axis=0)
        size[NETS] = by_seed[:, :, 1].mean(axis=0)
    return Held(
        state=np.repeat(np.arange(len(samples)), [int(each.chosen.sum()) for each in samples]),
        is_positive=labels(samples, lost_share),
        lost_mw=np.concatenate([each.state.lost_mw[each.chosen] for each in samples]),
        demand_mw=np.concatenate(
            [np.full(int(each.chosen.sum()), each.state.features.demand_mw) for each in samples]
        ),
        score=score,
        size=size,
        by_seed=by_seed,
    )


def _score_part(
    held: Held,
    validation: Held,
    maps: Mapping[str, Isotonic],
    probabilities: Mapping[str, FloatArray],
    model: RiskModel,
    samples: Sequence[Sample],
) -> dict[str, Any]:
    truth = held.is_positive
    result: dict[str, Any] = {"models": {}, "gain": {}}
    for name, score in held.score.items():
        known = name in maps
        told = probabilities[name] if known else score
        fixed = maps[name](validation.score[name]) if known else validation.score[name]
        threshold = best_threshold(validation.is_positive, fixed)
        one = asdict(scores(truth, told, threshold=threshold, is_probability=known))
        # The map joins scores into steps; ranking is judged before it.
        one["roc_auc"], one["average_precision"] = roc_auc(truth, score), average_precision(truth, score)
        one["roc_auc_interval"] = bootstrap(held.state, partial(_auc, truth, score))
        one["average_precision_interval"] = bootstrap(held.state, partial(_ap, truth, score))
        if known:
            one["ece_uncalibrated"] = calibration_error(truth, expit(score))
        result["models"][name] = one
    for name in maps:
        if name == BOOSTING:
            continue
        score, against = held.score[name], held.score[BOOSTING]
        result["gain"][name] = {
            "average_precision": average_precision(truth, score) - average_precision(truth, against),
            "interval": bootstrap(held.state, partial(_difference, truth, score, against)),
        }
    result["by_seed"] = {
        "roc_auc": [roc_auc(truth, each[:, 0]) for each in held.by_seed],
        "average_precision": [average_precision(truth, each[:, 0]) for each in held.by_seed],
    }
    result["size"] = {}
    for name, size in held.size.items():
        said_mw = np.clip(np.expm1(size) / 1000.0, 0.0, 1.0) * held.demand_mw
        result["size"][name] = {
            "mae_mw": float(np.mean(np.abs(said_mw - held.lost_mw))),
            "mae_mw_of_the_mean": float(np.mean(np.abs(held.lost_mw.mean() - held.lost_mw))),
            "r_squared_mw": r_squared(held.lost_mw, said_mw),
            "r_squared_log": r_squared(
                np.log1p(1000.0 * np.maximum(held.lost_mw / held.demand_mw, 0.0)), size
            ),
        }
    simulate = held.score[BLEND] >= model.simulate_from
    result["conformal"] = {
        "recall_asked": model.params.recall,
        "recall": float(simulate[truth].mean()) if truth.any() else None,
        "share_simulated": float(simulate.mean()),
    }
    rows = np.array([state_row(each.state.features) for each in samples])
    result["unfamiliar_states"] = float(model.familiarity.is_unfamiliar(rows).mean())
    return result


def _auc(truth: BoolArray, score: FloatArray, at: IntArray) -> float | None:
    drawn = truth[at]
    return roc_auc(drawn, score[at]) if drawn.any() and not drawn.all() else None


def _ap(truth: BoolArray, score: FloatArray, at: IntArray) -> float | None:
    return average_precision(truth[at], score[at]) if truth[at].any() else None


def _difference(truth: BoolArray, score: FloatArray, against: FloatArray, at: IntArray) -> float | None:
    if not truth[at].any():
        return None
    return average_precision(truth[at], score[at]) - average_precision(truth[at], against[at])


def _count(samples: Sequence[Sample]) -> dict[str, Any]:
    chosen = int(sum(each.chosen.sum() for each in samples))
    positive = int(sum((each.state.lost_share[each.chosen] > 0.01).sum() for each in samples))
    return {
        "states": len(samples),
        "grids": sorted({str(each.state.grid) for each in samples}),
        "candidates": chosen,
        "positive": positive,
    }
