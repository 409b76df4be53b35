"""Contributions to a prediction: against Shapley's own formula over all sets of features."""

import itertools
import math

import numpy as np
import pytest

from cascade.ml.boosting import BoostingParams, TreeEnsemble, fit_classifier
from cascade.ml.transformers.contributions import explainer, strongest

NAMES = ("a", "b", "c", "d", "e")


def samples() -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(4)
    x = rng.normal(size=(600, 5))
    x[rng.random((600, 5)) < 0.1] = np.nan
    known = np.nan_to_num(x)
    chance = 1.0 / (1.0 + np.exp(-(known[:, 0] * known[:, 1] + 2.0 * (known[:, 2] > 0.3) - 1.0)))
    return x, rng.random(600) < chance


def fitted() -> TreeEnsemble:
    x, y = samples()
    params = BoostingParams(n_trees=12, learning_rate=0.3, max_leaf_nodes=9, min_leaf_samples=15)
    return fit_classifier(x, y, feature_names=NAMES, params=params)


def value_of(trees: TreeEnsemble, row: np.ndarray, known: set[int]) -> float:
    """Return what the trees give if only some features are known, node by node."""

    def below(node: int) -> float:
        left, right = int(trees.left[node]), int(trees.right[node])
        if left == node:
            return float(trees.value[node])
        feature = int(trees.feature[node])
        if feature in known:
            seen = row[feature]
            goes_left = bool(trees.missing_left[node]) if np.isnan(seen) else seen <= trees.threshold[node]
            return below(left if goes_left else right)
        share = trees.cover[left] / trees.cover[node]
        return float(share * below(left) + (1.0 - share) * below(right))

    return trees.baseline + sum(below(root) for root in trees.tree_start.tolist())


def shapley(trees: TreeEnsemble, row: np.ndarray) -> list[float]:
    count = len(NAMES)
    found = []
    for player in range(count):
        others = [each for each in range(count) if each != player]
        total = 0.0
        for size in range(count):
            weight = math.factorial(size) * math.factorial(count - 1 - size) / math.factorial(count)
            for chosen in itertools.combinations(others, size):
                with_player = value_of(trees, row, {*chosen, player})
                total += weight * (with_player - value_of(trees, row, set(chosen)))
        found.append(total)
    return found


def test_contributions_are_shapley_values() -> None:
    trees, (x, _) = fitted(), samples()
    found = explainer(trees).contributions(x[:6])

    for row, contributions in zip(x[:6], found, strict=True):
        assert contributions.tolist() == pytest.approx(shapley(trees, row), abs=1e-9)


def test_they_and_the_mean_sum_to_the_log_odds() -> None:
    trees, (x, _) = fitted(), samples()
    told = explainer(trees)

    assert told.mean == pytest.approx(value_of(trees, x[0], set()))
    assert np.allclose(told.mean + told.contributions(x).sum(axis=1), trees.raw(x), atol=1e-9)


def test_a_feature_that_no_tree_looks_at_contributes_nothing() -> None:
    x, y = samples()
    x[:, 4] = 1.0
    trees = fit_classifier(x, y, feature_names=NAMES, params=BoostingParams(n_trees=5))

    assert (explainer(trees).contributions(x)[:, 4] == 0.0).all()


def test_the_strongest_come_first_whatever_their_sign() -> None:
    assert strongest(np.array([[0.1, -0.9, 0.5, 0.0]]), 2).tolist() == [[1, 2]]
