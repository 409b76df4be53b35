"""A small grid, some of its states labelled, and a model trained on them."""

import pytest

from cascade.ml.boosting import BoostingParams
from cascade.ml.dataset import GridPlan, LabelledState, label_state, study_topology
from cascade.ml.net_params import NetParams
from cascade.ml.risk_model import RiskModel, RiskParams
from cascade.ml.risk_training import train_risk_model
from cascade.ml.study_grids import GridName
from cascade.ml.topology import Topology
from tests.unit.ml.samples import parts_of

SMALL = GridPlan(grid=GridName.EUROPE_89, n_states=60, seed=1)
QUICK = RiskParams(
    boosting=BoostingParams(n_trees=30, max_leaf_nodes=7, min_leaf_samples=5),
    net=NetParams(width=12, n_layers=2, n_passes=6, batch_states=6),
    n_nets=2,
)


@pytest.fixture(scope="session")
def topology() -> Topology:
    return study_topology(GridName.EUROPE_89)


@pytest.fixture(scope="session")
def states() -> list[LabelledState]:
    return [label_state(SMALL, index) for index in range(SMALL.n_states)]


@pytest.fixture(scope="session")
def model(states: list[LabelledState]) -> RiskModel:
    return train_risk_model(parts_of(states), QUICK, about={"data": "small"})
