"""Severity tiers by customers out and load lost."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from cascade.engine.decisions.ranges import InvalidDecisionInput


@dataclass(frozen=True, kw_only=True)
class SeverityTier:
    """Hold a tier: it is reached by customers or by load, whichever first; None asks for neither.

    Attributes:
        name: what it is called.
        min_customers: customers out from which it holds.
        min_mw: load lost from which it holds, MW.
    """

    name: str
    min_customers: float | None
    min_mw: float | None


@dataclass(frozen=True, kw_only=True)
class Severity:
    """Hold the tier reached, and by what.

    Attributes:
        tier: the highest tier reached; None if none is.
        reached_by: CUSTOMERS, LOAD or both.
        reason: what is not known; empty if all is.
    """

    tier: str | None
    reached_by: tuple[str, ...]
    reason: str


def assess(tiers: Sequence[SeverityTier], *, customers: float | None, lost_mw: float) -> Severity:
    """Return the highest tier reached.

    Args:
        tiers: lowest first.
        customers: customers out; None if not known: then only the load decides, and the answer says so.
        lost_mw: load lost.

    Raises:
        InvalidDecisionInput: if the thresholds do not ascend from tier to tier.
    """
    for field in ("min_customers", "min_mw"):
        given = [getattr(tier, field) for tier in tiers if getattr(tier, field) is not None]
        if sorted(given) != given or any(value < 0 for value in given):
            raise InvalidDecisionInput(
                field=field, message=f"are {given} from the lowest tier up; allowed: ascending, >= 0"
            )
    reason = "" if customers is not None else "customers out are not known; the load alone decides"
    for tier in reversed(tiers):
        reached = []
        if tier.min_customers is not None and customers is not None and customers >= tier.min_customers:
            reached.append("CUSTOMERS")
        if tier.min_mw is not None and lost_mw >= tier.min_mw:
            reached.append("LOAD")
        if reached:
            return Severity(tier=tier.name, reached_by=tuple(reached), reason=reason)
    return Severity(tier=None, reached_by=(), reason=reason)
