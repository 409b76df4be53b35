"""How long ago each layer was known to equal its source, and an alert while that is too long ago."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models.functions import Greatest
from django.utils import timezone

from grid import models
from grid.layers import LAYERS, AlertReason, Layer, RunStatus
from grid.selectors.sync import needs_run, newest_runs
from grid.services.sync import notify

logger = logging.getLogger(__name__)

KEEP_ALERTS = 200
"""Cleared alerts kept of each layer."""


@dataclass(frozen=True, kw_only=True)
class AlertChanges:
    """The layers whose alert a check raised, and those whose alert it cleared."""

    raised: tuple[str, ...]
    cleared: tuple[str, ...]


def confirm_unchanged(layer: Layer) -> bool:
    """Look whether a run of ``layer`` could change the cache; if not, note that they are equal now.

    Returns:
        True if the layer equals its source and nothing needs to run.

    Raises:
        WarehouseError: if the warehouse does not answer.
    """
    looked_at = timezone.now()
    if needs_run(layer):
        return False
    models.SyncLayer.objects.filter(pk=layer.key).update(confirmed_at=Greatest("confirmed_at", looked_at))
    return True


def check_freshness(*, now: datetime | None = None) -> AlertChanges:
    """Raise an alert for each layer that has passed its limit and clear those of layers that are fresh again.

    Each is logged and announced once, however often and by however many this is called. Asks the cache
    alone, so it works while the warehouse is away. A layer that was never synced has no age and no alert.

    Args:
        now: the moment to count ages to; the present by default.
    """
    now = now or timezone.now()
    too_old = {}
    for row in models.SyncLayer.objects.filter(pk__in=LAYERS):
        age = None if row.confirmed_at is None else now - row.confirmed_at
        if age is not None and age > LAYERS[row.key].max_age:
            too_old[row.key] = (row, age)
    runs = newest_runs(too_old)
    raised = [
        key for key, (row, age) in too_old.items() if _raise(row, age=age, last_run=runs.get(key), now=now)
    ]
    over = models.SyncAlert.objects.unresolved().exclude(layer_id__in=too_old)
    cleared = [alert.layer_id for alert in over if _clear(alert, now=now)]
    return AlertChanges(raised=tuple(raised), cleared=tuple(cleared))


@transaction.atomic
def _raise(row: models.SyncLayer, *, age: timedelta, last_run: models.SyncRun | None, now: datetime) -> bool:
    reason, detail = _reason(row, last_run)
    age_s = age.total_seconds()
    max_age_s = LAYERS[row.key].max_age.total_seconds()
    _, is_new = models.SyncAlert.objects.get_or_create(
        layer=row,
        cleared_at=None,
        defaults={
            "raised_at": now,
            "age_s": age_s,
            "max_age_s": max_age_s,
            "reason": reason,
            "detail": detail,
        },
    )
    if is_new:
        logger.warning(
            "Layer %s is too old: %.0f s, its limit is %.0f s (%s)", row.key, age_s, max_age_s, reason
        )
        transaction.on_commit(lambda: notify.publish(row.key))
    return is_new


def _reason(row: models.SyncLayer, last_run: models.SyncRun | None) -> tuple[AlertReason, str]:
    if row.is_paused:
        return AlertReason.PAUSED, ""
    if last_run is not None and last_run.status in {RunStatus.FAILED, RunStatus.SKIPPED}:
        return AlertReason.RUN_FAILED, last_run.error_message
    return AlertReason.NOT_CONFIRMED, ""


@transaction.atomic
def _clear(alert: models.SyncAlert, *, now: datetime) -> bool:
    unresolved = models.SyncAlert.objects.unresolved()
    if not unresolved.filter(pk=alert.pk).update(cleared_at=now):
        return False  # another check was first
    own = models.SyncAlert.objects.filter(layer_id=alert.layer_id, cleared_at__isnull=False)
    kept = list(own.order_by("-pk").values_list("pk", flat=True)[:KEEP_ALERTS])
    own.exclude(pk__in=kept).delete()
    logger.info("Layer %s is fresh again", alert.layer_id)
    transaction.on_commit(lambda: notify.publish(alert.layer_id))
    return True
