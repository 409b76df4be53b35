"""Files in the import folder: received under the digest of their content, removed when old.

<folder>/inbox/     files that an administrator placed there, to be named by their name
<folder>/stored/    files received, as <sha256>.<format>
<folder>/running/   what unfinished imports need
<folder>/canopy/    rasters of canopy heights, as <sha256>.tif
"""

from __future__ import annotations

import hashlib
import io
import os
import shutil
import tempfile
import zipfile
from collections.abc import Iterable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.utils import timezone

from flux_site.api.errors import BadInput, PermissionRefused
from grid import models
from grid.intake.sources import FileFormat, format_of
from grid.intake.vector_source import SHAPEFILE_PARTS
from grid.models.base import granted_zone_ids
from grid.services.imports.errors import ImportRefused, as_refusals

_CHUNK_BYTES = 1024 * 1024
_MAX_NAME = 200
_WORK_LEFT_OVER_AFTER = timedelta(days=1)
_ZIP_EPOCH = (1980, 1, 1, 0, 0, 0)


def receive(*, chunks: Iterable[bytes], name: str, user: Any | None) -> models.ImportFile:
    """Keep a file in the import folder; the same content is kept once.

    Args:
        chunks: its content.
        name: what it is called; only its ending means anything.
        user: who brings it.

    Raises:
        PermissionRefused: if the user is limited to zones.
        ImportRefused: FILE_FORMAT_UNKNOWN, FILE_TOO_LARGE, or IMPORT_FOLDER_UNUSABLE.
    """
    check_unlimited(user)
    shown = shown_name(name)
    with as_refusals():
        file_format = format_of(shown)
    try:
        digest, size = keep_content(chunks, shown=shown, suffix=file_format.lower())
    except OSError as error:
        raise unusable(error) from error
    row = models.ImportFile(
        digest=digest,
        name=shown,
        file_format=file_format.value,
        size_bytes=size,
        received_at=timezone.now(),
        received_by=user,
    )
    known = models.ImportFile.objects.filter(pk=row.pk).first()
    if known is not None and known.stored_name == row.stored_name and known.removed_at is None:
        return known
    return models.ImportFile.objects.update_or_create(
        digest=row.digest,
        defaults={
            "name": row.name,
            "file_format": row.file_format,
            "size_bytes": row.size_bytes,
            "received_at": row.received_at,
            "received_by": user,
            "removed_at": None,
        },
    )[0]


def keep_content(
    chunks: Iterable[bytes], *, shown: str, suffix: str, folder_name: str = "stored"
) -> tuple[str, int]:
    """Write a file under its digest, whole or not at all; return the digest and the size.

    Raises:
        ImportRefused: FILE_TOO_LARGE.
        OSError: if the folder cannot be used.
    """
    folder = folder_of(folder_name)
    digest, size = hashlib.sha256(), 0
    descriptor, place = tempfile.mkstemp(dir=folder, prefix="incoming-")
    try:
        with os.fdopen(descriptor, "wb") as kept:
            for chunk in chunks:
                size += len(chunk)
                if size > settings.IMPORT_MAX_BYTES:
                    raise ImportRefused(
                        f"{shown} is larger than {settings.IMPORT_MAX_BYTES:,} bytes, which is the limit.",
                        code="FILE_TOO_LARGE",
                        field="file",
                    )
                digest.update(chunk)
                kept.write(chunk)
            kept.flush()
            os.fsync(kept.fileno())
        Path(place).replace(folder / f"{digest.hexdigest()}.{suffix}")
    finally:
        Path(place).unlink(missing_ok=True)
    return digest.hexdigest(), size


def receive_path(path: Path, *, user: Any | None) -> models.ImportFile:
    """Keep a copy of a file on this machine; a .shp is kept with its parts, as a zip.

    Raises:
        ImportRefused: see ``receive``; FILE_MISSING if it cannot be read.
    """
    if path.suffix.lower() == ".shp":
        packed = _zipped(path)
        return receive(chunks=[packed], name=f"{path.stem}.zip", user=user)
    try:
        with path.open("rb") as file:
            return receive(chunks=iter(lambda: file.read(_CHUNK_BYTES), b""), name=path.name, user=user)
    except OSError as error:
        raise ImportRefused(
            f"{path} cannot be read: {error.strerror}", code="FILE_MISSING", field="file"
        ) from error


def check_unlimited(user: Any | None) -> None:
    """Refuse users who are limited to zones: a file may hold rows of any zone.

    Raises:
        PermissionRefused: if the user is one.
    """
    if user is not None and granted_zone_ids(user):
        raise PermissionRefused("You are limited to zones, and a file may hold rows of any.")


def find_file(text: str, *, user: Any | None) -> models.ImportFile:
    """Return the file that ``text`` names: a digest of a received file, or a name in the inbox.

    Raises:
        BadInput: if there is no such file, or it was removed for its age.
        ImportRefused: if a file in the inbox cannot be taken.
    """
    check_unlimited(user)
    row = models.ImportFile.objects.filter(pk=text).first()
    if row is not None:
        if row.removed_at is not None or not path_of(row).is_file():
            raise BadInput(f"{row.name} was removed; bring it again.", field="file")
        return row
    if text in placed_names():
        return receive_path(folder_of("inbox") / text, user=user)
    raise BadInput(
        f"There is no file {text[:80]!r}. Name the digest of a received file or a file of the inbox.",
        field="file",
    )


def placed_names() -> list[str]:
    """Return the files that wait in the inbox, by name; links and folders are not among them."""
    try:
        entries = sorted(folder_of("inbox").iterdir())
    except OSError:
        return []
    return [entry.name for entry in entries if entry.is_file() and not entry.is_symlink()]


def path_of(row: models.ImportFile) -> Path:
    """Return where a received file is kept."""
    return Path(settings.IMPORT_FOLDER) / "stored" / row.stored_name


def working_folder() -> tempfile.TemporaryDirectory[str]:
    """Return an empty folder that goes when its block ends.

    Raises:
        ImportRefused: IMPORT_FOLDER_UNUSABLE.
    """
    try:
        return tempfile.TemporaryDirectory(dir=folder_of("running"), prefix="import-")
    except OSError as error:
        raise unusable(error) from error


def tidy() -> int:
    """Remove received files that no import has used for long, and what dead imports left; return how many."""
    now = timezone.now()
    before = now - timedelta(days=settings.IMPORT_KEEP_DAYS)
    old = models.ImportFile.objects.filter(received_at__lt=before, removed_at=None)
    old = old.exclude(imports__created_at__gte=before).exclude(imports__job__in=_unfinished_jobs())
    removed = 0
    for row in old:
        path_of(row).unlink(missing_ok=True)
        models.ImportFile.objects.filter(pk=row.pk).update(removed_at=now)
        removed += 1
    limit = (now - _WORK_LEFT_OVER_AFTER).timestamp()
    for folder in folder_of("running").iterdir():
        if folder.stat().st_mtime < limit:
            shutil.rmtree(folder, ignore_errors=True)
    return removed


def _unfinished_jobs() -> Any:
    from flux_site.jobs.models import Job

    return Job.objects.unfinished().filter(kind="grid.import")


def folder_of(name: str) -> Path:
    """Return a folder of the import folder, made if it is missing.

    Raises:
        OSError: if it cannot be.
    """
    folder = Path(settings.IMPORT_FOLDER) / name
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    return folder


def shown_name(name: str) -> str:
    """Return the last part of a name, without signs that a page or a terminal could trip over."""
    last = name.replace("\\", "/").rpartition("/")[2]
    shown = "".join(sign for sign in last if sign.isprintable()).strip()
    return shown[-_MAX_NAME:] or "unnamed"


def _zipped(path: Path) -> bytes:
    """Return a shapefile's parts as a zip that is the same for the same parts."""
    buffer = io.BytesIO()
    by_suffix = {each.suffix.lower(): each for each in path.parent.glob(f"{path.stem}.*")}
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for suffix in SHAPEFILE_PARTS:
            if suffix in by_suffix:
                info = zipfile.ZipInfo(f"layer{suffix}", _ZIP_EPOCH)
                info.compress_type = zipfile.ZIP_DEFLATED
                archive.writestr(info, by_suffix[suffix].read_bytes())
    return buffer.getvalue()


def unusable(error: OSError) -> ImportRefused:
    """Return the error that says why the import folder cannot be used."""
    return ImportRefused(
        f"The import folder {settings.IMPORT_FOLDER} cannot be used: {error.strerror or error}",
        code="IMPORT_FOLDER_UNUSABLE",
    )


def file_format_of(row: models.ImportFile) -> FileFormat:
    """Return the format of a received file."""
    return FileFormat(row.file_format)


def read_chunks(file: Any) -> Iterator[bytes]:
    """Yield the content of an uploaded file."""
    yield from file.chunks(_CHUNK_BYTES)
