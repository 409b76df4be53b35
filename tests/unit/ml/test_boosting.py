"""Boosted trees: what is kept as arrays gives what scikit-learn gives."""

import json

import numpy as np
import pytest
from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor

from cascade.engine.checks import InvalidParams
from cascade.ml import boosting
from cascade.ml.errors import BadModelFile, InvalidTrainingData

NAMES = tuple("abcdef")


def _samples(n: int = 900) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    rng = np.random.default_rng(7)
    x = rng.normal(size=(n, len(NAMES)))
    x[rng.random(x.shape) < 0.1] = np.nan
    x[:, 2] = rng.integers(0, 3, n)  # few values: thresholds between them
    score = np.nan_to_num(x[:, 0]) * np.nan_to_num(x[:, 1]) + x[:, 2] - np.isnan(x[:, 3])
    return x, (score + rng.normal(size=n) > 1.0).astype(float), score


def _peer(kind: type, params: boosting.BoostingParams) -> object:
    return kind(
        max_iter=params.n_trees,
        learning_rate=params.learning_rate,
        max_leaf_nodes=params.max_leaf_nodes,
        min_samples_leaf=params.min_leaf_samples,
        l2_regularization=params.l2,
        max_features=params.feature_share,
        early_stopping=False,
        random_state=params.seed,
    )


@pytest.mark.parametrize("feature_share", [1.0, 0.5])
def test_probabilities_are_those_of_scikit_learn(feature_share: float) -> None:
    x, y, _ = _samples()
    params = boosting.BoostingParams(n_trees=40, feature_share=feature_share, seed=3)
    peer = _peer(HistGradientBoostingClassifier, params).fit(x, y)
    unseen = np.random.default_rng(8).normal(size=(500, len(NAMES)))
    unseen[::7, 1] = np.nan

    ours = boosting.fit_classifier(x, y, feature_names=NAMES, params=params)

    for rows in (x, unseen):
        np.testing.assert_allclose(ours.predict(rows), peer.predict_proba(rows)[:, 1], rtol=0, atol=1e-12)


def test_values_are_those_of_scikit_learn() -> None:
    x, _, score = _samples()
    params = boosting.BoostingParams(n_trees=30)
    peer = _peer(HistGradientBoostingRegressor, params).fit(x, score)

    ours = boosting.fit_regressor(x, score, feature_names=NAMES, params=params)

    np.testing.assert_allclose(ours.predict(x), peer.predict(x), rtol=0, atol=1e-12)
    assert ours.target is boosting.Target.VALUE


def test_a_model_made_of_its_arrays_is_the_same() -> None:
    x, y, _ = _samples()
    model = boosting.fit_classifier(x, y, feature_names=NAMES, params=boosting.BoostingParams(n_trees=15))

    again = boosting.TreeEnsemble.restored(json.loads(json.dumps(model.to_dict())), model.to_arrays())

    np.testing.assert_array_equal(again.raw(x), model.raw(x))
    assert again.feature_names == NAMES


def test_the_same_data_and_settings_give_the_same_trees() -> None:
    x, y, _ = _samples()
    params = boosting.BoostingParams(n_trees=10, feature_share=0.5, seed=1)

    one, two = (boosting.fit_classifier(x, y, feature_names=NAMES, params=params) for _ in range(2))

    for name, values in one.to_arrays().items():
        np.testing.assert_array_equal(values, two.to_arrays()[name])


def test_the_sum_is_that_over_the_leaves_each_row_ends_in() -> None:
    x, y, _ = _samples()
    model = boosting.fit_classifier(x, y, feature_names=NAMES, params=boosting.BoostingParams(n_trees=12))

    by_leaves = model.baseline + model.value[model.leaves(x)].sum(axis=1)

    np.testing.assert_allclose(model.raw(x), by_leaves, rtol=1e-12, atol=1e-12)


def test_a_tree_by_hand() -> None:
    # One split: b <= 2 goes left and adds 1.5, else (also where b is not known) 0.25.
    tree = boosting.TreeEnsemble(
        target=boosting.Target.VALUE,
        feature_names=("a", "b"),
        baseline=10.0,
        tree_start=np.array([0]),
        depth=1,
        feature=np.array([1, 0, 0]),
        threshold=np.array([2.0, 0.0, 0.0]),
        missing_left=np.array([False, False, False]),
        left=np.array([1, 1, 2]),
        right=np.array([2, 1, 2]),
        value=np.array([0.0, 1.5, 0.25]),
        cover=np.array([5, 3, 2]),
    )

    assert tree.predict([[9.0, 2.0], [9.0, 2.1], [9.0, np.nan]]).tolist() == [11.5, 10.25, 10.25]
    assert tree.leaves([[9.0, 2.0], [9.0, 2.1]]).tolist() == [[1], [2]]


@pytest.mark.parametrize(
    ("name", "change"),
    [
        ("left", lambda v: v + 10_000),
        ("feature", lambda v: v + 99),
        ("value", lambda v: v[:-1]),
        ("threshold", lambda v: v * np.nan),
    ],
)
def test_damaged_arrays_are_refused_by_name(name: str, change: object) -> None:
    x, y, _ = _samples()
    model = boosting.fit_classifier(x, y, feature_names=NAMES, params=boosting.BoostingParams(n_trees=3))
    arrays = model.to_arrays()
    arrays[name] = change(arrays[name])

    with pytest.raises(BadModelFile) as refused:
        boosting.TreeEnsemble.restored(model.to_dict(), arrays)

    assert refused.value.field == name


def test_a_depth_that_is_too_small_is_refused() -> None:
    x, y, _ = _samples()
    model = boosting.fit_classifier(x, y, feature_names=NAMES, params=boosting.BoostingParams(n_trees=3))

    with pytest.raises(BadModelFile, match="longer walks"):
        boosting.TreeEnsemble.restored(model.to_dict() | {"depth": 1}, model.to_arrays())


def test_samples_that_teach_nothing_are_refused() -> None:
    x, y, _ = _samples(50)
    with pytest.raises(InvalidTrainingData, match="both classes"):
        boosting.fit_classifier(x, np.ones(50), feature_names=NAMES)
    with pytest.raises(InvalidTrainingData, match="shape"):
        boosting.fit_classifier(x, y, feature_names=NAMES[:-1])
    with pytest.raises(InvalidTrainingData, match="infinity"):
        boosting.fit_classifier(np.where(np.isnan(x), np.inf, x), y, feature_names=NAMES)
    with pytest.raises(InvalidParams, match="n_trees"):
        boosting.BoostingParams(n_trees=0)
