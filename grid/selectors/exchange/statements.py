"""The SQL by which rows are chosen. Texts come from the registry of layers; every value is bound."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from grid.selectors.exchange.collections import Collection
from grid.selectors.exchange.conditions import Condition, Interval, Relation
from grid.selectors.map_layers import Bbox

Parameters = dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class RowQuery:
    """Which rows of a layer.

    Attributes:
        collection: the layer.
        zones: the zones to which the user is limited; empty: none.
        bbox: only what meets this rectangle.
        area_wkb: only what meets this area, WKB in SRID 4326.
        conditions: on attributes; all must hold.
        interval: only rows that hold at some time of it, where rows have a time.
        key: only the row of this key.
        after: only rows whose key comes after this one.
    """

    collection: Collection
    zones: tuple[str, ...] = ()
    bbox: Bbox | None = None
    area_wkb: bytes | None = None
    conditions: tuple[Condition, ...] = ()
    interval: Interval | None = None
    key: str | None = None
    after: str | None = None


def rows_sql(query: RowQuery, *, columns: list[str], limit: int | None = None) -> tuple[str, Parameters]:
    """Return the statement that selects expressions of the rows, by their keys."""
    where, parameters = _where(query)
    sql = (
        f"SELECT {', '.join(columns)} FROM {query.collection.layer.sources} "  # noqa: S608
        f"WHERE {where} ORDER BY {query.collection.key_attribute.sql}"
    )
    if limit is not None:
        sql += " LIMIT %(limit)s"
        parameters["limit"] = limit
    return sql, parameters


def count_sql(query: RowQuery, *, most: int) -> tuple[str, Parameters]:
    """Return the statement that counts the rows up to ``most``."""
    where, parameters = _where(query)
    sources = query.collection.layer.sources
    inner = f"SELECT 1 FROM {sources} WHERE {where} LIMIT %(most)s"  # noqa: S608
    return f"SELECT count(*) FROM ({inner}) found", parameters | {"most": most}  # noqa: S608


def extent_sql(query: RowQuery) -> tuple[str, Parameters]:
    """Return the statement that gives west, south, east and north of the rows."""
    where, parameters = _where(query)
    collection = query.collection
    corners = ", ".join(f"{name}(box)" for name in ("ST_XMin", "ST_YMin", "ST_XMax", "ST_YMax"))
    inner = (
        f"SELECT ST_Extent({collection.geometry_sql}) AS box FROM {collection.layer.sources} WHERE {where}"  # noqa: S608
    )
    return f"SELECT {corners} FROM ({inner}) found", parameters  # noqa: S608


def _where(query: RowQuery) -> tuple[str, Parameters]:
    layer = query.collection.layer
    key, geometry = query.collection.key_attribute.sql, query.collection.geometry_sql
    parts: list[str] = [f"({layer.filter_sql})"]
    parameters: Parameters = {}
    if query.zones and layer.zone_sql is not None:
        parts.append(f"{layer.zone_sql} = ANY(%(zones)s)")
        parameters["zones"] = list(query.zones)
    if query.bbox is not None:
        box = query.bbox
        envelope = "ST_MakeEnvelope(%(west)s, %(south)s, %(east)s, %(north)s, 4326)"
        parts.append(f"ST_Intersects({geometry}, {envelope})")
        parameters |= {"west": box.west, "south": box.south, "east": box.east, "north": box.north}
    if query.area_wkb is not None:
        parts.append(f"ST_Intersects({geometry}, ST_GeomFromWKB(%(area)s, 4326))")
        parameters["area"] = query.area_wkb
    if query.interval is not None and query.collection.times is not None:
        parts += _interval_parts(query.interval, query.collection.times, parameters)
    if query.key is not None:
        parts.append(f"{key} = %(key)s")
        parameters["key"] = query.key
    if query.after is not None:
        parts.append(f"{key} > %(after)s")
        parameters["after"] = query.after
    for number, condition in enumerate(query.conditions):
        parts.append(_condition_part(condition, f"value_{number}", parameters))
    return " AND ".join(parts), parameters


def _interval_parts(interval: Interval, times: tuple[str, str | None], parameters: Parameters) -> list[str]:
    """Return what a row that holds from its start to its end must meet; an unknown end has not come yet."""
    start, end = times
    parts = []
    if interval.end is not None:
        parts.append(f"{start} <= %(until)s")
        parameters["until"] = interval.end
    if interval.start is not None:
        parts.append(f"({end} IS NULL OR {end} >= %(since)s)" if end else f"{start} >= %(since)s")
        parameters["since"] = interval.start
    return parts


def _condition_part(condition: Condition, name: str, parameters: Parameters) -> str:
    sql = condition.attribute.sql
    match condition.relation:
        case Relation.IS_UNKNOWN:
            return f"{sql} IS NULL"
        case Relation.IS_KNOWN:
            return f"{sql} IS NOT NULL"
        case Relation.IN:
            parameters[name] = list(condition.values)
            return f"{sql} = ANY(%({name})s)"
        case Relation.AT_LEAST:
            parameters[name] = condition.values[0]
            return f"{sql} >= %({name})s"
        case Relation.AT_MOST:
            parameters[name] = condition.values[0]
            return f"{sql} <= %({name})s"
