"""Imports, their files, mappings and refused rows, as far as a user may see them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from flux_site.api.audit.personal import note_shown
from flux_site.api.errors import BadInput
from flux_site.api.masking import user_may_see_pii
from grid import models
from grid.intake.checking import Refused
from grid.models.base import granted_zone_ids

MAX_FIRST = 500
PERSONAL_LAYERS = frozenset({"customers"})
"""Layers whose rows are personal data."""


@dataclass(frozen=True, kw_only=True)
class ShownReject:
    """A refused row as far as a user may see it."""

    row_number: int
    row_key: str | None
    reason: str
    column: str
    detail: str | None
    row: dict[str, Any] | None
    resolved_at: datetime | None


def shows_rows(user: Any, *, layer: str, subject: str) -> bool:
    """Return whether rows of a file for a layer are shown to a user; personal ones go on record.

    Files name personal data as they like, so rows of customers are shown whole or not at all.

    Args:
        user: who asks.
        layer: the layer that the file is for.
        subject: what the audit log calls the rows shown.
    """
    if layer not in PERSONAL_LAYERS:
        return True
    return user_may_see_pii(user) and note_shown("row", subject)


def list_imports(user: Any, *, layer: str | None, first: int) -> list[models.FileImport]:
    """Return imports, newest first.

    Raises:
        BadInput: if ``first`` is out of range.
    """
    rows = models.FileImport.objects.visible_to(user).select_related(
        "file", "file__received_by", "job", "job__owner", "started_by"
    )
    if layer is not None:
        rows = rows.filter(layer=layer)
    return list(rows[: _checked(first)])


def list_rejects(
    user: Any, *, import_id: str, open_only: bool, first: int, after_row: int
) -> list[ShownReject]:
    """Return the refused rows of an import, in file order.

    Raises:
        BadInput: if the id is none or ``first`` is out of range.
    """
    rows = models.ImportReject.objects.visible_to(user).filter(
        file_import_id=parse_import_id(import_id), row_number__gt=after_row
    )
    if open_only:
        rows = rows.unresolved()
    found = rows.select_related("file_import").order_by("row_number")[: _checked(first)]
    return [shown_reject(row, user) for row in found]


def shown_reject(row: models.ImportReject, user: Any) -> ShownReject:
    """Return a refused row as far as a user may see it."""
    subject = row.row_key or f"refused row {row.pk}"
    may_see = shows_rows(user, layer=row.file_import.layer, subject=subject)
    return ShownReject(
        row_number=row.row_number,
        row_key=row.row_key,
        reason=row.reason,
        column=row.column,
        detail=row.detail if may_see else None,
        row=row.row if may_see else None,
        resolved_at=row.resolved_at,
    )


def shown_refusal(refused: Refused, *, may_see: bool) -> ShownReject:
    """Return a row that would be refused as far as a user may see it."""
    return ShownReject(
        row_number=refused.row_number,
        row_key=refused.row_key,
        reason=refused.reason.value,
        column=refused.column,
        detail=refused.detail if may_see else None,
        row=refused.row if may_see else None,
        resolved_at=None,
    )


def list_files(user: Any, *, first: int) -> list[models.ImportFile]:
    """Return the files that are kept, newest first; none for users limited to zones.

    Raises:
        BadInput: if ``first`` is out of range.
    """
    count = _checked(first)
    if granted_zone_ids(user):
        return []
    kept = models.ImportFile.objects.filter(removed_at=None).select_related("received_by")
    return list(kept[:count])


def list_mappings(*, layer: str | None) -> list[models.ImportMapping]:
    """Return the stored mappings, by name."""
    rows = models.ImportMapping.objects.all()
    return list(rows if layer is None else rows.filter(layer=layer))


def parse_import_id(text: str) -> int:
    """Return the id of an import.

    Raises:
        BadInput: if the text is none.
    """
    if not (text.isascii() and text.isdigit() and len(text) < 19):
        raise BadInput(f"{text[:80]!r} is not the id of an import.", field="importId")
    return int(text)


def plain(row: dict[str, Any]) -> dict[str, Any]:
    """Return a row as JSON can hold it."""
    return {name: value.isoformat() if isinstance(value, date) else value for name, value in row.items()}


def _checked(first: int) -> int:
    if not 1 <= first <= MAX_FIRST:
        raise BadInput(f"first is {first}; it must be from 1 to {MAX_FIRST}.", field="first")
    return first
