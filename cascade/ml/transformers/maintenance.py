"""Which transformers to see to first, why, and what it is worth: expected customer-minutes of their failures.

A list, not an order to act: the probability is a model's, the minutes are those of past failures.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
import numpy.typing as npt

from cascade.ml.errors import BadDataset
from cascade.ml.transformers.contributions import Explainer, explainer, strongest
from cascade.ml.transformers.dataset import FailureDataset
from cascade.ml.transformers.evaluation import FailureModel, FittedModels
from cascade.ml.transformers.features import FEATURE_NAMES, FEATURES
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


class Action(StrEnum):
    """What to do about a transformer."""

    REPLACE_LARGER = "REPLACE_LARGER"
    """Load or heat speaks most for a failure: a new unit of the same size would fare no better."""
    INSPECT = "INSPECT"
    """Nobody has looked at this unit lately: look before it is replaced."""
    REPLACE = "REPLACE"


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


def maintenance_list(
    *,
    dataset: FailureDataset,
    models: FittedModels,
    minutes: OutageMinutes,
    count: int,
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
        params: how the list is made.

    Raises:
        BadDataset: if the rows are of several moments or ``count`` is not positive.
    """
    params = params or MaintenanceParams()
    if count < 1:
        raise BadDataset(field="count", message=f"is {count}; allowed: 1 or more")
    if len(np.unique(dataset.cut_off)) != 1:
        raise BadDataset(field="dataset", message="must hold the transformers of one moment")
    x = dataset.features.astype(np.float64)
    chance = models.predict(FailureModel.BOOSTING, x)
    renewed = models.predict(FailureModel.BOOSTING, with_new_unit(x))
    gain = np.maximum(chance - renewed, 0.0) * dataset.customers
    chosen = np.argsort(-gain, kind="stable")[:count]
    told = _contributions([explainer(trees) for trees in models.boosting], x[chosen])
    order = strongest(told, params.told)
    mean = float(chance.mean())
    found = []
    for row, at in enumerate(chosen.tolist()):
        people = int(dataset.customers[at])
        p, p_new = float(chance[at]), float(renewed[at])
        found.append(
            MaintenanceItem(
                transformer_id=str(dataset.transformer_id[at]),
                unit_id=str(dataset.unit_id[at]),
                failure_probability=p,
                times_mean=p / mean,
                renewed_probability=p_new,
                customers=people,
                failure_customer_minutes=None if minutes.failed is None else p * people * minutes.failed,
                avoided_customer_minutes=None if minutes.failed is None else float(gain[at]) * minutes.failed,
                planned_customer_minutes=None if minutes.planned is None else people * minutes.planned,
                action=_action(told[row], x[at], params),
                contributions=tuple(_told(feature, x[at], told[row]) for feature in order[row].tolist()),
            )
        )
    return found


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


def _contributions(explainers: list[Explainer], x: FloatArray) -> FloatArray:
    """Return the mean contributions of several models to their mean log-odds."""
    return np.asarray(np.mean([each.contributions(x) for each in explainers], axis=0), dtype=np.float64)


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
