"""Exports of layers to files, as far as a user may see them."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flux_site.api.errors import BadInput
from grid import models

MAX_FIRST = 500


def download_path(export_id: UUID) -> str:
    """Return the address of the file of an export."""
    return f"/exports/{export_id}"


def list_exports(user: Any, *, layer: str | None, first: int) -> list[models.FileExport]:
    """Return exports, newest first.

    Raises:
        BadInput: if ``first`` is out of range.
    """
    if not 1 <= first <= MAX_FIRST:
        raise BadInput(f"first is {first}; it must be 1 to {MAX_FIRST}.", field="first")
    rows = models.FileExport.objects.visible_to(user).select_related("job", "job__owner", "asked_by")
    if layer is not None:
        rows = rows.filter(layer=layer)
    return list(rows[:first])
