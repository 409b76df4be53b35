"""Training of the model of cascade risk.

In training the networks hear trees that have not seen the state, as they do later. How much the networks
count is decided on states that neither was trained on, and for strange states on those of a grid that was not
trained on. If they do not rank better there, the trees speak alone.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from cascade.ml.boosting import TreeEnsemble, fit_classifier, fit_regressor
from cascade.ml.calibration import conformal_threshold, fit_familiarity, fit_isotonic
from cascade.ml.devices import choose_device
from cascade.ml.features import NODE_FEATURES, StateFeatures
from cascade.ml.metrics import average_precision, best_threshold, bootstrap
from cascade.ml.net_params import NetParams
from cascade.ml.risk_model import (
    RiskModel,
    RiskParams,
    candidate_x,
    labels,
    log_size,
    net_outputs,
    state_row,
)
from cascade.ml.splits import Part, Sample, Split
from cascade.ml.tasks import Tick, no_tick
from grid.powerflow.arrays import BoolArray, FloatArray, IntArray

if TYPE_CHECKING:
    from cascade.ml.graph_net import InfluenceNet

NET_WEIGHTS = (0.0, 0.5, 1.0)
"""Shares of the networks in the score that are tried: trees alone, half and half, networks alone."""


def train_risk_model(
    parts: Split,
    params: RiskParams | None = None,
    *,
    about: Mapping[str, Any] | None = None,
    device: str = "auto",
    tick: Tick = no_tick,
) -> RiskModel:
    """Train trees and networks, calibrate on validation, and learn which states are familiar.

    Networks are trained on the device; where a graphics card did it, their weights are not the same to the
    last digit the next time. ``tick`` is called as the work goes on; to stop, raise from it.

    Raises:
        InvalidTrainingData: if a part is empty or of one class, or the device is not there.
    """
    settings = params or RiskParams()
    n_steps = 1 + settings.n_nets * settings.net.n_passes
    tick(0, n_steps, "Trees")
    trees, size_trees = fit_trees(parts[Part.TRAIN], settings)
    nets: tuple[InfluenceNet, ...] = ()
    place = "cpu"
    if settings.n_nets:
        place = choose_device(device)
        heard = crossed_scores(parts, settings) if settings.net.hears_trees else None
        nets = tuple(
            fit_net(
                parts,
                settings.net,
                heard,
                trees,
                lost_share=settings.lost_share,
                seed=settings.seed + number,
                device=place,
                tick=_net_tick(tick, number, n_steps, settings),
            )
            for number in range(settings.n_nets)
        )
    return calibrated(
        parts,
        settings,
        trees=trees,
        size_trees=size_trees,
        nets=nets,
        about={"device": place, **(about or {})},
    )


def calibrated(
    parts: Split,
    params: RiskParams,
    *,
    trees: TreeEnsemble,
    size_trees: TreeEnsemble,
    nets: tuple[InfluenceNet, ...],
    about: Mapping[str, Any],
) -> RiskModel:
    """Make a model of trees and networks: weigh them, calibrate, and learn which states are familiar."""
    training, validation = parts[Part.TRAIN], parts[Part.VALIDATION]
    here = _Judged.of(validation, trees, nets, params.lost_share)
    # What is used elsewhere is measured on a grid that was not trained on, if there is one.
    there = _Judged.of(parts[Part.HELD_OUT_GRID], trees, nets, params.lost_share, otherwise=here)
    calibration = fit_isotonic(here.is_positive, here.score)
    return RiskModel(
        params=params,
        trees=trees,
        size_trees=size_trees,
        nets=nets,
        net_weight=here.weight,
        net_weight_elsewhere=there.weight,
        calibration=calibration,
        calibration_elsewhere=fit_isotonic(there.is_positive, there.score),
        threshold=best_threshold(here.is_positive, calibration(here.score)),
        simulate_from=conformal_threshold(here.is_positive, here.score, recall=params.recall),
        simulate_from_elsewhere=conformal_threshold(there.is_positive, there.score, recall=params.recall),
        familiarity=fit_familiarity(
            np.array([state_row(each.state.features) for each in training]),
            [each.state.plan_key for each in training],
            np.array([state_row(each.state.features) for each in validation]),
        ),
        about=dict(about),
    )


@dataclass(frozen=True, eq=False, kw_only=True)
class _Judged:
    """Hold the scores of some states that were not trained on, with the weight of the networks they ask for.

    The weight is that of :data:`NET_WEIGHTS` with the highest average precision among those that gain some
    beyond chance: the 95 % interval of the gain over the trees, over whole states, lies above 0.
    """

    is_positive: BoolArray
    score: FloatArray
    weight: float

    @classmethod
    def of(
        cls,
        samples: Sequence[Sample],
        trees: TreeEnsemble,
        nets: Sequence[InfluenceNet],
        lost_share: float,
        otherwise: _Judged | None = None,
    ) -> _Judged:
        if not samples and otherwise is not None:
            return otherwise
        truth = labels(samples, lost_share)
        by_trees = trees.raw(np.concatenate([candidate_x(each) for each in samples]))
        score, weight, best = by_trees, 0.0, average_precision(truth, by_trees)
        if nets:
            by_nets = np.concatenate(
                [net_outputs(nets, each.state.features, trees)[:, each.chosen] for each in samples], axis=1
            )[:, :, 0].mean(axis=0)
            state = np.repeat(np.arange(len(samples)), [int(each.chosen.sum()) for each in samples])
            for tried in NET_WEIGHTS[1:]:
                mixed = (1.0 - tried) * by_trees + tried * by_nets
                reached = average_precision(truth, mixed)
                gain = bootstrap(state, partial(_gain, truth, mixed, by_trees))
                if reached > best and gain is not None and gain[0] > 0.0:
                    score, weight, best = mixed, tried, reached
        return cls(is_positive=truth, score=score, weight=weight)


def _gain(truth: BoolArray, score: FloatArray, against: FloatArray, at: IntArray) -> float | None:
    if not truth[at].any():
        return None
    return average_precision(truth[at], score[at]) - average_precision(truth[at], against[at])


def crossed_scores(parts: Split, params: RiskParams) -> list[FloatArray]:
    """Return the log-odds of every node of each training state by trees that have not seen it.

    States of the grids that are validated on are halved, and each half is scored by the trees of all but it,
    as new states of a known grid are later. States of other grids are scored by trees that know the former
    alone, as those of an unknown grid are. From both the networks learn how far the trees are to be believed.
    """
    samples = parts[Part.TRAIN]
    known = {each.state.grid for each in parts[Part.VALIDATION]}
    group = np.array([each.state.index % 2 if each.state.grid in known else 2 for each in samples])
    if len(np.unique(group)) == 1:
        group = np.arange(len(samples)) % 2
    said: list[FloatArray] = [np.empty(0)] * len(samples)
    for mine in np.unique(group).tolist():
        others = [each for each, one in zip(samples, group, strict=True) if one != mine]
        trees = _fit_class(others, params)
        for index in np.flatnonzero(group == mine).tolist():
            said[index] = trees.raw(samples[index].state.features.node_x)
    return said


def fit_trees(samples: Sequence[Sample], params: RiskParams) -> tuple[TreeEnsemble, TreeEnsemble]:
    """Fit the trees for class and size."""
    x = np.concatenate([candidate_x(each) for each in samples])
    size = np.concatenate([log_size(each.state.lost_share[each.chosen]) for each in samples])
    return (
        _fit_class(samples, params),
        fit_regressor(x, size, feature_names=NODE_FEATURES, params=params.boosting),
    )


def _fit_class(samples: Sequence[Sample], params: RiskParams) -> TreeEnsemble:
    x = np.concatenate([candidate_x(each) for each in samples])
    truth = labels(samples, params.lost_share)
    return fit_classifier(x, truth, feature_names=NODE_FEATURES, params=params.boosting)


def _net_tick(tick: Tick, number: int, n_steps: int, params: RiskParams) -> Tick:
    """Return what reports the progress of one of the networks as that of the whole training."""

    def told(done: int, total: int, text: str) -> None:
        tick(1 + number * params.net.n_passes + done, n_steps, f"Network {number + 1}, {text}")

    return told


def fit_net(
    parts: Split,
    params: NetParams,
    heard: Sequence[FloatArray] | None,
    trees: TreeEnsemble,
    *,
    lost_share: float,
    seed: int,
    device: str = "cpu",
    tick: Tick = no_tick,
) -> InfluenceNet:
    """Train one network, stopped by the validation states.

    Args:
        parts: the samples.
        params: settings.
        heard: per training state what the trees say of its nodes, see :func:`crossed_scores`; None if the
            network does not hear them.
        trees: the trees of all training states, heard on the validation states.
        lost_share: share of the demand from which a loss counts.
        seed: seed of the network.
        device: where it is trained.
        tick: reports progress.
    """
    from cascade.ml.graph_net import Lesson, train_net

    def lessons(samples: Sequence[Sample], said: Sequence[FloatArray | None]) -> list[Lesson]:
        return [
            Lesson(
                features=each.state.features, chosen=each.chosen, lost_share=each.state.lost_share, heard=one
            )
            for each, one in zip(samples, said, strict=True)
            if each.chosen.any()
        ]

    training, validation = parts[Part.TRAIN], parts[Part.VALIDATION]
    net, _ = train_net(
        lessons(training, heard if heard is not None else [None] * len(training)),
        lessons(validation, [_heard(params, each.state.features, trees) for each in validation]),
        params,
        lost_share=lost_share,
        seed=seed,
        device=device,
        tick=tick,
    )
    return net


def _heard(params: NetParams, features: StateFeatures, trees: TreeEnsemble) -> FloatArray | None:
    return trees.raw(features.node_x) if params.hears_trees else None
