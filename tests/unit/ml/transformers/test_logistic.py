"""Logistic regression as plain numbers: the same probabilities as scikit-learn's own model."""

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression

from cascade.ml.errors import InvalidTrainingData
from cascade.ml.transformers.logistic import fit_logistic


def samples() -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(8)
    x = np.column_stack([rng.normal(30.0, 10.0, 500), rng.lognormal(2.0, 1.0, 500)])
    return x, rng.random(500) < 1.0 / (1.0 + np.exp(3.0 - 0.05 * x[:, 0] - 0.5 * np.log1p(x[:, 1])))


def test_probabilities_are_those_of_scikit_learn() -> None:
    x, y = samples()
    seen = np.column_stack([x[:, 0], np.log1p(x[:, 1])])
    scaled = (seen - seen.mean(axis=0)) / seen.std(axis=0)
    oracle = LogisticRegression(C=1.0, max_iter=1000).fit(scaled, y)

    found = fit_logistic(x, y, feature_names=("age", "load"), skewed=("load",))

    assert np.allclose(found.predict(x), oracle.predict_proba(scaled)[:, 1], atol=1e-6)


def test_the_unknown_counts_as_the_median() -> None:
    x, y = samples()
    found = fit_logistic(x, y, feature_names=("age", "load"))

    gap, middle = np.array([[np.nan, 3.0]]), np.array([[np.median(x[:, 0]), 3.0]])
    assert found.predict(gap).tolist() == found.predict(middle).tolist()


def test_one_class_alone_is_refused() -> None:
    with pytest.raises(InvalidTrainingData, match="both classes"):
        fit_logistic(np.zeros((3, 1)), [0, 0, 0], feature_names=("age",))
