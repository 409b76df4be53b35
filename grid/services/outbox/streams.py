"""The identity of this database's edits."""

from __future__ import annotations

from grid import models


def this_stream() -> str:
    """Return the identity of this database's edits, made at its first use."""
    row, _ = models.OutboxStream.objects.get_or_create(is_this=True)
    return row.id_text
