"""Taking samples of the key figures that have no history of their own."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Count, Q, Sum
from django.utils import timezone

from flux_site.api import live
from grid import models
from grid.operations import ACTIVE_OUTAGE_STATUSES
from grid.selectors.kpis.parts import AT_WORK, HEALTH_KINDS

EVERY = timedelta(minutes=5)
KEEP = timedelta(days=90)

_LAYERS = ("customers", "outages", "crews", "asset_health")


@transaction.atomic
def take_sample(*, now: datetime | None = None) -> int:
    """Write down what key figures are made of, zone by zone, and remove what is older than 90 days.

    The moment is the last of the five-minute marks; a second sample of one mark changes nothing. What a layer
    that was never synced holds is not known, and neither is how many crews work where none is on record.

    Returns:
        How many zones were sampled; 0 if none of it is known, or this mark already was.
    """
    now = now or timezone.now()
    at = now.replace(minute=now.minute - now.minute % 5, second=0, microsecond=0)
    models.KpiSample.objects.filter(at__lt=at - KEEP).delete()
    unfilled = models.SyncLayer.objects.never_synced(_LAYERS)
    columns = [column for layer in _LAYERS if layer not in unfilled for column in _columns(layer)]
    zones = sorted({zone for _, found in columns for zone in found})
    samples = [
        models.KpiSample(at=at, zone_id=zone, **{name: found.get(zone) for name, found in columns})
        for zone in zones
    ]
    before = models.KpiSample.objects.filter(at=at).count()
    models.KpiSample.objects.bulk_create(samples, ignore_conflicts=True)
    written = models.KpiSample.objects.filter(at=at).count() - before
    if written:
        transaction.on_commit(lambda: live.announce("kpis", ["samples"]))
    return written


def _columns(layer: str) -> list[tuple[str, dict[str, Any]]]:
    """Return the columns that a layer fills: their name, and the value of each zone that has any."""
    match layer:
        case "customers":
            rows = models.Customer.objects.filter(account_status="ACTIVE")
            return [("active_customers", _by_zone(rows, Count("pk")))]
        case "outages":
            # In a zone without an outage nobody is out, where it has customers.
            served = _by_zone(models.Customer.objects.all(), Count("pk"))
            active = models.Outage.objects.filter(status__in=ACTIVE_OUTAGE_STATUSES)
            return [("customers_out", dict.fromkeys(served, 0) | _by_zone(active, Sum("customers_out")))]
        case "crews":
            return [
                ("crews_active", _by_zone(models.Crew.objects, Count("pk", filter=Q(status__in=AT_WORK))))
            ]
        case _:
            assets = models.AssetHealth.objects.filter(asset_kind__in=HEALTH_KINDS)
            return [
                ("health_index_sum", _by_zone(assets, Sum("health_index"))),
                ("health_count", _by_zone(assets, Count("health_index"))),
            ]


def _by_zone(rows: Any, value: Any) -> dict[str, Any]:
    found = rows.order_by().filter(zone__isnull=False).values_list("zone").annotate(total=value)
    return dict(found)
