"""Forecasts of runs and their branches, as far as a user may see them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from cascade import models
from flux_site.api.errors import BadInput
from grid.selectors.network import name_branches

MOST_ROWS = 250


@dataclass(frozen=True, kw_only=True)
class Page:
    """Hold a page of branches, and their names."""

    total_count: int
    items: list[models.ForecastBranch]
    names: dict[str, str]


def branches(forecast_id: int, *, outcomes: Sequence[str] | None, first: int, offset: int, user: Any) -> Page:
    """Return a page of the branches of a forecast that a user may see, the likeliest first.

    Raises:
        BadInput: naming the field.
    """
    if not 1 <= first <= MOST_ROWS:
        raise BadInput(f"first is {first}; it must be 1 to {MOST_ROWS}.", field="first")
    if offset < 0:
        raise BadInput(f"offset is {offset}; it must be 0 or more.", field="offset")
    rows = models.ForecastBranch.objects.filter(forecast_id=forecast_id).visible_to(user)  # type: ignore[attr-defined]
    if outcomes is not None:
        rows = rows.filter(outcome__in=[str(getattr(each, "value", each)) for each in outcomes])
    found = list(rows.order_by("rank")[offset : offset + first])
    return Page(
        total_count=rows.count(),
        items=found,
        names=name_branches([row.branch_id for row in found]),
    )
