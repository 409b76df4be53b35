"""One number for the control room: the expected customer-hours against those of an ordinary day.

    score = min(100, 25 · log₂(1 + expected / ordinary))

0 is nothing expected, 25 as much as on an ordinary day, 50 three times as much, 75 seven times, 100 fifteen
times or more. Both sides are means of the same quantity over a day, so their ratio is one without unit, and
the utility's own days say what is ordinary. The scale and the levels are a convention.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from cascade.engine.risk_now.parts import VITAL, RiskPart

POINTS_PER_DOUBLING = 25.0
MOST = 100.0


class RiskLevel(StrEnum):
    """How the score is called."""

    NORMAL = "NORMAL"
    ELEVATED = "ELEVATED"
    HIGH = "HIGH"
    CRITICAL = "CRITICAL"


@dataclass(frozen=True, kw_only=True)
class Assessment:
    """Hold the score and what it rests on.

    Attributes:
        total: customer-hours expected, over the parts that are known; None: no part is.
        score: 0 to 100; None: not known.
        level: of the score; None: not known.
        missing: parts that are not known, and thus not in the total.
        reason: why there is no score.
    """

    total: float | None
    score: float | None
    level: RiskLevel | None
    missing: tuple[RiskPart, ...]
    reason: str | None


def score_of(expected: float, ordinary: float) -> float:
    """Return the score; never below 0, and rising with what is expected.

    Raises:
        ValueError: if the ordinary day is not above 0 or a number is not finite.
    """
    if not (math.isfinite(expected) and math.isfinite(ordinary) and ordinary > 0.0):
        raise ValueError(f"no score of {expected} customer-hours against {ordinary} on an ordinary day")
    return min(MOST, POINTS_PER_DOUBLING * math.log2(1.0 + max(expected, 0.0) / ordinary))


def level_of(score: float, limits: Mapping[str, float]) -> RiskLevel:
    """Return the level of a score; ``limits`` says from where on each level above NORMAL begins."""
    reached = [level for level in RiskLevel if level in limits and score >= limits[level]]
    return max(reached, key=lambda level: limits[level], default=RiskLevel.NORMAL)


def assess(
    parts: Mapping[RiskPart, float | None],
    *,
    ordinary: float | None,
    ordinary_reason: str | None,
    limits: Mapping[str, float],
) -> Assessment:
    """Return the score of parts; those not known, or not given, are missing from it.

    There is no score without a vital part or without an ordinary day above 0: what is left would say that
    little is to be expected when in truth little is known.
    """
    known = {part: parts[part] for part in RiskPart if parts.get(part) is not None}
    missing = tuple(part for part in RiskPart if part not in known)
    total = sum(value for value in known.values() if value is not None) if known else None
    reason = None
    if gone := [part for part in VITAL if part in missing]:
        reason = f"Not known: {', '.join(gone)}."
    elif ordinary is None:
        reason = ordinary_reason or "No ordinary day is known."
    elif not ordinary > 0.0:
        reason = "No customer was interrupted on the ordinary days on record."
    if reason is not None or total is None or ordinary is None:
        return Assessment(total=total, score=None, level=None, missing=missing, reason=reason)
    score = score_of(total, ordinary)
    return Assessment(total=total, score=score, level=level_of(score, limits), missing=missing, reason=None)
