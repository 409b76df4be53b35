"""A model's figures are shown again on states that are drawn afresh."""

from dataclasses import replace

import numpy as np
import pytest
from sklearn.metrics import average_precision_score, roc_auc_score

from cascade.ml import splits
from cascade.ml.dataset import GridPlan, LabelledState
from cascade.ml.errors import BadModelFile
from cascade.ml.risk_model import RiskModel
from cascade.ml.splits import Part, SplitPlan, region_branches
from cascade.ml.study_grids import GridName
from cascade.ml.verifying import verify
from tests.unit.ml.samples import two_zones

# The held-out states of the small grid, and a few of another one as the grid that was never seen.
PLANS = (
    GridPlan(grid=GridName.EUROPE_89, n_states=60, seed=1),
    GridPlan(grid=GridName.SYNTHETIC_500, n_states=8, seed=2),
)


SPLIT = SplitPlan(
    home=GridName.EUROPE_89,
    region="high",
    unseen_grid=GridName.SYNTHETIC_500,
    held_out_grid=None,
    train_share=0.6,
    validation_share=0.2,
)


@pytest.fixture(autouse=True)
def zones(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(splits, "load_study_grid", two_zones)


def test_figures_that_hold_and_figures_that_do_not(model: RiskModel, states: list[LabelledState]) -> None:
    nothing = {part: {"roc_auc": 0.0, "average_precision": 0.0} for part in Part}
    seen: list[tuple[int, int]] = []

    found = verify(
        replace(model, about={"figures": nothing}), PLANS, SPLIT, lambda done, n: seen.append((done, n))
    )

    assert seen[-1] == (20, 20)  # 12 of the 60 states, and all 8 of the other grid
    assert not any(one.holds for one in found)
    inside = region_branches(SPLIT)
    for part, wanted in ((Part.UNSEEN_STATES, False), (Part.UNSEEN_REGION, True)):
        truth, score = [], []
        for each in states[48:]:
            chosen = inside[each.candidate_branch] == wanted
            truth.append(each.lost_share[chosen] > 0.01)
            score.append(model.predict(each.features).rank_score[chosen])
        mine = {one.measure: one.found for one in found if one.part == part}
        assert mine["roc_auc"] == pytest.approx(roc_auc_score(np.concatenate(truth), np.concatenate(score)))
        assert mine["average_precision"] == pytest.approx(
            average_precision_score(np.concatenate(truth), np.concatenate(score))
        )
    told: dict[str, dict[str, float]] = {}
    for one in found:
        told.setdefault(one.part, {})[one.measure] = one.found + 0.005
    again = verify(replace(model, about={"figures": told}), PLANS, SPLIT)
    assert all(one.holds for one in again)


def test_a_model_without_figures_cannot_be_verified(model: RiskModel) -> None:
    with pytest.raises(BadModelFile, match="figures"):
        verify(model, PLANS, SPLIT)
