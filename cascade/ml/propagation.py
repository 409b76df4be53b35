"""The model of propagation: which branches trip later, given a set of outages.

Boosted trees speak of every branch that the first power flow leaves open. Networks correct them among the
branches most in danger, which hear of each other. How much the networks count is chosen on states that
were not trained on: once for states like those of training, and once, on a grid that was not trained on, for
others.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from cascade.engine.checks import check_whole
from cascade.ml.boosting import BoostingParams, TreeEnsemble
from cascade.ml.calibration import Familiarity, Isotonic
from cascade.ml.errors import BadModelFile
from cascade.ml.model_files import check_features, load_model, net_arrays, part, restored_net, save_model
from cascade.ml.net_params import NetParams
from cascade.ml.outage_sets import PreparedState
from cascade.ml.propagation_data import OutageSampling
from cascade.ml.propagation_features import PROPAGATION_FEATURES, PROPAGATION_VERSION, OutageView, view_outage
from cascade.ml.propagation_graph import OutageGraph, graph_of
from grid.powerflow.arrays import FloatArray, IntArray

if TYPE_CHECKING:
    from cascade.ml.propagation_net import CorrectionNet

KIND = "PROPAGATION"
STATE_FEATURES = (
    "loading_before",
    "limit_share",
    "flow_share",
    "kv_ratio",
    "struck_count",
    "struck_worst",
    "reserve_frac",
    "loading_mean",
    "loading_p95",
    "loading_p99",
    "share_above_80",
)
"""Features whose mean over the branches tells a state that is unlike those of training."""
_STATE_COLUMNS = [PROPAGATION_FEATURES.index(name) for name in STATE_FEATURES]


@dataclass(frozen=True, kw_only=True)
class PropagationParams:
    """Hold how the model is trained, stored with it.

    Attributes:
        boosting: settings of the trees.
        net: settings of each network; its ``batch_states`` counts outages.
        n_nets: networks, each with a seed of its own; 0 for trees alone.
        sampling: which outages of each state are learned from.
        seed: seed of the first network.
    """

    boosting: BoostingParams = field(
        default_factory=lambda: BoostingParams(n_trees=150, learning_rate=0.08, min_leaf_samples=40)
    )
    net: NetParams = field(
        default_factory=lambda: NetParams(
            width=24, n_layers=3, n_passes=3, batch_states=16, learning_rate=0.003
        )
    )
    n_nets: int = 5
    sampling: OutageSampling = field(default_factory=OutageSampling)
    seed: int = 0

    def __post_init__(self) -> None:
        """Check the numbers.

        Raises:
            InvalidParams: naming the field.
        """
        check_whole("n_nets", self.n_nets, lowest=0, highest=100)
        check_whole("seed", self.seed, lowest=0, highest=2**31 - 1)


@dataclass(frozen=True, eq=False, kw_only=True)
class TripPrediction:
    """Hold what the model says of an outage: predictions. Where there is a simulation, that stands.

    Attributes:
        out: the outages.
        first: branches that the first power flow overloads; they trip, which is no prediction.
        branch: the branches that it leaves open, ascending; those without a limit never trip, and are not
            here.
        probability: that each trips later.
        score: log-odds before calibration; for ranking.
        trip_wave: the wave in which each trips by distribution factors alone; 0: not in those followed.
        is_unfamiliar: the state is unlike those of training: trust the ranking, not the probabilities.
        about: the features of each open branch, columns
            :data:`cascade.ml.propagation_features.PROPAGATION_FEATURES`.
    """

    out: IntArray
    first: IntArray
    branch: IntArray
    probability: FloatArray
    score: FloatArray
    trip_wave: IntArray
    is_unfamiliar: bool
    about: FloatArray


@dataclass(frozen=True, eq=False, kw_only=True)
class PropagationModel:
    """Hold a trained model. Not changed by use.

    Attributes:
        params: how it was trained.
        trees: the trees.
        nets: the networks that correct them.
        net_share: how much of the networks' correction counts on familiar states, 0 .. 1.
        net_share_elsewhere: the same on others.
        calibration: from log-odds to probability, on familiar states.
        calibration_elsewhere: the same on others.
        threshold: probability from which the model says yes, with the highest F1 on validation.
        familiarity: tells strange states.
        about: data set, figures and what else is worth knowing.
    """

    params: PropagationParams
    trees: TreeEnsemble
    nets: tuple[CorrectionNet, ...]
    net_share: float
    net_share_elsewhere: float
    calibration: Isotonic
    calibration_elsewhere: Isotonic
    threshold: float
    familiarity: Familiarity
    about: Mapping[str, Any]

    def predict(self, prepared: PreparedState, out: Sequence[int] | IntArray) -> TripPrediction:
        """Predict which branches trip after a set of outages.

        Raises:
            InvalidTrainingData: if the set is empty or names a branch twice.
        """
        return self.predict_view(prepared, view_outage(prepared, out))

    def predict_view(self, prepared: PreparedState, view: OutageView) -> TripPrediction:
        """Predict from features that are there."""
        is_unfamiliar = bool(self.familiarity.is_unfamiliar(state_row(view)[None, :])[0])
        share = self.net_share_elsewhere if is_unfamiliar else self.net_share
        graph, by_trees = graph_of(prepared, view, self.trees)
        score = mixed(by_trees, graph, net_log_odds(self.nets if share else (), graph), share)
        calibration = self.calibration_elsewhere if is_unfamiliar else self.calibration
        return TripPrediction(
            out=view.out,
            first=view.first,
            branch=view.branch,
            probability=calibration(score),
            score=score,
            trip_wave=view.trip_wave,
            is_unfamiliar=is_unfamiliar,
            about=view.x,
        )

    def save(self, folder: Path) -> str:
        """Write the model and return the digest of its weights."""
        arrays: dict[str, npt.NDArray[Any]] = {
            **self.calibration.to_arrays("calibration"),
            **self.calibration_elsewhere.to_arrays("calibration_elsewhere"),
            **self.familiarity.to_arrays(),
            **net_arrays(self.nets),
            **{f"trees/{key}": values for key, values in self.trees.to_arrays().items()},
        }
        about = {
            **self.about,
            "algorithm": "TREES_AND_NETS" if self.nets else "TREES",
            "params": asdict(self.params),
            "trees": self.trees.to_dict(),
            "net_share": self.net_share,
            "net_share_elsewhere": self.net_share_elsewhere,
            "threshold": self.threshold,
            "familiarity_limit": self.familiarity.limit,
            "feature_version": PROPAGATION_VERSION,
            "features": list(PROPAGATION_FEATURES),
        }
        return save_model(folder, kind=KIND, arrays=arrays, about=about)

    @classmethod
    def load(cls, folder: Path) -> PropagationModel:
        """Read a model.

        Raises:
            BadModelFile: if there is none, it is damaged, or it was trained on other features.
        """
        manifest, arrays = load_model(folder, kind=KIND)
        check_features(
            manifest, {"feature_version": PROPAGATION_VERSION, "features": list(PROPAGATION_FEATURES)}
        )
        from cascade.ml.propagation_net import CorrectionNet

        try:
            params = _params_from(manifest["params"])
            return cls(
                params=params,
                trees=TreeEnsemble.restored(manifest["trees"], part(arrays, "trees")),
                nets=tuple(
                    restored_net(CorrectionNet(params.net), arrays, number) for number in range(params.n_nets)
                ),
                net_share=float(manifest["net_share"]),
                net_share_elsewhere=float(manifest["net_share_elsewhere"]),
                calibration=Isotonic.restored("calibration", arrays),
                calibration_elsewhere=Isotonic.restored("calibration_elsewhere", arrays),
                threshold=float(manifest["threshold"]),
                familiarity=Familiarity.restored(arrays, manifest["familiarity_limit"]),
                about=manifest,
            )
        except (KeyError, TypeError) as error:
            raise BadModelFile(field=str(error), message="is missing or of the wrong kind") from error


def net_log_odds(nets: Sequence[CorrectionNet], graph: OutageGraph) -> FloatArray:
    """Return what each network says of each node of a graph, shape (networks, nodes)."""
    if not nets:
        return np.empty((0, len(graph.node)))
    from cascade.ml.propagation_net import corrected

    return np.stack([corrected(net, graph) for net in nets])


def mixed(by_trees: FloatArray, graph: OutageGraph, by_nets: FloatArray, share: float) -> FloatArray:
    """Return the trees' log-odds with a share of the mean correction of the networks."""
    score = by_trees.copy()
    if len(by_nets):
        score[graph.node] += share * (by_nets.mean(axis=0) - by_trees[graph.node])
    return score


def state_row(view: OutageView) -> FloatArray:
    """Return the features by which states are told apart."""
    if not len(view.branch):
        return np.zeros(len(_STATE_COLUMNS))
    row: FloatArray = view.x[:, _STATE_COLUMNS].mean(axis=0)
    return row


def _params_from(values: Mapping[str, Any]) -> PropagationParams:
    return PropagationParams(
        **{
            **values,
            "boosting": BoostingParams(**values["boosting"]),
            "net": NetParams(**values["net"]),
            "sampling": OutageSampling(**values["sampling"]),
        }
    )
