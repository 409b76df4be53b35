"""A model of failures as it is kept: what predicts, what it was chosen from, and what it can be evaluated by.

It holds, per horizon, the models fitted to all that was known, which predict, and those of each fold, which
know neither their own transformers nor anything of after the test began. Evaluations ask the latter. A model
made for grids that it knows nothing of has no folds: there the models that predict are evaluated, too.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from cascade.ml.boosting import BoostingParams, TreeEnsemble
from cascade.ml.drift import deciles
from cascade.ml.errors import BadDataset, BadModelFile, InvalidTrainingData
from cascade.ml.model_files import load_model, part, save_model
from cascade.ml.tasks import Tick, no_tick
from cascade.ml.transformers.dataset import HORIZONS_DAYS, UNKNOWN, LeakageError, rows_of
from cascade.ml.transformers.evaluation import EvaluationReport, evaluate, evaluate_fitted
from cascade.ml.transformers.features import FEATURE_NAMES, FEATURE_VERSION
from cascade.ml.transformers.fitting import (
    EvaluationParams,
    FailureModel,
    FittedModels,
    fit_folds,
    fit_models,
)
from cascade.ml.transformers.logistic import Logistic
from cascade.ml.transformers.stored import StoredFailures
from cascade.ml.transformers.weibull import AgeWeibull

KIND = "transformer-failure"
CANDIDATES = (
    FailureModel.AGE_WEIBULL,
    FailureModel.LOGISTIC,
    FailureModel.LOGISTIC_ALL,
    FailureModel.BOOSTING,
)
"""What may predict, the simplest first. The first is the baseline that the others must beat."""
BASELINE = CANDIDATES[0]
CHOICE_HORIZON_DAYS = 365
"""Failures are fewest within short horizons, so the choice is made by the longest."""


@dataclass(frozen=True, eq=False, kw_only=True)
class FailureRiskModel:
    """Hold a model of failures.

    Attributes:
        algorithm: which of the fitted models predicts.
        params: settings.
        test_from: the models of the folds know nothing of after it.
        final: per horizon, fitted to all that was known.
        folds: per horizon, one of each fold; empty: there are none.
        missing: per horizon that has no model, why.
        deciles: per feature the nine inner deciles of the newest year of the rows it was fitted to.
        about: what else is told of it in its manifest.
    """

    algorithm: FailureModel
    params: EvaluationParams
    test_from: datetime
    final: Mapping[int, FittedModels]
    folds: Mapping[int, tuple[FittedModels, ...]]
    missing: Mapping[int, str] = field(default_factory=dict)
    deciles: Mapping[str, list[float]] = field(default_factory=dict)
    about: Mapping[str, Any] = field(default_factory=dict)

    def predict(self, horizon_days: int, x: npt.ArrayLike) -> npt.NDArray[np.float64]:
        """Return the probability that each row fails within a horizon; NaN where it has no model of it."""
        rows = np.asarray(x, dtype=np.float64)
        if horizon_days not in self.final:
            return np.full(len(rows), np.nan)
        return self.final[horizon_days].predict(self.algorithm, rows)

    def evaluate(self, stored: StoredFailures, horizon_days: int) -> EvaluationReport:
        """Evaluate it on the later rows of a data set, beside the models it was chosen from.

        Raises:
            LeakageError: if it knows of rows that are asked about.
            BadDataset: if it has no model of the horizon.
        """
        if horizon_days not in self.final:
            raise BadDataset(field="horizon_days", message=f"is {horizon_days}: {self.missing[horizon_days]}")
        fitted = self.folds.get(horizon_days, ())
        if fitted and self.test_from > stored.plan.test_from:
            raise LeakageError(
                field="test_from",
                message=f"of the model is {self.test_from:%Y-%m-%d}, of the data set "
                f"{stored.plan.test_from:%Y-%m-%d}: it was trained on rows that would be asked about",
            )
        return evaluate_fitted(
            dataset=stored.rows,
            horizon_days=horizon_days,
            test_from=stored.plan.test_from,
            fitted=fitted or (self.final[horizon_days],),
            ceiling=stored.ceiling.get(horizon_days),
            params=self.params,
        )

    def save(self, folder: Path) -> str:
        """Write it to a folder; return the digest of its weights."""
        arrays: dict[str, npt.NDArray[Any]] = {}
        told: dict[str, Any] = {}
        for days in self.final:
            for name, models in (("final", self.final[days]), *_numbered(self.folds.get(days, ()))):
                values, own = _packed(models)
                told[f"{days}/{name}"] = values
                arrays |= {f"{days}/{name}/{key}": array for key, array in own.items()}
        return save_model(
            folder,
            kind=KIND,
            arrays=arrays,
            about={
                **self.about,
                "feature_version": FEATURE_VERSION,
                "feature_names": list(FEATURE_NAMES),
                "algorithm": str(self.algorithm),
                "params": asdict(self.params),
                "test_from": self.test_from.isoformat(),
                "models": told,
                "missing": {str(days): reason for days, reason in self.missing.items()},
                "deciles": dict(self.deciles),
            },
        )

    @classmethod
    def load(cls, folder: Path) -> FailureRiskModel:
        """Read it from a folder.

        Raises:
            BadModelFile: if it is damaged, or of another kind, version or set of features.
        """
        manifest, arrays = load_model(folder, kind=KIND)
        for name, wanted in (("feature_version", FEATURE_VERSION), ("feature_names", list(FEATURE_NAMES))):
            if manifest.get(name) != wanted:
                raise BadModelFile(
                    field=name, message=f"is {manifest.get(name)!r}; it was made for other features"
                )
        if not manifest.get("models"):
            raise BadModelFile(field="models", message="is empty or missing")
        try:
            final, folds = {}, {}
            for days in HORIZONS_DAYS:
                names = [key for key in manifest["models"] if key.startswith(f"{days}/")]
                found = {key: _restored(days, manifest["models"][key], part(arrays, key)) for key in names}
                if not found:
                    continue
                final[days] = found.pop(f"{days}/final")
                folds[days] = tuple(found[f"{days}/{name}"] for name, _ in _numbered((None,) * len(found)))
            given = dict(manifest["params"])
            params = EvaluationParams(**{**given, "boosting": BoostingParams(**given["boosting"])})
            return cls(
                algorithm=FailureModel(manifest["algorithm"]),
                params=params,
                test_from=datetime.fromisoformat(manifest["test_from"]),
                final=final,
                folds=folds,
                missing={int(days): reason for days, reason in manifest["missing"].items()},
                deciles=dict(manifest["deciles"]),
                about=manifest,
            )
        except (KeyError, TypeError, ValueError) as error:
            raise BadModelFile(field="manifest.json", message=f"is damaged: {error}") from error


def train_failure_model(
    stored: StoredFailures,
    *,
    algorithm: FailureModel | None = None,
    params: EvaluationParams | None = None,
    with_folds: bool = True,
    about: Mapping[str, Any] | None = None,
    tick: Tick = no_tick,
) -> FailureRiskModel:
    """Train a model.

    Args:
        stored: the data set.
        algorithm: what predicts, one of :data:`CANDIDATES`; None: chosen by :func:`choose_algorithm`.
        params: settings.
        with_folds: whether it can be evaluated on the transformers it was trained on.
        about: told in its manifest.
        tick: told the steps done, all of them, and what was done.

    Raises:
        InvalidTrainingData: if there is no horizon with enough failures.
    """
    params = params or EvaluationParams()
    steps = len(HORIZONS_DAYS) * (1 + with_folds) + (algorithm is None)
    done = 0
    tick(done, steps, "training")
    choice: dict[str, Any] = {}
    if algorithm is None:
        algorithm, choice = choose_algorithm(stored, params)
        done += 1
        tick(done, steps, f"{algorithm} was chosen")
    start = np.datetime64(stored.plan.test_from, "us")
    final, folds, missing = {}, {}, {}
    for days in HORIZONS_DAYS:
        try:
            if with_folds:
                folds[days] = fit_folds(
                    dataset=stored.rows,
                    horizon_days=days,
                    test_from=start,
                    spans=stored.spans_before_test,
                    params=params,
                    progress=lambda _, text, done=done: tick(done, steps, text),  # type: ignore[misc]
                )
                done += 1
            final[days] = fit_models(
                dataset=stored.rows,
                rows=np.flatnonzero(stored.rows.of_horizon(days) != UNKNOWN),
                horizon_days=days,
                spans=stored.spans,
                params=params,
            )
        except InvalidTrainingData as error:
            folds.pop(days, None)
            missing[days] = f"too few failed within {days} days to learn from ({error})"
        done += 1
        tick(min(done, steps), steps, f"{days} days")
    if not final:
        raise InvalidTrainingData(field="dataset", message="; ".join(missing.values()))
    return FailureRiskModel(
        algorithm=algorithm,
        params=params,
        test_from=stored.plan.test_from,
        final=final,
        folds=folds,
        missing=missing,
        deciles=deciles(_newest_year(stored).astype(np.float64), FEATURE_NAMES),
        about={**(about or {}), "data_sha256": stored.digest, "choice": choice},
    )


def choose_algorithm(stored: StoredFailures, params: EvaluationParams) -> tuple[FailureModel, dict[str, Any]]:
    """Return what should predict, and the figures that say so, from rows of before the test alone.

    Models fitted to the earlier of these rows are asked about the later ones. The baseline is kept unless the
    interval of a gain in average precision over it lies above zero; of those that gain, the best is taken.
    Where there are too few years or failures to say, the baseline is.
    """
    rows, split = stored.rows, stored.plan.choice_from
    if split is None or stored.spans_before_choice is None:
        return BASELINE, {"reason": "too few years before the test to choose by"}
    test_from = np.datetime64(stored.plan.test_from, "us")
    known = rows.cut_off + np.timedelta64(CHOICE_HORIZON_DAYS, "D") <= test_from
    try:
        report = evaluate(
            dataset=rows_of(rows, known),
            horizon_days=CHOICE_HORIZON_DAYS,
            test_from=split,
            spans=stored.spans_before_choice,
            params=replace(params, model_seeds=1),
        )
    except (InvalidTrainingData, BadDataset) as error:
        return BASELINE, {"reason": f"too little before the test to choose by ({error})"}
    gains = {model: report.score(model).ap_gain for model in CANDIDATES[1:]}
    sure = [model for model, gain in gains.items() if gain.low > 0.0]
    best = max(sure, key=lambda model: gains[model].value) if sure else BASELINE
    return best, {
        "asked_from": f"{split:%Y-%m-%d}",
        "failures": report.failure_count,
        "gains": {str(model): [gain.value, gain.low, gain.high] for model, gain in gains.items()},
    }


def _newest_year(stored: StoredFailures) -> npt.NDArray[np.float32]:
    """Return the features of the rows of the last year: what the present is compared with later."""
    moment = stored.rows.cut_off
    newest: npt.NDArray[np.float32] = stored.rows.features[moment > moment.max() - np.timedelta64(365, "D")]
    return newest


def _numbered(models: Any) -> list[tuple[str, Any]]:
    return [(f"fold{number}", each) for number, each in enumerate(models)]


_LOGISTIC_ARRAYS = ("takes_log", "fill", "mean", "deviation", "weight")


def _packed(models: FittedModels) -> tuple[dict[str, Any], dict[str, npt.NDArray[Any]]]:
    """Return the values and the arrays that make up the models of a horizon."""
    arrays: dict[str, npt.NDArray[Any]] = {}
    for name, linear in (("logistic", models.logistic), ("logistic_all", models.logistic_all)):
        arrays |= {f"{name}/{key}": np.asarray(getattr(linear, key)) for key in _LOGISTIC_ARRAYS}
    for number, trees in enumerate(models.boosting):
        arrays |= {f"boosting{number}/{key}": values for key, values in trees.to_arrays().items()}
    return {
        "base_rate": models.base_rate,
        "failure_count": models.failure_count,
        "weibull": asdict(models.weibull),
        "logistic": _told_linear(models.logistic),
        "logistic_all": _told_linear(models.logistic_all),
        "boosting": [trees.to_dict() for trees in models.boosting],
    }, arrays


def _told_linear(linear: Logistic) -> dict[str, Any]:
    return {"feature_names": list(linear.feature_names), "baseline": linear.baseline}


def _restored(days: int, values: Mapping[str, Any], arrays: dict[str, npt.NDArray[Any]]) -> FittedModels:
    def linear(name: str) -> Logistic:
        own = part(arrays, name)
        return Logistic(
            feature_names=tuple(values[name]["feature_names"]),
            baseline=float(values[name]["baseline"]),
            takes_log=own["takes_log"].astype(np.bool_),
            **{key: own[key].astype(np.float64) for key in _LOGISTIC_ARRAYS[1:]},
        )

    return FittedModels(
        horizon_days=days,
        base_rate=float(values["base_rate"]),
        failure_count=int(values["failure_count"]),
        weibull=AgeWeibull(**values["weibull"]),
        logistic=linear("logistic"),
        logistic_all=linear("logistic_all"),
        boosting=tuple(
            TreeEnsemble.restored(each, part(arrays, f"boosting{number}"))
            for number, each in enumerate(values["boosting"])
        ),
    )
