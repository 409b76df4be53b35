"""Which transformers to see to first, why, and what it is worth: expected customer-minutes of their failures.

A list, not an order to act: the probability is a model's, the minutes are those of past failures.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from cascade.ml.errors import BadDataset
from cascade.ml.transformers.contributions import explainer, strongest
from cascade.ml.transformers.dataset import FailureDataset
from cascade.ml.transformers.features import FEATURE_NAMES, FEATURES
from cascade.ml.transformers.fitting import FailureModel, FittedModels
from cascade.ml.transformers.words import Action
from grid.powerflow.arrays import FloatArray

NEW_UNIT: Mapping[str, float] = {
    "age_years": 0.0,
    "life_used_frac": 0.0,
    "repairs_per_year": 0.0,
    "lightning_per_year": 0.0,
    "other_faults_per_year": 0.0,
    "maker_failure_ratio": 1.0,
    "batch_failure_ratio": 1.0,
    "condition_code": float("nan"),
    "inspection_age_years": float("nan"),
}
"""What the features of a place become with a new unit; its load and its circuit stay."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MaintenanceParams:
    """Set how the list is made.

    Attributes:
        inspection_years: a unit seen longer ago is to be seen first.
        bad_condition: condition from which no further look is needed.
        told: strongest contributions told of each.
    """

    inspection_years: float = 4.0
    bad_condition: float = 4.0
    told: int = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Contribution:
    """Hold what a feature adds to the log-odds of a failure; ``value`` is null where it is unknown."""

    feature: str
    evidence: str
    value: float | None
    log_odds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class MaintenanceItem:
    """Hold a transformer of the list.

    Attributes:
        transformer_id: which.
        unit_id: the unit that stands there.
        failure_probability: chance that it fails within the horizon.
        times_mean: that over the mean of all that were judged.
        renewed_probability: the same were a new unit there, by the same model.
        customers: customers behind it.
        failure_customer_minutes: expected customer-minutes of its failure within the horizon; None where no
            failure is on record to tell how long one lasts.
        avoided_customer_minutes: of these what a new unit avoids; None likewise.
        planned_customer_minutes: customer-minutes of replacing it with notice, if supply is off meanwhile;
            None where no planned outage is on record.
        action: what to do.
        contributions: what speaks most for and against a failure.
    """

    transformer_id: str
    unit_id: str
    failure_probability: float
    times_mean: float
    renewed_probability: float
    customers: int
    failure_customer_minutes: float | None
    avoided_customer_minutes: float | None
    planned_customer_minutes: float | None
    action: Action
    contributions: tuple[Contribution, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class OutageMinutes:
    """Hold mean minutes without supply, from the records; None where there are none."""

    failed: float | None
    planned: float | None


@dataclass(frozen=True, eq=False, kw_only=True)
class Judgement:
    """Hold what is said of every transformer of one moment; NaN where it is not known.

    Attributes:
        probability: chance that it fails within the horizon.
        renewed_probability: the same were a new unit there, by the same model.
        log_odds: what each feature adds to the log-odds, (transformers, features).
        failure_minutes: expected customer-minutes of its failure.
        avoided_minutes: of these what a new unit avoids.
        planned_minutes: customer-minutes of replacing it with notice, if supply is off meanwhile.
        gain: avoided probability times customers: orders transformers where no minutes are known, too.
        actions: what to do about each.
    """

    probability: FloatArray
    renewed_probability: FloatArray
    log_odds: FloatArray
    failure_minutes: FloatArray
    avoided_minutes: FloatArray
    planned_minutes: FloatArray
    gain: FloatArray
    actions: tuple[Action, ...]


def judge(
    *,
    dataset: FailureDataset,
    models: FittedModels,
    minutes: OutageMinutes,
    algorithm: FailureModel = FailureModel.BOOSTING,
    params: MaintenanceParams | None = None,
) -> Judgement:
    """Return what is said of every transformer.

    Args:
        dataset: rows of one moment.
        models: models fitted to rows of before.
        minutes: how long outages last.
        algorithm: which of the models.
        params: how actions are chosen.

    Raises:
        BadDataset: if the rows are of several moments.
    """
    if len(np.unique(dataset.cut_off)) != 1:
        raise BadDataset(field="dataset", message="must hold the transformers of one moment")
    params = params or MaintenanceParams()
    x = dataset.features.astype(np.float64)
    chance = models.predict(algorithm, x)
    renewed = models.predict(algorithm, with_new_unit(x))
    customers = dataset.customers.astype(np.float64)
    gain = np.maximum(chance - renewed, 0.0) * customers
    log_odds = explain(models, algorithm, x)
    failed = float("nan") if minutes.failed is None else minutes.failed
    planned = float("nan") if minutes.planned is None else minutes.planned
    return Judgement(
        probability=chance,
        renewed_probability=renewed,
        log_odds=log_odds,
        failure_minutes=chance * customers * failed,
        avoided_minutes=gain * failed,
        planned_minutes=customers * planned,
        gain=gain,
        actions=tuple(_action(log_odds[at], x[at], params) for at in range(len(x))),
    )


def maintenance_list(
    *,
    dataset: FailureDataset,
    models: FittedModels,
    minutes: OutageMinutes,
    count: int,
    algorithm: FailureModel = FailureModel.BOOSTING,
    params: MaintenanceParams | None = None,
) -> list[MaintenanceItem]:
    """Return the transformers whose replacement avoids most, worst first.

    By avoided customer-minutes; where no failure tells how long one lasts, by avoided probability times
    customers, which is the same order.

    Args:
        dataset: rows of one moment.
        models: models fitted to rows of before.
        minutes: how long outages last.
        count: how many.
        algorithm: which of the models.
        params: how the list is made.

    Raises:
        BadDataset: if the rows are of several moments or ``count`` is not positive.
    """
    params = params or MaintenanceParams()
    if count < 1:
        raise BadDataset(field="count", message=f"is {count}; allowed: 1 or more")
    judged = judge(dataset=dataset, models=models, minutes=minutes, algorithm=algorithm, params=params)
    chosen = np.argsort(-judged.gain, kind="stable")[:count]
    told = contributions_told(judged.log_odds[chosen], dataset.features[chosen], params.told)
    mean = float(judged.probability.mean())
    return [
        MaintenanceItem(
            transformer_id=str(dataset.transformer_id[at]),
            unit_id=str(dataset.unit_id[at]),
            failure_probability=float(judged.probability[at]),
            times_mean=float(judged.probability[at]) / mean,
            renewed_probability=float(judged.renewed_probability[at]),
            customers=int(dataset.customers[at]),
            failure_customer_minutes=known(judged.failure_minutes[at]),
            avoided_customer_minutes=known(judged.avoided_minutes[at]),
            planned_customer_minutes=known(judged.planned_minutes[at]),
            action=judged.actions[at],
            contributions=why,
        )
        for at, why in zip(chosen.tolist(), told, strict=True)
    ]


def explain(models: FittedModels, algorithm: FailureModel, x: FloatArray) -> FloatArray:
    """Return what each feature adds to the log-odds of each row, (rows, features).

    Of trees exact Shapley values; of a linear model its own terms about the means, which are its Shapley
    values if features are independent; of age alone all that it differs from the base rate by.

    Raises:
        BadDataset: if the model is none that explains itself.
    """
    found = np.zeros((len(x), len(FEATURE_NAMES)))
    match algorithm:
        case FailureModel.BOOSTING:
            parts = [explainer(trees).contributions(x) for trees in models.boosting]
            return np.asarray(np.mean(parts, axis=0), dtype=np.float64)
        case FailureModel.LOGISTIC_ALL:
            return models.logistic_all.contributions(x)
        case FailureModel.LOGISTIC:
            columns = [FEATURE_NAMES.index(name) for name in models.logistic.feature_names]
            found[:, columns] = models.logistic.contributions(x[:, columns])
            return found
        case FailureModel.AGE_WEIBULL:
            chance = np.clip(models.predict(algorithm, x), 1e-12, 1.0 - 1e-12)
            base = np.clip(models.base_rate, 1e-12, 1.0 - 1e-12)
            found[:, FEATURE_NAMES.index("age_years")] = np.log(chance / (1.0 - chance)) - np.log(
                base / (1.0 - base)
            )
            return found
    raise BadDataset(field="algorithm", message=f"is {algorithm}; it does not explain itself")


def contributions_told(
    log_odds: FloatArray, features: npt.NDArray[np.float32], count: int
) -> list[tuple[Contribution, ...]]:
    """Return the strongest contributions of each row; those that add nothing are left out."""
    order = strongest(log_odds, count)
    return [
        tuple(
            _told(feature, features[row].astype(np.float64), log_odds[row])
            for feature in order[row].tolist()
            if log_odds[row, feature] != 0.0
        )
        for row in range(len(log_odds))
    ]


def known(value: float) -> float | None:
    """Return a number; None if it is not known."""
    return None if np.isnan(value) else float(value)


def with_new_unit(x: FloatArray) -> FloatArray:
    """Return features as they would be with a new unit of the same size in the same place."""
    found = x.copy()
    for name, value in NEW_UNIT.items():
        found[:, FEATURE_NAMES.index(name)] = value
    return found


def by_evidence(log_odds: npt.ArrayLike) -> dict[str, float]:
    """Return the sum of the contributions of each kind of evidence of one row."""
    found: dict[str, float] = {}
    for feature, part in zip(FEATURES, np.asarray(log_odds, dtype=np.float64).tolist(), strict=True):
        found[feature.evidence] = found.get(feature.evidence, 0.0) + part
    return found


def _action(log_odds: FloatArray, row: FloatArray, params: MaintenanceParams) -> Action:
    evidence = by_evidence(log_odds)
    heat = evidence["LOADING"] + evidence["AGEING"]
    if heat > 0.0 and heat > max(
        evidence["AGE"], evidence["MAKE"], evidence["FAULTS"], evidence["INSPECTION"]
    ):
        return Action.REPLACE_LARGER
    condition = row[FEATURE_NAMES.index("condition_code")]
    seen = row[FEATURE_NAMES.index("inspection_age_years")]
    is_fresh = bool(seen <= params.inspection_years)  # false where it is unknown
    if not is_fresh and not bool(condition >= params.bad_condition):
        return Action.INSPECT
    return Action.REPLACE


def _told(feature: int, row: FloatArray, log_odds: FloatArray) -> Contribution:
    value = float(row[feature])
    return Contribution(
        feature=FEATURES[feature].name,
        evidence=FEATURES[feature].evidence,
        value=None if np.isnan(value) else value,
        log_odds=float(log_odds[feature]),
    )
