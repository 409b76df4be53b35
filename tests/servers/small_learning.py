"""Data sets and models of cascade risk that take seconds: two small grids in place of the study's."""

from dataclasses import replace

import cascade.ml.risk_task as task
from cascade.ml import plans
from cascade.ml.boosting import BoostingParams
from cascade.ml.dataset import GridPlan
from cascade.ml.net_params import NetParams
from cascade.ml.risk_model import RiskParams
from cascade.ml.splits import SplitPlan
from cascade.ml.study_grids import GridName

PLANS = (
    GridPlan(grid=GridName.SYNTHETIC_500, n_states=12, seed=2),
    GridPlan(grid=GridName.EUROPE_89, n_states=20, seed=1),
)
SPLIT = SplitPlan(
    home=GridName.SYNTHETIC_500,
    home_seed=2,
    train_share=0.5,
    validation_share=0.25,
    region="zone 2",
    unseen_grid=GridName.EUROPE_89,
    held_out_grid=None,
)
QUICK = RiskParams(
    boosting=BoostingParams(n_trees=20, max_leaf_nodes=7, min_leaf_samples=5),
    net=NetParams(width=8, n_layers=1, n_passes=2, batch_states=6),
    n_nets=1,
)


def use_small() -> None:
    """Let the SMOKE plan be the small one, in this process and for good."""
    task.PLANS["SMOKE"] = PLANS
    plans.SMOKE_SPLIT = SPLIT


def quick(seed: int = 0) -> RiskParams:
    """Return quick settings."""
    return replace(QUICK, seed=seed)
