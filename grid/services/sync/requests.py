"""Asking for a sync: now, by schedule or in the foreground; pausing a layer."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from typing import Any

from django.db import transaction

from flux_site.api.errors import BadInput
from flux_site.jobs.models import Job
from flux_site.jobs.services import create_job
from grid import models
from grid.layers import LAYERS, Layer, in_order
from grid.selectors.sync import version_of
from grid.selectors.warehouse import get_warehouse
from grid.services.sync import notify
from grid.services.sync.freshness import confirm_unchanged
from grid.services.sync.job import KIND
from grid.warehouse import WarehouseError, WarehouseUnavailable

logger = logging.getLogger(__name__)


def start_sync(
    *,
    layers: Sequence[str] | None = None,
    user: Any | None,
    force: bool = False,
    only_stale: bool = False,
) -> Job:
    """Queue a job that syncs layers, paused ones included.

    Args:
        layers: their keys; None for all.
        user: the owner of the job.
        force: also delete most of a layer if its source says so.
        only_stale: leave out layers whose source has not changed since their last sync, and read of the
            others only the rows that changed.

    Raises:
        BadInput: if a layer is unknown or none is named.
        QueueUnavailable: after commit, if Redis is away.
    """
    chosen = find_layers(layers)
    return create_job(
        kind=KIND,
        title=_title(chosen),
        inputs=_inputs(chosen, force=force, only_stale=only_stale),
        owner=user,
    )


def create_foreground_job(
    *, layers: Sequence[str] | None = None, force: bool = False, only_stale: bool = False
) -> Job:
    """Write the row of a sync that the caller itself carries out with ``run_job``; needs no queue.

    Raises:
        BadInput: if a layer is unknown or none is named.
    """
    chosen = find_layers(layers)
    inputs = _inputs(chosen, force=force, only_stale=only_stale)
    return Job.objects.create(kind=KIND, title=_title(chosen), inputs=inputs, owner=None)


def start_scheduled_sync(*, layers: Sequence[str], only_stale: bool) -> Job | None:
    """Queue a sync on behalf of a schedule: without the paused layers, and without those that need none.

    Returns:
        The job; None if there is nothing to do, the warehouse is away, or an earlier sync of these layers
        has not ended.

    Raises:
        BadInput: if the schedule names an unknown layer.
    """
    chosen = find_layers(layers)
    paused = set(models.SyncLayer.objects.filter(is_paused=True).values_list("pk", flat=True))
    chosen = [layer for layer in chosen if layer.key not in paused]
    try:
        chosen = [layer for layer in chosen if _is_worth_a_run(layer, only_stale=only_stale)]
    except WarehouseUnavailable as error:
        logger.warning("Unable to look for changes in the warehouse: %s", error)
        return None
    wanted = {layer.key for layer in chosen}
    for job in Job.objects.unfinished().filter(kind=KIND):
        if wanted & set(job.inputs.get("layers", ())):
            logger.info("Sync %s has not ended; the scheduled one is left out", job.pk)
            return None
    if not chosen:
        return None
    return create_job(
        kind=KIND,
        title=_title(chosen),
        inputs=_inputs(chosen, force=False, only_stale=only_stale),
        owner=None,
    )


def _is_worth_a_run(layer: Layer, *, only_stale: bool) -> bool:
    """Return whether a schedule should sync ``layer``; one that equals its source is noted as confirmed.

    A damaged source is worth the run that will say so.
    """
    try:
        if version_of(layer, get_warehouse()) is None:
            return False
        return not only_stale or not confirm_unchanged(layer)
    except WarehouseUnavailable:
        raise
    except WarehouseError:
        return True


def replay_rejects(*, layers: Sequence[str], user: Any | None, field: str = "layers") -> Job:
    """Queue a job that syncs layers anew, changed or not, so that their refused rows are tried again.

    Args:
        layers: their keys.
        user: the owner of the job.
        field: the input that an error names.

    Raises:
        BadInput: if a layer is unknown or has no open refused rows, or none is named.
        QueueUnavailable: after commit, if Redis is away.
    """
    chosen = find_layers(layers, field=field)
    unresolved = models.SyncReject.objects.unresolved()
    waiting = set(unresolved.order_by().values_list("run__layer_id", flat=True).distinct())
    idle = [layer.key for layer in chosen if layer.key not in waiting]
    if idle:
        raise BadInput(f"There are no open refused rows of {', '.join(idle)}.", field=field)
    title = _title(chosen)
    return create_job(
        kind=KIND,
        title=f"Refused rows tried again: {title[0].lower()}{title[1:]}",
        inputs=_inputs(chosen, force=False, only_stale=False),
        owner=user,
    )


@transaction.atomic
def set_paused(*, layer: str, is_paused: bool) -> models.SyncLayer:
    """Keep schedules away from a layer, or let them at it again; an explicit sync ignores it.

    Raises:
        BadInput: if the layer is unknown.
    """
    found = find_layers([layer], field="layer")[0]
    row, _ = models.SyncLayer.objects.update_or_create(pk=found.key, defaults={"is_paused": is_paused})
    transaction.on_commit(lambda: notify.publish(found.key))
    return row


def find_layers(keys: Sequence[str] | None, *, field: str = "layers") -> list[Layer]:
    """Return the layers called ``keys``, or all for None, parents before children.

    Raises:
        BadInput: if one is unknown or none is named.
    """
    if keys is None:
        return list(LAYERS.values())
    unknown = sorted({str(key) for key in keys if key not in LAYERS})
    known = ", ".join(LAYERS)
    if unknown:
        raise BadInput(f"There is no layer {', '.join(map(repr, unknown))}. Layers are {known}.", field=field)
    if not keys:
        raise BadInput(f"Name at least one layer. Layers are {known}.", field=field)
    return in_order(keys)


def _inputs(layers: Sequence[Layer], *, force: bool, only_stale: bool) -> dict[str, Any]:
    return {"layers": [layer.key for layer in layers], "force": force, "only_stale": only_stale}


def _title(layers: Sequence[Layer]) -> str:
    if len(layers) == len(LAYERS):
        return "Sync of all layers"
    return f"Sync of {', '.join(layer.title.lower() for layer in layers)}"
