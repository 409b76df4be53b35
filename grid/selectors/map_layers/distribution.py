"""The layers of distribution."""

from grid.selectors.map_layers.definition import (
    FLAG,
    PATH,
    REAL,
    TEXT,
    WHOLE,
    Column,
    Grouping,
    LegendEntry,
    MapLayer,
    ShapeKind,
    TileRules,
    count_of,
    flag,
    most,
    number,
    text,
    total,
    whole,
)
from grid.selectors.map_layers.legends import (
    CUSTOMER_CLASS_LEGEND,
    LOADING_LEGEND,
    RATINGS_VERSION_SQL,
    by_weather_rating,
)

LON = Column(name="lon", sql="ST_X(t.location)", kind=REAL)
LAT = Column(name="lat", sql="ST_Y(t.location)", kind=REAL)
_ID = Column(name="id", sql="t.id", kind=TEXT)
_CIRCUIT = Column(name="circuit_id", sql="t.circuit_id", kind=TEXT)
_WEATHER_LOADING = "Load of the newest hour over the rating in its weather"

circuits = MapLayer(
    key="circuits",
    title="Circuits",
    geometry_kind="LINE",
    min_zoom=0,
    max_zoom=24,
    permission="grid.view_circuit",
    sync_layer="circuits",
    also_shows=("lines", "substations"),
    sources="grid_circuit t JOIN grid_substation s ON s.id = t.substation_id "
    "LEFT JOIN grid_circuitstatus c ON c.circuit_id = t.id LEFT JOIN grid_weatherrating w ON w.id = t.id",
    changing_tables=("grid_circuitstatus",),
    geometry_sql="s.location",
    attributes=(
        text("id", "Id"),
        text("name", "Name"),
        number("loading_pct", "Loading in the newest hour", "%", "c.loading_pct"),
        number("weather_loading_pct", _WEATHER_LOADING, "%", "w.weather_loading_pct"),
        text("supply", "Supply", "c.status"),
        whole("customers_out", "Customers without supply", sql="c.customers_out"),
        text("substation_id", "Substation", min_zoom=10),
        text("load_class", "Class of loading", "c.load_class", min_zoom=10),
        whole("customer_count", "Customers", min_zoom=10),
        number("voltage_kv", "Voltage", "kV", min_zoom=12),
        number("rated_mva", "Capacity", "MVA", min_zoom=12),
        number(
            "weather_rated_mva", "Capacity in the hour's weather", "MVA", "w.weather_rated_mva", min_zoom=12
        ),
        number("peak_load_mw", "Peak load", "MW", min_zoom=12),
        number("length_km", "Length", "km", min_zoom=12),
    ),
    tiles=TileRules(
        detail_zoom=10,
        deepest=14,
        shapes=ShapeKind.ROWS,
        route_sql="SELECT circuit_id AS id, zone_id, route FROM grid_linesection "
        "WHERE line_class <> 'SERVICE'",
        measures=(
            most("loading_pct", "Highest loading in the newest hour", "%", "c.loading_pct"),
            most("weather_loading_pct", f"Highest: {_WEATHER_LOADING}", "%", "w.weather_loading_pct"),
            total("customer_count", "Customers", None, "t.customer_count"),
        ),
        rests_on=("transformer_load",),
        version_sql=RATINGS_VERSION_SQL,
    ),
    legend=LOADING_LEGEND,
    colourings=(by_weather_rating(_WEATHER_LOADING, asset_kind="CIRCUIT"),),
)

_CIRCUIT_ID = text("circuit_id", "Circuit")
_LINE_CLASS = text("line_class", "Class")
lines = MapLayer(
    key="lines",
    title="Distribution lines",
    geometry_kind="LINE",
    min_zoom=10,
    max_zoom=24,
    permission="grid.view_linesection",
    sync_layer="lines",
    sources="grid_linesection t",
    columns_sources="grid_linesection t LEFT JOIN grid_weatherrating w ON w.id = t.circuit_id",
    columns=(
        _ID,
        _CIRCUIT,
        Column(name="line_class", sql="t.line_class", kind=TEXT),
        Column(name="phases", sql="t.phases", kind=TEXT),
        Column(name="is_underground", sql="t.is_underground", kind=FLAG),
        Column(name="weather_loading_pct", sql="w.weather_loading_pct", kind=REAL),
        Column(name="path", sql="ST_AsBinary(t.route, 'NDR')", kind=PATH),
    ),
    columns_version_sql=RATINGS_VERSION_SQL,
    colourings=(by_weather_rating(f"Of its circuit: {_WEATHER_LOADING}", asset_kind="CIRCUIT"),),
    geometry_sql="t.route",
    attributes=(
        text("id", "Id"),
        _CIRCUIT_ID,
        _LINE_CLASS,
        flag("is_underground", "Underground"),
        text("phases", "Phases", min_zoom=15),
        text("conductor_type", "Conductor", min_zoom=15),
        number("rated_a", "Ampacity", "A", min_zoom=15),
        number("length_m", "Length", "m", min_zoom=15),
    ),
    tiles=TileRules(
        detail_zoom=14,
        deepest=14,
        shapes=ShapeKind.GROUPS,
        groupings=(
            Grouping(from_zoom=0, by=(_LINE_CLASS,)),
            Grouping(from_zoom=10, by=(_CIRCUIT_ID, _LINE_CLASS)),
        ),
        measures=(total("length_m", "Length", "m", "t.length_m"),),
    ),
    legend=(
        LegendEntry(label="Backbone", color="#a3d977", value="BACKBONE"),
        LegendEntry(label="Lateral", color="#6fae6a", value="LATERAL"),
        LegendEntry(label="Service", color="#7a8794", value="SERVICE"),
    ),
)

switches = MapLayer(
    key="switches",
    title="Switches and ties",
    geometry_kind="POINT",
    min_zoom=11,
    max_zoom=24,
    permission="grid.view_switch",
    sync_layer="switches",
    sources="grid_switch t",
    columns=(
        _ID,
        _CIRCUIT,
        LON,
        LAT,
        Column(name="kind", sql="t.kind", kind=TEXT),
        Column(name="is_normally_open", sql="t.is_normally_open", kind=FLAG),
    ),
    geometry_sql="t.location",
    attributes=(
        text("id", "Id"),
        text("kind", "Kind"),
        flag("is_normally_open", "Normally open"),
        text("circuit_id", "Circuit", min_zoom=12),
        text("other_circuit_id", "Other circuit", min_zoom=13),
        number("rated_a", "Rated current", "A", min_zoom=14),
    ),
    tiles=TileRules(
        detail_zoom=11,
        deepest=13,
        measures=(count_of("normally_open", "Normally open", "t.is_normally_open"),),
    ),
    legend=(
        LegendEntry(label="Breaker", color="#e0433a", value="BREAKER"),
        LegendEntry(label="Recloser", color="#e08a2e", value="RECLOSER"),
        LegendEntry(label="Sectionalizer", color="#c9b037", value="SECTIONALIZER"),
        LegendEntry(label="Fuse", color="#b07ae0", value="FUSE"),
        LegendEntry(label="Tie, normally open", color="#f5f7fa", value="TIE"),
    ),
)

transformers = MapLayer(
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
        _ID,
        _CIRCUIT,
        LON,
        LAT,
        Column(name="rated_kva", sql="t.rated_kva", kind=REAL),
        Column(name="peak_loading_pct", sql="t.peak_loading_pct", kind=REAL),
        Column(name="latest_loading_pct", sql="l.loading_pct", kind=REAL),
        Column(name="customer_count", sql="t.customer_count", kind=WHOLE),
    ),
    geometry_sql="t.location",
    attributes=(
        text("id", "Id"),
        number("peak_loading_pct", "Peak loading", "%"),
        number("latest_loading_pct", "Loading in the newest hour", "%", "l.loading_pct"),
        text("circuit_id", "Circuit", min_zoom=14),
        number("rated_kva", "Rated power", "kVA", min_zoom=14),
        whole("customer_count", "Customers", min_zoom=14),
        text("name", "Name", min_zoom=15),
        text("phases", "Phases", min_zoom=15),
        whole("install_year", "Year of installation", min_zoom=15),
    ),
    tiles=TileRules(
        detail_zoom=13,
        deepest=14,
        measures=(
            most("peak_loading_pct", "Highest peak loading", "%", "t.peak_loading_pct"),
            most("latest_loading_pct", "Highest loading in the newest hour", "%", "l.loading_pct"),
            count_of("overloaded", "Loaded above their rating in the newest hour", "l.loading_pct > 100"),
            total("customer_count", "Customers", None, "t.customer_count"),
        ),
    ),
    legend=LOADING_LEGEND,
)

poles = MapLayer(
    key="poles",
    title="Poles",
    geometry_kind="POINT",
    min_zoom=13,
    max_zoom=24,
    permission="grid.view_pole",
    sync_layer="poles",
    sources="grid_pole t",
    columns=(_ID, LON, LAT),
    geometry_sql="t.location",
    attributes=(
        text("id", "Id"),
        text("circuit_id", "Circuit", min_zoom=14),
        text("pole_class", "Class", min_zoom=15),
        text("material", "Material", min_zoom=15),
        number("height_m", "Height", "m", min_zoom=15),
        whole("install_year", "Year of installation", min_zoom=15),
    ),
    tiles=TileRules(detail_zoom=14, deepest=15),
    legend=(LegendEntry(label="Pole", color="#a58a6f"),),
)

_INDUSTRIAL = count_of("industrial", "Industrial", "t.customer_class = 'INDUSTRIAL'")
_COMMERCIAL = count_of("commercial", "Commercial", "t.customer_class = 'COMMERCIAL'")
meters = MapLayer(
    key="meters",
    title="Meters",
    geometry_kind="POINT",
    min_zoom=13,
    max_zoom=24,
    permission="grid.view_meter",
    sync_layer="meters",
    sources="grid_meter t",
    columns=(
        _ID,
        Column(name="transformer_id", sql="t.transformer_id", kind=TEXT),
        LON,
        LAT,
        Column(name="customer_class", sql="t.customer_class", kind=TEXT),
    ),
    geometry_sql="t.location",
    attributes=(
        text("id", "Id"),
        text("customer_class", "Class of the customer"),
        text("transformer_id", "Transformer", min_zoom=15),
        text("circuit_id", "Circuit", min_zoom=16),
        text("phases", "Phases", min_zoom=16),
        text("status", "Status", min_zoom=16),
    ),
    tiles=TileRules(detail_zoom=14, deepest=15, measures=(_INDUSTRIAL, _COMMERCIAL)),
    legend=CUSTOMER_CLASS_LEGEND,
)

customers = MapLayer(
    key="customers",
    title="Customers",
    geometry_kind="POINT",
    min_zoom=13,
    max_zoom=24,
    permission="grid.view_customer",
    sync_layer="customers",
    also_shows=("meters",),
    sources="grid_customer t JOIN grid_meter m ON m.id = t.meter_id",
    geometry_sql="m.location",
    attributes=(
        text("id", "Id"),
        text("customer_class", "Class"),
        text("critical_kind", "Critical, as"),
        text("meter_id", "Meter", min_zoom=15),
        text("account_status", "Account", min_zoom=15),
    ),
    tiles=TileRules(
        detail_zoom=14,
        deepest=15,
        measures=(_INDUSTRIAL, _COMMERCIAL, count_of("critical", "Critical", "t.critical_kind IS NOT NULL")),
    ),
    legend=CUSTOMER_CLASS_LEGEND,
)

DISTRIBUTION = (circuits, lines, switches, transformers, poles, meters, customers)
