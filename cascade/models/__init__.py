"""Scenarios, runs and their results."""

from cascade.models.runs import CascadeRun, CascadeTrip, CascadeWave
from cascade.models.scenarios import Scenario

__all__ = ["CascadeRun", "CascadeTrip", "CascadeWave", "Scenario"]
