"""The life of a model of failures: its data set, its training, what it is worth, and whether it still fits.

The pure half; jobs call it. The parts of its evaluation set are the horizons, on a data set's later rows.
"""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np

from cascade.ml.drift import stability
from cascade.ml.errors import BadDataset
from cascade.ml.judging import Cases, Evaluation
from cascade.ml.store import write_whole
from cascade.ml.tasks import DatasetSummary, Drift, Tick, no_tick
from cascade.ml.transformers.dataset import FAILED, HORIZONS_DAYS, UNKNOWN, build_dataset
from cascade.ml.transformers.evaluation import SHARES, EvaluationReport, ModelScore
from cascade.ml.transformers.failure_model import (
    BASELINE,
    CANDIDATES,
    CHOICE_HORIZON_DAYS,
    FailureRiskModel,
    train_failure_model,
)
from cascade.ml.transformers.features import FEATURE_NAMES, FEATURE_VERSION, FEATURES
from cascade.ml.transformers.fitting import FAILURE_BOOSTING, EvaluationParams, FailureModel
from cascade.ml.transformers.maintenance import explain
from cascade.ml.transformers.plans import FailurePlan, plan_failures
from cascade.ml.transformers.scores import Interval
from cascade.ml.transformers.stored import StoredFailures, build_stored, read_stored, stored_digest
from grid.warehouse import Warehouse

PLAN = "plan.json"
AUTO = "AUTO"
EXPLAINED = 5000
"""Rows whose contributions say how important features are."""
DRIFTED = 0.25
"""Stability index from which it is usual to speak of another population."""
LEAST_FAILURES = 5
"""Parts of an evaluation with fewer say nothing and are left out."""
KNOWN_DAYS = 90
MOVING = frozenset(
    {
        *("maker_failure_ratio", "batch_failure_ratio", "season_sine", "season_cosine"),
        *("circuit_faults_per_year", "circuit_lightning_per_year", "circuit_momentaries_per_year"),
    }
)
"""Features that move by themselves: with the year, or with every fault of a few makers or circuits."""


def build(folder: Path, warehouse: Warehouse, *, now: datetime, tick: Tick = no_tick) -> DatasetSummary:
    """Make a data set of all that is on record, or finish one.

    The plan is written down first, so that one that was begun is finished as it was planned, whatever has
    come on record since.

    Raises:
        BadDataset: if the records are too few.
    """
    path = folder / PLAN
    if path.exists():
        plan = FailurePlan.from_dict(json.loads(path.read_bytes()))
    else:
        plan = plan_failures(warehouse, now=now)
        write_whole(path, json.dumps(plan.to_dict(), indent=1).encode())
    manifest = build_stored(folder, plan, warehouse, tick)
    return DatasetSummary(
        digest=stored_digest(folder), feature_version=FEATURE_VERSION, counts=manifest["counts"]
    )


def train(
    folder: Path,
    *,
    algorithm: str,
    seed: int,
    target: Path,
    model_seeds: int = 3,
    tick: Tick = no_tick,
) -> None:
    """Train a model and write it.

    Args:
        folder: the data set.
        algorithm: what predicts, or AUTO.
        seed: seed of the trees.
        target: where it is written.
        model_seeds: trees of so many seeds are averaged.
        tick: reports progress.
    """
    stored = read_stored(folder)
    began = time.process_time()
    params = EvaluationParams(
        model_seeds=model_seeds, resamplings=200, boosting=replace(FAILURE_BOOSTING, seed=seed)
    )
    model = train_failure_model(
        stored,
        algorithm=None if algorithm == AUTO else FailureModel(algorithm),
        params=params,
        about={
            "device": "cpu",
            "seed": seed,
            "known_until": stored.plan.known_until.isoformat(),
            "records_from": stored.plan.records_from.isoformat(),
            "is_forged": bool(stored.ceiling),
        },
        tick=tick,
    )
    about = {**model.about, "train_cpu_s": round(time.process_time() - began, 1)}
    replace(model, about=about).save(target)


def evaluate(folder: Path, model_folder: Path, tick: Tick = no_tick) -> Evaluation:
    """Score a model on the later rows of a data set.

    Raises:
        LeakageError: if it knows of some of them.
        BadDataset: if nothing can be asked.
    """
    model, stored = FailureRiskModel.load(model_folder), read_stored(folder)
    days_asked = _asked(stored, model)
    reports = []
    for number, days in enumerate(days_asked):
        tick(number, len(days_asked) + 1, f"Failures within {days} days")
        reports.append(model.evaluate(stored, days))
    _, place = np.unique(stored.rows.transformer_id.astype(str), return_inverse=True)
    said = [report.probability[model.algorithm] for report in reports]
    cases = Cases(
        parts=tuple(f"{days} days" for days in days_asked),
        part=np.repeat(np.arange(len(reports)), [len(report.rows) for report in reports]).astype(np.int64),
        group=np.concatenate([place[report.rows] for report in reports]).astype(np.int64),
        is_positive=np.concatenate(
            [
                stored.rows.of_horizon(days)[report.rows] == FAILED
                for days, report in zip(days_asked, reports, strict=True)
            ]
        ),
        score=np.concatenate(said),
        probability=np.concatenate(said),
        baseline=np.concatenate([report.probability[BASELINE] for report in reports]),
    )
    tick(len(days_asked), len(days_asked) + 1, "Importance of the features")
    return Evaluation(
        cases=cases,
        parts={
            name: _figures(report, model.algorithm) for name, report in zip(cases.parts, reports, strict=True)
        },
        baseline_name=str(BASELINE),
        is_baseline=model.algorithm is BASELINE,
        importance=_importance(model, stored),
        reference={name: list(values) for name, values in model.deciles.items()},
        notes={
            "asked_from": f"{stored.plan.test_from:%Y-%m-%d}",
            "importance": "mean absolute contribution to the log-odds",
            "not_asked": _not_asked(stored, model),
            "choice": model.about.get("choice", {}),
            "ceiling": "what the forge truly expected" if stored.ceiling else None,
        },
    )


def check(
    model_folder: Path,
    reference: Mapping[str, list[float]],
    warehouse: Warehouse,
    *,
    now: datetime,
    tick: Tick = no_tick,
) -> Drift:
    """Compare the transformers of the present with those a model was trained on, and its word with what came.

    Of the latter the 90 days that ended last are looked at, if the model was trained on nothing of them.
    """
    model = FailureRiskModel.load(model_folder)
    plan = plan_failures(warehouse, now=now)
    tick(0, 2, "Reading the present")
    present = build_dataset(warehouse=warehouse, cut_offs=[plan.known_until], known_until=plan.known_until)
    features = stability(reference or model.deciles, present.features.astype(np.float64), FEATURE_NAMES)
    moved = [
        name
        for name, index in features.items()
        if index is not None and index > DRIFTED and name not in MOVING
    ]
    reasons = [f"{name}: stability index {features[name]:.2f}, above {DRIFTED}" for name in moved]
    tick(1, 2, "Reading what came")
    scores = _what_came(model, warehouse, plan)
    if not features:
        reasons.append("nothing is on record of the features in training")
    return Drift(
        is_drifted=bool(moved) if features else None,
        reasons=tuple(reasons),
        features=features,
        scores=scores,
        n_cases=len(present),
    )


def _what_came(model: FailureRiskModel, warehouse: Warehouse, plan: FailurePlan) -> dict[str, Any]:
    """Return expected and observed failures of the last 90 days; empty where the model knew of them."""
    at = plan.known_until - timedelta(days=KNOWN_DAYS)
    trained_until = datetime.fromisoformat(str(model.about.get("known_until", at.isoformat())))
    if trained_until > at or KNOWN_DAYS not in model.final:
        return {}
    rows = build_dataset(warehouse=warehouse, cut_offs=[at], known_until=plan.known_until)
    outcome = rows.of_horizon(KNOWN_DAYS)
    known = outcome != UNKNOWN
    return {
        f"expected_failures_{KNOWN_DAYS}d": float(model.predict(KNOWN_DAYS, rows.features[known]).sum()),
        f"observed_failures_{KNOWN_DAYS}d": int((outcome[known] == FAILED).sum()),
    }


def _asked(stored: StoredFailures, model: FailureRiskModel) -> list[int]:
    """Return the horizons with enough failures among the later rows: the set alone decides.

    Raises:
        BadDataset: if there is none, or the model has no word on one of them.
    """
    failures = _failures(stored)
    asked = [days for days in HORIZONS_DAYS if failures[days] >= LEAST_FAILURES]
    if not asked:
        raise BadDataset(
            field="dataset", message=f"holds fewer than {LEAST_FAILURES} failures to ask about: {failures}"
        )
    for days in asked:
        if days not in model.final:
            raise BadDataset(field="model", message=f"has no word on {days} days: {model.missing[days]}")
    return asked


def _failures(stored: StoredFailures) -> dict[int, int]:
    later = stored.rows.cut_off >= np.datetime64(stored.plan.test_from, "us")
    return {days: int((stored.rows.of_horizon(days)[later] == FAILED).sum()) for days in HORIZONS_DAYS}


def _not_asked(stored: StoredFailures, model: FailureRiskModel) -> dict[str, str]:
    asked = _asked(stored, model)
    return {
        f"{days} days": f"{count} failures among the later rows; {LEAST_FAILURES} are needed"
        for days, count in _failures(stored).items()
        if days not in asked
    }


def _figures(report: EvaluationReport, algorithm: FailureModel) -> dict[str, Any]:
    """Return the figures of a horizon: the model's, and those of all it stands beside."""
    mine = report.score(algorithm)
    others = {str(each.model): _score(each) for each in report.models if each.model is not algorithm}
    curve = mine.calibration
    return {
        "n": report.sample_count,
        "failures": report.failure_count,
        "transformers": report.transformer_count,
        "trained_failures": report.trained_failures,
        "prevalence": report.base_rate,
        "model": _score(mine),
        "baselines": others,
        "calibration": [
            {"said": said, "seen": came, "count": count}
            for said, came, count in zip(
                curve.said.tolist(), curve.came.tolist(), curve.count.tolist(), strict=True
            )
        ],
    }


def _score(score: ModelScore) -> dict[str, Any]:
    plain = {"low": None, "high": None}
    found = {
        "average_precision": _told(score.average_precision),
        "roc_auc": _told(score.roc_auc),
        "brier": {"value": score.brier, **plain},
        "brier_skill": {"value": score.brier_skill, **plain},
        "ece": {"value": score.calibration.error, **plain},
        "gain_over_age": _told(score.ap_gain),
    }
    for share, recall, lift in zip(SHARES, score.recall, score.lift, strict=True):
        found[f"recall_at_{share:.0%}"] = _told(recall)
        found[f"lift_at_{share:.0%}"] = _told(lift)
    return found


def _told(found: Interval) -> dict[str, float | None]:
    return {
        name: value if np.isfinite(value) else None
        for name, value in (("value", found.value), ("low", found.low), ("high", found.high))
    }


def _importance(model: FailureRiskModel, stored: StoredFailures) -> list[dict[str, Any]]:
    """Return how much each feature moves the log-odds of a year, over some of the later rows."""
    days = CHOICE_HORIZON_DAYS if CHOICE_HORIZON_DAYS in model.final else max(model.final)
    rows = np.flatnonzero(stored.rows.cut_off >= np.datetime64(stored.plan.test_from, "us"))
    rows = rows[:: max(1, len(rows) // EXPLAINED)]
    x = stored.rows.features[rows].astype(np.float64)
    moved = np.abs(explain(model.final[days], model.algorithm, x)).mean(axis=0)
    found = [
        {"name": feature.name, "value": float(value)}
        for feature, value in zip(FEATURES, moved.tolist(), strict=True)
        if value > 0.0
    ]
    return sorted(found, key=lambda each: -float(str(each["value"])))


ALGORITHMS = (AUTO, *(str(each) for each in CANDIDATES))
