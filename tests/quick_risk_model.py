"""A model of cascade risk made in a moment: trees that follow one feature."""

from functools import cache

import numpy as np

from cascade.ml.boosting import BoostingParams, fit_classifier, fit_regressor
from cascade.ml.calibration import Familiarity, Isotonic
from cascade.ml.features import NODE_FEATURES
from cascade.ml.risk_model import RiskModel, RiskParams

TOLD_BY = "wave1_worst_loading"
QUICK = BoostingParams(n_trees=8, max_leaf_nodes=4, min_leaf_samples=5)


@cache
def quick_risk_model(limit: float = 1e18) -> RiskModel:
    """Return a model whose score rises with the highest loading after the outage.

    Args:
        limit: squared distance up to which a state counts as familiar.
    """
    rng = np.random.default_rng(5)
    x = rng.uniform(0.0, 3.0, (400, len(NODE_FEATURES)))
    told = x[:, NODE_FEATURES.index(TOLD_BY)]
    trees = fit_classifier(x, told > 1.1, feature_names=NODE_FEATURES, params=QUICK)
    calibration = Isotonic(score=np.array([-2.0, 0.0, 2.0]), probability=np.array([0.05, 0.5, 0.85]))
    n = len(NODE_FEATURES)
    return RiskModel(
        params=RiskParams(boosting=QUICK, n_nets=0),
        trees=trees,
        size_trees=fit_regressor(x, told, feature_names=NODE_FEATURES, params=QUICK),
        nets=(),
        net_weight=0.0,
        net_weight_elsewhere=0.0,
        calibration=calibration,
        calibration_elsewhere=calibration,
        threshold=0.5,
        simulate_from=1e9,
        simulate_from_elsewhere=1e9,
        familiarity=Familiarity(centre=np.zeros((1, n)), precision=np.eye(n), limit=limit),
        about={"algorithm": "trees for tests", "device": "cpu", "data_sha256": "0" * 64},
    )
