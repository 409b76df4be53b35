"""The life of a model of cascade risk: its data set, its training, and what it is worth on what is held out.

The pure half; the jobs, and so the ``ship`` command, call it. The evaluation set of a data set are its parts
S1 to S3 (:mod:`cascade.ml.splits`), and a model that was trained on one of their cases is refused.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from cascade.ml import dataset, plans
from cascade.ml.baselines import fit_logistic
from cascade.ml.dataset import GridPlan, LabelledState
from cascade.ml.drift import deciles
from cascade.ml.errors import InvalidTrainingData
from cascade.ml.features import FEATURE_VERSION, NODE_FEATURES
from cascade.ml.figures import part_figures
from cascade.ml.judging import Cases, Evaluation
from cascade.ml.metrics import average_precision
from cascade.ml.risk_model import RiskModel, RiskParams, candidate_x, labels
from cascade.ml.risk_training import train_risk_model
from cascade.ml.splits import TESTS, Part, Sample, Split, SplitPlan, split
from cascade.ml.store import MANIFEST, WEIGHTS, read_model, write_whole
from cascade.ml.tasks import DatasetSummary, Tick, no_tick
from grid.powerflow.arrays import FloatArray

PLANS: dict[str, tuple[GridPlan, ...]] = {"FULL": plans.FULL, "SMOKE": plans.SMOKE}
BASELINE = "logistic regression"
IMPORTANCE_STATES = 12
"""States in which features are shuffled; a network takes some ten milliseconds for each of them."""


def build(
    folder: Path, wanted: Sequence[GridPlan], tick: Tick = no_tick, split_plan: SplitPlan | None = None
) -> DatasetSummary:
    """Make a data set, or finish one, and count what each of its parts holds."""
    dataset.build_dataset(folder, list(wanted), lambda done, total: tick(done, total, f"{done} states"))
    parts = read_parts(folder, split_plan)
    return DatasetSummary(
        digest=dataset.dataset_digest(folder),
        feature_version=FEATURE_VERSION,
        counts={
            part.value: {
                "states": len(samples),
                "cases": int(sum(each.chosen.sum() for each in samples)),
                "cascades": int(labels(samples, RiskParams().lost_share).sum()) if samples else 0,
            }
            for part, samples in parts.items()
        },
    )


def train(
    folder: Path,
    params: RiskParams,
    *,
    device: str = "auto",
    tick: Tick = no_tick,
    split_plan: SplitPlan | None = None,
    parts: Split | None = None,
) -> RiskModel:
    """Return a model trained on a data set, which names in its manifest what it has seen.

    ``parts`` are those of the data set, if they have been read already.
    """
    parts = read_parts(folder, split_plan) if parts is None else parts
    began = time.process_time()
    model = train_risk_model(parts, params, device=device, tick=tick)
    about = {
        **model.about,
        **trained_on(folder, parts),
        "algorithm": "BLEND" if params.n_nets else "TREES",
        "train_cpu_s": round(time.process_time() - began, 1),
    }
    return replace(model, about=about)


def trained_on(folder: Path, parts: Split) -> dict[str, Any]:
    """Return what a manifest says of the data: its digest, and all that a model has seen of it."""
    seen: dict[str, list[int]] = {}
    grids = set()
    for part in (Part.TRAIN, Part.VALIDATION, Part.HELD_OUT_GRID):
        for sample in parts[part]:
            seen.setdefault(sample.state.plan_key, []).append(sample.state.index)
            grids.add(str(sample.state.grid))
    initiators: dict[str, set[int]] = {}
    for part in (Part.TRAIN, Part.VALIDATION):
        for sample in parts[part]:
            known = initiators.setdefault(str(sample.state.grid), set())
            known.update(sample.state.candidate_branch[sample.chosen].tolist())
    tested = {str(sample.state.grid) for sample in parts[Part.UNSEEN_REGION]}
    return {
        "data_sha256": dataset.dataset_digest(folder),
        "seen_states": {key: _ranges(indices) for key, indices in sorted(seen.items())},
        "seen_grids": sorted(grids),
        "seen_initiators": {
            grid: _ranges(branches) for grid, branches in sorted(initiators.items()) if grid in tested
        },
    }


def evaluate(
    folder: Path, model_folder: Path, tick: Tick = no_tick, split_plan: SplitPlan | None = None
) -> Evaluation:
    """Score a model on what a data set holds out.

    Raises:
        InvalidTrainingData: if the model has seen some of it.
        BadModelFile: if it cannot be read.
    """
    model = RiskModel.load(model_folder)
    manifest, _ = read_model(model_folder)
    parts = read_parts(folder, split_plan)
    assert_unseen(parts, manifest)
    training = parts[Part.TRAIN]
    lost_share = model.params.lost_share
    x = np.concatenate([candidate_x(each) for each in training])
    logistic = fit_logistic(x, labels(training, lost_share))
    numbers = {
        key: number
        for number, key in enumerate(
            sorted({(s.state.plan_key, s.state.index) for part in TESTS for s in parts[part]})
        )
    }
    told: list[tuple[npt.NDArray[Any], ...]] = []
    strange: list[tuple[str, bool]] = []
    total = sum(len(parts[part]) for part in TESTS)
    for at, part in enumerate(TESTS):
        for sample in parts[part]:
            tick(len(told), total, f"Scoring state {len(told) + 1} of {total}")
            said = model.predict(sample.state.features)
            n = int(sample.chosen.sum())
            strange.append((part.value, said.is_unfamiliar))
            told.append(
                (
                    np.full(n, at),
                    np.full(n, numbers[sample.state.plan_key, sample.state.index]),
                    labels([sample], lost_share),
                    said.rank_score[sample.chosen],
                    said.probability[sample.chosen],
                    logistic.raw(candidate_x(sample)),
                )
            )
    part_of, group, happened, score, probability, baseline = (
        np.concatenate(each) for each in zip(*told, strict=True)
    )
    cases = Cases(
        parts=tuple(part.value for part in TESTS),
        part=part_of,
        group=group,
        is_positive=happened,
        score=score,
        probability=probability,
        baseline=baseline,
    )
    return Evaluation(
        cases=cases,
        parts={name: part_figures(cases, at, BASELINE) for at, name in enumerate(cases.parts)},
        baseline_name=BASELINE,
        importance=_importance(model, parts[Part.UNSEEN_STATES], lost_share, tick),
        reference=deciles(x, NODE_FEATURES),
        notes={
            "weights_sha256": manifest["weights_sha256"],
            "lost_share": lost_share,
            "unfamiliar_states": {
                name: float(np.mean([flag for part, flag in strange if part == name])) for name in cases.parts
            },
        },
    )


def ship(
    folder: Path,
    model_folder: Path,
    target: Path,
    tick: Tick = no_tick,
    split_plan: SplitPlan | None = None,
) -> Evaluation:
    """Put a model where it comes with the product, with its evaluation on what its data set holds out."""
    evaluation = evaluate(folder, model_folder, tick, split_plan)
    for name in (WEIGHTS, MANIFEST):
        write_whole(target / name, (model_folder / name).read_bytes())
    evaluation.save(target)
    return evaluation


def assert_unseen(parts: Split, manifest: Mapping[str, Any]) -> None:
    """Check that a model has seen none of the cases of the tests.

    Raises:
        InvalidTrainingData: naming the part and what the model has seen of it.
    """
    for name in ("seen_states", "seen_grids", "seen_initiators"):
        if name not in manifest:
            raise InvalidTrainingData(field=name, message="is not told by the model's manifest")
    seen = {key: _members(ranges) for key, ranges in manifest["seen_states"].items()}
    initiators = {grid: _members(ranges) for grid, ranges in manifest["seen_initiators"].items()}
    for part in TESTS:
        for sample in parts[part]:
            state = sample.state
            if state.index in seen.get(state.plan_key, ()):
                raise InvalidTrainingData(
                    field=part,
                    message=f"holds state {state.index} of {state.plan_key}: the model has seen it",
                )
            if part == Part.UNSEEN_GRID and state.grid in manifest["seen_grids"]:
                raise InvalidTrainingData(field=part, message=f"holds {state.grid}: the model has seen it")
            if part == Part.UNSEEN_REGION:
                if state.grid not in initiators and state.grid in manifest["seen_grids"]:
                    raise InvalidTrainingData(
                        field=part, message=f"holds {state.grid}, of which the model may have seen all"
                    )
                known = initiators.get(state.grid, frozenset())
                shared = known & set(state.candidate_branch[sample.chosen].tolist())
                if shared:
                    raise InvalidTrainingData(
                        field=part, message=f"holds initiator {min(shared)}: the model has seen it"
                    )


def read_parts(folder: Path, split_plan: SplitPlan | None = None) -> Split:
    """Return the parts of a data set, split as is usual for its grids unless a plan is given."""
    states: list[LabelledState] = list(dataset.read_dataset(folder))
    if split_plan is None:
        full = SplitPlan()
        has_held_out = any(state.grid == full.held_out_grid for state in states)
        split_plan = full if has_held_out else plans.SMOKE_SPLIT
    return split(states, split_plan)


def _importance(
    model: RiskModel, samples: Sequence[Sample], lost_share: float, tick: Tick
) -> list[dict[str, Any]]:
    """Return what shuffling each feature over the nodes of some states costs in average precision."""
    every = max(1, len(samples) // IMPORTANCE_STATES)
    chosen = [sample for sample in samples[::every] if sample.chosen.any()][:IMPORTANCE_STATES]
    truth = labels(chosen, lost_share)
    if truth.all() or not truth.any():
        return []
    x = np.concatenate([sample.state.features.node_x for sample in chosen])
    cuts = np.cumsum([len(sample.state.features.branch) for sample in chosen])[:-1]

    def reached(values: FloatArray) -> float:
        parts = [
            model.predict(replace(sample.state.features, node_x=part)).rank_score[sample.chosen]
            for sample, part in zip(chosen, np.split(values, cuts), strict=True)
        ]
        return average_precision(truth, np.concatenate(parts))

    whole = reached(x)
    rng = np.random.default_rng(0)
    found = []
    for number, name in enumerate(NODE_FEATURES):
        tick(number, len(NODE_FEATURES), f"Importance of {name}")
        shuffled = x.copy()
        shuffled[:, number] = rng.permutation(shuffled[:, number])
        found.append({"name": name, "value": whole - reached(shuffled)})
    return sorted(found, key=lambda each: -each["value"])


def _ranges(numbers: Any) -> list[list[int]]:
    """Return whole numbers as ranges, first and last of each, so that a manifest stays short."""
    ordered = np.unique(np.fromiter(numbers, dtype=np.int64))
    cuts = np.flatnonzero(np.diff(ordered) != 1) + 1
    return [[int(run[0]), int(run[-1])] for run in np.split(ordered, cuts)]


def _members(ranges: Sequence[Sequence[int]]) -> frozenset[int]:
    return frozenset(number for first, last in ranges for number in range(first, last + 1))
