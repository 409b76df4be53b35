"""Rows of frozen networks and inputs: kept once under their digest, removed when nothing refers to them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any, TypeVar

from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone

from cascade import models

Frozen = TypeVar("Frozen", models.FrozenNetwork, models.FrozenInputs)
AT_ONCE = 100
"""Rows removed in one transaction; a network of the whole USA takes some ten megabytes."""


def keep_once(model: type[Frozen], digest: str, defaults: Mapping[str, Any]) -> Frozen:
    """Return the row of a digest, created if there is none.

    Until the transaction of the caller ends nobody can remove it, so that what is about to refer to it may.

    Args:
        model: which kind of row.
        digest: its key.
        defaults: its other fields; functions are called only if it is created.
    """
    while True:
        row, is_new = model.objects.get_or_create(digest=digest, defaults=dict(defaults))
        if is_new or _hold(model, digest):
            return row
        # It was removed between the two statements.


def _hold(model: type[Frozen], digest: str) -> bool:
    """Lock a row as a foreign key to it does; return whether it is there. Waits for whoever removes it."""
    table = connection.ops.quote_name(model._meta.db_table)
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT 1 FROM {table} WHERE digest = %s FOR KEY SHARE", [digest])  # noqa: S608
        return cursor.fetchone() is not None


def tidy() -> dict[str, int]:
    """Remove frozen inputs that no run, batch or map refers to, then networks that no inputs refer to.

    Only those made more than ``CASCADE_INPUTS_KEEP_DAYS`` ago. What is about to be referred to is left.

    Returns:
        How many inputs and networks were removed.
    """
    return {
        "inputs": _remove(models.FrozenInputs, runs=None, batches=None, vulnerability_maps=None),
        "networks": _remove(models.FrozenNetwork, inputs=None),
    }


def _remove(model: type[Frozen], **unreferred: None) -> int:
    """Remove old rows to which none of the relations named leads."""
    before = timezone.now() - timedelta(days=settings.CASCADE_INPUTS_KEEP_DAYS)
    removed, last = 0, ""
    while True:
        with transaction.atomic():
            found = model.objects.filter(created_at__lt=before, digest__gt=last, **unreferred)
            keys = list(found.order_by("digest").values_list("digest", flat=True)[:AT_ONCE])
            if not keys:
                return removed
            last = keys[-1]
            rows = model.objects.filter(digest__in=keys).order_by("digest")
            locked = list(
                rows.select_for_update(skip_locked=True).only("digest").values_list("digest", flat=True)
            )
            # Whoever came to refer to one before it was locked has done so by now; asked anew, it shows.
            free = model.objects.filter(digest__in=locked, **unreferred).values_list("digest", flat=True)
            count, _ = model.objects.filter(digest__in=list(free)).delete()
            removed += count
