"""Taking samples of the risk of the coming 24 hours: part by part, zone by zone."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import connection, transaction
from django.utils import timezone

from cascade import models
from cascade.engine.decisions.repair_times import RepairTime
from cascade.engine.risk_now.assumptions import RiskAssumptions, install
from cascade.engine.risk_now.parts import Contribution, RiskPart, ZonePart, largest
from cascade.selectors.risk_now import COLUMNS, ORDINARY
from cascade.services import risk_parts
from cascade.services.decisions.assumptions import ensure_defaults
from flux_site.api import live
from grid.selectors.reliability.ordinary_days import OrdinaryDays
from grid.selectors.risk_inputs import served_zones

EVERY_MINUTES = 5
KEEP = timedelta(days=90)
LISTED = 20
"""Contributions kept of each part and zone."""

LOCK = 7_340_061
"""Of those who write samples; any number that nothing else locks by."""


def ensure_assumptions() -> None:
    """Create the figures that a new installation begins with, where there are none."""
    install(models.RiskAssumption.objects)
    ensure_defaults()


def take_sample(*, now: datetime | None = None) -> int:
    """Write down the parts of the risk, zone by zone, and remove what is older than 90 days.

    The moment is the last of the five-minute marks; a second sample of one mark changes nothing. A part whose
    source is away or was never filled is null, with the reason; the others are not touched.

    Returns:
        How many zones were sampled; 0 if there are no customers, or this mark already was.
    """
    now = now or timezone.now()
    at = now.replace(minute=now.minute - now.minute % EVERY_MINUTES, second=0, microsecond=0)
    models.RiskSample.objects.filter(at__lt=at - KEEP).delete()
    customers = served_zones()
    zones = sorted(customers)
    if not zones or models.RiskSample.objects.filter(at=at).exists():
        return 0
    ensure_assumptions()
    assumptions = RiskAssumptions(values=dict(models.RiskAssumption.objects.values_list("key", "value")))
    repairs = {
        row.kind: RepairTime(median_h=row.median_h, sigma=row.sigma)
        for row in models.RepairTime.objects.all()
    }
    networks = risk_parts.networks(assumptions, now)
    found = {
        RiskPart.OUTAGES: risk_parts.outages(now),
        RiskPart.EQUIPMENT: risk_parts.equipment(assumptions, repairs),
        RiskPart.WEATHER: risk_parts.weather(assumptions, networks),
        RiskPart.CONTINGENCIES: risk_parts.contingencies(assumptions, repairs, networks),
        RiskPart.VEGETATION: risk_parts.vegetation(),
    }
    days = risk_parts.ordinary(zones)
    sums = {part: risk_parts.sums(each, zones) for part, each in found.items()}
    usual = {part: risk_parts.sums(each.as_usual, zones) for part, each in found.items()}
    found[RiskPart.BACKGROUND] = risk_parts.background(days, usual)
    sums[RiskPart.BACKGROUND] = risk_parts.sums(found[RiskPart.BACKGROUND], zones)
    listed = [one for part, each in found.items() for one in largest(part, each.items, zones, LISTED)]
    samples = [_sample(at, zone, customers[zone], sums, days) for zone in zones]
    return _write(at, samples, listed)


@transaction.atomic
def _write(at: datetime, samples: list[models.RiskSample], listed: list[Contribution]) -> int:
    """Store a sample; of two that were taken at once only the first."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
    if models.RiskSample.objects.filter(at=at).exists():
        return 0
    models.RiskSample.objects.bulk_create(samples)
    models.RiskContribution.objects.all().delete()
    models.RiskContribution.objects.bulk_create(
        [
            models.RiskContribution(
                at=at,
                part=one.part,
                zone_id=one.zone,
                kind=one.kind,
                asset_id=one.asset_id,
                customer_hours=one.customer_hours,
                details=one.details,
            )
            for one in listed
        ]
    )
    transaction.on_commit(lambda: live.announce("risk", ["samples"]))
    return len(samples)


def _sample(
    at: datetime,
    zone: str,
    customers: int,
    sums: dict[RiskPart, dict[str, ZonePart]],
    days: OrdinaryDays,
) -> models.RiskSample:
    parts = {part: sums[part][zone] for part in sums}
    reasons = {part.value: each.reason for part, each in parts.items() if each.reason is not None}
    ordinary = None
    if days.reason is not None:
        reasons[ORDINARY] = days.reason
    else:
        day = days.zones.get(zone)
        ordinary = 0.0 if day is None else day.customer_hours
    return models.RiskSample(
        at=at,
        zone_id=zone,
        customers=customers,
        ordinary_day_h=ordinary,
        reasons=reasons,
        coverage={part.value: [each.known, each.total] for part, each in parts.items()},
        **{COLUMNS[part]: each.customer_hours for part, each in parts.items()},
    )
