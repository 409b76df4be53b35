"""The job that finds trees in a raster of canopy heights and brings them into the warehouse and the cache."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.utils import timezone

from flux_site.api.errors import BadInput, NotFound
from flux_site.jobs.context import JobContext
from flux_site.jobs.models import Job
from flux_site.jobs.services import create_job
from grid.layers import LAYERS
from grid.selectors.warehouse import get_warehouse
from grid.services.imports.files import check_unlimited, folder_of, keep_content, shown_name, unusable
from grid.services.sync.reporting import JobShare
from grid.services.sync.running import run_layer
from grid.services.vegetation.canopy import check_lines, check_raster, import_canopy

KIND = "grid.canopy"
FOLDER = "canopy"
SUFFIXES = (".tif", ".tiff")
_READ_FRAC = 0.8


def start_canopy_import(*, chunks: Iterable[bytes], name: str, user: Any | None) -> Job:
    """Keep a raster in the import folder and queue the import of its trees.

    Args:
        chunks: its content.
        name: what it is called; trees of an earlier raster of this name are replaced.
        user: who brings it.

    Raises:
        PermissionRefused: if the user is limited to zones.
        BadInput: if it is no raster of canopy heights, or no overhead lines are known yet.
        ImportRefused: FILE_TOO_LARGE, or IMPORT_FOLDER_UNUSABLE.
        QueueUnavailable: after commit, if Redis is away.
    """
    inputs = _received(chunks=chunks, name=name, user=user)
    return create_job(kind=KIND, title=_title(inputs), inputs=inputs, owner=user)


def create_foreground_canopy_job(*, path: Path) -> Job:
    """Write the row of a job for a raster on this machine, which the caller itself carries out.

    Raises:
        BadInput, ImportRefused: see ``start_canopy_import``.
    """
    with path.open("rb") as file:
        chunks = iter(lambda: file.read(1024 * 1024), b"")
        inputs = _received(chunks=chunks, name=path.name, user=None)
    return Job.objects.create(kind=KIND, title=_title(inputs), inputs=inputs)


def carry_out(context: JobContext) -> dict[str, Any]:
    """Find the trees, write them, and sync the layer of trees; safe to run twice.

    Returns:
        Trees found, those near lines, and what the sync of the layer did.

    Raises:
        NotFound: if the file was removed for its age.
        WarehouseError: if the warehouse fails; nothing is changed.
        JobCancelled: if the job was cancelled; before the whole raster was read nothing was written.
    """
    path = folder_of(FOLDER) / f"{context.inputs['digest']}.tif"
    if not path.is_file():
        raise NotFound(f"{context.inputs['file']} was removed; bring it again.", field="file")
    done = import_canopy(
        path,
        name=context.inputs["file"],
        progress=lambda frac, step: context.progress(_READ_FRAC * frac, step),
    )
    share = JobShare(context, first_frac=_READ_FRAC, share_frac=1.0 - _READ_FRAC)
    outcome = run_layer(layer=LAYERS["trees"], warehouse=get_warehouse(), report=share)
    return {
        "trees_found": done.found,
        "trees_near_lines": done.near_lines,
        "cache_inserted": outcome.rows_inserted,
        "cache_updated": outcome.rows_updated,
        "cache_deleted": outcome.rows_deleted,
    }


def tidy() -> int:
    """Remove rasters brought long ago that no unfinished job needs; return how many."""
    before = (timezone.now() - timedelta(days=settings.IMPORT_KEEP_DAYS)).timestamp()
    unfinished = Job.objects.unfinished().filter(kind=KIND)
    needed = {inputs["digest"] for inputs in unfinished.values_list("inputs", flat=True)}
    removed = 0
    for path in folder_of(FOLDER).iterdir():
        if path.stem not in needed and path.stat().st_mtime < before:
            path.unlink(missing_ok=True)
            removed += 1
    return removed


def _received(*, chunks: Iterable[bytes], name: str, user: Any | None) -> dict[str, Any]:
    check_unlimited(user)
    shown = shown_name(name)
    if not shown.lower().endswith(SUFFIXES):
        raise BadInput(f"{shown} is no GeoTIFF; its name must end in {' or '.join(SUFFIXES)}.", field="file")
    check_lines()
    try:
        digest, size = keep_content(chunks, shown=shown, suffix="tif", folder_name=FOLDER)
        path = folder_of(FOLDER) / f"{digest}.tif"
    except OSError as error:
        raise unusable(error) from error
    try:
        check_raster(path, name=shown)
    except BadInput:
        path.unlink(missing_ok=True)
        raise
    return {"file": shown, "digest": digest, "size_bytes": size}


def _title(inputs: dict[str, Any]) -> str:
    return f"Trees out of {inputs['file']}"
