"""The SQL that tiles are made with; its text comes from the registry alone, every value is bound."""

from grid.selectors.map_layers.definition import (
    CELL_BITS,
    Attribute,
    AttributeKind,
    Fold,
    MapLayer,
    Measure,
)
from grid.selectors.tiles.address import HALF_WORLD_M

EXTENT = 4096
BUFFER = 64
"""Lines and areas reach so many units beyond a tile's edge, so that their strokes do not end at it."""

MERCATOR_LIMIT_DEG = 85.05
"""Web Mercator ends there; rows nearer to a pole are on no tile."""

FEATURE_MASK = (1 << 53) - 1
"""JavaScript's numbers hold so much of a 64-bit hash."""

_FOLD_SQL = {Fold.MAX: "max", Fold.MIN: "min", Fold.SUM: "sum"}


def feature_sql(expression: str) -> str:
    """Return the SQL of a feature's id: the same for the same text always."""
    return f"(hashtextextended({expression}, 0) & {FEATURE_MASK})"


def value_sql(attribute: Attribute) -> str:
    """Return the SQL of an attribute's value as tiles have it."""
    if attribute.kind is AttributeKind.NUMBER:
        return f"round(({attribute.sql})::numeric, 3)::float8"
    if attribute.kind is AttributeKind.MOMENT:
        return f"to_char(({attribute.sql}) AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS\"Z\"')"
    if attribute.kind is AttributeKind.WHOLE:
        return f"({attribute.sql})::int"
    return attribute.sql


def fold_sql(measure: Measure, expression: str) -> str:
    """Return the SQL that folds an expression's values."""
    return f"{_FOLD_SQL[measure.fold]}({expression})"


def folded_value_sql(measure: Measure, expression: str) -> str:
    """Return the SQL of a folded value as tiles have it."""
    if measure.kind is AttributeKind.WHOLE:
        return f"({expression})::bigint"
    return f"round(({expression})::numeric, 1)"


def properties_sql(pairs: dict[str, str]) -> str:
    """Return the SQL of a JSON object without its nulls, from SQL by name."""
    inside = ", ".join(f"'{name}', {expression}" for name, expression in pairs.items())
    return f"jsonb_strip_nulls(jsonb_build_object({inside}))"


def x_sql(place: str) -> str:
    """Return the SQL of a WGS 84 point's x in Web Mercator, m."""
    return f"(ST_X({place}) / 180.0 * {HALF_WORLD_M!r})"


def y_sql(place: str) -> str:
    """Return the SQL of a WGS 84 point's y in Web Mercator, m; PROJ gives the same at ten times the cost."""
    return f"(ln(tan(radians(45.0 + ST_Y({place}) / 2.0))) / pi() * {HALF_WORLD_M!r})"


def is_mapped_sql(place: str) -> str:
    """Return the condition that a point is on the map at all."""
    return f"ST_Y({place}) BETWEEN -{MERCATOR_LIMIT_DEG} AND {MERCATOR_LIMIT_DEG}"


def cell_sql(metres: str, zoom: int) -> str:
    """Return the SQL of the number of the cell, of tiles of a zoom, that is so far from the world's edge."""
    count = 1 << (zoom + CELL_BITS)
    return f"least(greatest(floor(({metres}) / {2 * HALF_WORLD_M / count!r})::int, 0), {count - 1})"


def cell_feature_sql(zoom: int) -> str:
    """Return the SQL of the id of a cell as a feature, from ``zone_id``, ``cx`` and ``cy``."""
    return feature_sql(f"concat({zoom}, '/', cx, '/', cy, '/', zone_id)")


def zone_column(layer: MapLayer) -> str:
    """Return the SQL of a row's zone."""
    return layer.zone_sql or "NULL::text"


def cells_of_rows(layer: MapLayer, *, zoom: int, condition: str) -> str:
    """Return the query that counts a layer's rows in the cells of a zoom.

    Its columns: zone_id, cx, cy, n, sum_x, sum_y and m0, m1, … of the measures.
    """
    measures = layer.tiles.measures
    inner = "".join(f", {measure.sql} AS m{i}" for i, measure in enumerate(measures))
    outer = "".join(f", {fold_sql(measure, f'm{i}')} AS m{i}" for i, measure in enumerate(measures))
    place = layer.place_sql
    return (
        f"SELECT zone_id, {cell_sql(f'x + {HALF_WORLD_M!r}', zoom)} AS cx, "  # noqa: S608
        f"{cell_sql(f'{HALF_WORLD_M!r} - y', zoom)} AS cy, count(*) AS n, sum(x) AS sum_x, sum(y) AS sum_y"
        f"{outer} FROM (SELECT zone_id, {x_sql('place')} AS x, {y_sql('place')} AS y"
        f"{''.join(f', m{i}' for i in range(len(measures)))} FROM (SELECT {zone_column(layer)} AS zone_id, "
        f"{place} AS place{inner} FROM {layer.sources} WHERE {condition} OFFSET 0) r "
        f"WHERE {is_mapped_sql('place')} OFFSET 0) p GROUP BY 1, 2, 3"
    )


def cell_properties_sql(layer: MapLayer) -> str:
    """Return the SQL of the properties of a cell, from m0, m1, …"""
    return properties_sql(
        {measure.name: folded_value_sql(measure, f"m{i}") for i, measure in enumerate(layer.tiles.measures)}
    )
