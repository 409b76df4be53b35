"""The registered map layers."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pyarrow as pa
import sqlalchemy as sa

from grid.operations import ACTIVE_OUTAGE_STATUSES

TEXT, REAL, WHOLE, FLAG = pa.string(), pa.float64(), pa.int32(), pa.bool_()
PATH = pa.list_(pa.float64())
MAX_ROWS = 250_000


@dataclass(frozen=True, kw_only=True)
class LegendEntry:
    """One line of a legend; ``minimum`` is inclusive, None means open or not numeric."""

    label: str
    color: str
    minimum: float | None = None
    value: str | None = None


@dataclass(frozen=True, kw_only=True)
class Column:
    """One column of a layer: its name, its SQL and its Arrow type."""

    name: str
    sql: str
    kind: pa.DataType


@dataclass(frozen=True, kw_only=True)
class MapLayer:
    """A layer of the map, drawn from one table; ``also_shows``: other sync layers it has columns from.

    ``filter_sql`` and ``filter_rows`` are the same condition for the cache and for the warehouse.
    """

    key: str
    title: str
    geometry_kind: str
    min_zoom: float
    max_zoom: float
    permission: str
    sync_layer: str
    sources: str
    columns: tuple[Column, ...]
    geometry_sql: str
    filter_sql: str = "true"
    filter_rows: Callable[[sa.Subquery], sa.ColumnElement[Any]] | None = None
    also_shows: tuple[str, ...] = ()
    legend: tuple[LegendEntry, ...] = ()


def _text(name: str, sql: str | None = None) -> Column:
    return Column(name=name, sql=sql or f"t.{name}", kind=TEXT)


def _real(name: str, sql: str | None = None) -> Column:
    return Column(name=name, sql=sql or f"t.{name}", kind=REAL)


def _whole(name: str, sql: str | None = None) -> Column:
    return Column(name=name, sql=sql or f"t.{name}", kind=WHOLE)


def _flag(name: str, sql: str | None = None) -> Column:
    return Column(name=name, sql=sql or f"t.{name}", kind=FLAG)


LON = _real("lon", "ST_X(t.location)")
LAT = _real("lat", "ST_Y(t.location)")

LOADING_LEGEND = (
    LegendEntry(label="below 60 %", color="#4894b0", minimum=0.0),
    LegendEntry(label="60 to 80 %", color="#e2d05c", minimum=60.0),
    LegendEntry(label="80 to 100 %", color="#f59237", minimum=80.0),
    LegendEntry(label="over 100 %", color="#f04254", minimum=100.0),
    LegendEntry(label="unknown", color="#687682"),
)
VOLTAGE_LEGEND = (
    LegendEntry(label="500 kV", color="#f2c14e", minimum=400.0),
    LegendEntry(label="345 kV", color="#e07a5f", minimum=300.0),
    LegendEntry(label="230 kV", color="#b07ae0", minimum=200.0),
    LegendEntry(label="161 kV", color="#5fa8e0", minimum=150.0),
    LegendEntry(label="138 kV", color="#4fb0a5", minimum=130.0),
    LegendEntry(label="115 kV", color="#6c8ebf", minimum=100.0),
    LegendEntry(label="below 100 kV", color="#8a99a8", minimum=0.0),
)

LAYERS: tuple[MapLayer, ...] = (
    MapLayer(
        key="substations",
        title="Substations",
        geometry_kind="POINT",
        min_zoom=0,
        max_zoom=24,
        permission="grid.view_substation",
        sync_layer="substations",
        also_shows=("circuits", "zones"),
        sources="grid_substation t LEFT JOIN grid_zone z ON z.id = t.zone_id "
        "LEFT JOIN (SELECT substation_id, count(*) AS n FROM grid_circuit GROUP BY 1) c "
        "ON c.substation_id = t.id",
        columns=(
            _text("id"),
            _text("name"),
            LON,
            LAT,
            _real("max_kv"),
            _real("load_mw"),
            _real("generation_mw", "t.generation_capacity_mw"),
            _text("zone", "z.name"),
            _whole("circuit_count", "coalesce(c.n, 0)"),
        ),
        geometry_sql="t.location",
        legend=VOLTAGE_LEGEND,
    ),
    MapLayer(
        key="branches",
        title="Transmission lines",
        geometry_kind="LINE",
        min_zoom=0,
        max_zoom=24,
        permission="grid.view_branch",
        sync_layer="branches",
        also_shows=("substations",),
        sources="grid_branch t JOIN grid_substation f ON f.id = t.from_substation_id "
        "JOIN grid_substation o ON o.id = t.to_substation_id",
        columns=(
            _text("id"),
            _text("from_id", "t.from_substation_id"),
            _text("to_id", "t.to_substation_id"),
            _real("from_lon", "ST_X(f.location)"),
            _real("from_lat", "ST_Y(f.location)"),
            _real("to_lon", "ST_X(o.location)"),
            _real("to_lat", "ST_Y(o.location)"),
            _real("kv", "t.base_kv"),
            _real("rating_mva"),
            _real("flow_mw", "t.base_flow_mw"),
            _real("loading_pct", "t.base_loading_pct"),
        ),
        geometry_sql="t.route",
        filter_sql="t.from_substation_id <> t.to_substation_id",
        filter_rows=lambda t: t.c.from_substation_id != t.c.to_substation_id,
        legend=VOLTAGE_LEGEND,
    ),
    MapLayer(
        key="lines",
        title="Distribution lines",
        geometry_kind="LINE",
        min_zoom=10,
        max_zoom=24,
        permission="grid.view_linesection",
        sync_layer="lines",
        sources="grid_linesection t",
        columns=(
            _text("id"),
            _text("circuit_id"),
            _text("line_class"),
            _text("phases"),
            _flag("is_underground"),
            Column(name="path", sql="ST_AsBinary(t.route, 'NDR')", kind=PATH),
        ),
        geometry_sql="t.route",
        legend=(
            LegendEntry(label="Backbone", color="#a3d977", value="BACKBONE"),
            LegendEntry(label="Lateral", color="#6fae6a", value="LATERAL"),
            LegendEntry(label="Service", color="#7a8794", value="SERVICE"),
        ),
    ),
    MapLayer(
        key="switches",
        title="Switches and ties",
        geometry_kind="POINT",
        min_zoom=11,
        max_zoom=24,
        permission="grid.view_switch",
        sync_layer="switches",
        sources="grid_switch t",
        columns=(_text("id"), _text("circuit_id"), LON, LAT, _text("kind"), _flag("is_normally_open")),
        geometry_sql="t.location",
        legend=(
            LegendEntry(label="Breaker", color="#e0433a", value="BREAKER"),
            LegendEntry(label="Recloser", color="#e08a2e", value="RECLOSER"),
            LegendEntry(label="Sectionalizer", color="#c9b037", value="SECTIONALIZER"),
            LegendEntry(label="Fuse", color="#b07ae0", value="FUSE"),
            LegendEntry(label="Tie, normally open", color="#f5f7fa", value="TIE"),
        ),
    ),
    MapLayer(
        key="transformers",
        title="Distribution transformers",
        geometry_kind="POINT",
        min_zoom=10,
        max_zoom=24,
        permission="grid.view_transformer",
        sync_layer="transformers",
        also_shows=("transformer_load",),
        sources="grid_transformer t LEFT JOIN grid_transformerload l ON l.transformer_id = t.id",
        columns=(
            _text("id"),
            _text("circuit_id"),
            LON,
            LAT,
            _real("rated_kva"),
            _real("peak_loading_pct"),
            _real("latest_loading_pct", "l.loading_pct"),
            _whole("customer_count"),
        ),
        geometry_sql="t.location",
        legend=LOADING_LEGEND,
    ),
    MapLayer(
        key="poles",
        title="Poles",
        geometry_kind="POINT",
        min_zoom=13,
        max_zoom=24,
        permission="grid.view_pole",
        sync_layer="poles",
        sources="grid_pole t",
        columns=(_text("id"), LON, LAT),
        geometry_sql="t.location",
        legend=(LegendEntry(label="Pole", color="#a58a6f"),),
    ),
    MapLayer(
        key="meters",
        title="Meters",
        geometry_kind="POINT",
        min_zoom=13,
        max_zoom=24,
        permission="grid.view_meter",
        sync_layer="meters",
        sources="grid_meter t",
        columns=(_text("id"), _text("transformer_id"), LON, LAT, _text("customer_class")),
        geometry_sql="t.location",
        legend=(
            LegendEntry(label="Residential", color="#9aa9b8", value="RESIDENTIAL"),
            LegendEntry(label="Commercial", color="#dcc9a0", value="COMMERCIAL"),
            LegendEntry(label="Industrial", color="#cdb0e8", value="INDUSTRIAL"),
        ),
    ),
    MapLayer(
        key="outages",
        title="Active outages",
        geometry_kind="POINT",
        min_zoom=0,
        max_zoom=24,
        permission="grid.view_outage",
        sync_layer="outages",
        sources="grid_outage t",
        columns=(_text("id"), LON, LAT, _text("status"), _whole("customers_out")),
        geometry_sql="t.location",
        filter_sql=f"t.status IN ({', '.join(repr(str(each)) for each in ACTIVE_OUTAGE_STATUSES)})",
        filter_rows=lambda t: t.c.status.in_(ACTIVE_OUTAGE_STATUSES),
        legend=(LegendEntry(label="Active outage", color="#ff5a4f"),),
    ),
)


def find_layer(key: str) -> MapLayer | None:
    """Return the layer called ``key``, or None."""
    return next((layer for layer in LAYERS if layer.key == key), None)
