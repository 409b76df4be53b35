"""Scenarios and their versions, frozen inputs, runs, batches, their results, decisions, the risk of now."""

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
from cascade.models.risk import RiskAssumption, RiskContribution, RiskNetwork, RiskSample
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
    "RiskAssumption",
    "RiskContribution",
    "RiskNetwork",
    "RiskSample",
    "Scenario",
    "ScenarioVersion",
    "SeverityThreshold",
]
