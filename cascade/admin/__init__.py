"""The admin of the laboratory: scenarios, runs, batches, decisions, centralities, the risk of now."""

from cascade.admin import batches, centrality, decisions, risk, runs, scenarios

__all__ = ["batches", "centrality", "decisions", "risk", "runs", "scenarios"]
