"""What the utility's own outages tell of how long restoration takes.

It is learnt from the warehouse every hour by a task and kept in Redis, so that no change of an outage ever
waits for the warehouse. Where nothing is kept, published times are used, and the estimate says so.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from django.core.cache import cache
from django.utils import timezone

from flux_site.api.outages import QUEUE_FAULTS
from grid import models
from grid.operations import ACTIVE_OUTAGE_STATUSES, OutageStatus
from grid.selectors.storms.rule import RULE_SPAN, local_day, outages_by_day, storm_rule
from grid.selectors.warehouse import get_warehouse
from grid.standards.restoration import (
    PUBLISHED_REPAIRS,
    Basis,
    Experience,
    Fitted,
    Lognormal,
    RestorationKind,
    estimate,
    fit,
)
from grid.warehouse.queries import InterruptionScope, finished_outages
from grid.warehouse.statements import reading_as_empty
from grid.warehouse.tables import grid_switches, outage_restoration_tracker, work_orders

logger = logging.getLogger(__name__)

LEARN_FROM = RULE_SPAN
STORM_SPAN = timedelta(hours=24)
_KEY = "restoration-experience"
_OF_SWITCH = {"BREAKER": RestorationKind.FEEDER, "FUSE": RestorationKind.FUSE}


def learn_restorations(*, now: datetime) -> dict[str, int]:
    """Fit the times of the last three years' finished outages and keep them; return the sample of each fit.

    Raises:
        WarehouseError: if the warehouse cannot be read; what was kept stays.
    """
    since = (now - LEARN_FROM).astimezone(UTC).replace(tzinfo=None)
    query = reading_as_empty(
        finished_outages(since=since), outage_restoration_tracker, grid_switches, work_orders
    )
    warehouse = get_warehouse()
    rows = warehouse.select_rows(query)
    today = local_day(now)
    days = outages_by_day(warehouse, InterruptionScope(), today - RULE_SPAN, today) if rows else {}
    rule = storm_rule(days, today=today)
    restorations: dict[str, list[float]] = {}
    repairs: dict[str, list[float]] = {}
    for row in rows:
        is_storm = rule.is_storm(days.get(local_day(row["started_at"]), 0))
        kind = _kind_of(
            cause_code=row["cause_code"],
            meter_id=row["meter_id"],
            transformer_id=row["transformer_id"],
            switch_kind=row["switch_kind"],
        )
        key = _name(kind, is_storm=is_storm)
        hours = (row["restored_at"] - row["started_at"]).total_seconds() / 3600.0
        restorations.setdefault(key, []).append(hours)
        if row["worked_h"] is not None:
            repairs.setdefault(key, []).append(row["worked_h"])
    fits = {
        f"{name}:{key}": found
        for name, samples in (("restorations", restorations), ("repairs", repairs))
        for key, hours_of in samples.items()
        if (found := fit(hours_of)) is not None
    }
    kept: dict[str, Any] = {
        "storm_threshold": rule.threshold,
        "fits": {
            key: [found.times.median_h, found.times.sigma, found.sample_count] for key, found in fits.items()
        },
    }
    cache.set(_KEY, kept, timeout=None)
    return {key: found.sample_count for key, found in fits.items()}


@dataclass(frozen=True, kw_only=True)
class OutageEstimate:
    """When an outage will be over, and what that rests on."""

    p50_at: datetime
    p80_at: datetime
    basis: str
    sample_count: int | None
    kind: str


@dataclass(frozen=True, kw_only=True)
class ExpectedOutage:
    """How long an outage behind a device lasts in the mean, and what that rests on."""

    minutes: float
    basis: str
    sample_count: int | None


def expected_outages() -> dict[str, ExpectedOutage]:
    """Return how long an outage behind each kind of switch lasts in usual weather, in the mean.

    The utility's own times from start to end where there are enough, else published repair times.
    """
    fits = _kept().get("fits", {})
    found = {}
    for switch_kind in models.SwitchKind.values:
        kind = _OF_SWITCH.get(switch_kind, RestorationKind.SWITCH)
        own = fits.get(f"restorations:{_name(kind, is_storm=False)}")
        times = PUBLISHED_REPAIRS[kind] if own is None else Lognormal(median_h=own[0], sigma=own[1])
        found[switch_kind] = ExpectedOutage(
            minutes=60.0 * times.mean_h,
            basis=str(Basis.PUBLISHED_REPAIRS if own is None else Basis.OWN_RESTORATIONS),
            sample_count=None if own is None else own[2],
        )
    return found


def outage_estimate(*, outage_id: str, user: Any) -> OutageEstimate | None:
    """Return when an active outage will be over, as of now; None if there is none that the user may see."""
    rows: Any = models.Outage.objects.all()
    outage = rows.visible_to(user).filter(pk=outage_id, status__in=ACTIVE_OUTAGE_STATUSES).first()
    return None if outage is None else estimate_outage(outage, now=timezone.now())


def estimate_outage(outage: models.Outage, *, now: datetime, work_begins: bool = False) -> OutageEstimate:
    """Return when an active outage will be over, as of a moment.

    It is a storm where more outages began in its zone within 24 hours than the threshold of a storm day.

    Args:
        outage: the outage.
        now: the moment.
        work_begins: whether a crew begins to work on it at this moment.
    """
    switch_kind = None
    if outage.switch_id is not None:
        switches = models.Switch.objects.filter(pk=outage.switch_id)
        switch_kind = switches.values_list("kind", flat=True).first()
    kind = _kind_of(
        cause_code=outage.cause_code,
        meter_id=outage.meter_id,
        transformer_id=outage.transformer_id,
        switch_kind=switch_kind,
    )
    kept = _kept()
    threshold = kept.get("storm_threshold")
    recent = models.Outage.objects.filter(started_at__gt=now - STORM_SPAN, started_at__lte=now)
    is_storm = threshold is not None and recent.filter(zone_id=outage.zone_id).count() > threshold
    fits = kept.get("fits", {})

    def fitted(name: str) -> Fitted | None:
        # Where storms were too few to be told apart, the usual times are the best there is.
        for storm in [True, False] if is_storm else [False]:
            found = fits.get(f"{name}:{_name(kind, is_storm=storm)}")
            if found is not None:
                median_h, sigma, count = found
                return Fitted(times=Lognormal(median_h=median_h, sigma=sigma), sample_count=count)
        return None

    found = estimate(
        kind=kind,
        experience=Experience(restorations=fitted("restorations"), repairs=fitted("repairs")),
        out_h=(now - outage.started_at).total_seconds() / 3600.0,
        working_h=0.0 if work_begins else _working_h(outage, now),
    )
    return OutageEstimate(
        p50_at=now + timedelta(hours=found.p50_h),
        p80_at=now + timedelta(hours=found.p80_h),
        basis=str(found.basis),
        sample_count=found.sample_count,
        kind=str(kind),
    )


def _working_h(outage: models.Outage, now: datetime) -> float | None:
    """Return for how long a crew has worked on an outage; None if it has not, or since when is not known."""
    if outage.status != OutageStatus.IN_PROGRESS:
        return None
    begun = models.OperationEvent.objects.filter(outage=outage, action="START").first()
    return None if begun is None else max((now - begun.at).total_seconds() / 3600.0, 0.0)


def _kept() -> dict[str, Any]:
    try:
        return cache.get(_KEY) or {}
    except (*QUEUE_FAULTS, OSError) as error:
        logger.warning("Unable to look up restoration times; published ones are used: %s", error)
        return {}


def _name(kind: RestorationKind, *, is_storm: bool) -> str:
    return f"{kind}:{'STORM' if is_storm else 'USUAL'}"


def _kind_of(
    *, cause_code: str | None, meter_id: str | None, transformer_id: str | None, switch_kind: str | None
) -> RestorationKind:
    if cause_code == "DIG_IN":
        return RestorationKind.CABLE
    if meter_id is not None:
        return RestorationKind.SERVICE
    if transformer_id is not None:
        return RestorationKind.TRANSFORMER
    if switch_kind is None:
        return RestorationKind.FEEDER
    return _OF_SWITCH.get(switch_kind, RestorationKind.SWITCH)
