"""When customers will be back: computed at each step, unless an operator said so."""

from __future__ import annotations

from typing import Any

from grid import models
from grid.selectors.restoration import estimate_outage
from grid.services.operations import Unit

BY_OPERATOR = "OPERATOR"


def is_by_operator(outage: models.Outage) -> bool:
    """Return whether an operator has set the estimate, and not given it back."""
    last = models.OperationEvent.objects.filter(outage=outage, action="SET_ESTIMATE").order_by("-pk").first()
    return last is not None and last.changes.get("estimate_basis", [None, None])[1] == BY_OPERATOR


def re_estimate(outage: models.Outage, unit: Unit, *, work_begins: bool = False) -> dict[str, Any]:
    """Set a new estimate unless an operator's stands; return what to tell of it."""
    return {} if is_by_operator(outage) else compute(outage, unit, work_begins=work_begins)


def compute(outage: models.Outage, unit: Unit, *, work_begins: bool = False) -> dict[str, Any]:
    """Set a new estimate; return what to tell of it."""
    found = estimate_outage(outage, now=unit.now, work_begins=work_begins)
    outage.estimated_restoration_at = found.p50_at
    outage.estimated_restoration_p80_at = found.p80_at
    basis = found.basis if found.sample_count is None else f"{found.basis} {found.sample_count}"
    return {"estimate_basis": [None, basis]}
