"""What other ways of testing say of the same models, and why they are not used.

Permuted labels show that a score comes from the labels. A random split shows what memory is worth. Regions
left out one by one show what to expect of probabilities in a region that was not trained on. The circular
protocol has a file of its own (:mod:`cascade.ml.circular`).
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np

from cascade.ml.boosting import BoostingParams, TreeEnsemble, expit, fit_classifier
from cascade.ml.calibration import fit_isotonic
from cascade.ml.circular import Risk, circular_protocol
from cascade.ml.features import NODE_FEATURES
from cascade.ml.metrics import (
    average_precision,
    best_threshold,
    calibration_error,
    roc_auc,
    scores,
)
from cascade.ml.risk_model import RiskParams, candidate_x, labels
from cascade.ml.splits import TESTS, Part, Sample, Split, SplitPlan
from cascade.ml.store import write_whole
from cascade.ml.study_grids import load_study_grid
from grid.powerflow.arrays import BoolArray, FloatArray

PROTOCOL_VERSION = 1
"""Raised when a protocol comes out otherwise for the same data and settings."""
RANDOM_SHARES = (0.8, 0.1)
"""Of a random split: share trained on, and share that fixes the threshold. The rest is the test."""
LEAST_POSITIVE = 20
"""Cascades of a region from which its scores are worth showing."""


def all_protocols(
    parts: Split, plan: SplitPlan, params: RiskParams, folder: Path, key: str
) -> dict[str, Any]:
    """Return what all protocols say, computed or as a file of an earlier call tells it.

    Args:
        parts: the samples.
        plan: how they were split.
        params: how trees are trained.
        folder: where results are kept.
        key: digest of the data.
    """
    told = json.dumps([key, asdict(plan), asdict(params), PROTOCOL_VERSION], sort_keys=True)
    name = hashlib.sha256(told.encode()).hexdigest()[:16]
    computing: dict[str, Callable[[], Any]] = {
        "regions": lambda: regions_left_out(parts, plan, params),
        "permuted": lambda: permuted(parts, params),
        "random_split": lambda: random_split(parts, params),
        "circular": lambda: circular(parts, plan, params),
    }
    found: dict[str, Any] = {}
    for section, compute in computing.items():
        path = folder / f"{section}-{name}.json"
        if not path.exists():
            write_whole(path, json.dumps(compute(), indent=1).encode())
        found[section] = json.loads(path.read_bytes())
    return found


def permuted(parts: Split, params: RiskParams, *, draws: int = 3) -> dict[str, Any]:
    """Return the ROC-AUC on each test of trees trained on labels that were shuffled among all samples."""
    training = parts[Part.TRAIN]
    x, truth = _x(training), labels(training, params.lost_share)
    held = {part: (_x(parts[part]), labels(parts[part], params.lost_share)) for part in TESTS}
    found: dict[str, list[float]] = {part: [] for part in TESTS}
    for seed in range(draws):
        shuffled = np.random.default_rng(seed).permutation(truth)
        trees = _fit(x, shuffled, params.boosting)
        for part, (rows, labels_there) in held.items():
            found[part].append(roc_auc(labels_there, trees.raw(rows)))
    return {"roc_auc": found}


def random_split(parts: Split, params: RiskParams, *, seeds: int = 5) -> dict[str, Any]:
    """Return the scores of trees on a random split of the outages of the home grid's states.

    States and initiators are on both sides: the protocol of PowerGraph and most published figures.
    """
    home = parts[Part.UNSEEN_STATES][0].state.plan_key
    samples = [each for part in parts.values() for each in part if each.state.plan_key == home]
    x, truth = _x(samples), labels(samples, params.lost_share)
    found: list[dict[str, float | None]] = []
    for seed in range(seeds):
        rng = np.random.default_rng(seed)
        place = rng.permutation(len(truth))
        first, second = (np.cumsum(RANDOM_SHARES) * len(truth)).astype(np.int64)
        train, fix, test = place[:first], place[first:second], place[second:]
        trees = _fit(x[train], truth[train], params.boosting)
        score = trees.raw(x[fix])
        maps = fit_isotonic(truth[fix], score)
        threshold = best_threshold(truth[fix], maps(score))
        said = trees.raw(x[test])
        one = asdict(scores(truth[test], maps(said), threshold=threshold))
        one["roc_auc"], one["average_precision"] = (
            roc_auc(truth[test], said),
            average_precision(truth[test], said),
        )
        found.append(one)
    return {"samples": len(truth), "by_seed": found}


def regions_left_out(parts: Split, plan: SplitPlan, params: RiskParams) -> dict[str, Any]:
    """Return how trees do in each region of the home grid when its initiators are not trained on.

    On validation states, and never in the region of the test.
    """
    grid = load_study_grid(plan.home)
    validation, training = parts[Part.VALIDATION], parts[Part.TRAIN]
    found: dict[str, Any] = {}
    for zone, name in enumerate(grid.zone_names):
        inside = grid.branches_at(zone)
        held = [_only(each, inside[each.state.candidate_branch]) for each in validation]
        truth = labels(held, params.lost_share)
        if name == plan.region or min(truth.sum(), (~truth).sum()) < LEAST_POSITIVE:
            continue
        kept = [
            _only(each, ~inside[each.state.candidate_branch]) if each.state.grid == plan.home else each
            for each in training
        ]
        score = _fit(_x(kept), labels(kept, params.lost_share), params.boosting).raw(_x(held))
        found[name] = {
            "n": len(truth),
            "prevalence": float(truth.mean()),
            "roc_auc": roc_auc(truth, score),
            "average_precision": average_precision(truth, score),
            "ece": calibration_error(truth, expit(score)),
            "mean_probability": float(expit(score).mean()),
        }
    return found


def circular(parts: Split, plan: SplitPlan, params: RiskParams, *, seeds: int = 5) -> list[dict[str, Any]]:
    """Return what the circular protocol says with the score of centralities and with noise."""
    states = [each.state for each in parts[Part.UNSEEN_STATES]]
    return [
        asdict(circular_protocol(plan.home, risk, states=states, seed=seed, lost_share=params.lost_share))
        for risk in Risk
        for seed in range(seeds)
    ]


def _only(sample: Sample, chosen: BoolArray) -> Sample:
    return Sample(state=sample.state, chosen=sample.chosen & chosen)


def _fit(x: FloatArray, truth: BoolArray, params: BoostingParams) -> TreeEnsemble:
    return fit_classifier(x, truth, feature_names=NODE_FEATURES, params=params)


def _x(samples: Sequence[Sample]) -> FloatArray:
    return np.concatenate([candidate_x(each) for each in samples])
