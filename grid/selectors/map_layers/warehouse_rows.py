"""The rows of a map layer as Arrow columns, from the warehouse in place of the cache."""

import re
from collections.abc import Callable
from typing import Any

import numpy as np
import pyarrow as pa
import sqlalchemy as sa
from django.utils import timezone

from flux_site.api.errors import LimitExceeded
from grid.federation.store import fallback_warehouse
from grid.layers import LAYERS
from grid.layers.window import query_of
from grid.models.base import granted_zone_ids
from grid.selectors.map_layers.bbox import Bbox
from grid.selectors.map_layers.definition import MAX_ROWS, PATH, MapLayer
from grid.warehouse.statements import optional_tables, reading_as_empty
from grid.warehouse.tables import metadata

ROUTE = "route_wkt"
WEATHER_LOADING = "weather_loading_pct"
_UNKNOWN: sa.ColumnElement[Any] = sa.cast(sa.null(), sa.Float)
_NOT_NUMBER = re.compile(r"[^-+.\deE]+")


def warehouse_version(*, layer: MapLayer, user: Any) -> str:
    """Return the version of what a user sees of a layer in the warehouse.

    Raises:
        WarehouseError: if the warehouse does not answer.
    """
    warehouse = fallback_warehouse()
    sources = [LAYERS[key] for key in (layer.sync_layer, *layer.also_shows)]
    names = {table.fullname: table for source in sources for table in source.source_tables}
    versions = ";".join(f"{name}={warehouse.version(names[name])}" for name in sorted(names))
    return f"warehouse|{versions}|{','.join(sorted(granted_zone_ids(user)))}"


def warehouse_table(*, layer: MapLayer, bbox: Bbox | None, user: Any) -> pa.Table:
    """Return the rows of a layer that the user may see, as an Arrow table like that of the cache.

    Raises:
        LimitExceeded: if the rectangle holds more than MAX_ROWS rows.
        WarehouseError: if the warehouse does not answer.
    """
    source = _rows_of(layer.sync_layer)
    joined, columns = _SELECTS.get(layer.key, _plain)(layer, source)
    statement: sa.Select[Any] = sa.select(
        *(column.label(name) for name, column in columns.items())
    ).select_from(joined)
    is_routed = ROUTE in source.c
    if is_routed:
        statement = statement.add_columns(source.c[ROUTE].label(ROUTE))
    if layer.filter_rows is not None:
        statement = statement.where(layer.filter_rows(source))
    zones = granted_zone_ids(user)
    if zones:
        statement = statement.where(source.c.zone_id.in_(zones))
    if bbox is not None and not is_routed:
        statement = statement.where(
            source.c.lon.between(bbox.west, bbox.east), source.c.lat.between(bbox.south, bbox.north)
        )
    if bbox is None or not is_routed:
        statement = statement.limit(MAX_ROWS + 1)
    optional = {
        name for key in (layer.sync_layer, *layer.also_shows) for name in optional_tables(_select(key))
    }
    statement = reading_as_empty(
        statement.order_by(source.c.id), *(metadata.tables[name] for name in sorted(optional))
    )
    rows = pa.Table.from_batches(fallback_warehouse().select_arrow(statement))
    if is_routed:
        rows = _routed(rows, bbox, with_path=any(column.kind == PATH for column in layer.columns))
    if rows.num_rows > MAX_ROWS:
        raise LimitExceeded(f"More than {MAX_ROWS} rows; ask for a smaller bbox.", field="bbox")
    return pa.table({column.name: rows[column.name].cast(column.kind) for column in layer.columns})


Columns = dict[str, sa.ColumnElement[Any]]


def _select(key: str) -> sa.Select[Any]:
    return query_of(LAYERS[key], fallback_warehouse(), now=timezone.now())


def _rows_of(key: str, name: str | None = None) -> sa.Subquery:
    return _select(key).subquery(name or key)


def _plain(layer: MapLayer, source: sa.Subquery) -> tuple[Any, Columns]:
    """Return the layer's own columns, each under its own name; unknown what only the cache computes."""
    return source, {
        **{column.name: source.c[column.name] for column in layer.columns if column.name in source.c},
        **{column.name: _UNKNOWN for column in layer.columns if column.name == WEATHER_LOADING},
    }


def _substations(layer: MapLayer, source: sa.Subquery) -> tuple[Any, Columns]:
    zone, circuit = _rows_of("zones"), _rows_of("circuits")
    counts = (
        sa.select(circuit.c.substation_id, sa.func.count().label("n"))
        .group_by(circuit.c.substation_id)
        .subquery("circuit_counts")
    )
    joined = source.outerjoin(zone, zone.c.id == source.c.zone_id).outerjoin(
        counts, counts.c.substation_id == source.c.id
    )
    return joined, {
        **_plain(layer, source)[1],
        "generation_mw": source.c.generation_capacity_mw,
        "zone": zone.c.name,
        "circuit_count": sa.func.coalesce(counts.c.n, 0),
    }


def _branches(_: MapLayer, source: sa.Subquery) -> tuple[Any, Columns]:
    ends = {end: _rows_of("substations", f"{end}_end") for end in ("from", "to")}
    joined: Any = source
    for end, station in ends.items():
        joined = joined.join(station, station.c.id == source.c[f"{end}_substation_id"])
    return joined, {
        "id": source.c.id,
        "from_id": source.c.from_substation_id,
        "to_id": source.c.to_substation_id,
        "from_lon": ends["from"].c.lon,
        "from_lat": ends["from"].c.lat,
        "to_lon": ends["to"].c.lon,
        "to_lat": ends["to"].c.lat,
        "kv": source.c.base_kv,
        "rating_mva": source.c.rating_mva,
        "flow_mw": source.c.base_flow_mw,
        "loading_pct": source.c.base_loading_pct,
        WEATHER_LOADING: _UNKNOWN,
    }


def _transformers(layer: MapLayer, source: sa.Subquery) -> tuple[Any, Columns]:
    load = _rows_of("transformer_load")
    joined = source.outerjoin(load, load.c.transformer_id == source.c.id)
    return joined, {**_plain(layer, source)[1], "latest_loading_pct": load.c.loading_pct}


_SELECTS: dict[str, Callable[[MapLayer, sa.Subquery], tuple[Any, Columns]]] = {
    "substations": _substations,
    "branches": _branches,
    "transformers": _transformers,
}


def _routed(rows: pa.Table, bbox: Bbox | None, *, with_path: bool) -> pa.Table:
    """Return the rows whose route's box meets ``bbox``, with their paths if wanted."""
    paths = [_numbers(text) for text in rows[ROUTE].to_pylist()]
    if bbox is not None:
        meets = [path is not None and _meets(path, bbox) for path in paths]
        rows = rows.filter(pa.array(meets, type=pa.bool_()))
        paths = [path for path, is_met in zip(paths, meets, strict=True) if is_met]
    if not with_path:
        return rows
    offsets = np.cumsum([0, *(0 if path is None else len(path) for path in paths)])
    flat = np.concatenate([path for path in paths if path is not None] or [np.empty(0)])
    lists = pa.ListArray.from_arrays(pa.array(offsets, type=pa.int32()), pa.array(flat))
    return rows.append_column("path", lists)


def _numbers(text: str | None) -> Any:
    """Return the lon, lat, lon, lat, … of a LINESTRING; None for none."""
    if text is None:
        return None
    inside = text[text.index("(") + 1 : text.rindex(")")]
    return np.array([float(part) for part in _NOT_NUMBER.split(inside.strip())])


def _meets(path: Any, bbox: Bbox) -> bool:
    lons, lats = path[0::2], path[1::2]
    return bool(
        lons.min() <= bbox.east
        and lons.max() >= bbox.west
        and lats.min() <= bbox.north
        and lats.max() >= bbox.south
    )
