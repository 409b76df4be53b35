"""Gradient-boosted trees: fitted by scikit-learn, kept as plain arrays, evaluated without it.

scikit-learn keeps its models as pickles, which run code when they are read and break with its version. Here
the trees of a fitted model are copied into arrays (:class:`TreeEnsemble`). These are stored in any format for
arrays, and :meth:`TreeEnsemble.raw` gives what scikit-learn gives, to rounding.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from enum import StrEnum

import numpy as np
import numpy.typing as npt

from cascade.engine.checks import check_number, check_whole
from cascade.engine.native.compile import kernel
from cascade.ml.errors import BadModelFile, InvalidTrainingData
from grid.powerflow.arrays import BoolArray, FloatArray, IntArray


class Target(StrEnum):
    """Say what the sum over the trees means."""

    PROBABILITY = "PROBABILITY"
    """A log-odds; :meth:`TreeEnsemble.predict` gives the probability."""
    VALUE = "VALUE"
    """The value itself."""


@dataclass(frozen=True, kw_only=True)
class BoostingParams:
    """Hold the settings of a fit, stored with every model.

    Attributes:
        n_trees: trees, 1 .. 5000.
        learning_rate: share of each tree's step that is taken, 0.001 .. 1.
        max_leaf_nodes: leaves of a tree, 2 .. 255.
        min_leaf_samples: samples that a leaf holds at least, >= 1.
        l2: penalty on the values of leaves, >= 0.
        seed: seed of the sampling of features.
        feature_share: share of the features that each split may choose from, 0.01 .. 1.
    """

    n_trees: int = 200
    learning_rate: float = 0.06
    max_leaf_nodes: int = 31
    min_leaf_samples: int = 20
    l2: float = 1.0
    seed: int = 0
    feature_share: float = 1.0

    def __post_init__(self) -> None:
        """Check every field.

        Raises:
            InvalidParams: naming the field.
        """
        check_whole("n_trees", self.n_trees, lowest=1, highest=5000)
        check_number("learning_rate", self.learning_rate, lowest=0.001, highest=1.0)
        check_whole("max_leaf_nodes", self.max_leaf_nodes, lowest=2, highest=255)
        check_whole("min_leaf_samples", self.min_leaf_samples, lowest=1, highest=1_000_000)
        check_number("l2", self.l2, lowest=0.0, highest=1e6)
        check_whole("seed", self.seed, lowest=0, highest=2**31 - 1)
        check_number("feature_share", self.feature_share, lowest=0.01, highest=1.0)


@dataclass(frozen=True, eq=False, kw_only=True)
class TreeEnsemble:
    """Hold trees whose values are added up. Not changed by use.

    The nodes of all trees lie behind one another; children are positions among all nodes. A leaf is its own
    child, so that a walk may go on over it.

    Attributes:
        target: what the sum means.
        feature_names: one name per feature, in the order of the columns.
        baseline: what the sum starts from.
        tree_start: position of each tree's root.
        depth: most steps from a root to a leaf.
        feature: per node, the column it looks at; 0 at leaves.
        threshold: rows with a value up to this go left.
        missing_left: whether rows without a value (NaN) go left.
        left: per node, the left child; itself at leaves.
        right: the right child; itself at leaves.
        value: what a leaf adds; 0 at other nodes.
        cover: training samples that came through the node.
    """

    target: Target
    feature_names: tuple[str, ...]
    baseline: float
    tree_start: IntArray
    depth: int
    feature: IntArray
    threshold: FloatArray
    missing_left: BoolArray
    left: IntArray
    right: IntArray
    value: FloatArray
    cover: IntArray

    def __post_init__(self) -> None:
        """Check that every walk stays among the nodes and ends at a leaf.

        Raises:
            BadModelFile: naming the field.
        """
        n = len(self.feature)
        for name in ("threshold", "missing_left", "left", "right", "value", "cover"):
            if len(getattr(self, name)) != n:
                raise BadModelFile(field=name, message=f"has {len(getattr(self, name))} nodes; allowed: {n}")
        for name, most in (
            ("tree_start", n),
            ("left", n),
            ("right", n),
            ("feature", len(self.feature_names)),
        ):
            entries = getattr(self, name)
            if len(entries) and not (entries.min() >= 0 and entries.max() < most):
                raise BadModelFile(field=name, message=f"points outside of 0 .. {most - 1}")
        at = self.tree_start
        for _ in range(self.depth):
            at = np.unique(np.concatenate([self.left[at], self.right[at]]))
        if np.any((self.left[at] != at) | (self.right[at] != at)):
            raise BadModelFile(field="depth", message=f"is {self.depth}, but longer walks exist")
        for name in ("threshold", "value"):
            if np.isnan(getattr(self, name)).any():
                raise BadModelFile(field=name, message="is no number at some node")

    @property
    def n_trees(self) -> int:
        """Count the trees."""
        return len(self.tree_start)

    def raw(self, x: npt.ArrayLike) -> FloatArray:
        """Return the baseline and the values of the leaves each row comes to, added up.

        Args:
            x: one row per sample and one column per feature; NaN where not known.

        Raises:
            InvalidTrainingData: if the columns are not those of the model.
        """
        rows = np.ascontiguousarray(self._checked(x))
        total = np.full(len(rows), self.baseline)
        add_leaves(
            rows,
            self.tree_start,
            self.feature,
            self.threshold,
            self.missing_left,
            self.left,
            self.right,
            self.value,
            total,
        )
        return total

    def predict(self, x: npt.ArrayLike) -> FloatArray:
        """Return the probability or the value of each row."""
        raw = self.raw(x)
        return expit(raw) if self.target is Target.PROBABILITY else raw

    def leaves(self, x: npt.ArrayLike) -> IntArray:
        """Return the node where each row ends in each tree, shape (rows, trees)."""
        return self._leaves(self._checked(x))

    def _checked(self, x: npt.ArrayLike) -> FloatArray:
        rows = np.asarray(x, dtype=np.float64)
        if rows.ndim != 2 or rows.shape[1] != len(self.feature_names):
            raise InvalidTrainingData(
                field="x", message=f"has shape {rows.shape}; allowed: (rows, {len(self.feature_names)})"
            )
        return rows

    def _leaves(self, rows: FloatArray) -> IntArray:
        at = np.broadcast_to(self.tree_start, (len(rows), self.n_trees)).copy()
        each = np.arange(len(rows))[:, None]
        for _ in range(self.depth):
            seen = rows[each, self.feature[at]]
            goes_left = (seen <= self.threshold[at]) | (np.isnan(seen) & self.missing_left[at])
            at = np.where(goes_left, self.left[at], self.right[at])
        return at

    def to_arrays(self) -> dict[str, npt.NDArray[np.generic]]:
        """Return the arrays that, with :meth:`to_dict`, make up the model."""
        return {name: np.ascontiguousarray(getattr(self, name)) for name in _ARRAYS}

    def to_dict(self) -> dict[str, object]:
        """Return the rest of the model as JSON values."""
        return {
            "target": str(self.target),
            "feature_names": list(self.feature_names),
            "baseline": self.baseline,
            "depth": self.depth,
        }

    @classmethod
    def restored(
        cls, values: Mapping[str, object], arrays: Mapping[str, npt.NDArray[np.generic]]
    ) -> TreeEnsemble:
        """Return the model that :meth:`to_dict` and :meth:`to_arrays` were made from.

        Raises:
            BadModelFile: naming what is missing or wrong.
        """
        for name in (*_ARRAYS, *_SCALARS):
            if name not in arrays and name not in values:
                raise BadModelFile(field=name, message="is missing")
        names, depth, baseline = values["feature_names"], values["depth"], values["baseline"]
        if not isinstance(names, list) or not all(isinstance(each, str) for each in names):
            raise BadModelFile(field="feature_names", message="must be a list of names")
        if isinstance(depth, bool) or not isinstance(depth, int) or not 0 <= depth <= 10_000:
            raise BadModelFile(field="depth", message=f"is {depth!r}; allowed: a whole number >= 0")
        if isinstance(baseline, bool) or not isinstance(baseline, int | float) or not np.isfinite(baseline):
            raise BadModelFile(field="baseline", message=f"is {baseline!r}; allowed: a number")
        try:
            target = Target(str(values["target"]))
        except ValueError as error:
            raise BadModelFile(field="target", message=f"is {values['target']!r}") from error
        return cls(
            target=target,
            feature_names=tuple(names),
            baseline=float(baseline),
            depth=depth,
            tree_start=arrays["tree_start"].astype(np.int64),
            feature=arrays["feature"].astype(np.int64),
            threshold=arrays["threshold"].astype(np.float64),
            missing_left=arrays["missing_left"].astype(np.bool_),
            left=arrays["left"].astype(np.int64),
            right=arrays["right"].astype(np.int64),
            value=arrays["value"].astype(np.float64),
            cover=arrays["cover"].astype(np.int64),
        )


_ARRAYS = ("tree_start", "feature", "threshold", "missing_left", "left", "right", "value", "cover")
_SCALARS = ("target", "feature_names", "baseline", "depth")
assert {field.name for field in fields(TreeEnsemble)} == {*_ARRAYS, *_SCALARS}  # noqa: S101


def fit_classifier(
    x: npt.ArrayLike,
    is_positive: npt.ArrayLike,
    *,
    feature_names: Sequence[str],
    params: BoostingParams | None = None,
    sample_weight: npt.ArrayLike | None = None,
) -> TreeEnsemble:
    """Fit trees to a yes or no; the same data and settings give the same trees.

    Raises:
        InvalidTrainingData: if the samples do not fit together or are all of one class.
    """
    from sklearn.ensemble import HistGradientBoostingClassifier

    rows, wanted = _samples(x, is_positive, feature_names)
    labels = wanted.astype(np.int64)
    if set(np.unique(wanted).tolist()) != {0.0, 1.0}:
        raise InvalidTrainingData(field="is_positive", message="must hold both classes, and only 0 and 1")
    model = HistGradientBoostingClassifier(**_settings(params or BoostingParams()))
    return _fitted(model, rows, labels, Target.PROBABILITY, feature_names, sample_weight)


def fit_regressor(
    x: npt.ArrayLike,
    value: npt.ArrayLike,
    *,
    feature_names: Sequence[str],
    params: BoostingParams | None = None,
    sample_weight: npt.ArrayLike | None = None,
) -> TreeEnsemble:
    """Fit trees to a number by least squares; the same data and settings give the same trees.

    Raises:
        InvalidTrainingData: if the samples do not fit together.
    """
    from sklearn.ensemble import HistGradientBoostingRegressor

    rows, wanted = _samples(x, value, feature_names)
    model = HistGradientBoostingRegressor(**_settings(params or BoostingParams()))
    return _fitted(model, rows, wanted, Target.VALUE, feature_names, sample_weight)


@kernel
def add_leaves(
    rows: FloatArray,
    tree_start: IntArray,
    feature: IntArray,
    threshold: FloatArray,
    missing_left: BoolArray,
    left: IntArray,
    right: IntArray,
    value: FloatArray,
    total: FloatArray,
) -> None:
    """Add the values of the leaves that each row comes to; the arrays are those of :class:`TreeEnsemble`."""
    for index in range(len(rows)):
        row = rows[index]
        for at in tree_start:
            while left[at] != at:
                seen = row[feature[at]]
                goes_left = missing_left[at] if np.isnan(seen) else seen <= threshold[at]
                at = left[at] if goes_left else right[at]  # noqa: PLW2901
            total[index] += value[at]


def expit(log_odds: FloatArray) -> FloatArray:
    """Return 1 / (1 + e^-z) without overflow."""
    small = np.exp(-np.abs(log_odds))
    return np.where(log_odds >= 0.0, 1.0, small) / (1.0 + small)


def _settings(params: BoostingParams) -> dict[str, object]:
    return {
        "max_iter": params.n_trees,
        "learning_rate": params.learning_rate,
        "max_leaf_nodes": params.max_leaf_nodes,
        "min_samples_leaf": params.min_leaf_samples,
        "l2_regularization": params.l2,
        "max_features": params.feature_share,
        "early_stopping": False,  # it would take its validation rows at random, across grids and states
        "random_state": params.seed,
    }


def _samples(
    x: npt.ArrayLike, wanted: npt.ArrayLike, feature_names: Sequence[str]
) -> tuple[FloatArray, FloatArray]:
    rows, values = np.asarray(x, dtype=np.float64), np.asarray(wanted, dtype=np.float64)
    if rows.ndim != 2 or rows.shape[1] != len(feature_names):
        raise InvalidTrainingData(
            field="x", message=f"has shape {rows.shape}; allowed: (rows, {len(feature_names)})"
        )
    if len(set(feature_names)) != len(feature_names):
        raise InvalidTrainingData(field="feature_names", message="holds a name twice")
    if values.shape != (len(rows),) or not np.isfinite(values).all():
        raise InvalidTrainingData(field="labels", message=f"must be {len(rows)} known numbers")
    if np.isinf(rows).any():
        raise InvalidTrainingData(field="x", message="holds infinity; allowed: numbers, NaN where unknown")
    unknown = np.isnan(rows).all(axis=0)  # such a column cannot be binned; as a constant it is never split by
    return (np.where(unknown, 0.0, rows) if unknown.any() else rows), values


def _fitted(
    model: object,
    rows: FloatArray,
    wanted: npt.NDArray[np.generic],
    target: Target,
    feature_names: Sequence[str],
    sample_weight: npt.ArrayLike | None,
) -> TreeEnsemble:
    from threadpoolctl import threadpool_limits

    with threadpool_limits(1):  # sums in one order: the same trees on every machine
        model.fit(rows, wanted, sample_weight=sample_weight)  # type: ignore[attr-defined]
    trees = [stage[0].nodes for stage in model._predictors]  # type: ignore[attr-defined]
    starts = np.cumsum([0, *(len(nodes) for nodes in trees)])
    nodes = np.concatenate(trees)
    start_of = np.repeat(starts[:-1], np.diff(starts))
    is_leaf = nodes["is_leaf"].astype(np.bool_)
    own = np.arange(len(nodes))
    return TreeEnsemble(
        target=target,
        feature_names=tuple(feature_names),
        baseline=float(np.ravel(model._baseline_prediction)[0]),  # type: ignore[attr-defined]
        tree_start=starts[:-1].astype(np.int64),
        depth=int(max(nodes_of["depth"].max() for nodes_of in trees)),
        feature=np.where(is_leaf, 0, nodes["feature_idx"]).astype(np.int64),
        threshold=np.where(is_leaf, 0.0, nodes["num_threshold"]).astype(np.float64),
        missing_left=nodes["missing_go_to_left"].astype(np.bool_) & ~is_leaf,
        left=np.where(is_leaf, own, nodes["left"] + start_of).astype(np.int64),
        right=np.where(is_leaf, own, nodes["right"] + start_of).astype(np.int64),
        value=np.where(is_leaf, nodes["value"], 0.0).astype(np.float64),
        cover=nodes["count"].astype(np.int64),
    )
