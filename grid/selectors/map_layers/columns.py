"""The rows of a map layer as Arrow columns."""

from typing import Any

import numpy as np
import pyarrow as pa
from django.db import connection

from flux_site.api.errors import LimitExceeded
from grid import models
from grid.models.base import granted_zone_ids
from grid.selectors.data_versions import data_versions
from grid.selectors.map_layers.bbox import Bbox
from grid.selectors.map_layers.definition import MAX_ROWS, PATH, MapLayer

WKB_LINESTRING_HEADER_BYTES = 9


def layer_version(*, layer: MapLayer, user: Any) -> str:
    """Return the version of what a user sees of a layer: the syncs and edits of its tables, the user's zones.

    To be read before the rows.
    """
    keys = [layer.sync_layer, *layer.also_shows]
    rows = (
        models.SyncLayer.objects.filter(pk__in=keys).order_by("pk").values_list("pk", "checksum", "synced_at")
    )
    syncs = ";".join(f"{key}={checksum}@{synced_at}" for key, checksum, synced_at in rows)
    edits = data_versions(layer.changing_tables) if layer.changing_tables else ()
    granted = ",".join(sorted(granted_zone_ids(user)))
    return f"{syncs}|{edits}|{shown_version(layer)}|{granted}"


def shown_version(layer: MapLayer) -> str | None:
    """Return the version of what the columns of a layer show beyond rows of sync layers; None: nothing."""
    if layer.columns_version_sql is None:
        return None
    with connection.cursor() as cursor:
        cursor.execute(layer.columns_version_sql)
        return str(cursor.fetchone()[0])


def layer_table(*, layer: MapLayer, bbox: Bbox | None, user: Any) -> pa.Table:
    """Return the rows of a layer that the user may see, as an Arrow table.

    Raises:
        LimitExceeded: if the rectangle holds more than MAX_ROWS rows.
    """
    conditions = [layer.filter_sql]
    parameters: dict[str, Any] = {}
    zones = granted_zone_ids(user)
    if zones:
        conditions.append("t.zone_id = ANY(%(zones)s)")
        parameters["zones"] = zones
    if bbox is not None:
        conditions.append(
            f"{layer.geometry_sql} && ST_MakeEnvelope(%(west)s, %(south)s, %(east)s, %(north)s, 4326)"
        )
        parameters |= {"west": bbox.west, "south": bbox.south, "east": bbox.east, "north": bbox.north}
    sources = layer.columns_sources or layer.sources
    # The text comes from the registry alone; every value is bound.
    sql = (
        f"SELECT {', '.join(column.sql for column in layer.columns)} FROM {sources} "  # noqa: S608
        f"WHERE {' AND '.join(conditions)} ORDER BY t.id LIMIT {MAX_ROWS + 1}"
    )
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        rows = cursor.fetchall()
    if len(rows) > MAX_ROWS:
        raise LimitExceeded(f"More than {MAX_ROWS} rows; ask for a smaller bbox.", field="bbox")
    values = list(zip(*rows, strict=True)) if rows else [()] * len(layer.columns)
    arrays = [
        _paths(cells) if column.kind == PATH else pa.array(cells, type=column.kind)
        for column, cells in zip(layer.columns, values, strict=True)
    ]
    return pa.Table.from_arrays(arrays, names=[column.name for column in layer.columns])


def _paths(cells: Any) -> pa.ListArray:
    """Return little-endian WKB LineStrings as lists of lon, lat, lon, lat, …"""
    payloads = [bytes(cell)[WKB_LINESTRING_HEADER_BYTES:] for cell in cells]
    offsets = np.concatenate(([0], np.cumsum([len(payload) // 8 for payload in payloads], dtype=np.int64)))
    flat = np.frombuffer(b"".join(payloads), dtype="<f8")
    return pa.ListArray.from_arrays(pa.array(offsets, type=pa.int32()), pa.array(flat))
