"""Rows of learned models for tests, made without training anything."""

import hashlib
import uuid
from datetime import UTC, datetime
from typing import Any

import numpy as np

from cascade import models
from cascade.ml.judging import Cases, Evaluation
from cascade.ml.tasks import LearningTask
from cascade.services.learning import registry

READY_AT = datetime(2026, 7, 1, tzinfo=UTC)


def make_dataset(**fields: Any) -> models.LearningDataset:
    """Create a data set that is ready."""
    task = fields.get("task", LearningTask.CASCADE_RISK)
    version = fields.get("version") or registry.next_version(models.LearningDataset, task)
    defaults = {
        "task": task,
        "version": version,
        "plan": {"size": "SMOKE"},
        "state": models.DatasetState.READY,
        "digest": hashlib.sha256(f"{task}/{version}".encode()).hexdigest(),
        "feature_version": 1,
        "code_version": "c" * 16,
        "counts": {"S1": {"cases": 200, "cascades": 60}},
        "folder": f"data/{task.lower()}-{version:04d}",
        "ready_at": READY_AT,
    }
    return models.LearningDataset.objects.create(**{**defaults, **fields})


def make_cases(*, skill: float, seed: int = 1, n: int = 240, baseline: float = 0.3) -> Cases:
    """Return cases in two parts; the higher the skill, the better the score tells what happens.

    Outcomes depend on ``seed`` and ``n`` alone, so that cases of different skill are one evaluation set.
    """
    rng = np.random.default_rng(seed)
    happened = rng.random(n) < 0.3
    noise, other = rng.normal(size=n), rng.normal(size=n)
    score = skill * happened + noise * (1.0 - 0.5 * min(skill, 1.0))
    return Cases(
        parts=("S1", "S2"),
        part=np.repeat([0, 1], [n // 2, n - n // 2]),
        group=np.arange(n) // 6,
        is_positive=happened,
        score=score,
        probability=1.0 / (1.0 + np.exp(-score)),
        baseline=baseline * happened + other,
    )


def make_evaluation(cases: Cases, **fields: Any) -> Evaluation:
    """Return an evaluation with a figure for each part."""
    figure = {"value": 0.8, "low": 0.7, "high": 0.9}
    part = {
        "n": 120,
        "prevalence": 0.3,
        "model": {"average_precision": figure, "brier": {"value": 0.1, "low": None, "high": None}},
        "baselines": {"logistic regression": {"average_precision": figure}},
        "calibration": [{"said": 0.2, "seen": 0.25, "count": 60}, {"said": 0.7, "seen": 0.6, "count": 60}],
    }
    defaults: dict[str, Any] = {
        "cases": cases,
        "parts": dict.fromkeys(cases.parts, part),
        "baseline_name": "logistic regression",
        "importance": [{"name": "wave1_worst_loading", "value": 0.05}, {"name": "kv_ratio", "value": -0.001}],
        "reference": {"kv_ratio": [0.1 * n for n in range(1, 10)]},
        "notes": {"lost_share": 0.01},
    }
    return Evaluation(**{**defaults, **fields})


def make_model(*, skill: float | None = None, **fields: Any) -> models.LearnedModel:
    """Create a model whose weights are a few bytes; with a skill also its evaluation."""
    task = fields.get("task", LearningTask.CASCADE_RISK)
    version = fields.get("version") or registry.next_version(models.LearnedModel, task)
    content = uuid.uuid4().bytes
    digest = hashlib.sha256(content).hexdigest()
    weights = models.LearnedWeights.objects.create(sha256=digest, content=content, size_bytes=len(content))
    defaults = {
        "task": task,
        "version": version,
        "algorithm": "TREES",
        "settings": {"algorithm": "TREES"},
        "seed": 0,
        "feature_version": 1,
        "code_version": "c" * 16,
        "manifest": {"weights_sha256": digest, "kind": "CASCADE_RISK", "feature_version": 1},
        "weights": weights,
        "device": "cpu",
        "cpu_s": 12.5,
        "trained_at": READY_AT,
    }
    model = models.LearnedModel.objects.create(**{**defaults, **fields})
    if skill is not None:
        registry.record_evaluation(
            model, make_evaluation(make_cases(skill=skill)), dataset=fields.get("dataset")
        )
    return model


def make_promotion(**fields: Any) -> models.Promotion:
    """Create a promotion of a model that is then in service."""
    model = fields.pop("model", None) or make_model(skill=1.5, state=models.ModelState.PROMOTED)
    comparison = {
        "name": "mean average precision of S1, S2",
        "value": 0.9,
        "against": 0.8,
        "difference": 0.1,
        "low": 0.05,
        "high": 0.15,
        "n_cases": 240,
        "n_groups": 40,
        "against_baseline": "logistic regression",
        "is_enough": True,
    }
    defaults = {"task": model.task, "kind": models.PromotionKind.PROMOTED, "comparison": comparison}
    return models.Promotion.objects.create(**{**defaults, "model": model, **fields})


def make_drift_check(**fields: Any) -> models.DriftCheck:
    """Create a check that found the model to fit."""
    model = fields.pop("model", None) or make_model()
    result = {
        "is_drifted": False,
        "reasons": ["All is well."],
        "features": {"kv_ratio": 0.12, "loading_frac": None},
        "scores": {"states": 3, "brier": 0.1, "average_precision": 0.9},
        "n_cases": 120,
    }
    defaults = {"is_drifted": False, "result": result}
    return models.DriftCheck.objects.create(**{**defaults, "model": model, **fields})


def make_learning() -> list[Any]:
    """Create one row of everything of learned models that the admin shows."""
    dataset = make_dataset(is_evaluation_set=True)
    model = make_model(skill=1.5, dataset=dataset, state=models.ModelState.PROMOTED)
    return [
        dataset,
        model,
        model.evaluations.get(),
        make_promotion(model=model),
        make_drift_check(model=model),
    ]
