"""What other programs may take of each layer of the map: its attributes, geometry and times.

A layer that shows one table of the cache is given with every column of it, named as in the warehouse, so
that a file can be imported again as it is. What the map adds, such as the newest loading, comes after.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any

import pyarrow as pa
import sqlalchemy as sa
from django.contrib.gis.db import models as fields

from flux_site.api.masking import mask_address, mask_contact, mask_name
from grid.layers import LAYERS as SYNC_LAYERS
from grid.layers import Layer
from grid.selectors.map_layers import LAYERS, AttributeKind, MapLayer, find_layer

MOMENT = pa.timestamp("us", tz="UTC")
_ARROW_OF_ATTRIBUTE = {
    AttributeKind.TEXT: pa.string(),
    AttributeKind.NUMBER: pa.float64(),
    AttributeKind.WHOLE: pa.int64(),
    AttributeKind.FLAG: pa.bool_(),
    AttributeKind.MOMENT: MOMENT,
}
_ARROW_OF_FIELD: tuple[tuple[type[Any], pa.DataType], ...] = (
    (fields.BooleanField, pa.bool_()),
    (fields.IntegerField, pa.int64()),
    (fields.FloatField, pa.float64()),
    (fields.DateTimeField, MOMENT),
    (fields.DateField, pa.date32()),
    (fields.CharField, pa.string()),
    (fields.TextField, pa.string()),
)
_MASKS: dict[str, Callable[[str], str]] = {
    "full_name": mask_name,
    "service_address": mask_address,
    "phone": mask_contact,
    "email": mask_contact,
}
_TIMES: dict[str, tuple[str, str | None]] = {
    "outages": ("t.started_at", "t.restored_at"),
    "work_orders": ("t.created_at", "t.completed_at"),
    "weather_stations": ("t.observed_at", "t.observed_at"),
}


@dataclass(frozen=True, kw_only=True)
class ExchangeAttribute:
    """One attribute of the rows.

    Attributes:
        name: in files and features.
        title: for people, with the unit.
        sql: over the layer's sources.
        kind: of its values.
        is_personal: it identifies a person, and is masked unless the right to see it is used.
        mask: what is given in its place; None: nothing is.
    """

    name: str
    title: str
    sql: str
    kind: pa.DataType
    is_personal: bool = False
    mask: Callable[[str], str] | None = None


@dataclass(frozen=True, kw_only=True)
class Collection:
    """A layer as other programs take it.

    Attributes:
        layer: of the map; its permission, filter and zones hold here too.
        attributes: the first is the key.
        geometry_sql: the geometry in SRID 4326.
        geometry_types: of GeoJSON.
        times: SQL of the moments between which a row holds; None if it has no time. The end may be unknown.
    """

    layer: MapLayer
    attributes: tuple[ExchangeAttribute, ...]
    geometry_sql: str
    geometry_types: tuple[str, ...]
    times: tuple[str, str | None] | None

    @property
    def key(self) -> str:
        """Its name in addresses."""
        return self.layer.key

    @property
    def key_attribute(self) -> ExchangeAttribute:
        """What tells rows apart."""
        return self.attributes[0]

    @property
    def personal_names(self) -> tuple[str, ...]:
        """The attributes that identify people."""
        return tuple(each.name for each in self.attributes if each.is_personal)

    def attribute(self, name: str) -> ExchangeAttribute | None:
        """Return an attribute by its name."""
        return next((each for each in self.attributes if each.name == name), None)


def list_collections(user: Any) -> list[Collection]:
    """Return the layers that a user may take."""
    return [_collection(layer.key) for layer in LAYERS if user.has_perm(layer.permission)]


def find_collection(key: str) -> Collection | None:
    """Return a layer by its key, whoever may take it."""
    return None if find_layer(key) is None else _collection(key)


@cache
def _collection(key: str) -> Collection:
    layer = find_layer(key)
    if layer is None:
        raise LookupError(key)
    geometry_sql, types = _geometry(layer)
    return Collection(
        layer=layer,
        attributes=_attributes(layer),
        geometry_sql=geometry_sql,
        geometry_types=types,
        times=_TIMES.get(key),
    )


def _geometry(layer: MapLayer) -> tuple[str, tuple[str, ...]]:
    """Return the SQL of the geometry and its types; lines of a row without a route of its own are put
    together.
    """
    if layer.tiles.route_sql is not None:
        routes = f"SELECT ST_Collect(r.route) FROM ({layer.tiles.route_sql}) r WHERE r.id = t.id"  # noqa: S608
        return f"({routes})", ("MultiLineString",)
    match layer.geometry_kind:
        case "POINT":
            return layer.geometry_sql, ("Point",)
        case "LINE":
            return layer.geometry_sql, ("LineString",)
        case _:
            return layer.geometry_sql, ("Polygon", "MultiPolygon")


def _attributes(layer: MapLayer) -> tuple[ExchangeAttribute, ...]:
    table = _whole_table(layer)
    own = _columns(table) if table is not None else ()
    has_key = bool(own)
    taken = {each.name for each in own}
    read = {each.sql for each in own}
    added = tuple(
        ExchangeAttribute(
            name=each.name,
            title=f"{each.title}, {each.unit}" if each.unit else each.title,
            sql=each.sql,
            kind=_ARROW_OF_ATTRIBUTE[each.kind],
        )
        for each in layer.attributes
        if each.sql not in read and each.name not in taken and not (has_key and each.name == "id")
    )
    every = (*own, *added)
    return every if has_key else tuple(sorted(every, key=lambda each: each.name != "id"))


def _whole_table(layer: MapLayer) -> Layer | None:
    """Return the sync layer whose table the map's layer shows."""
    source = SYNC_LAYERS.get(layer.sync_layer)
    shows_it = source is not None and layer.sources.split()[:2] == [source.table, "t"]
    return source if shows_it else None


def _columns(source: Layer) -> tuple[ExchangeAttribute, ...]:
    """Return the columns of a table of the cache, the key first."""
    names, personal = _in_warehouse(source)
    found = []
    for field in source.model._meta.concrete_fields:
        kind = _kind(field)
        if kind is None:
            continue
        column = str(field.column)
        name = names.get(column, column)
        is_personal = name in personal
        found.append(
            ExchangeAttribute(
                name=name,
                title=str(field.help_text).rstrip(".") or str(field.verbose_name),
                sql=f"t.{column}",
                kind=kind,
                is_personal=is_personal,
                mask=_MASKS.get(name) if is_personal else None,
            )
        )
    return tuple(sorted(found, key=lambda each: each.sql != "t.id"))


def _kind(field: Any) -> pa.DataType | None:
    """Return the Arrow type of a field; None for geometry and what is no plain value."""
    target = field.target_field if isinstance(field, fields.ForeignKey) else field
    return next((kind for of, kind in _ARROW_OF_FIELD if isinstance(target, of)), None)


def _in_warehouse(source: Layer) -> tuple[dict[str, str], set[str]]:
    """Return the warehouse's names of the cache's columns, and which of them are personal."""
    names: dict[str, str] = {}
    personal: set[str] = set()
    for selected in source.source.selected_columns:
        column: Any = selected.element if isinstance(selected, sa.Label) else selected
        if isinstance(column, sa.Column) and column.table is source.counted_table:
            names[str(selected.name)] = str(column.name)
            if column.info.get("is_personal"):
                personal.add(str(column.name))
    return names, personal
