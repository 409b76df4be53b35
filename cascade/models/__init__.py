"""Scenarios and their versions, frozen inputs, runs, batches and their results, and decisions."""

from cascade.models.batches import CascadeBatch, CascadeBatchChunk
from cascade.models.centrality import CentralityRun, CentralityScope, NodeCentrality
from cascade.models.decisions import (
    CostAssumptions,
    DamageFunction,
    DamageTable,
    DecisionStudy,
    RepairTime,
    SeverityThreshold,
)
from cascade.models.frozen import FrozenInputs, FrozenNetwork
from cascade.models.runs import CascadeArrays, CascadeRun, CascadeTrip, CascadeWave
from cascade.models.scenarios import Scenario, ScenarioVersion

__all__ = [
    "CascadeArrays",
    "CascadeBatch",
    "CascadeBatchChunk",
    "CascadeRun",
    "CascadeTrip",
    "CascadeWave",
    "CentralityRun",
    "CentralityScope",
    "CostAssumptions",
    "DamageFunction",
    "DamageTable",
    "DecisionStudy",
    "FrozenInputs",
    "FrozenNetwork",
    "NodeCentrality",
    "RepairTime",
    "Scenario",
    "ScenarioVersion",
    "SeverityThreshold",
]
