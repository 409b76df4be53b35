"""The admin of the laboratory: scenarios, runs, decisions, centralities, risk and learned models."""

from cascade.admin import (
    batches,
    centrality,
    decisions,
    forecasts,
    learning,
    learning_records,
    risk,
    runs,
    scenarios,
    transformer_risk,
    vulnerability,
)

__all__ = [
    "batches",
    "centrality",
    "decisions",
    "forecasts",
    "learning",
    "learning_records",
    "risk",
    "runs",
    "scenarios",
    "transformer_risk",
    "vulnerability",
]
