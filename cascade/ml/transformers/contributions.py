"""What each feature contributes to a prediction of boosted trees: exact Shapley values of the trees.

The value of a set of features is what the trees give if these are known and the others are not: an unknown
one sends a row down both branches by the shares of the training samples, the path-dependent expectation of
Lundberg et al., "From local explanations to global understanding with explainable AI for trees", Nature
Machine Intelligence 2, 2020. A leaf is reached by a product over the features of its path, each 1 or 0 if
known and a share if not; Shapley values of such a product depend on the pattern of ones and zeros alone, so
every leaf has a small table of them. Contributions of a row and the mean of the model sum to its log-odds.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from cascade.ml.boosting import TreeEnsemble
from grid.powerflow.arrays import BoolArray, FloatArray, IntArray


@dataclass(frozen=True, eq=False)
class _Leaf:
    """Hold a leaf.

    Attributes:
        players: the features on its path.
        tests: per player the nodes that test it and whether the path goes left there.
        table: per pattern of passed tests (bit j: player j passes) the Shapley value of each player.
    """

    players: tuple[int, ...]
    tests: tuple[tuple[tuple[int, bool], ...], ...]
    table: FloatArray


@dataclass(frozen=True, eq=False)
class Explainer:
    """Explain the predictions of trees.

    Attributes:
        trees: the model.
        mean: what it gives where nothing is known.
    """

    trees: TreeEnsemble
    mean: float
    _leaves: tuple[_Leaf, ...]

    def contributions(self, x: npt.ArrayLike) -> FloatArray:
        """Return what each feature adds to the log-odds of each row, (rows, features).

        Args:
            x: rows as the model takes them.
        """
        rows = np.asarray(x, dtype=np.float64)
        passes = self._passes(rows)
        found = np.zeros((len(rows), len(self.trees.feature_names)))
        for leaf in self._leaves:
            pattern = np.zeros(len(rows), dtype=np.int64)
            for bit, tests in enumerate(leaf.tests):
                ok: BoolArray = np.ones(len(rows), dtype=np.bool_)
                for node, goes_left in tests:
                    ok &= passes[node] == goes_left
                pattern |= ok.astype(np.int64) << bit
            values = leaf.table[pattern]
            for bit, player in enumerate(leaf.players):
                found[:, player] += values[:, bit]
        return found

    def _passes(self, rows: FloatArray) -> dict[int, BoolArray]:
        """Return, per inner node, which rows go left there."""
        trees = self.trees
        found = {}
        for node in np.flatnonzero(trees.left != np.arange(len(trees.left))).tolist():
            seen = rows[:, trees.feature[node]]
            found[node] = (seen <= trees.threshold[node]) | (np.isnan(seen) & trees.missing_left[node])
        return found


def explainer(trees: TreeEnsemble) -> Explainer:
    """Return what explains the predictions of some trees."""
    leaves, mean = [], trees.baseline
    for root in trees.tree_start.tolist():
        for node, path in _paths(trees, root):
            shares: dict[int, float] = {}
            tests: dict[int, list[tuple[int, bool]]] = {}
            for at, goes_left in path:
                child = int(trees.left[at] if goes_left else trees.right[at])
                feature = int(trees.feature[at])
                shares[feature] = shares.get(feature, 1.0) * trees.cover[child] / trees.cover[at]
                tests.setdefault(feature, []).append((at, goes_left))
            value = float(trees.value[node])
            mean += value * math.prod(shares.values())
            if shares:
                players = tuple(shares)
                table = _shapley_table(value, np.array([shares[each] for each in players]))
                leaves.append(_Leaf(players, tuple(tuple(tests[each]) for each in players), table))
    return Explainer(trees, mean, tuple(leaves))


def _paths(trees: TreeEnsemble, root: int) -> list[tuple[int, list[tuple[int, bool]]]]:
    """Return the leaves of a tree with the nodes passed and whether each was left to the left."""
    found: list[tuple[int, list[tuple[int, bool]]]] = []
    waiting: list[tuple[int, list[tuple[int, bool]]]] = [(root, [])]
    while waiting:
        node, path = waiting.pop()
        if trees.left[node] == node:
            found.append((node, path))
            continue
        waiting.append((int(trees.left[node]), [*path, (node, True)]))
        waiting.append((int(trees.right[node]), [*path, (node, False)]))
    return found


def _shapley_table(value: float, shares: FloatArray) -> FloatArray:
    """Return the Shapley values of the game v(S) = value · Π_{j in S} o_j · Π_{j not in S} r_j for every
    pattern o of ones and zeros, (patterns, players).

    Player j's is value · (o_j - r_j) · Σ_s s!(d-1-s)!/d! · c_s with c_s the coefficient of z^s in the product
    of (o_m z + r_m) over the others.
    """
    players = len(shares)
    patterns = np.arange(2**players)
    ones = (patterns[:, None] >> np.arange(players) & 1).astype(np.float64)
    weight = np.array(
        [
            math.factorial(s) * math.factorial(players - 1 - s) / math.factorial(players)
            for s in range(players)
        ]
    )
    table = np.empty((len(patterns), players))
    for j in range(players):
        product = np.zeros((len(patterns), players))
        product[:, 0] = 1.0
        for m in range(players):
            if m == j:
                continue
            shifted = np.zeros_like(product)
            shifted[:, 1:] = product[:, :-1] * ones[:, m : m + 1]
            product = product * shares[m] + shifted
        table[:, j] = value * (ones[:, j] - shares[j]) * (product @ weight)
    return table


def strongest(contributions: FloatArray, count: int) -> IntArray:
    """Return the features that move each row most, strongest first, (rows, count)."""
    return np.argsort(-np.abs(contributions), axis=1, kind="stable")[:, :count].astype(np.int64)
