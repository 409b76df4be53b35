"""Pages of GeoJSON features, single features and extents of a layer."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from typing import Any

import orjson
import pyarrow as pa
from django.db import connection

from grid.models.base import granted_zone_ids
from grid.selectors.exchange.collections import Collection, ExchangeAttribute
from grid.selectors.exchange.conditions import Condition, Interval
from grid.selectors.exchange.statements import RowQuery, count_sql, extent_sql, rows_sql
from grid.selectors.keeping import keep, kept
from grid.selectors.map_layers import Bbox, layer_version

MOST_COUNTED = 10_000
"""More rows than this are not counted: it would take longer than to give a page of them."""
DECIMALS = 9
"""Of degrees: a tenth of a millimetre."""
_EXTENT_KEPT_S = 24 * 3600

Extent = tuple[float, float, float, float]


@dataclass(frozen=True, kw_only=True)
class FeaturePage:
    """Some features as JSON texts, in the order of their keys.

    Attributes:
        features: each a GeoJSON Feature.
        next_after: the key after which the next page begins; None if there is none.
        matched: how many there are in all; None if they were not counted.
    """

    features: list[bytes]
    next_after: str | None
    matched: int | None


def feature_page(
    *,
    collection: Collection,
    user: Any,
    limit: int,
    bbox: Bbox | None = None,
    conditions: tuple[Condition, ...] = (),
    interval: Interval | None = None,
    after: str | None = None,
) -> FeaturePage:
    """Return features that a user may see, personal data masked.

    The next page is found by the last key, so rows that come or go in between shift nothing.
    """
    query = RowQuery(
        collection=collection,
        zones=tuple(granted_zone_ids(user)),
        bbox=bbox,
        conditions=conditions,
        interval=interval,
        after=after,
    )
    rows = _rows(query, limit=limit + 1)
    has_more = len(rows) > limit
    rows = rows[:limit]
    matched = None
    if after is None:
        matched = len(rows) if not has_more else _counted(query)
    return FeaturePage(
        features=[_feature(collection, row) for row in rows],
        next_after=str(rows[-1][0]) if has_more else None,
        matched=matched,
    )


def find_feature(*, collection: Collection, user: Any, key: str) -> bytes | None:
    """Return one feature that a user may see; None if there is none."""
    rows = _rows(
        RowQuery(collection=collection, zones=tuple(granted_zone_ids(user)), key=key),
        limit=1,
    )
    return _feature(collection, rows[0]) if rows else None


def collection_extent(*, collection: Collection, user: Any) -> Extent | None:
    """Return west, south, east and north of what a user sees of a layer; None if that is nothing.

    Kept until the layer is synced again.
    """
    version = layer_version(layer=collection.layer, user=user)
    name = f"extent:{collection.key}:{hashlib.sha256(version.encode()).hexdigest()[:32]}"
    known: tuple[Extent | None] | None = kept(name)
    if known is not None:
        return known[0]
    sql, parameters = extent_sql(RowQuery(collection=collection, zones=tuple(granted_zone_ids(user))))
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        row = cursor.fetchone()
    found: Extent | None = None if row is None or row[0] is None else (row[0], row[1], row[2], row[3])
    keep(name, (found,), seconds=_EXTENT_KEPT_S)
    return found


def masked(attribute: ExchangeAttribute, value: Any) -> Any:
    """Return what is given in place of a personal value."""
    return attribute.mask(value) if attribute.mask is not None and value is not None else None


def _rows(query: RowQuery, *, limit: int) -> list[tuple[Any, ...]]:
    collection = query.collection
    columns = [each.sql for each in collection.attributes]
    columns.append(f"ST_AsGeoJSON({collection.geometry_sql}, {DECIMALS})")
    sql, parameters = rows_sql(query, columns=columns, limit=limit)
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        return cursor.fetchall()  # type: ignore[no-any-return]


def _counted(query: RowQuery) -> int | None:
    sql, parameters = count_sql(replace(query, after=None), most=MOST_COUNTED + 1)
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        row = cursor.fetchone()
    return row[0] if row is not None and row[0] <= MOST_COUNTED else None


def _feature(collection: Collection, row: tuple[Any, ...]) -> bytes:
    properties = {
        each.name: masked(each, value) if each.is_personal else value
        for each, value in zip(collection.attributes, row[:-1], strict=True)
    }
    return orjson.dumps(
        {
            "type": "Feature",
            "id": str(row[0]),
            "geometry": None if row[-1] is None else orjson.Fragment(row[-1]),
            "properties": properties,
        },
        option=orjson.OPT_UTC_Z,
    )


def json_type(kind: pa.DataType) -> dict[str, str]:
    """Return the JSON schema of an attribute's values."""
    if pa.types.is_boolean(kind):
        return {"type": "boolean"}
    if pa.types.is_integer(kind):
        return {"type": "integer"}
    if pa.types.is_floating(kind):
        return {"type": "number"}
    if pa.types.is_timestamp(kind):
        return {"type": "string", "format": "date-time"}
    if pa.types.is_date(kind):
        return {"type": "string", "format": "date"}
    return {"type": "string"}
