"""The job that makes the file of an export."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import psycopg
import pyarrow as pa
from django.conf import settings
from django.contrib.gis.geos import GEOSGeometry
from django.utils import timezone

from flux_site.api.errors import DatabaseUnavailable, PermissionRefused
from flux_site.api.masking import user_may_see_pii
from flux_site.jobs.context import JobContext
from grid import models
from grid.models.base import granted_zone_ids
from grid.selectors import exchange
from grid.selectors.exchange import Collection, RowQuery
from grid.services.exports.errors import ExportFailed, as_failures
from grid.services.exports.files import check_room, put_in_place, working_folder
from grid.services.exports.formats import Contents, FileFormat, write
from grid.services.exports.reading import batches, data_version, selection_of, snapshot
from grid.services.exports.requests import AskedCondition, parse_conditions

_WRITTEN_FRAC = 0.98


def carry_out(context: JobContext) -> dict[str, Any]:
    """Make the file of an export; safe to repeat: the file is put in place whole, over an earlier one.

    Returns:
        Rows and bytes written.

    Raises:
        ExportFailed: DISK_FULL and others; no part of the file is left.
        PermissionRefused: if who asked for it lost a right since.
        NeverSynced: if the cache does not hold the layer.
        JobCancelled: if the job was cancelled.
    """
    row = models.FileExport.objects.select_related("asked_by").filter(pk=context.inputs["export_id"]).first()
    if row is None:
        raise ExportFailed("The export is no longer there.", code="EXPORT_GONE")
    if row.ready_at is not None:
        return _counts(row)
    collection = _allowed_collection(row)
    query = _query(row, collection)
    file_format = FileFormat(row.file_format)
    selection = selection_of(collection, file_format)
    contents = Contents(
        layer=collection.key,
        schema=selection.schema,
        geometry_types=collection.geometry_types,
        titles={each.name: each.title for each in collection.attributes},
    )
    check_room()
    context.progress(0.0, "Reading")
    try:
        with working_folder() as work, snapshot() as session:
            version = data_version(session, collection)
            expected = _expected(collection)
            read = _Reading(context, expected)
            rows = read.following(batches(session, query, selection, with_personal=row.has_personal))
            with as_failures(settings.EXPORT_FOLDER):
                made = write(file_format, rows, contents, folder=Path(work))
                check_room()
                context.progress(_WRITTEN_FRAC, "Putting the file in place")
                size, digest = put_in_place(made, row)
    except psycopg.OperationalError as error:
        raise DatabaseUnavailable(f"PostgreSQL stopped answering: {error}") from error
    now = timezone.now()
    row.row_count, row.size_bytes, row.digest, row.data_version = read.count, size, digest, version
    row.ready_at, row.expires_at = now, now + timedelta(days=settings.EXPORT_KEEP_DAYS)
    row.save(update_fields=["row_count", "size_bytes", "digest", "data_version", "ready_at", "expires_at"])
    context.log(f"{read.count:,} rows, {size:,} bytes. Data: {version}.")
    return _counts(row)


class _Reading:
    """Counts rows as they pass, tells how far it got, and stops for a cancelled job or a full disk."""

    def __init__(self, context: JobContext, expected: int | None) -> None:
        self.count = 0
        self._context = context
        self._expected = expected

    def following(self, found: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        for batch in found:
            yield batch
            self.count += batch.num_rows
            frac = min(self.count / self._expected, 1.0) * _WRITTEN_FRAC if self._expected else 0.0
            self._context.progress(frac, f"{self.count:,} rows written")
            check_room()


def _allowed_collection(row: models.FileExport) -> Collection:
    """Return the layer, if who asked may still see what they asked for.

    Raises:
        PermissionRefused: if not.
    """
    user = row.asked_by
    found = exchange.find_collection(row.layer)
    if user is None or not user.is_active or found is None or not user.has_perm(found.layer.permission):
        raise PermissionRefused(f"Who asked for it may no longer see the layer {row.layer}.")
    if row.has_personal and not user_may_see_pii(user):
        raise PermissionRefused("Who asked for it may no longer see personal data.")
    if found.layer.zone_sql is not None and sorted(granted_zone_ids(user)) != sorted(row.zone_ids):
        raise PermissionRefused("The zones of who asked for it have changed; start the export again.")
    return found


def _query(row: models.FileExport, collection: Collection) -> RowQuery:
    area = None if row.area is None else bytes(GEOSGeometry(json.dumps(row.area)).wkb)
    asked = [AskedCondition(**each) for each in row.filters]
    return RowQuery(
        collection=collection,
        zones=tuple(row.zone_ids),
        area_wkb=area,
        conditions=parse_conditions(collection, asked),
    )


def _expected(collection: Collection) -> int | None:
    """Return how many rows will come at most, as the last sync counted them; None if that is not known."""
    state = models.SyncLayer.objects.filter(pk=collection.layer.sync_layer).first()
    return state.row_count if state is not None else None


def _counts(row: models.FileExport) -> dict[str, Any]:
    return {"rows": row.row_count, "bytes": row.size_bytes}
