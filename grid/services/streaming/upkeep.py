"""Keeping the tables of the stream in order: what is over goes, what comes is prepared."""

from __future__ import annotations

import logging
from datetime import timedelta

from django.conf import settings
from django.utils import timezone

from grid import models
from grid.selectors.warehouse import get_warehouse
from grid.services.streaming import partitions, pending
from grid.warehouse import WarehouseError

logger = logging.getLogger(__name__)

MANY_FILES = 120
"""Small files of a table of the warehouse from which they are merged: an hour's, at a delivery every 30 s."""

_DELETE_AT_ONCE = 20_000
_SILENT = timedelta(hours=1)


def tend() -> dict[str, int]:
    """Make and drop partitions, delete old events and consumers that are no more, deliver what is left.

    Consumers deliver by themselves; this is for what the last one left when it ended. What they delivered to
    the warehouse in many small files is merged.
    """
    counts = partitions.tend()
    counts["events"] = delete_old_events()
    counts["consumers"] = models.StreamConsumer.objects.filter(beat_at__lt=timezone.now() - _SILENT).delete()[
        0
    ]
    counts["delivered"] = pending.deliver() if models.StreamPending.objects.exists() else 0
    counts["merged_tables"] = merge_small_files()
    return counts


def merge_small_files() -> int:
    """Merge the files of the tables that streams are delivered to, where they are many; return of how many.

    Rows stay the same, and a batch that arrived stays known. While the warehouse is away nothing is done.
    """
    merged = 0
    for table in pending.TABLES.values():
        try:
            merged += get_warehouse().compact_if_scattered(table, small_files=MANY_FILES)
        except WarehouseError as error:
            logger.warning("Unable to merge the files of %s: %s", table.fullname, error)
    return merged


def delete_old_events() -> int:
    """Delete events older than what is kept, some at a time; return how many.

    They stay an hour longer than they are believed, so that one sent twice is always told.
    """
    before = timezone.now() - timedelta(hours=settings.STREAM_KEEP_HOURS + 1)
    old = models.DeviceEvent.objects.filter(occurred_at__lt=before).order_by("occurred_at")
    deleted = 0
    while keys := list(old.values_list("pk", flat=True)[:_DELETE_AT_ONCE]):
        deleted += models.DeviceEvent.objects.filter(pk__in=keys).delete()[0]
    return deleted
