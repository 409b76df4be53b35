"""The admin of the cascade laboratory: scenarios, runs, batches, decisions and centralities."""

from cascade.admin import batches, centrality, decisions, runs, scenarios

__all__ = ["batches", "centrality", "decisions", "runs", "scenarios"]
