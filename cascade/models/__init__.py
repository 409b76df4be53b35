"""Scenarios and their versions, frozen inputs, runs, batches, results, decisions, risk, learned models."""

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
from cascade.models.forecasts import ForecastBranch, ForecastOutcome, RunForecast
from cascade.models.frozen import FrozenInputs, FrozenNetwork
from cascade.models.learning import (
    DatasetState,
    DriftCheck,
    EvaluationCases,
    LearnedModel,
    LearnedWeights,
    LearningDataset,
    ModelEvaluation,
    ModelOrigin,
    ModelState,
    Promotion,
    PromotionKind,
)
from cascade.models.risk import RiskAssumption, RiskContribution, RiskNetwork, RiskSample
from cascade.models.runs import CascadeArrays, CascadeRun, CascadeTrip, CascadeWave
from cascade.models.scenarios import Scenario, ScenarioVersion
from cascade.models.transformer_risk import (
    TransformerForecast,
    TransformerForecastRun,
    TransformerPrediction,
    TransformerRiskRun,
)
from cascade.models.vulnerability import (
    VulnerabilityBasis,
    VulnerabilityEntry,
    VulnerabilityMap,
    VulnerabilityState,
    VulnerabilityTier,
)

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
    "DatasetState",
    "DecisionStudy",
    "DriftCheck",
    "EvaluationCases",
    "ForecastBranch",
    "ForecastOutcome",
    "FrozenInputs",
    "FrozenNetwork",
    "LearnedModel",
    "LearnedWeights",
    "LearningDataset",
    "ModelEvaluation",
    "ModelOrigin",
    "ModelState",
    "NodeCentrality",
    "Promotion",
    "PromotionKind",
    "RepairTime",
    "RiskAssumption",
    "RiskContribution",
    "RiskNetwork",
    "RiskSample",
    "RunForecast",
    "Scenario",
    "ScenarioVersion",
    "SeverityThreshold",
    "TransformerForecast",
    "TransformerForecastRun",
    "TransformerPrediction",
    "TransformerRiskRun",
    "VulnerabilityBasis",
    "VulnerabilityEntry",
    "VulnerabilityMap",
    "VulnerabilityState",
    "VulnerabilityTier",
]
