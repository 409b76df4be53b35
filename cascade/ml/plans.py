"""The data sets that models are trained and compared on."""

from __future__ import annotations

from cascade.ml.dataset import GridPlan
from cascade.ml.net_params import NetParams
from cascade.ml.risk_model import RiskParams
from cascade.ml.splits import SplitPlan
from cascade.ml.states import StateParams
from cascade.ml.study_grids import GridName

SPREAD = StateParams(rating_spread=0.15)
"""Ratings perturbed one by one: many grids of one, so that a model cannot learn branches by heart."""

FULL: tuple[GridPlan, ...] = (
    GridPlan(grid=GridName.TEXAS, n_states=400, seed=1),
    GridPlan(grid=GridName.TEXAS, n_states=120, seed=2, params=SPREAD),
    GridPlan(grid=GridName.EUROPE_1354, n_states=60, seed=3, params=SPREAD),
    GridPlan(grid=GridName.EUROPE_2869, n_states=80, seed=4, params=SPREAD),
    GridPlan(grid=GridName.FRANCE_1888, n_states=60, seed=5, params=SPREAD),
    GridPlan(grid=GridName.FRANCE_1951, n_states=50, seed=6),
    GridPlan(grid=GridName.POLAND_2383, n_states=80, seed=7),
)
SMOKE: tuple[GridPlan, ...] = (
    GridPlan(grid=GridName.TEXAS, n_states=24, seed=1),
    GridPlan(grid=GridName.EUROPE_1354, n_states=6, seed=3, params=SPREAD),
    GridPlan(grid=GridName.POLAND_2383, n_states=6, seed=7),
)
SMOKE_SPLIT = SplitPlan(held_out_grid=None)
SMOKE_PARAMS = RiskParams(net=NetParams(n_passes=3), n_nets=2)
