"""The identity of this database's edits."""

from __future__ import annotations

from django.db import transaction

from grid import models


def this_stream() -> str:
    """Return the identity of this database's edits, made at its first use."""
    row, _ = models.OutboxStream.objects.get_or_create(is_this=True)
    return row.id_text


@transaction.atomic
def begin_stream() -> str:
    """Give this database a new identity, under which what waits is delivered; return it."""
    models.OutboxStream.objects.all().delete()
    models.OutboxEvent.objects.pending().select_for_update().update(
        batch_id="", attempts=0, next_attempt_at=None, last_error=""
    )
    return this_stream()
