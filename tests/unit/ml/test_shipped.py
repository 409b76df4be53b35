"""The model that comes with the product: whole, of today's features, and with its figures."""

import numpy as np

from cascade.ml.dataset import LabelledState
from cascade.ml.features import FEATURE_VERSION
from cascade.ml.judging import Evaluation
from cascade.ml.risk_model import RiskModel
from cascade.ml.splits import TESTS, SplitPlan
from cascade.ml.store import SHIPPED

FOLDER = SHIPPED / "cascade_risk"


def test_it_is_whole_and_says_what_it_was_trained_on_and_what_it_reached() -> None:
    model = RiskModel.load(FOLDER)
    told = model.about

    assert told["feature_version"] == FEATURE_VERSION
    assert set(told["figures"]) == set(TESTS)
    assert all(0.5 < one["roc_auc"] <= 1.0 for one in told["figures"].values())
    assert SplitPlan().unseen_grid not in told["seen_grids"]
    assert len(told["data_sha256"]) == 64
    assert told["device"] in {"cpu", "cuda"}
    assert len(model.nets) == model.params.n_nets
    assert sum(path.stat().st_size for path in FOLDER.iterdir()) < 8_000_000


def test_its_evaluation_is_of_the_same_tests() -> None:
    evaluation = Evaluation.load(FOLDER)
    told = RiskModel.load(FOLDER).about["figures"]

    assert set(evaluation.parts) == set(TESTS)
    for part, figures in evaluation.parts.items():
        assert figures["n"] == told[part]["n"]
        for name in ("roc_auc", "average_precision"):
            assert np.isclose(figures["model"][name]["value"], told[part][name], atol=1e-6)


def test_a_grid_that_it_does_not_know_is_called_so(states: list[LabelledState]) -> None:
    said = RiskModel.load(FOLDER).predict(states[0].features)

    assert said.is_unfamiliar
    assert np.all((said.probability > 0.0) & (said.probability < 1.0))
