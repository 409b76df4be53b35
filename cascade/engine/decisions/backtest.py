"""A plan's curve of restoration against a published one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone

import numpy as np

from cascade.engine.decisions.crew_schedule import milestones
from cascade.engine.decisions.outage_tree import OutageTree
from cascade.engine.decisions.ranges import InvalidDecisionInput
from grid.powerflow.arrays import FloatArray


@dataclass(frozen=True, kw_only=True)
class CurvePoint:
    """Hold how much was restored when.

    Attributes:
        hours: since restoration began.
        share: of the customers out at the peak, 0 to 1.
    """

    hours: float
    share: float


@dataclass(frozen=True, kw_only=True)
class Backtest:
    """Hold the comparison.

    Attributes:
        time_factor: hours of the storm over hours of the plan, fitted to the one point.
        fitted_on: that point.
        errors: per other point, share of the plan less share published.
    """

    time_factor: float
    fitted_on: CurvePoint
    errors: dict[CurvePoint, float]

    @property
    def rms_error(self) -> float:
        """Return the root mean square of the errors; the fitted point is not among them."""
        return float(np.sqrt(np.mean(np.square(list(self.errors.values())))))


BERYL_CUSTOMERS_OUT = 2_262_492
"""Customers of CenterPoint Energy out at the peak of Hurricane Beryl, July 2024 (company statements)."""
_CDT = timezone(timedelta(hours=-5))
BERYL_BEGAN_AT = datetime(2024, 7, 8, 12, tzinfo=_CDT)
"""Noon of the day of landfall, when winds had eased. An assumption: no statement says when work began."""
BERYL = tuple(
    CurvePoint(hours=(at - BERYL_BEGAN_AT).total_seconds() / 3600.0, share=restored / BERYL_CUSTOMERS_OUT)
    for at, restored in (
        (datetime(2024, 7, 9, 15, tzinfo=_CDT), 640_000),
        (datetime(2024, 7, 9, 20, tzinfo=_CDT), 850_000),
        (datetime(2024, 7, 10, 13, tzinfo=_CDT), 914_000),
        (datetime(2024, 7, 15, 20, 11, tzinfo=_CDT), 0.92 * BERYL_CUSTOMERS_OUT),
        (datetime(2024, 7, 16, 8, 30, tzinfo=_CDT), 2_134_542),
    )
)
"""What company statements said was restored, at the moments they named."""


def backtest(
    tree: OutageTree, energised_h: FloatArray, *, points: Sequence[CurvePoint], fitted_on: CurvePoint
) -> Backtest:
    """Return how a plan's curve differs from a published one, once its clock is fitted to one point.

    The factor on time stands for what is not known of the storm: how many repairs and crews there were.

    Raises:
        InvalidDecisionInput: if the plan brings nothing back, or does so at once.
    """
    [reached_h] = milestones(tree, energised_h, (fitted_on.share,))
    if reached_h is None or reached_h <= 0.0:
        raise InvalidDecisionInput(field="tree", message="brings nothing back over time")
    factor = fitted_on.hours / reached_h
    weight = np.array([job.weight for job in tree.jobs])
    errors = {
        point: float(weight[energised_h * factor <= point.hours].sum() / tree.weight) - point.share
        for point in points
        if point != fitted_on
    }
    return Backtest(time_factor=factor, fitted_on=fitted_on, errors=errors)
