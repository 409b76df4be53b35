"""A model of propagation made in a moment: trees that follow one feature, on any state familiar."""

from functools import cache

import numpy as np

from cascade.ml.boosting import BoostingParams, fit_classifier
from cascade.ml.calibration import Familiarity, Isotonic
from cascade.ml.propagation import STATE_FEATURES, PropagationModel, PropagationParams
from cascade.ml.propagation_features import PROPAGATION_FEATURES

TOLD_BY = "loading_highest"
QUICK = BoostingParams(n_trees=8, max_leaf_nodes=4, min_leaf_samples=5)


@cache
def quick_propagation_model(limit: float = 1e18) -> PropagationModel:
    """Return a model whose score rises with the highest loading in the first waves.

    Args:
        limit: squared distance up to which a state counts as familiar.
    """
    rng = np.random.default_rng(6)
    x = rng.uniform(0.0, 2.0, (400, len(PROPAGATION_FEATURES)))
    told = x[:, PROPAGATION_FEATURES.index(TOLD_BY)]
    calibration = Isotonic(score=np.array([-2.0, 0.0, 2.0]), probability=np.array([0.05, 0.5, 0.85]))
    n = len(STATE_FEATURES)
    return PropagationModel(
        params=PropagationParams(boosting=QUICK, n_nets=0),
        trees=fit_classifier(x, told > 0.5, feature_names=PROPAGATION_FEATURES, params=QUICK),
        nets=(),
        net_share=0.0,
        net_share_elsewhere=0.0,
        calibration=calibration,
        calibration_elsewhere=calibration,
        threshold=0.5,
        familiarity=Familiarity(centre=np.zeros((1, n)), precision=np.eye(n), limit=limit),
        about={"device": "cpu", "data_sha256": "0" * 64},
    )
