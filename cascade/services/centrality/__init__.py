"""Measures how central each node of the grid is: a job."""

from cascade.services.centrality.starting import KIND, start_centralities

__all__ = ["KIND", "start_centralities"]
