"""Every model and baseline on the same held-out sets, with intervals, and what the differences are worth."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from cascade.ml.baselines import Logistic, centrality_scores, fit_logistic, loading_index
from cascade.ml.boosting import TreeEnsemble, expit
from cascade.ml.calibration import Isotonic, fit_isotonic
from cascade.ml.metrics import (
    average_precision,
    best_threshold,
    bootstrap,
    bootstrap_all,
    calibration_curve,
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
    labels,
    log_size,
    net_outputs,
    state_row,
)
from cascade.ml.risk_training import crossed_scores, fit_net, train_risk_model
from cascade.ml.splits import TESTS, Part, Sample, Split
from grid.powerflow.arrays import BoolArray, FloatArray, IntArray

if TYPE_CHECKING:
    from cascade.ml.graph_net import InfluenceNet

LODF_INDEX, LOADING, CENTRALITY = "LODF overload MW", "highest loading after", "centrality score"
LOGISTIC, BOOSTING = "logistic regression", "gradient boosting"
NO_GRAPH = "network without graph that hears the trees"
ONE_NET, NETS = "graph network, one seed", "graph networks"
BLEND = "graph networks + boosting, half and half"
IN_USE = "the model"
PROBABILITIES = (LOGISTIC, BOOSTING, NO_GRAPH, ONE_NET, NETS, BLEND, IN_USE)
SEEDED = (ONE_NET, "one network + boosting")

Others = Mapping[str, Sequence["InfluenceNet"]]
"""Networks that are compared with those of the model, by name."""


@dataclass(frozen=True, eq=False, kw_only=True)
class Held:
    """Hold the samples of a part in one row each.

    Attributes:
        state: number of the state.
        is_strange: whether the state is unfamiliar to the model.
        is_positive: whether more than the share was lost.
        lost_mw: load lost.
        demand_mw: demand of its state.
        score: per model, the score of every sample.
        size: per model, the predicted log(1 + 1000 · share lost).
        by_seed: per network, its log-odds and log-size, shape (networks, samples, 2).
    """

    state: IntArray
    is_strange: BoolArray
    is_positive: BoolArray
    lost_mw: FloatArray
    demand_mw: FloatArray
    score: Mapping[str, FloatArray]
    size: Mapping[str, FloatArray]
    by_seed: FloatArray


@dataclass(frozen=True, eq=False, kw_only=True)
class Calibrated:
    """Hold the maps from a score to a probability, on familiar states and elsewhere, and the threshold."""

    here: Isotonic
    elsewhere: Isotonic
    threshold: float

    def __call__(self, held: Held, score: FloatArray) -> FloatArray:
        """Return the probabilities."""
        return np.where(held.is_strange, self.elsewhere(score), self.here(score))


def evaluate(
    parts: Split,
    params: RiskParams | None = None,
    *,
    model: RiskModel | None = None,
    device: str = "auto",
) -> tuple[RiskModel, dict[str, Any]]:
    """Train everything on the training part and score it on the others.

    Args:
        parts: the samples.
        params: how the model is trained.
        model: the model, if it is trained already.
        device: where networks are trained.

    Returns:
        The model, and a report of plain values that :mod:`cascade.ml.report` writes down.
    """
    judged = model or train_risk_model(parts, params, device=device)
    others = _train_others(parts, judged, device) if judged.nets else {}
    training = parts[Part.TRAIN]
    logistic = fit_logistic(
        np.concatenate([candidate_x(each) for each in training]), labels(training, judged.params.lost_share)
    )
    return judged, score_model(judged, parts, others=others, logistic=logistic)


def _train_others(parts: Split, model: RiskModel, device: str) -> Others:
    """Train one network that hears the trees but no neighbours."""
    params = model.params
    flat = fit_net(
        parts,
        replace(params.net, n_layers=0),
        crossed_scores(parts, params) if params.net.hears_trees else None,
        model.trees,
        lost_share=params.lost_share,
        seed=params.seed,
        device=device,
    )
    return {NO_GRAPH: [flat]}


def score_model(
    model: RiskModel, parts: Split, *, others: Others | None = None, logistic: Logistic | None = None
) -> dict[str, Any]:
    """Score a trained model, and baselines where they are given, on the parts that were held out."""
    held = {
        part: _held(parts[part], model, logistic, others or {})
        for part in Part
        if parts[part] and part != Part.TRAIN
    }
    validation = held[Part.VALIDATION]
    elsewhere = held.get(Part.HELD_OUT_GRID, validation)
    report: dict[str, Any] = {
        "params": asdict(model.params),
        "parts": {part: _count(parts[part], model.params.lost_share) for part in Part},
        "net_weight": model.net_weight,
        "net_weight_elsewhere": model.net_weight_elsewhere,
        "chosen_on": {
            part: _ranking(held[part]) for part in (Part.VALIDATION, Part.HELD_OUT_GRID) if part in held
        },
        "tests": {
            part: _score_part(held[part], validation, elsewhere, model) for part in TESTS if part in held
        },
    }
    return report


def _calibrate(validation: Held, elsewhere: Held, here: FloatArray, there: FloatArray) -> Calibrated:
    fitted = fit_isotonic(validation.is_positive, here)
    return Calibrated(
        here=fitted,
        elsewhere=fit_isotonic(elsewhere.is_positive, there),
        threshold=best_threshold(validation.is_positive, fitted(here)),
    )


def _held(samples: Sequence[Sample], model: RiskModel, logistic: Logistic | None, others: Others) -> Held:
    x = np.concatenate([candidate_x(each) for each in samples])
    by_seed = _outputs(model.nets, samples, model.trees)
    by_trees = np.column_stack([model.trees.raw(x), model.size_trees.raw(x)])
    blended = blend(by_trees, by_seed)
    count = [int(each.chosen.sum()) for each in samples]
    rows = np.array([state_row(each.state.features) for each in samples])
    is_strange = np.repeat(model.familiarity.is_unfamiliar(rows), count)
    weight = np.where(is_strange, model.net_weight_elsewhere, model.net_weight)[:, None]
    in_use = (1.0 - weight) * by_trees + weight * by_seed.mean(axis=0) if len(by_seed) else by_trees
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
        **({LOGISTIC: logistic.raw(x)} if logistic is not None else {}),
        BOOSTING: by_trees[:, 0],
    }
    size = {BOOSTING: by_trees[:, 1]}
    for name, nets in others.items():
        score[name] = _outputs(nets, samples, model.trees)[:, :, 0].mean(axis=0)
    if len(by_seed):
        score |= {ONE_NET: by_seed[0, :, 0], NETS: by_seed[:, :, 0].mean(axis=0)}
        size[NETS] = by_seed[:, :, 1].mean(axis=0)
    score |= {BLEND: blended[:, 0], IN_USE: in_use[:, 0]}
    size |= {BLEND: blended[:, 1], IN_USE: in_use[:, 1]}
    return Held(
        state=np.repeat(np.arange(len(samples)), count),
        is_strange=is_strange,
        is_positive=labels(samples, model.params.lost_share),
        lost_mw=np.concatenate([each.state.lost_mw[each.chosen] for each in samples]),
        demand_mw=np.repeat([each.state.features.demand_mw for each in samples], count),
        score=score,
        size=size,
        by_seed=by_seed,
    )


def _outputs(nets: Sequence[InfluenceNet], samples: Sequence[Sample], trees: TreeEnsemble) -> FloatArray:
    return np.concatenate(
        [net_outputs(nets, each.state.features, trees)[:, each.chosen] for each in samples], axis=1
    )


def _score_part(held: Held, validation: Held, elsewhere: Held, model: RiskModel) -> dict[str, Any]:
    truth = held.is_positive
    result: dict[str, Any] = {"models": {}, "gain": {}, "seeds": {}, "size": {}, "curves": {}}
    for name, score in held.score.items():
        if name not in PROBABILITIES:
            threshold = best_threshold(validation.is_positive, validation.score[name])
            one = asdict(scores(truth, score, threshold=threshold, is_probability=False))
            one["intervals"] = bootstrap_all(held.state, partial(_ranked, truth, score, score, threshold))
            result["models"][name] = one
            continue
        if name == IN_USE:
            maps = Calibrated(
                here=model.calibration, elsewhere=model.calibration_elsewhere, threshold=model.threshold
            )
        else:
            maps = _calibrate(validation, elsewhere, validation.score[name], elsewhere.score[name])
        told = maps(held, score)
        one = asdict(scores(truth, told, threshold=maps.threshold))
        # The map joins scores into steps; ranking is judged before it.
        one["roc_auc"], one["average_precision"] = roc_auc(truth, score), average_precision(truth, score)
        one["ece_uncalibrated"] = calibration_error(truth, expit(score))
        one["intervals"] = bootstrap_all(held.state, partial(_measured, truth, score, told, maps.threshold))
        result["models"][name] = one
        if name in (BOOSTING, IN_USE):
            said, seen, count = calibration_curve(truth, told)
            result["curves"][name] = {
                "probability": said.tolist(),
                "frequency": seen.tolist(),
                "count": count.tolist(),
            }
        if name != BOOSTING:
            against = held.score[BOOSTING]
            result["gain"][name] = {
                "average_precision": average_precision(truth, score) - average_precision(truth, against),
                "interval": bootstrap(held.state, partial(_difference, truth, score, against)),
            }
    for name, size in held.size.items():
        result["size"][name] = {
            **_size_scores(held.lost_mw, held.demand_mw, size),
            "mae_mw_of_the_mean": float(np.mean(np.abs(held.lost_mw.mean() - held.lost_mw))),
            "intervals": bootstrap_all(held.state, partial(_sized, held.lost_mw, held.demand_mw, size)),
        }
    result["seeds"] = _by_seed(held, validation, elsewhere)
    simulate = held.score[IN_USE] >= np.where(
        held.is_strange, model.simulate_from_elsewhere, model.simulate_from
    )
    result["conformal"] = {
        "recall_asked": model.params.recall,
        "recall": float(simulate[truth].mean()) if truth.any() else None,
        "share_simulated": float(simulate.mean()),
    }
    first = np.unique(held.state, return_index=True)[1]
    result["unfamiliar_states"] = float(held.is_strange[first].mean())
    return result


def _by_seed(held: Held, validation: Held, elsewhere: Held) -> dict[str, list[dict[str, float | None]]]:
    """Return the scores of every network alone, and of each with the trees."""
    result: dict[str, list[dict[str, float | None]]] = {name: [] for name in SEEDED}
    for number in range(len(held.by_seed)):
        for name in SEEDED:
            here, val, there = (
                each.by_seed[number, :, 0]
                if name == ONE_NET
                else 0.5 * (each.by_seed[number, :, 0] + each.score[BOOSTING])
                for each in (held, validation, elsewhere)
            )
            maps = _calibrate(validation, elsewhere, val, there)
            told = maps(held, here)
            size = held.by_seed[number, :, 1]
            if name != ONE_NET:
                size = 0.5 * (size + held.size[BOOSTING])
            every = np.arange(len(here))
            result[name].append(
                {
                    **_measured(held.is_positive, here, told, maps.threshold, every),
                    **_size_scores(held.lost_mw, held.demand_mw, size),
                }
            )
    return result


def _ranking(held: Held) -> dict[str, Any]:
    """Return how models rank the part that chooses between them."""
    truth = held.is_positive
    return {
        name: {"roc_auc": roc_auc(truth, score), "average_precision": average_precision(truth, score)}
        for name, score in held.score.items()
    }


def _ranked(
    truth: BoolArray, score: FloatArray, told: FloatArray, threshold: float, at: IntArray
) -> dict[str, float | None]:
    """Return the measures that need no probability, of the samples at some positions."""
    drawn = truth[at]
    if not drawn.any() or drawn.all():
        return dict.fromkeys(("roc_auc", "average_precision", "f1", "balanced_accuracy"))
    yes = told[at] >= threshold
    hits, positives = int(np.count_nonzero(yes & drawn)), int(drawn.sum())
    rejected = int(np.count_nonzero(~yes & ~drawn))
    return {
        "roc_auc": roc_auc(drawn, score[at]),
        "average_precision": average_precision(drawn, score[at]),
        "f1": 2.0 * hits / (positives + int(yes.sum())),
        "balanced_accuracy": 0.5 * (hits / positives + rejected / (len(drawn) - positives)),
    }


def _measured(
    truth: BoolArray, score: FloatArray, told: FloatArray, threshold: float, at: IntArray
) -> dict[str, float | None]:
    """Return all measures of the samples at some positions."""
    return {
        **_ranked(truth, score, told, threshold, at),
        "brier": float(np.mean((told[at] - truth[at]) ** 2)),
        "ece": calibration_error(truth[at], told[at]),
    }


def _difference(truth: BoolArray, score: FloatArray, against: FloatArray, at: IntArray) -> float | None:
    if not truth[at].any():
        return None
    return average_precision(truth[at], score[at]) - average_precision(truth[at], against[at])


def _size_scores(lost_mw: FloatArray, demand_mw: FloatArray, size: FloatArray) -> dict[str, float | None]:
    return _sized(lost_mw, demand_mw, size, np.arange(len(size)))


def _sized(
    lost_mw: FloatArray, demand_mw: FloatArray, size: FloatArray, at: IntArray
) -> dict[str, float | None]:
    lost, demand, told = lost_mw[at], demand_mw[at], size[at]
    said_mw = np.clip(np.expm1(told) / 1000.0, 0.0, 1.0) * demand
    return {
        "mae_mw": float(np.mean(np.abs(said_mw - lost))),
        "r_squared_mw": r_squared(lost, said_mw),
        "r_squared_log": r_squared(log_size(lost / demand), told),
    }


def _count(samples: Sequence[Sample], lost_share: float) -> dict[str, Any]:
    return {
        "states": len(samples),
        "grids": sorted({str(each.state.grid) for each in samples}),
        "candidates": int(sum(each.chosen.sum() for each in samples)),
        "positive": int(labels(samples, lost_share).sum()) if samples else 0,
    }
