"""Files in the export folder: made aside, put in place whole, given to those who may have them, removed.

<folder>/running/   what unfinished exports write
<folder>/ready/     whole files, as <export id><ending>
"""

from __future__ import annotations

import hashlib
import os
import shutil
import tempfile
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

from django.conf import settings
from django.utils import timezone

from flux_site.api.audit.personal import note_shown
from flux_site.api.errors import NotFound, PermissionRefused
from flux_site.api.masking import user_may_see_pii
from grid import models
from grid.models.base import granted_zone_ids
from grid.selectors import exchange
from grid.services.exports.errors import ExportGone, as_failures, disk_full
from grid.services.exports.formats import FileFormat

_CHUNK_BYTES = 1024 * 1024
_WORK_LEFT_OVER_AFTER = timedelta(days=1)


@dataclass(frozen=True, kw_only=True)
class Download:
    """A file that somebody may have.

    Attributes:
        place: where it is.
        name: what it is called at their place.
        content_type: its media type.
        size_bytes: its size.
        digest: SHA-256 of its content.
    """

    place: Path
    name: str
    content_type: str
    size_bytes: int
    digest: str


def folder(name: str) -> Path:
    """Return a part of the export folder."""
    found = Path(settings.EXPORT_FOLDER) / name
    found.mkdir(parents=True, exist_ok=True, mode=0o700)
    return found


def working_folder() -> tempfile.TemporaryDirectory[str]:
    """Return an empty folder that goes when its block ends.

    Raises:
        ExportFailed: EXPORT_FOLDER_UNUSABLE.
    """
    with as_failures(settings.EXPORT_FOLDER):
        return tempfile.TemporaryDirectory(
            dir=folder("running"), prefix="export-", ignore_cleanup_errors=True
        )


def check_room() -> None:
    """Raise when the disk has less left than exports leave free.

    Raises:
        ExportFailed: DISK_FULL.
    """
    if shutil.disk_usage(folder("running")).free < settings.EXPORT_FREE_BYTES:
        raise disk_full(settings.EXPORT_FOLDER)


def put_in_place(made: Path, row: models.FileExport) -> tuple[int, str]:
    """Give a whole file its place, in one step; return its size and digest."""
    digest = hashlib.sha256()
    with made.open("rb") as file:
        while chunk := file.read(_CHUNK_BYTES):
            digest.update(chunk)
        os.fsync(file.fileno())
        size = file.tell()
    made.replace(place_of(row))
    return size, digest.hexdigest()


def place_of(row: models.FileExport) -> Path:
    """Return where the file of an export is kept."""
    return folder("ready") / f"{row.pk}{FileFormat(row.file_format).suffix}"


def open_download(*, export_id: UUID, user: Any) -> Download:
    """Return the file of an export for a user; personal data goes on record.

    What the user may see is looked at anew: rights may have been taken since.

    Raises:
        NotFound: if there is no such export that the user may see.
        ExportGone: if its file is not made yet, failed, or was removed.
        PermissionRefused: if the user may no longer see what is in it.
    """
    row = models.FileExport.objects.visible_to(user).filter(pk=export_id).first()
    if row is None:
        raise NotFound(f"There is no export {export_id} that you may see.", field="id")
    if row.ready_at is None:
        raise ExportGone("The file is not made: its job has not ended, or failed.", field="id")
    is_over = row.expires_at is not None and row.expires_at <= timezone.now()
    if row.removed_at is not None or is_over or not place_of(row).is_file():
        raise ExportGone("The file was removed; start the export again.", field="id")
    _check_rights(row, user)
    file_format = FileFormat(row.file_format)
    return Download(
        place=place_of(row),
        name=f"{row.layer}-{row.ready_at:%Y%m%d-%H%M%S}{file_format.suffix}",
        content_type=file_format.content_type,
        size_bytes=row.size_bytes or 0,
        digest=row.digest,
    )


def _check_rights(row: models.FileExport, user: Any) -> None:
    found = exchange.find_collection(row.layer)
    if found is None or not user.has_perm(found.layer.permission):
        raise PermissionRefused(f"You may no longer see the layer {row.layer}.")
    granted = set(granted_zone_ids(user))
    if (
        granted
        and found.layer.zone_sql is not None
        and not (row.zone_ids and granted.issuperset(row.zone_ids))
    ):
        raise PermissionRefused("The file holds rows of zones that you may no longer see.")
    if row.has_personal:
        may_see = user_may_see_pii(user)
        noted = [may_see and note_shown(name, f"export {row.pk}") for name in found.personal_names]
        is_recorded = all(noted)
        if not is_recorded:
            raise PermissionRefused("The file names people in full, and you may not see personal data.")


def tidy() -> int:
    """Remove files whose time is over and what dead exports left; return how many files went."""
    now = timezone.now()
    removed = 0
    for row in models.FileExport.objects.filter(removed_at=None, ready_at__isnull=False, expires_at__lte=now):
        place_of(row).unlink(missing_ok=True)
        models.FileExport.objects.filter(pk=row.pk).update(removed_at=now)
        removed += 1
    limit = (now - _WORK_LEFT_OVER_AFTER).timestamp()
    known = {
        place_of(row).name
        for row in models.FileExport.objects.filter(removed_at=None).only("pk", "file_format")
    }
    for each in folder("ready").iterdir():
        if each.name not in known and each.stat().st_mtime < limit:
            each.unlink(missing_ok=True)
            removed += 1
    for each in folder("running").iterdir():
        if each.stat().st_mtime < limit:
            shutil.rmtree(each, ignore_errors=True)
    return removed
