"""What a layer of the map is: its columns, its attributes, its legend and how its tiles are drawn."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import pyarrow as pa
import sqlalchemy as sa

TEXT, REAL, WHOLE, FLAG = pa.string(), pa.float64(), pa.int32(), pa.bool_()
PATH = pa.list_(pa.float64())
MAX_ROWS = 250_000
MAX_TILE_ZOOM = 16
"""A unit of a tile of this zoom is 0.15 m; clients draw closer views from its tiles."""

CELL_BITS = 5
"""A tile has 2 to this power cells in a row and in a column: squares of 8 pixels in a tile of 256."""


class AttributeKind(StrEnum):
    """What the values of an attribute are."""

    TEXT = "TEXT"
    NUMBER = "NUMBER"
    WHOLE = "WHOLE"
    FLAG = "FLAG"
    MOMENT = "MOMENT"


class Fold(StrEnum):
    """How the values of many rows become one; each can be folded again."""

    MAX = "MAX"
    MIN = "MIN"
    SUM = "SUM"


class ShapeKind(StrEnum):
    """What a generalised shape stands for."""

    ROWS = "ROWS"
    GROUPS = "GROUPS"


@dataclass(frozen=True, kw_only=True)
class LegendEntry:
    """One line of a legend; ``minimum`` is inclusive, None means open or not numeric."""

    label: str
    color: str
    minimum: float | None = None
    value: str | None = None


@dataclass(frozen=True, kw_only=True)
class Colouring:
    """A further way to colour a layer: by one of its columns or properties.

    Attributes:
        attribute: name of the column or property; a null value is unknown.
        title: for people.
        legend: the classes of its values.
        of_hour: kind of asset whose weather ratings it shows, which are those of an hour; None: of none.
    """

    attribute: str
    title: str
    legend: tuple[LegendEntry, ...]
    of_hour: str | None = None


@dataclass(frozen=True, kw_only=True)
class Column:
    """One column of a layer: its name, its SQL and its Arrow type."""

    name: str
    sql: str
    kind: pa.DataType


@dataclass(frozen=True, kw_only=True)
class Attribute:
    """One property of a layer's features in tiles.

    Attributes:
        name: of the property.
        title: for people.
        kind: of its values.
        sql: over the layer's sources.
        unit: of a number; None if it has none.
        min_zoom: tiles of lower zoom leave it out.
    """

    name: str
    title: str
    kind: AttributeKind
    sql: str
    unit: str | None = None
    min_zoom: int = 0


@dataclass(frozen=True, kw_only=True)
class Measure(Attribute):
    """One property of features that stand for many rows."""

    fold: Fold


@dataclass(frozen=True, kw_only=True)
class Grouping:
    """What rows that are drawn as one shape have in common, for tiles from ``from_zoom`` on."""

    from_zoom: int
    by: tuple[Attribute, ...]


@dataclass(frozen=True, kw_only=True)
class TileRules:
    """How the tiles of a layer are drawn.

    From ``detail_zoom`` on a tile shows the rows themselves, unless they are too many for one tile. Below,
    and where they are too many, it shows what stands for them: shapes, and cells that count the rows which
    no shape stands for.

    Attributes:
        detail_zoom: lowest zoom at which rows are shown.
        deepest: the highest zoom for which cells and shapes are kept; above, those of this zoom are shown.
        measures: folded over the rows of a cell or of a shape.
        shapes: ROWS: large rows have a generalised shape of their own. GROUPS: lines are merged.
        groupings: for GROUPS, by rising zoom.
        route_sql: query of ``id``, ``zone_id`` and ``route`` whose lines, merged by ``id``, are the rows'
            shapes at every zoom, for rows without a geometry of their own.
        place_sql: the point in SRID 4326 where a row is counted.
        is_live: the rows change without a sync; they are counted for each tile and no cells are kept.
        version_sql: one value that changes with what the cells and shapes are made from beyond the syncs.
        keeps_all_zooms: tiles of every zoom are kept once drawn, not only those of low zoom.
        rests_on: sync layers that the cells and shapes depend on beyond those of the layer.
    """

    detail_zoom: int
    deepest: int
    measures: tuple[Measure, ...] = ()
    shapes: ShapeKind | None = None
    groupings: tuple[Grouping, ...] = ()
    route_sql: str | None = None
    place_sql: str | None = None
    is_live: bool = False
    version_sql: str | None = None
    keeps_all_zooms: bool = False
    rests_on: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class MapLayer:
    """A layer of the map, drawn from one table ``t``; ``also_shows``: other sync layers it has columns from,
    ``changing_tables``: those of its tables whose rows change without a sync; they are watched (see
    ``grid.selectors.data_versions``).

    ``filter_sql`` and ``filter_rows`` are the same condition for the cache and for the warehouse. A layer
    without ``columns`` comes as tiles only; ``columns_version_sql`` is one value that changes with what its
    columns show beyond rows of sync layers, and ``columns_sources`` what they are from, if not ``sources``.
    ``zone_sql`` is None where rows belong to no zone: everybody who
    may see the layer sees them all.
    """

    key: str
    title: str
    geometry_kind: str
    min_zoom: float
    max_zoom: float
    permission: str
    sync_layer: str
    sources: str
    geometry_sql: str
    attributes: tuple[Attribute, ...]
    tiles: TileRules
    columns: tuple[Column, ...] = ()
    zone_sql: str | None = "t.zone_id"
    filter_sql: str = "true"
    filter_rows: Callable[[sa.Subquery], sa.ColumnElement[Any]] | None = None
    also_shows: tuple[str, ...] = ()
    changing_tables: tuple[str, ...] = ()
    legend: tuple[LegendEntry, ...] = ()
    colourings: tuple[Colouring, ...] = ()
    columns_version_sql: str | None = None
    columns_sources: str | None = None

    @property
    def place_sql(self) -> str:
        """The point in SRID 4326 where a row is counted."""
        return self.tiles.place_sql or self.geometry_sql


def text(name: str, title: str, sql: str | None = None, *, min_zoom: int = 0) -> Attribute:
    """Return an attribute of texts; its SQL is the column of its name by default, as in the next ones."""
    return Attribute(
        name=name, title=title, kind=AttributeKind.TEXT, sql=sql or f"t.{name}", min_zoom=min_zoom
    )


def number(
    name: str, title: str, unit: str | None = None, sql: str | None = None, *, min_zoom: int = 0
) -> Attribute:
    """Return an attribute of numbers, rounded to three decimals in tiles."""
    return Attribute(
        name=name,
        title=title,
        kind=AttributeKind.NUMBER,
        unit=unit,
        sql=sql or f"t.{name}",
        min_zoom=min_zoom,
    )


def whole(
    name: str, title: str, unit: str | None = None, sql: str | None = None, *, min_zoom: int = 0
) -> Attribute:
    """Return an attribute of whole numbers."""
    return Attribute(
        name=name, title=title, kind=AttributeKind.WHOLE, unit=unit, sql=sql or f"t.{name}", min_zoom=min_zoom
    )


def flag(name: str, title: str, sql: str | None = None, *, min_zoom: int = 0) -> Attribute:
    """Return an attribute that is true or false."""
    return Attribute(
        name=name, title=title, kind=AttributeKind.FLAG, sql=sql or f"t.{name}", min_zoom=min_zoom
    )


def moment(name: str, title: str, sql: str | None = None, *, min_zoom: int = 0) -> Attribute:
    """Return an attribute of moments, texts of ISO 8601 in UTC in tiles."""
    return Attribute(
        name=name, title=title, kind=AttributeKind.MOMENT, sql=sql or f"t.{name}", min_zoom=min_zoom
    )


def most(name: str, title: str, unit: str | None, sql: str) -> Measure:
    """Return the largest of the rows' numbers."""
    return Measure(name=name, title=title, kind=AttributeKind.NUMBER, unit=unit, sql=sql, fold=Fold.MAX)


def total(name: str, title: str, unit: str | None, sql: str) -> Measure:
    """Return the sum of the rows' numbers."""
    return Measure(name=name, title=title, kind=AttributeKind.NUMBER, unit=unit, sql=sql, fold=Fold.SUM)


def count_of(name: str, title: str, condition: str) -> Measure:
    """Return how many rows meet a condition."""
    return Measure(
        name=name,
        title=title,
        kind=AttributeKind.WHOLE,
        sql=f"CASE WHEN {condition} THEN 1 ELSE 0 END",
        fold=Fold.SUM,
    )
