"""Models of failures as they are kept, trained, chosen and evaluated, on data made from a known rule."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import numpy as np
import pytest
from sklearn.metrics import average_precision_score

from cascade.ml.boosting import BoostingParams
from cascade.ml.errors import BadModelFile
from cascade.ml.store import MANIFEST, WEIGHTS
from cascade.ml.transformers import failure_task
from cascade.ml.transformers.dataset import LeakageError
from cascade.ml.transformers.failure_model import FailureRiskModel, choose_algorithm, train_failure_model
from cascade.ml.transformers.features import FEATURE_NAMES
from cascade.ml.transformers.fitting import EvaluationParams, FailureModel
from cascade.ml.transformers.maintenance import explain
from cascade.ml.transformers.plans import FailurePlan
from cascade.ml.transformers.stored import StoredFailures
from tests.unit.ml.transformers.made import CUT_OFFS, made_dataset, made_spans

PARAMS = EvaluationParams(
    fold_count=2,
    model_seeds=2,
    resamplings=20,
    boosting=BoostingParams(n_trees=20, max_leaf_nodes=5, min_leaf_samples=60),
)


def made_stored(*, count: int = 900) -> StoredFailures:
    """Return three years to train on and one to ask about, as a data set on disk would be read."""
    rows, chance = made_dataset(count=count)
    spans = made_spans(rows)
    cut_offs = tuple(at.astype(datetime) for at in CUT_OFFS)
    return StoredFailures(
        plan=FailurePlan(
            records_from=datetime(2019, 1, 1),
            known_until=datetime(2024, 1, 2),
            test_from=cut_offs[3],
            cut_offs=cut_offs,
        ),
        rows=rows,
        spans_before_choice=spans,
        spans_before_test=spans,
        spans=spans,
        ceiling={365: chance},
        digest="d" * 64,
    )


@pytest.fixture(scope="module")
def stored() -> StoredFailures:
    return made_stored()


@pytest.fixture(scope="module")
def model(stored: StoredFailures) -> FailureRiskModel:
    return train_failure_model(stored, algorithm=FailureModel.BOOSTING, params=PARAMS)


def test_a_model_that_was_kept_says_the_same(model: FailureRiskModel, tmp_path: Path) -> None:
    model.save(tmp_path)
    again = FailureRiskModel.load(tmp_path)
    x = made_dataset(count=50, seed=5)[0].features

    assert again.algorithm is FailureModel.BOOSTING
    assert set(again.final) == set(again.folds) == {30, 90, 365}
    for days in again.final:
        assert again.predict(days, x).tolist() == model.predict(days, x).tolist()
        for kind in (FailureModel.AGE_WEIBULL, FailureModel.LOGISTIC, FailureModel.LOGISTIC_ALL):
            for mine, kept in zip(model.folds[days], again.folds[days], strict=True):
                assert kept.predict(kind, x).tolist() == mine.predict(kind, x).tolist()
    assert again.about["data_sha256"] == "d" * 64


def test_the_same_seed_gives_the_same_weights(
    stored: StoredFailures, model: FailureRiskModel, tmp_path: Path
) -> None:
    again = train_failure_model(stored, algorithm=FailureModel.BOOSTING, params=PARAMS)
    other = train_failure_model(
        stored,
        algorithm=FailureModel.BOOSTING,
        params=replace(PARAMS, boosting=replace(PARAMS.boosting, seed=9, feature_share=0.5)),
        with_folds=False,
    )

    assert again.save(tmp_path / "a") == model.save(tmp_path / "b")
    assert other.save(tmp_path / "c") != model.save(tmp_path / "b")


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"kind": "cascade-risk"}, "kind"),
        ({"feature_version": 99}, "feature_version"),
        ({"feature_names": ["age_years"]}, "feature_names"),
        ({"weights_sha256": "0" * 64}, WEIGHTS),
        ({"algorithm": "ORACLE"}, MANIFEST),
        ({"models": {}}, "models"),
    ],
)
def test_a_model_that_does_not_fit_is_refused(
    model: FailureRiskModel, tmp_path: Path, change: dict[str, object], field: str
) -> None:
    model.save(tmp_path)
    path = tmp_path / MANIFEST
    path.write_text(json.dumps({**json.loads(path.read_text()), **change}))

    with pytest.raises(BadModelFile) as refused:
        FailureRiskModel.load(tmp_path)

    assert refused.value.field == field


def test_damaged_weights_are_refused(model: FailureRiskModel, tmp_path: Path) -> None:
    model.save(tmp_path)
    content = bytearray((tmp_path / WEIGHTS).read_bytes())
    content[-1] ^= 1
    (tmp_path / WEIGHTS).write_bytes(content)

    with pytest.raises(BadModelFile):
        FailureRiskModel.load(tmp_path)


def test_a_model_is_asked_by_those_that_do_not_know_the_transformer(
    stored: StoredFailures, model: FailureRiskModel
) -> None:
    """The score is that of the folds' word on each row, as scikit-learn sees it."""
    report = model.evaluate(stored, 365)
    failed = stored.rows.of_horizon(365)[report.rows] == 1

    assert set(stored.rows.cut_off[report.rows]) == {CUT_OFFS[3]}
    assert report.score(FailureModel.BOOSTING).average_precision.value == pytest.approx(
        average_precision_score(failed, report.probability[FailureModel.BOOSTING])
    )
    final = model.predict(365, stored.rows.features[report.rows])
    assert (report.probability[FailureModel.BOOSTING] != final).any()


def test_a_model_of_later_is_not_asked_about_what_it_knows(
    stored: StoredFailures, model: FailureRiskModel
) -> None:
    later = replace(model, test_from=datetime(2023, 7, 1))

    with pytest.raises(LeakageError):
        later.evaluate(stored, 365)


def test_with_permuted_outcomes_the_score_is_chance(stored: StoredFailures) -> None:
    """Outcomes are shuffled among all rows: nothing is left to learn, and the area is a coin's."""
    rng = np.random.default_rng(4)
    shuffled = replace(stored.rows, outcome=rng.permutation(stored.rows.outcome))
    permuted = replace(stored, rows=shuffled)
    model = train_failure_model(permuted, algorithm=FailureModel.BOOSTING, params=PARAMS)

    area = model.evaluate(permuted, 365).score(FailureModel.BOOSTING).roc_auc
    real = train_failure_model(stored, algorithm=FailureModel.BOOSTING, params=PARAMS)

    assert abs(area.value - 0.5) < 0.12
    assert real.evaluate(stored, 365).score(FailureModel.BOOSTING).roc_auc.value > 0.6


def test_the_simplest_is_kept_unless_another_is_safely_better(stored: StoredFailures) -> None:
    """In the made data load matters as much as age, so with enough failures age alone is given up."""
    many, told = choose_algorithm(made_stored(count=4000), PARAMS)
    rng = np.random.default_rng(2)
    shuffled = replace(stored, rows=replace(stored.rows, outcome=rng.permutation(stored.rows.outcome)))
    none, why = choose_algorithm(shuffled, PARAMS)

    assert many is not FailureModel.AGE_WEIBULL
    assert told["gains"][many][1] > 0.0
    assert none is FailureModel.AGE_WEIBULL
    assert all(low <= 0.0 for _, low, _ in why["gains"].values())


@pytest.mark.parametrize(
    "algorithm",
    [
        FailureModel.AGE_WEIBULL,
        FailureModel.LOGISTIC,
        FailureModel.LOGISTIC_ALL,
        FailureModel.BOOSTING,
    ],
)
def test_what_moves_a_prediction_adds_up(model: FailureRiskModel, algorithm: FailureModel) -> None:
    """The contributions and one number of the model are the log-odds of every row; of a mean of trees, their
    mean log-odds.
    """
    x = made_dataset(count=40, seed=3)[0].features.astype(np.float64)
    fitted = model.final[365]
    told = explain(fitted, algorithm, x).sum(axis=1)
    if algorithm is FailureModel.BOOSTING:
        log_odds = np.mean([trees.raw(x) for trees in fitted.boosting], axis=0)
    else:
        chance = fitted.predict(algorithm, x)
        log_odds = np.log(chance / (1.0 - chance))

    assert np.ptp(log_odds - told) == pytest.approx(0.0, abs=1e-6)


def test_the_evaluation_is_one_of_cases_beside_age_alone(
    stored: StoredFailures, model: FailureRiskModel, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    model.save(tmp_path)
    monkeypatch.setattr(failure_task, "read_stored", lambda folder: stored)

    found = failure_task.evaluate(tmp_path, tmp_path)

    part = found.cases.parts.index("365 days")
    mine = found.cases.part == part
    assert found.baseline_name == "AGE_WEIBULL"
    assert not found.is_baseline
    figures = found.parts["365 days"]
    assert figures["n"] == mine.sum() == 900
    assert figures["model"]["average_precision"]["value"] == pytest.approx(
        average_precision_score(found.cases.is_positive[mine], found.cases.score[mine])
    )
    assert {"BASE_RATE", "AGE_WEIBULL", "LOGISTIC", "LOGISTIC_ALL", "CEILING"} == set(figures["baselines"])
    assert sum(each["count"] for each in figures["calibration"]) == 900
    assert {each["name"] for each in found.importance[:2]} <= set(FEATURE_NAMES)
    assert found.headline().value > 0.0
