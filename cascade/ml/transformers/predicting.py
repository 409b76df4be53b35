"""The failures of all transformers as they stand: what a model says of each, why, and what to do about it."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime

import numpy as np
import pyarrow as pa

from cascade.ml.tasks import Tick, no_tick
from cascade.ml.transformers.dataset import HORIZONS_DAYS, FailureDataset, build_dataset
from cascade.ml.transformers.failure_model import CHOICE_HORIZON_DAYS, FailureRiskModel
from cascade.ml.transformers.features import FEATURE_NAMES, FEATURES
from cascade.ml.transformers.maintenance import (
    Contribution,
    Judgement,
    MaintenanceParams,
    OutageMinutes,
    contributions_told,
    judge,
    known,
)
from cascade.ml.transformers.words import Action, RiskTier, tier_of
from grid.powerflow.arrays import FloatArray, IntArray
from grid.warehouse import Warehouse
from grid.warehouse.queries import transformer_failures as records

NOT_OF_THE_UNIT = frozenset({"SEASON"})
"""Evidence that says nothing of a transformer against others."""


@dataclass(frozen=True, kw_only=True)
class PredictedTransformer:
    """Hold what is said of one transformer; None where it is not known.

    Attributes:
        transformer_id: which.
        unit_id: the unit that stands there.
        rank: 1 is the likeliest to fail.
        tier: how much likelier than usual that is.
        probability: per days, the chance that it fails within them.
        times_base_rate: the chance within a year over the share that failed in training.
        renewed_probability: the same chance were a new unit there.
        customers: customers behind it.
        values: features worth showing by themselves.
        failure_minutes: expected customer-minutes of its failure.
        avoided_minutes: of these what a new unit avoids.
        planned_minutes: customer-minutes of replacing it with notice, if supply is off meanwhile.
        avoided_rank: 1 is the one whose replacement avoids most.
        action: what to do.
        main_evidence: kind of evidence that speaks most for a failure; None: none does.
        contributions: what moves the prediction most.
    """

    transformer_id: str
    unit_id: str
    rank: int
    tier: RiskTier
    probability: Mapping[int, float | None]
    times_base_rate: float | None
    renewed_probability: float | None
    customers: int
    values: Mapping[str, float | None]
    failure_minutes: float | None
    avoided_minutes: float | None
    planned_minutes: float | None
    avoided_rank: int
    action: Action
    main_evidence: str | None
    contributions: tuple[Contribution, ...]


@dataclass(frozen=True, kw_only=True)
class PredictedFleet:
    """Hold what is said of all transformers at a moment.

    Attributes:
        as_of: the records were read up to here.
        minutes: how long outages of units lasted.
        base_rate: share of the training rows that failed within a year.
        expected_failures: per days the sum of the chances; None where there is no model of them.
        missing: per days that are not predicted, why.
        latency_ms: time of each step.
        transformers: all of them, the likeliest to fail first.
    """

    as_of: datetime
    minutes: OutageMinutes
    base_rate: float
    expected_failures: Mapping[int, float | None]
    missing: Mapping[int, str]
    latency_ms: Mapping[str, float]
    transformers: tuple[PredictedTransformer, ...]


@dataclass
class _Watch:
    """Take the time of steps."""

    began: float = field(default_factory=time.perf_counter)
    taken_ms: dict[str, float] = field(default_factory=dict)

    def lap(self, step: str) -> None:
        now = time.perf_counter()
        self.taken_ms[step] = round((now - self.began) * 1000.0, 1)
        self.began = now


def read_minutes(warehouse: Warehouse, *, since: datetime, until: datetime) -> OutageMinutes:
    """Return how long failures of units and planned outages at transformers lasted."""
    table = pa.Table.from_batches(list(warehouse.select_arrow(records.outage_minutes_of_units(since, until))))
    found = dict(zip(table["kind"].to_pylist(), table["mean_minutes"].to_pylist(), strict=True))
    return OutageMinutes(failed=found.get("FAILED"), planned=found.get("PLANNED"))


def predict_fleet(
    model: FailureRiskModel,
    warehouse: Warehouse,
    *,
    records_from: datetime,
    as_of: datetime,
    params: MaintenanceParams | None = None,
    tick: Tick = no_tick,
) -> PredictedFleet:
    """Predict the failures of every transformer from what is on record up to a moment.

    Args:
        model: what predicts.
        warehouse: where the records are.
        records_from: start of the records.
        as_of: the moment, naive UTC.
        params: how actions are chosen.
        tick: reports progress.

    Raises:
        BadDataset: if no unit is on record.
    """
    params = params or MaintenanceParams()
    watch = _Watch()
    tick(0, 3, "Reading the records")
    rows = build_dataset(warehouse=warehouse, cut_offs=[as_of], known_until=as_of)
    minutes = read_minutes(warehouse, since=records_from, until=as_of)
    watch.lap("read")
    tick(1, 3, "Predicting")
    x = rows.features.astype(np.float64)
    chances = {days: model.predict(days, x) for days in HORIZONS_DAYS}
    watch.lap("predict")
    tick(2, 3, "Explaining")
    judged_days = CHOICE_HORIZON_DAYS if CHOICE_HORIZON_DAYS in model.final else max(model.final)
    judged = judge(
        dataset=rows,
        models=model.final[judged_days],
        minutes=minutes,
        algorithm=model.algorithm,
        params=params,
    )
    told = contributions_told(judged.log_odds, rows.features, params.told)
    base_rate = model.final[judged_days].base_rate
    found = tuple(_told(rows, chances, judged, told, base_rate))
    watch.lap("explain")
    return PredictedFleet(
        as_of=as_of,
        minutes=minutes,
        base_rate=base_rate,
        expected_failures={days: known(float(np.sum(values))) for days, values in chances.items()},
        missing=dict(model.missing),
        latency_ms=watch.taken_ms,
        transformers=found,
    )


def _told(
    rows: FailureDataset,
    chances: Mapping[int, FloatArray],
    judged: Judgement,
    contributions: list[tuple[Contribution, ...]],
    base_rate: float,
) -> Iterator[PredictedTransformer]:
    order = np.argsort(-judged.probability, kind="stable")
    avoided_rank = _ranks(judged.gain)
    evidence = _main_evidence(judged.log_odds)
    shown = {
        name: rows.features[:, FEATURE_NAMES.index(name)].astype(np.float64)
        for name in ("age_years", "peak_loading_pct", "peak_hot_spot_c")
    }
    for rank, at in enumerate(order.tolist(), start=1):
        chance = known(judged.probability[at])
        times = None if chance is None or not base_rate else chance / base_rate
        yield PredictedTransformer(
            transformer_id=str(rows.transformer_id[at]),
            unit_id=str(rows.unit_id[at]),
            rank=rank,
            tier=tier_of(times),
            probability={days: known(values[at]) for days, values in chances.items()},
            times_base_rate=times,
            renewed_probability=known(judged.renewed_probability[at]),
            customers=int(rows.customers[at]),
            values={name: known(values[at]) for name, values in shown.items()},
            failure_minutes=known(judged.failure_minutes[at]),
            avoided_minutes=known(judged.avoided_minutes[at]),
            planned_minutes=known(judged.planned_minutes[at]),
            avoided_rank=int(avoided_rank[at]),
            action=judged.actions[at],
            main_evidence=evidence[at],
            contributions=contributions[at],
        )


def _ranks(values: FloatArray) -> IntArray:
    """Return the rank of each value, 1 for the greatest."""
    found = np.empty(len(values), dtype=np.int64)
    found[np.argsort(-values, kind="stable")] = np.arange(1, len(values) + 1)
    return found


def _main_evidence(log_odds: FloatArray) -> list[str | None]:
    """Return the kind of evidence that adds most to each row's log-odds; None where none adds anything."""
    kinds = [
        kind for kind in dict.fromkeys(each.evidence for each in FEATURES) if kind not in NOT_OF_THE_UNIT
    ]
    columns = {kind: [at for at, each in enumerate(FEATURES) if each.evidence == kind] for kind in kinds}
    sums = np.stack([log_odds[:, columns[kind]].sum(axis=1) for kind in kinds], axis=1)
    best = sums.argmax(axis=1)
    return [
        kinds[kind] if value > 0.0 else None
        for kind, value in zip(best.tolist(), sums.max(axis=1).tolist(), strict=True)
    ]
