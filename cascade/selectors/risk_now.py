"""The risk of now and how it went, over the zones that a user may see.

A sample has the parts of each zone. The parts of several zones add up; one that is not known in one of them
is not known of all. The ordinary day adds up in the same way, so that the score of a user who is limited to
zones is that of these zones against their own ordinary days.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any

from django.conf import settings
from django.db.models import Count, Max, Min, Sum

from cascade import models
from cascade.engine.risk_now.parts import RiskPart
from cascade.engine.risk_now.score import Assessment, assess
from flux_site.api.errors import BadInput

COLUMNS = models.RiskSample.COLUMNS
NO_SAMPLE = "No sample was taken yet of a zone that you may see."
NO_ORDINARY = "No ordinary day is known."
ORDINARY = "ORDINARY_DAY"
"""Stands for the ordinary day among the reasons of a sample."""


class RiskResolution(StrEnum):
    """How far apart the points of a history are."""

    FIVE_MINUTES = "FIVE_MINUTES"
    HOUR = "HOUR"
    DAY = "DAY"


_STEPS = {
    RiskResolution.FIVE_MINUTES: timedelta(minutes=5),
    RiskResolution.HOUR: timedelta(hours=1),
    RiskResolution.DAY: timedelta(days=1),
}
_MOST = {
    RiskResolution.FIVE_MINUTES: timedelta(days=7),
    RiskResolution.HOUR: timedelta(days=90),
    RiskResolution.DAY: timedelta(days=90),
}


@dataclass(frozen=True, kw_only=True)
class PartNow:
    """A part of the risk.

    Attributes:
        part: which.
        customer_hours: expected in 24 h; None: not known.
        coverage_frac: share of its assets that are known; None: it has none.
        reason: why it is not known.
    """

    part: RiskPart
    customer_hours: float | None
    coverage_frac: float | None
    reason: str | None


@dataclass(frozen=True, kw_only=True)
class RiskNow:
    """The risk as last sampled; ``at`` None: never.

    Attributes:
        at: moment of the sample.
        customers: active accounts in the zones.
        assessment: the score and what is missing from it.
        ordinary_day: customer-hours of an ordinary day; None: not known.
        ordinary_reason: why it is not.
        parts: every part.
    """

    at: datetime | None
    customers: int | None
    assessment: Assessment
    ordinary_day: float | None
    ordinary_reason: str | None
    parts: tuple[PartNow, ...]


@dataclass(frozen=True, kw_only=True)
class RiskPoint:
    """The risk at a moment, or the mean over a span that begins there."""

    at: datetime
    assessment: Assessment
    ordinary_day: float | None
    parts: dict[RiskPart, float | None]


def risk_now(user: Any) -> RiskNow:
    """Return the newest sample of the zones a user may see."""
    visible = models.RiskSample.objects.visible_to(user)
    at = visible.aggregate(at=Max("at"))["at"]
    rows = list(visible.filter(at=at).order_by("zone_id")) if at is not None else []
    parts = tuple(_part(part, rows) for part in RiskPart)
    ordinary = _total([row.ordinary_day_h for row in rows])
    reason = None
    if not rows:
        reason = NO_SAMPLE
    elif ordinary is None:
        reason = _first_reason(ORDINARY, rows) or NO_ORDINARY
    return RiskNow(
        at=at,
        customers=sum(row.customers for row in rows) if rows else None,
        assessment=_assessed({each.part: each.customer_hours for each in parts}, ordinary, reason)
        if rows
        else Assessment(total=None, score=None, level=None, missing=tuple(RiskPart), reason=NO_SAMPLE),
        ordinary_day=ordinary,
        ordinary_reason=reason,
        parts=parts,
    )


def contributions(*, part: RiskPart, limit: int, user: Any) -> list[models.RiskContribution]:
    """Return what adds most to a part in the zones a user may see, the most first.

    Raises:
        BadInput: if the limit is not 1 to 100.
    """
    if not 1 <= limit <= 100:
        raise BadInput(f"limit is {limit}; it must be 1 to 100.", field="limit")
    visible = models.RiskContribution.objects.visible_to(user)
    return list(visible.filter(part=part)[:limit])


def largest_contributions(
    *, limit: int, user: Any, asset_id: str | None = None
) -> list[models.RiskContribution]:
    """Return what adds most to the risk over all parts, or what one asset adds, the most first.

    Raises:
        BadInput: if the limit is not 1 to 100.
    """
    if not 1 <= limit <= 100:
        raise BadInput(f"limit is {limit}; it must be 1 to 100.", field="limit")
    visible = models.RiskContribution.objects.visible_to(user)
    if asset_id is not None:
        visible = visible.filter(asset_id=asset_id)
    return list(visible.order_by("-customer_hours", "part", "asset_id")[:limit])


def networks() -> list[models.RiskNetwork]:
    """Return the networks that were looked at."""
    return list(models.RiskNetwork.objects.order_by("interconnect"))


def assumptions() -> list[models.RiskAssumption]:
    """Return what the risk rests on."""
    return list(models.RiskAssumption.objects.order_by("key"))


def risk_history(*, start: datetime, end: datetime, resolution: RiskResolution, user: Any) -> list[RiskPoint]:
    """Return the risk from ``start`` to before ``end``, the oldest first.

    A point stands for the mean of the samples of its span (days are those of UTC). A span without a sample
    has no point; a part that one of its samples does not know is not known of the span.

    Raises:
        BadInput: naming the field: the period is empty or longer than the resolution allows.
    """
    if end <= start:
        raise BadInput(f"end is {end.isoformat()}; it must be after start.", field="end")
    if end - start > _MOST[resolution]:
        raise BadInput(
            f"The period has {(end - start).days} days; {resolution} is given for at most "
            f"{_MOST[resolution].days} at a time.",
            field="end",
        )
    columns = [*COLUMNS.values(), "ordinary_day_h"]
    sums = {f"{name}_sum": Sum(name) for name in columns} | {f"{name}_n": Count(name) for name in columns}
    samples: Any = (
        models.RiskSample.objects.visible_to(user)
        .filter(at__gte=start, at__lt=end)
        .order_by("at")
        .values("at")
        .annotate(zones=Count("pk"), **sums)
    )
    spans: dict[datetime, list[dict[str, float | None]]] = {}
    for sample in samples:
        known = {
            name: sample[f"{name}_sum"] if sample[f"{name}_n"] == sample["zones"] else None
            for name in columns
        }
        spans.setdefault(_begins(sample["at"], _STEPS[resolution]), []).append(known)
    return [_point(at, of_span) for at, of_span in spans.items()]


def sampled_span() -> tuple[datetime | None, datetime | None]:
    """Return the moments of the oldest and the newest sample; None without any."""
    found = models.RiskSample.objects.aggregate(oldest=Min("at"), newest=Max("at"))
    return found["oldest"], found["newest"]


def _point(at: datetime, samples: Sequence[dict[str, float | None]]) -> RiskPoint:
    def mean(name: str) -> float | None:
        total = _total([sample[name] for sample in samples])
        return None if total is None else total / len(samples)

    parts = {part: mean(column) for part, column in COLUMNS.items()}
    ordinary = mean("ordinary_day_h")
    return RiskPoint(
        at=at,
        assessment=_assessed(parts, ordinary, None if ordinary is not None else NO_ORDINARY),
        ordinary_day=ordinary,
        parts=parts,
    )


def _assessed(parts: dict[RiskPart, float | None], ordinary: float | None, reason: str | None) -> Assessment:
    return assess(parts, ordinary=ordinary, ordinary_reason=reason, limits=settings.RISK_LEVELS)


def _part(part: RiskPart, rows: Sequence[models.RiskSample]) -> PartNow:
    hours = _total([getattr(row, COLUMNS[part]) for row in rows])
    known, total = (sum(row.coverage[part][n] for row in rows if part in row.coverage) for n in (0, 1))
    return PartNow(
        part=part,
        customer_hours=hours,
        coverage_frac=known / total if total else None,
        reason=None if hours is not None else _first_reason(part, rows) or NO_SAMPLE,
    )


def _total(values: Sequence[float | None]) -> float | None:
    """Return the sum; None if there is nothing or something is not known."""
    known = [value for value in values if value is not None]
    return sum(known) if known and len(known) == len(values) else None


def _first_reason(key: str, rows: Sequence[models.RiskSample]) -> str | None:
    return next((str(row.reasons[key]) for row in rows if key in row.reasons), None)


def _begins(at: datetime, step: timedelta) -> datetime:
    epoch = datetime(1970, 1, 1, tzinfo=UTC)
    return epoch + (at - epoch) // step * step
