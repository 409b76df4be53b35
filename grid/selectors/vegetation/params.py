"""What the assessment of trees assumes, as the admin and the settings have it."""

from __future__ import annotations

from dataclasses import replace

from django.conf import settings

from grid import models
from grid.standards.tree_assessment import VegetationParams

TRANSMISSION = "TRANSMISSION"


def vegetation_params() -> VegetationParams:
    """Return the assumptions: clearances as the admin has set them, else as the settings have them.

    What neither says is as the formulas have it.
    """
    usual = VegetationParams()
    rows = models.VegetationClearance.objects.order_by("line_class")
    edited = dict(rows.values_list("line_class", "clearance_m"))
    margin_m = edited.pop(TRANSMISSION, settings.VEGETATION_MARGIN_M)
    return replace(
        usual,
        clearance_m=tuple({**settings.VEGETATION_CLEARANCE_M, **edited}.items()),
        margin_m=margin_m,
        search_m=settings.VEGETATION_SEARCH_M,
        risk=replace(usual.risk, cycle_years=settings.VEGETATION_CYCLE_YEARS),
    )
