"""The propagation model and simpler ones on the same held-out outages, with intervals."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from functools import partial
from itertools import pairwise
from typing import Any

import numpy as np

from cascade.ml.baselines import Logistic, fit_logistic
from cascade.ml.metrics import average_precision, best_threshold, roc_auc, scores
from cascade.ml.propagation import PropagationModel, mixed, net_log_odds
from cascade.ml.propagation_data import (
    OutageSampling,
    Rows,
    SeenOutage,
    rows_of,
    seen_sets,
    seen_singles,
)
from cascade.ml.propagation_features import PROPAGATION_FEATURES
from cascade.ml.propagation_graph import graph_of
from cascade.ml.ranked import Steps, draws, interval
from cascade.ml.splits import TESTS, Part, Sample, Split
from cascade.ml.study_grids import GridName
from cascade.ml.tasks import Tick, no_tick
from grid.powerflow.arrays import BoolArray, FloatArray, IntArray

FACTOR, LOADING = "factor of the outage (LODF)", "loading in the first waves"
MEMORY, LOGISTIC = "how often it tripped in training", "logistic regression"
BOOSTING, ONE_NET, MODEL = "gradient boosting", "trees corrected by one network", "the model"
SETS = "S1 sets"
TEST_SEED = 77
PROBABILITY_BINS = (0.0, 0.01, 0.1, 0.5, 0.9, 1.0)


@dataclass(frozen=True, eq=False, kw_only=True)
class HeldOut:
    """Hold the open branches of some outages, a row each.

    Attributes:
        state: number of the state of each.
        tripped: whether it tripped later.
        in_waves: whether it trips in the waves followed by distribution factors.
        score: per model, its score.
        probability: the model's calibrated probability.
        by_net: average precision of the trees corrected by each network alone.
        n_outages: outages.
        unfamiliar: share of them whose state is unlike those of training.
        said_by_waves: trips told by the waves followed: share that happens, and share of all trips told.
    """

    state: IntArray
    tripped: BoolArray
    in_waves: BoolArray
    score: Mapping[str, FloatArray]
    probability: FloatArray
    by_net: Sequence[float]
    n_outages: int
    unfamiliar: float


def evaluate_propagation(
    model: PropagationModel, parts: Split, *, barred: BoolArray | None = None, tick: Tick = no_tick
) -> dict[str, Any]:
    """Score a model and simpler ones on the tests; returns plain values."""
    sampling = replace(model.params.sampling, seed=TEST_SEED, singles=2, sets=2)
    training = training_rows(model, parts[Part.TRAIN], barred, tick)
    logistic = fit_logistic(training.x, training.tripped)
    memory = trip_memory(parts[Part.TRAIN])
    tests: dict[str, Callable[[], Iterator[SeenOutage]]] = {
        str(part): partial(seen_singles, parts[part], sampling) for part in TESTS
    }
    tests[SETS] = partial(seen_sets, parts[Part.UNSEEN_STATES], sampling)
    report: dict[str, Any] = {"train_cpu_s": model.about.get("train_cpu_s"), "tests": {}}
    tick(0, len(tests) + 1, "Scoring validation")
    validation = held(model, seen_singles(parts[Part.VALIDATION], sampling), logistic, memory)
    for number, (name, seen) in enumerate(tests.items()):
        tick(number + 1, len(tests) + 1, f"Scoring {name}")
        report["tests"][name] = _score(held(model, seen(), logistic, memory), validation, model)
    report["net_share"], report["net_share_elsewhere"] = model.net_share, model.net_share_elsewhere
    report["ms"] = _speed(model, parts[Part.UNSEEN_STATES], sampling)
    return report


def training_rows(
    model: PropagationModel, samples: Sequence[Sample], barred: BoolArray | None, tick: Tick
) -> Rows:
    """Return rows of the training states, as the model was trained on."""
    sampling = model.params.sampling

    def told() -> Iterator[SeenOutage]:
        for number, each in enumerate(seen_singles(samples, sampling)):
            if number % 50 == 0:
                tick(number, sampling.singles * len(samples), "Following outages of training")
            yield each
        yield from seen_sets(samples, sampling, barred=barred)

    return rows_of(told(), sampling)


def trip_memory(samples: Sequence[Sample]) -> dict[GridName, FloatArray]:
    """Return, per grid, how often each branch tripped after the first wave per outage trained on."""
    counts: dict[GridName, list[FloatArray]] = {}
    for sample in samples:
        state = sample.state
        candidate = np.repeat(np.arange(len(state.lost_mw)), np.diff(state.trip_start))
        kept = sample.chosen[candidate] & (state.trip_wave > 1)
        n = len(state.state.limit_mva)
        times = np.bincount(state.trip_branch[kept], minlength=n) / max(1, int(sample.chosen.sum()))
        counts.setdefault(state.grid, []).append(times)
    return {grid: np.mean(times, axis=0) for grid, times in counts.items()}


def held(
    model: PropagationModel,
    seen: Iterator[SeenOutage],
    logistic: Logistic,
    memory: Mapping[GridName, FloatArray],
) -> HeldOut:
    """Let every model speak of some outages."""
    names = (FACTOR, LOADING, MEMORY, LOGISTIC, BOOSTING, ONE_NET, MODEL)
    said: dict[str, list[FloatArray]] = {name: [] for name in names}
    tripped, state, in_waves, probability, nets = [], [], [], [], []
    numbers: dict[tuple[str, str, int], int] = {}
    unfamiliar = []
    factor = PROPAGATION_FEATURES.index("push_of_set")
    for each in seen:
        view = each.view
        graph, by_trees = graph_of(each.prepared, view, model.trees)
        by_nets = net_log_odds(model.nets, graph)
        told = model.predict_view(each.prepared, view)
        known = memory.get(GridName(each.key[0]))
        said[FACTOR].append(view.x[:, factor])
        said[LOADING].append(view.loading)
        said[MEMORY].append(np.zeros(len(view.branch)) if known is None else known[view.branch])
        said[LOGISTIC].append(logistic.raw(view.x))
        said[BOOSTING].append(by_trees)
        said[ONE_NET].append(mixed(by_trees, graph, by_nets[:1], 1.0))
        said[MODEL].append(told.score)
        nets.append([mixed(by_trees, graph, one[None, :], 1.0) for one in by_nets])
        tripped.append(each.tripped)
        in_waves.append(view.trip_wave > 0)
        probability.append(told.probability)
        unfamiliar.append(told.is_unfamiliar)
        state.append(np.full(len(view.branch), numbers.setdefault(each.key, len(numbers))))
    truth = np.concatenate(tripped)
    score = {name: np.concatenate(values) for name, values in said.items()}
    if not model.nets:
        del score[ONE_NET]
    if not score[MEMORY].any():
        del score[MEMORY]
    return HeldOut(
        state=np.concatenate(state),
        tripped=truth,
        in_waves=np.concatenate(in_waves),
        score=score,
        probability=np.concatenate(probability),
        by_net=[
            average_precision(truth, np.concatenate([rows[number] for rows in nets]))
            for number in range(len(model.nets))
        ],
        n_outages=len(tripped),
        unfamiliar=float(np.mean(unfamiliar)),
    )


def _score(part: HeldOut, validation: HeldOut, model: PropagationModel) -> dict[str, Any]:
    truth = part.tripped
    times = draws(int(part.state.max()) + 1)
    steps = {name: Steps.of(part.state, truth, score) for name, score in part.score.items()}
    result: dict[str, Any] = {
        "outages": part.n_outages,
        "states": times.shape[1],
        "branches": len(truth),
        "tripped": int(truth.sum()),
        "unfamiliar": part.unfamiliar,
        "models": {},
        "by_net": list(part.by_net),
        "waves": {
            "precision": float(truth[part.in_waves].mean()) if part.in_waves.any() else None,
            "recall": float(part.in_waves[truth].mean()),
        },
        "calibration": [],
    }
    for name, score in part.score.items():
        fixed = (
            best_threshold(validation.tripped, validation.score[name]) if name in validation.score else None
        )
        one: dict[str, Any] = {"f1": None, "balanced_accuracy": None}
        if fixed is not None:
            found = asdict(scores(truth, score, threshold=fixed, is_probability=False))
            one = {key: found[key] for key in ("f1", "balanced_accuracy")}
        one["roc_auc"], one["average_precision"] = roc_auc(truth, score), average_precision(truth, score)
        one["roc_auc_interval"] = interval(steps[name].roc_auc(times))
        one["average_precision_interval"] = interval(steps[name].average_precision(times))
        if name not in (FACTOR, LOADING, MEMORY, BOOSTING):
            gain = steps[name].average_precision(times) - steps[BOOSTING].average_precision(times)
            one["gain"] = one["average_precision"] - average_precision(truth, part.score[BOOSTING])
            one["gain_interval"] = interval(gain)
        result["models"][name] = one
    told = scores(truth, part.probability, threshold=model.threshold)
    result["brier"], result["ece"] = told.brier, told.ece
    for low, high in pairwise(PROBABILITY_BINS):
        inside = (part.probability >= low) & (part.probability < high if high < 1.0 else True)
        if inside.any():
            result["calibration"].append(
                {
                    "low": low,
                    "high": high,
                    "said": float(part.probability[inside].mean()),
                    "seen": float(truth[inside].mean()),
                    "count": int(inside.sum()),
                }
            )
    return result


def _speed(model: PropagationModel, samples: Sequence[Sample], sampling: OutageSampling) -> dict[str, float]:
    """Return the time of a prediction of one outage, features and all, and of its cascade, ms of one CPU."""
    from cascade.engine.batch.contingencies import from_lists
    from cascade.engine.batch.run import run_many
    from cascade.engine.params import CascadeParams
    from cascade.engine.prepared import prepare
    from cascade.ml.dataset import study_topology
    from cascade.ml.outage_sets import prepare_state
    from cascade.ml.propagation_data import network_of

    sample = next(each for each in samples if each.chosen.any())
    labelled = sample.state
    topology = study_topology(labelled.grid)
    branch = labelled.candidate_branch[sample.chosen]
    state = prepare_state(topology, labelled.state)
    model.predict(state, [int(branch[0])])
    began = time.process_time()
    for each in branch[:20].tolist():
        model.predict(state, [each])
    predicted = time.process_time() - began
    prepared = prepare(network_of(topology, labelled.state))
    lists = from_lists([[each] for each in branch.tolist()])
    run_many(prepared, CascadeParams(), lists)
    began = time.process_time()
    run_many(prepared, CascadeParams(), lists)
    simulated = time.process_time() - began
    return {
        "predicted": 1000.0 * predicted / min(20, len(branch)),
        "simulated": 1000.0 * simulated / len(branch),
    }
