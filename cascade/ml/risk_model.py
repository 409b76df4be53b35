"""The model of cascade risk: boosted trees and graph networks, calibrated, with a flag for strange states.

The trees look at one outage at a time. The networks hear what the trees say of every branch and of its
neighbours, and pass messages.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from cascade.engine.checks import check_number, check_whole
from cascade.ml.boosting import BoostingParams, TreeEnsemble
from cascade.ml.calibration import (
    Familiarity,
    Isotonic,
)
from cascade.ml.errors import BadModelFile
from cascade.ml.features import EDGE_FEATURES, FEATURE_VERSION, NODE_FEATURES, StateFeatures
from cascade.ml.model_files import check_features, load_model, net_arrays, part, restored_net, save_model
from cascade.ml.net_params import NetParams
from cascade.ml.splits import Sample
from grid.powerflow.arrays import BoolArray, FloatArray, IntArray

if TYPE_CHECKING:
    from cascade.ml.graph_net import InfluenceNet

KIND = "CASCADE_RISK"
STATE_COLUMNS = slice(
    NODE_FEATURES.index("state_reserve_frac"), NODE_FEATURES.index("state_base_shed_share") + 1
)


@dataclass(frozen=True, kw_only=True)
class RiskParams:
    """Hold how the model is trained, stored with it.

    Attributes:
        boosting: settings of the trees.
        net: settings of each network.
        n_nets: networks, each with a seed of its own; 0 for trees alone.
        seed: seed of the first network.
        lost_share: share of the demand from which a loss counts as a cascade.
        recall: share of cascades that the set to simulate shall hold.
    """

    boosting: BoostingParams = field(
        default_factory=lambda: BoostingParams(n_trees=200, learning_rate=0.06, max_leaf_nodes=15)
    )
    net: NetParams = field(default_factory=NetParams)
    n_nets: int = 5
    seed: int = 0
    lost_share: float = 0.01
    recall: float = 0.9

    def __post_init__(self) -> None:
        """Check the numbers.

        Raises:
            InvalidParams: naming the field.
        """
        check_whole("n_nets", self.n_nets, lowest=0, highest=100)
        check_whole("seed", self.seed, lowest=0, highest=2**31 - 1)
        check_number("lost_share", self.lost_share, lowest=1e-6, highest=0.9)
        check_number("recall", self.recall, lowest=0.01, highest=0.999)


@dataclass(frozen=True, eq=False, kw_only=True)
class Prediction:
    """Hold what the model says of a state: predictions. Where there is a simulation, that stands.

    Attributes:
        branch: branch of each candidate.
        probability: that its outage ends with more than the share of the demand lost.
        lost_mw: load expected to be lost if it does; trust it on known grids only.
        rank_score: log-odds before calibration; for ranking.
        in_simulation_set: candidates to simulate so that the recall asked for is met on known ground.
        is_unfamiliar: the state is unlike those of training: probabilities and weights are by a grid that was
            not trained on, and the probabilities are not to be trusted.
    """

    branch: IntArray
    probability: FloatArray
    lost_mw: FloatArray
    rank_score: FloatArray
    in_simulation_set: BoolArray
    is_unfamiliar: bool


@dataclass(frozen=True, eq=False, kw_only=True)
class RiskModel:
    """Hold a trained model. Not changed by use.

    Attributes:
        params: how it was trained.
        trees: the trees for the class.
        size_trees: the trees for log(1 + 1000 · share lost).
        nets: the networks.
        net_weight: share of the networks in the score on familiar states; the rest is that of the trees.
        net_weight_elsewhere: the same on unfamiliar ones.
        calibration: from log-odds to probability, on familiar states.
        calibration_elsewhere: the same on unfamiliar ones, from a grid that was not trained on.
        threshold: probability from which the model says yes, with the highest F1 on validation.
        simulate_from: log-odds from which a candidate is to be simulated.
        simulate_from_elsewhere: the same on unfamiliar states.
        familiarity: tells strange states.
        about: data set, figures and what else is worth knowing.
    """

    params: RiskParams
    trees: TreeEnsemble
    size_trees: TreeEnsemble
    nets: tuple[InfluenceNet, ...]
    net_weight: float
    net_weight_elsewhere: float
    calibration: Isotonic
    calibration_elsewhere: Isotonic
    threshold: float
    simulate_from: float
    simulate_from_elsewhere: float
    familiarity: Familiarity
    about: Mapping[str, Any]

    def predict(self, features: StateFeatures) -> Prediction:
        """Predict every candidate of a state."""
        is_unfamiliar = bool(self.familiarity.is_unfamiliar(state_row(features)[None, :])[0])
        told = self.log_odds_and_size(features, is_unfamiliar=is_unfamiliar)
        share = np.expm1(np.maximum(told[:, 1], 0.0)) / 1000.0
        calibration = self.calibration_elsewhere if is_unfamiliar else self.calibration
        simulate_from = self.simulate_from_elsewhere if is_unfamiliar else self.simulate_from
        return Prediction(
            branch=features.branch[features.is_candidate],
            probability=calibration(told[:, 0]),
            lost_mw=np.minimum(share, 1.0) * features.demand_mw,
            rank_score=told[:, 0],
            in_simulation_set=told[:, 0] >= simulate_from,
            is_unfamiliar=is_unfamiliar,
        )

    def log_odds_and_size(self, features: StateFeatures, *, is_unfamiliar: bool = False) -> FloatArray:
        """Return what trees and networks say together: log-odds and log(1 + 1000 · share lost)."""
        x = features.node_x[features.is_candidate]
        by_trees = np.column_stack([self.trees.raw(x), self.size_trees.raw(x)])
        weight = self.net_weight_elsewhere if is_unfamiliar else self.net_weight
        if weight == 0.0:
            return by_trees
        return blend(by_trees, net_outputs(self.nets, features, self.trees), weight)

    def save(self, folder: Path) -> str:
        """Write the model and return the digest of its weights."""
        arrays: dict[str, npt.NDArray[Any]] = {
            **self.calibration.to_arrays("calibration"),
            **self.calibration_elsewhere.to_arrays("calibration_elsewhere"),
            **self.familiarity.to_arrays(),
            **net_arrays(self.nets),
        }
        for name, trees in (("trees", self.trees), ("size_trees", self.size_trees)):
            arrays |= {f"{name}/{key}": values for key, values in trees.to_arrays().items()}
        about = {
            **self.about,
            "params": asdict(self.params),
            "trees": self.trees.to_dict(),
            "size_trees": self.size_trees.to_dict(),
            "threshold": self.threshold,
            "net_weight": self.net_weight,
            "net_weight_elsewhere": self.net_weight_elsewhere,
            "simulate_from": _finite(self.simulate_from),
            "simulate_from_elsewhere": _finite(self.simulate_from_elsewhere),
            "familiarity_limit": self.familiarity.limit,
            "feature_version": FEATURE_VERSION,
            "node_features": list(NODE_FEATURES),
            "edge_features": list(EDGE_FEATURES),
        }
        return save_model(folder, kind=KIND, arrays=arrays, about=about)

    @classmethod
    def load(cls, folder: Path) -> RiskModel:
        """Read a model.

        Raises:
            BadModelFile: if there is none, it is damaged, or it was trained on other features.
        """
        manifest, arrays = load_model(folder, kind=KIND)
        check_features(
            manifest,
            {
                "feature_version": FEATURE_VERSION,
                "node_features": list(NODE_FEATURES),
                "edge_features": list(EDGE_FEATURES),
            },
        )
        from cascade.ml.graph_net import InfluenceNet

        try:
            params = _params_from(manifest["params"])
            return cls(
                params=params,
                trees=TreeEnsemble.restored(manifest["trees"], part(arrays, "trees")),
                size_trees=TreeEnsemble.restored(manifest["size_trees"], part(arrays, "size_trees")),
                nets=tuple(
                    restored_net(InfluenceNet(params.net), arrays, number) for number in range(params.n_nets)
                ),
                net_weight=float(manifest["net_weight"]),
                net_weight_elsewhere=float(manifest["net_weight_elsewhere"]),
                calibration=Isotonic.restored("calibration", arrays),
                calibration_elsewhere=Isotonic.restored("calibration_elsewhere", arrays),
                threshold=float(manifest["threshold"]),
                simulate_from=_from_finite(manifest["simulate_from"]),
                simulate_from_elsewhere=_from_finite(manifest["simulate_from_elsewhere"]),
                familiarity=Familiarity.restored(arrays, manifest["familiarity_limit"]),
                about=manifest,
            )
        except (KeyError, TypeError) as error:
            raise BadModelFile(field=str(error), message="is missing or of the wrong kind") from error


def net_outputs(nets: Sequence[InfluenceNet], features: StateFeatures, trees: TreeEnsemble) -> FloatArray:
    """Return what each network says of each candidate, shape (networks, candidates, 2)."""
    if not nets:
        return np.empty((0, int(np.count_nonzero(features.is_candidate)), 2))
    from cascade.ml.graph_net import predict

    heard = trees.raw(features.node_x)
    return np.stack([predict(net, features, heard if net.params.hears_trees else None) for net in nets])


def blend(by_trees: FloatArray, by_nets: FloatArray, weight: float = 0.5) -> FloatArray:
    """Return the mean of the trees and of the mean of the networks, these with a weight."""
    if not len(by_nets):
        return by_trees
    mixed: FloatArray = (1.0 - weight) * by_trees + weight * by_nets.mean(axis=0)
    return mixed


def candidate_x(sample: Sample) -> FloatArray:
    """Return the features of the candidates that count."""
    features = sample.state.features
    x: FloatArray = features.node_x[features.is_candidate][sample.chosen]
    return x


def labels(samples: Sequence[Sample], lost_share: float) -> BoolArray:
    """Return which of the candidates that count lost more than the share."""
    return np.concatenate([each.state.lost_share[each.chosen] for each in samples]) > lost_share


def log_size(share: FloatArray) -> FloatArray:
    """Return log(1 + 1000 · share)."""
    size: FloatArray = np.log1p(1000.0 * np.maximum(share, 0.0))
    return size


def state_row(features: StateFeatures) -> FloatArray:
    """Return the features by which states are told apart: those of the state, and the mean of its nodes."""
    if not len(features.branch):
        return np.zeros(len(NODE_FEATURES))
    row: FloatArray = np.nan_to_num(features.node_x).mean(axis=0)
    return row


def _finite(value: float) -> float | None:
    return value if np.isfinite(value) else None


def _from_finite(value: float | None) -> float:
    return -np.inf if value is None else float(value)


def _params_from(values: Mapping[str, Any]) -> RiskParams:
    given = dict(values)
    return RiskParams(
        **{
            **given,
            "boosting": BoostingParams(**given["boosting"]),
            "net": NetParams(**given["net"]),
        }
    )
