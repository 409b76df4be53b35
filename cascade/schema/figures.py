"""A figure with its range, as the API shows it."""

from typing import Any

import strawberry

from cascade.engine.decisions.ranges import Range


@strawberry.type(description="A figure with its range; null is not known, never 0.")
class FigureRange:
    """A figure."""

    low: float | None
    mid: float | None
    high: float | None
    reasons: list[str] = strawberry.field(description="Why a value is not known, or only a bound.")


def figure_range(found: Range | dict[str, Any]) -> FigureRange:
    """Return a range as the API shows it."""
    values = found if isinstance(found, dict) else vars(found)
    return FigureRange(
        low=values["low"], mid=values["mid"], high=values["high"], reasons=list(values["reasons"])
    )
