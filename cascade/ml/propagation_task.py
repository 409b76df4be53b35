"""The life of a model of propagation: its data set, its training, and what it is worth on what is held out.

Its data sets are those of cascade risk (:mod:`cascade.ml.dataset`): they hold every trip of every cascade.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from cascade.ml import dataset
from cascade.ml.baselines import fit_logistic
from cascade.ml.dataset import GridPlan
from cascade.ml.drift import deciles
from cascade.ml.figures import part_figures
from cascade.ml.judging import Cases, Evaluation
from cascade.ml.metrics import average_precision
from cascade.ml.propagation import PropagationModel, PropagationParams
from cascade.ml.propagation_data import SeenOutage, seen_singles
from cascade.ml.propagation_evaluation import TEST_SEED, training_rows
from cascade.ml.propagation_features import PROPAGATION_FEATURES, PROPAGATION_VERSION
from cascade.ml.propagation_training import train_propagation
from cascade.ml.risk_task import assert_unseen, read_parts, trained_on
from cascade.ml.splits import TESTS, Part, Split, SplitPlan, region_branches
from cascade.ml.store import read_model
from cascade.ml.tasks import DatasetSummary, Tick, no_tick
from cascade.ml.tree_walk import tree_sums
from grid.powerflow.arrays import BoolArray

BASELINE = "logistic regression"
MOST_OUTAGES = 24
"""Outages of each part that an evaluation keeps, one of a state: each is a case for every open branch."""
IMPORTANCE_OUTAGES = 12


def build(folder: Path, wanted: Sequence[GridPlan], tick: Tick = no_tick) -> DatasetSummary:
    """Make a data set, or finish one, and count what each of its parts holds."""
    dataset.build_dataset(folder, list(wanted), lambda done, total: tick(done, total, f"{done} states"))
    parts = read_parts(folder)
    return DatasetSummary(
        digest=dataset.dataset_digest(folder),
        feature_version=PROPAGATION_VERSION,
        counts={
            part.value: {
                "states": len(samples),
                "outages": int(sum(each.chosen.sum() for each in samples)),
                "trips_after_the_first_wave": _later_trips(parts, part),
            }
            for part, samples in parts.items()
        },
    )


def train(
    folder: Path, params: PropagationParams, *, device: str = "cpu", tick: Tick = no_tick
) -> PropagationModel:
    """Train a model that names the data it was trained on."""
    parts = read_parts(folder)
    began = time.process_time()
    model = train_propagation(parts, params, barred=barred_for(parts), device=device, tick=tick)
    about = {
        **model.about,
        **trained_on(folder, parts),
        "train_cpu_s": round(time.process_time() - began, 1),
    }
    return replace(model, about=about)


def barred_for(parts: Split) -> BoolArray:
    """Return the branches that no drawn set of training may hold: those of the region of S2."""
    home = parts[Part.UNSEEN_REGION][0].state.grid
    return region_branches(SplitPlan(home=home))


def evaluate(folder: Path, model_folder: Path, tick: Tick = no_tick) -> Evaluation:
    """Score a model on what a data set holds out: one outage of each state, all open branches of each outage.

    Raises:
        InvalidTrainingData: if the model has seen some of it.
        BadModelFile: if it cannot be read.
    """
    model = PropagationModel.load(model_folder)
    manifest, _ = read_model(model_folder)
    parts = read_parts(folder)
    assert_unseen(parts, manifest)
    rows = training_rows(model, parts[Part.TRAIN], barred_for(parts), tick)
    logistic = fit_logistic(rows.x, rows.tripped)
    sampling = replace(model.params.sampling, singles=1, seed=TEST_SEED)
    columns: list[tuple[Any, ...]] = []
    for at, part in enumerate(TESTS):
        samples = parts[part][:: max(1, len(parts[part]) // MOST_OUTAGES)]
        for number, seen in enumerate(seen_singles(samples, sampling)):
            tick(number, len(samples), f"Scoring {part.value}, outage {number + 1}")
            told = model.predict_view(seen.prepared, seen.view)
            columns.append(
                (at, seen.key, seen.tripped, told.score, told.probability, logistic.raw(seen.view.x))
            )
    keys = {key: number for number, key in enumerate(sorted({each[1] for each in columns}))}
    lengths = [len(each[2]) for each in columns]
    cases = Cases(
        parts=tuple(part.value for part in TESTS),
        part=np.repeat([each[0] for each in columns], lengths),
        group=np.repeat([keys[each[1]] for each in columns], lengths),
        is_positive=np.concatenate([each[2] for each in columns]),
        score=np.concatenate([each[3] for each in columns]),
        probability=np.concatenate([each[4] for each in columns]),
        baseline=np.concatenate([each[5] for each in columns]),
    )
    return Evaluation(
        cases=cases,
        parts={name: part_figures(cases, at, BASELINE) for at, name in enumerate(cases.parts)},
        baseline_name=BASELINE,
        importance=_importance(model, parts, tick),
        reference=deciles(rows.x, PROPAGATION_FEATURES),
        notes={
            "outages": len(columns),
            "case": "a branch that the first power flow after the outage leaves open",
            "baseline_weights": "rows of training as sampled, without their weights",
        },
    )


def _importance(model: PropagationModel, parts: Split, tick: Tick) -> list[dict[str, Any]]:
    """Return what shuffling each feature over the open branches of some outages costs the trees in AP."""
    samples = parts[Part.UNSEEN_STATES]
    samples = samples[:: max(1, len(samples) // IMPORTANCE_OUTAGES)]
    seen: list[SeenOutage] = list(
        seen_singles(samples, replace(model.params.sampling, singles=1, seed=TEST_SEED))
    )
    truth = np.concatenate([each.tripped for each in seen])
    if truth.all() or not truth.any():
        return []
    x = np.concatenate([each.view.x for each in seen])
    whole = average_precision(truth, tree_sums(model.trees, x))
    rng = np.random.default_rng(0)
    found = []
    for number, name in enumerate(PROPAGATION_FEATURES):
        tick(number, len(PROPAGATION_FEATURES), f"Importance of {name}")
        shuffled = x.copy()
        shuffled[:, number] = rng.permutation(shuffled[:, number])
        found.append(
            {"name": name, "value": whole - average_precision(truth, tree_sums(model.trees, shuffled))}
        )
    return sorted(found, key=lambda each: -float(each["value"]))


def _later_trips(parts: Mapping[Part, Any], part: Part) -> int:
    total = 0
    for sample in parts[part]:
        state = sample.state
        candidate = np.repeat(np.arange(len(state.lost_mw)), np.diff(state.trip_start))
        total += int(np.count_nonzero(sample.chosen[candidate] & (state.trip_wave > 1)))
    return total
