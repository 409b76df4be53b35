"""What an interruption costs a customer: damage functions of class and duration."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise

from cascade.engine.decisions.ranges import InvalidDecisionInput

HOURS_PER_YEAR = 8760.0


class CostClass(StrEnum):
    """The classes of customers that damage functions tell apart."""

    RESIDENTIAL = "RESIDENTIAL"
    SMALL_CI = "SMALL_CI"
    """Small commercial and industrial."""
    MEDIUM_LARGE_CI = "MEDIUM_LARGE_CI"
    """Medium and large commercial and industrial."""

    @property
    def scales_with_load(self) -> bool:
        """Return whether the cost of a customer grows with its load, within the class."""
        return self is not CostClass.RESIDENTIAL


COST_CLASS_OF_BILLING: Mapping[str, CostClass] = {
    "RESIDENTIAL": CostClass.RESIDENTIAL,
    "COMMERCIAL": CostClass.SMALL_CI,
    "INDUSTRIAL": CostClass.MEDIUM_LARGE_CI,
}
"""How billing classes are read: the source splits businesses at 50,000 kWh a year."""


@dataclass(frozen=True, kw_only=True)
class DamageFunction:
    """Hold the cost of one interruption of an average customer of a class, by duration.

    Attributes:
        cost_class: the class.
        average_kw: mean load of a customer of the class, kW.
        durations_h: durations of the table, ascending, hours, > 0.
        event_usd: cost of one event per duration, in dollars of the table's year.
        longest_h: durations above this lie outside the survey: no cost is given for them.

    Raises:
        InvalidDecisionInput: naming the field.
    """

    cost_class: CostClass
    average_kw: float
    durations_h: tuple[float, ...]
    event_usd: tuple[float, ...]
    longest_h: float

    def __post_init__(self) -> None:
        """Check the table."""
        if not (math.isfinite(self.average_kw) and self.average_kw > 0.0):
            raise InvalidDecisionInput(
                field="average_kw", message=f"is {self.average_kw}; allowed: a number above 0"
            )
        if len(self.durations_h) < 2 or len(self.durations_h) != len(self.event_usd):
            raise InvalidDecisionInput(
                field="event_usd", message="give two or more durations, and one cost for each"
            )
        if not self.durations_h[0] > 0.0 or not all(a < b for a, b in pairwise(self.durations_h)):
            raise InvalidDecisionInput(
                field="durations_h", message=f"are {self.durations_h}; allowed: above 0 and ascending"
            )
        if not all(math.isfinite(cost) and cost >= 0.0 for cost in self.event_usd):
            raise InvalidDecisionInput(
                field="event_usd", message=f"are {self.event_usd}; allowed: numbers >= 0"
            )
        if not self.longest_h >= self.durations_h[-1]:
            raise InvalidDecisionInput(
                field="longest_h", message=f"is {self.longest_h}; allowed: the last duration or more"
            )

    def event_cost_usd(self, duration_h: float, *, average_kw: float | None = None) -> float | None:
        """Return the cost of one event of one customer, in the table's dollars.

        Linear between the durations of the table; what is shorter than the first costs as much as the first
        (a momentary interruption has a cost of its own); beyond the last the last slope goes on up to
        ``longest_h``. A customer with a load of its own is scaled by it, within a class that scales.

        Args:
            duration_h: hours, >= 0. No interruption costs nothing.
            average_kw: the customer's own mean load; None for the class's.

        Returns:
            Dollars, or None if the duration lies outside the survey.

        Raises:
            InvalidDecisionInput: if the duration or load is negative or no number.
        """
        check_hours("duration_h", duration_h)
        if duration_h > self.longest_h:
            return None
        cost = 0.0 if duration_h == 0.0 else self._interpolated(duration_h)
        if average_kw is None or not self.cost_class.scales_with_load:
            return cost
        check_hours("average_kw", average_kw)
        return cost * average_kw / self.average_kw

    def _interpolated(self, duration_h: float) -> float:
        if duration_h <= self.durations_h[0]:
            return self.event_usd[0]
        points = list(zip(self.durations_h, self.event_usd, strict=True))
        (start, low), (end, high) = next(
            (pair for pair in pairwise(points) if duration_h <= pair[1][0]), (points[-2], points[-1])
        )
        return low + (high - low) * (duration_h - start) / (end - start)


@dataclass(frozen=True, kw_only=True)
class DamageTable:
    """Hold one version of the damage functions.

    Attributes:
        name: what the table is called.
        source: where it comes from.
        dollar_year: the year of its dollars.
        price_factor: price level of the dollars reported over that of ``dollar_year``; 1 leaves them.
        functions: one function a class.

    Raises:
        InvalidDecisionInput: naming the field.
    """

    name: str
    source: str
    dollar_year: int
    price_factor: float
    functions: Mapping[CostClass, DamageFunction]

    def __post_init__(self) -> None:
        """Check the factor."""
        if not (math.isfinite(self.price_factor) and self.price_factor > 0.0):
            raise InvalidDecisionInput(
                field="price_factor", message=f"is {self.price_factor}; allowed: a number above 0"
            )


def check_hours(field: str, value: float) -> None:
    """Refuse what is negative or no number.

    Raises:
        InvalidDecisionInput: naming the field.
    """
    if not (math.isfinite(value) and value >= 0.0):
        raise InvalidDecisionInput(field=field, message=f"is {value}; allowed: a finite number >= 0")


ICE_DURATIONS_H = (5.0 / 60.0, 0.5, 1.0, 4.0, 8.0, 16.0)
ICE_LONGEST_H = 24.0
ICE_SOURCE = (
    "Sullivan, Schellenberg, Blundell, Updated Value of Service Reliability Estimates for Electric Utility "
    "Customers in the United States, LBNL-6941E (2015), Table ES-1: ICE 1.0"
)
ICE_DOLLAR_YEAR = 2013
_ICE_ROWS: dict[CostClass, tuple[float, tuple[float, ...]]] = {
    CostClass.MEDIUM_LARGE_CI: (7_140_501, (12_952, 15_241, 17_804, 39_458, 84_083, 165_482)),
    CostClass.SMALL_CI: (19_214, (412, 520, 647, 1_880, 4_690, 9_055)),
    CostClass.RESIDENTIAL: (13_351, (3.9, 4.5, 5.1, 9.5, 17.2, 32.4)),
}
"""Mean annual use, kWh, and dollars of 2013 an event at each duration of ICE_DURATIONS_H."""


def ice_1_0(*, price_factor: float = 1.0) -> DamageTable:
    """Return the damage functions of the ICE calculator 1.0, momentary read as five minutes."""
    return DamageTable(
        name="ICE 1.0",
        source=ICE_SOURCE,
        dollar_year=ICE_DOLLAR_YEAR,
        price_factor=price_factor,
        functions={
            cost_class: DamageFunction(
                cost_class=cost_class,
                average_kw=annual_kwh / HOURS_PER_YEAR,
                durations_h=ICE_DURATIONS_H,
                event_usd=tuple(float(cost) for cost in costs),
                longest_h=ICE_LONGEST_H,
            )
            for cost_class, (annual_kwh, costs) in _ICE_ROWS.items()
        },
    )
