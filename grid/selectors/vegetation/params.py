"""What the assessment of trees assumes, as the settings have it."""

from __future__ import annotations

from dataclasses import replace

from django.conf import settings

from grid.standards.tree_assessment import VegetationParams


def vegetation_params() -> VegetationParams:
    """Return the assumptions: those of the settings, and the defaults of the formulas for the others."""
    usual = VegetationParams()
    return replace(
        usual,
        clearance_m=tuple(settings.VEGETATION_CLEARANCE_M.items()),
        margin_m=settings.VEGETATION_MARGIN_M,
        search_m=settings.VEGETATION_SEARCH_M,
        risk=replace(usual.risk, cycle_years=settings.VEGETATION_CYCLE_YEARS),
    )
