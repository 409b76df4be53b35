"""The layers of transmission."""

from grid.selectors.map_layers.definition import (
    REAL,
    TEXT,
    WHOLE,
    Colouring,
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
    LOADING_LEGEND,
    RATINGS_VERSION_SQL,
    VOLTAGE_LEGEND,
    by_weather_rating,
)

_AT_SUBSTATION = "JOIN grid_substation s ON s.id = t.substation_id"

substations = MapLayer(
    key="substations",
    title="Substations",
    geometry_kind="POINT",
    min_zoom=0,
    max_zoom=24,
    permission="grid.view_substation",
    sync_layer="substations",
    also_shows=("circuits", "zones"),
    sources="grid_substation t LEFT JOIN grid_zone z ON z.id = t.zone_id",
    columns=(
        Column(name="id", sql="t.id", kind=TEXT),
        Column(name="name", sql="t.name", kind=TEXT),
        Column(name="lon", sql="ST_X(t.location)", kind=REAL),
        Column(name="lat", sql="ST_Y(t.location)", kind=REAL),
        Column(name="max_kv", sql="t.max_kv", kind=REAL),
        Column(name="load_mw", sql="t.load_mw", kind=REAL),
        Column(name="generation_mw", sql="t.generation_capacity_mw", kind=REAL),
        Column(name="zone", sql="z.name", kind=TEXT),
        Column(
            name="circuit_count",
            sql="(SELECT count(*) FROM grid_circuit c WHERE c.substation_id = t.id)",
            kind=WHOLE,
        ),
    ),
    geometry_sql="t.location",
    attributes=(
        text("id", "Id"),
        text("name", "Name"),
        number("max_kv", "Highest voltage", "kV"),
        number("load_mw", "Demand in the base case", "MW"),
        number("generation_mw", "Generating capacity", "MW", "t.generation_capacity_mw"),
        text("zone", "Load zone", "z.name", min_zoom=6),
        text("status", "Status", min_zoom=6),
        whole(
            "circuit_count",
            "Circuits",
            sql="(SELECT count(*) FROM grid_circuit c WHERE c.substation_id = t.id)",
            min_zoom=8,
        ),
    ),
    tiles=TileRules(
        detail_zoom=0,
        deepest=10,
        measures=(
            most("max_kv", "Highest voltage", "kV", "t.max_kv"),
            total("load_mw", "Demand in the base case", "MW", "t.load_mw"),
            total("generation_mw", "Generating capacity", "MW", "t.generation_capacity_mw"),
        ),
    ),
    legend=VOLTAGE_LEGEND,
)

_WEATHER_LOADING = "Flow of the base case over the rating in the hour's weather"
_KV = number("kv", "Voltage", "kV", "t.base_kv")
branches = MapLayer(
    key="branches",
    title="Transmission lines",
    geometry_kind="LINE",
    min_zoom=0,
    max_zoom=24,
    permission="grid.view_branch",
    sync_layer="branches",
    also_shows=("substations",),
    sources="grid_branch t JOIN grid_substation f ON f.id = t.from_substation_id "
    "JOIN grid_substation o ON o.id = t.to_substation_id "
    "LEFT JOIN grid_weatherrating w ON w.id = t.id",
    columns=(
        Column(name="id", sql="t.id", kind=TEXT),
        Column(name="from_id", sql="t.from_substation_id", kind=TEXT),
        Column(name="to_id", sql="t.to_substation_id", kind=TEXT),
        Column(name="from_lon", sql="ST_X(f.location)", kind=REAL),
        Column(name="from_lat", sql="ST_Y(f.location)", kind=REAL),
        Column(name="to_lon", sql="ST_X(o.location)", kind=REAL),
        Column(name="to_lat", sql="ST_Y(o.location)", kind=REAL),
        Column(name="kv", sql="t.base_kv", kind=REAL),
        Column(name="rating_mva", sql="t.rating_mva", kind=REAL),
        Column(name="flow_mw", sql="t.base_flow_mw", kind=REAL),
        Column(name="loading_pct", sql="t.base_loading_pct", kind=REAL),
        Column(name="weather_loading_pct", sql="w.weather_loading_pct", kind=REAL),
    ),
    columns_version_sql=RATINGS_VERSION_SQL,
    geometry_sql="t.route",
    filter_sql="t.from_substation_id <> t.to_substation_id",
    filter_rows=lambda t: t.c.from_substation_id != t.c.to_substation_id,
    attributes=(
        text("id", "Id"),
        _KV,
        number("loading_pct", "Loading in the base case", "%", "t.base_loading_pct"),
        number("weather_loading_pct", _WEATHER_LOADING, "%", "w.weather_loading_pct"),
        number("rating_mva", "Rating", "MVA", min_zoom=6),
        number(
            "weather_rating_mva", "Rating in the hour's weather", "MVA", "w.weather_rated_mva", min_zoom=6
        ),
        number("flow_mw", "Flow in the base case", "MW", "t.base_flow_mw", min_zoom=6),
        text("from_id", "From substation", "t.from_substation_id", min_zoom=8),
        text("to_id", "To substation", "t.to_substation_id", min_zoom=8),
        text("kind", "Kind", min_zoom=8),
        number("length_km", "Length", "km", min_zoom=8),
        flag("in_service", "In service", min_zoom=8),
    ),
    tiles=TileRules(
        detail_zoom=0,
        deepest=10,
        shapes=ShapeKind.GROUPS,
        groupings=(Grouping(from_zoom=0, by=(_KV,)),),
        measures=(
            most("loading_pct", "Highest loading in the base case", "%", "t.base_loading_pct"),
            most("weather_loading_pct", f"Highest: {_WEATHER_LOADING}", "%", "w.weather_loading_pct"),
            total("length_km", "Length", "km", "t.length_km"),
        ),
        version_sql=RATINGS_VERSION_SQL,
    ),
    legend=VOLTAGE_LEGEND,
    colourings=(
        Colouring(attribute="loading_pct", title="Loading in the base case", legend=LOADING_LEGEND),
        by_weather_rating(_WEATHER_LOADING, asset_kind="BRANCH"),
    ),
)

plants = MapLayer(
    key="plants",
    title="Generating units",
    geometry_kind="POINT",
    min_zoom=0,
    max_zoom=24,
    permission="grid.view_plant",
    sync_layer="plants",
    also_shows=("substations",),
    sources=f"grid_plant t {_AT_SUBSTATION}",
    geometry_sql="s.location",
    attributes=(
        text("id", "Id"),
        text("fuel_type", "Fuel"),
        number("p_max_mw", "Maximum output", "MW"),
        number("p_mw", "Dispatch in the base case", "MW", min_zoom=6),
        number("p_min_mw", "Minimum output", "MW", min_zoom=8),
        text("substation_id", "Substation", min_zoom=8),
        text("bus_id", "Bus", min_zoom=8),
        flag("in_service", "In service", min_zoom=6),
    ),
    tiles=TileRules(
        detail_zoom=0,
        deepest=10,
        measures=(
            total("p_max_mw", "Maximum output", "MW", "t.p_max_mw"),
            total("p_mw", "Dispatch in the base case", "MW", "t.p_mw"),
        ),
    ),
    legend=(
        LegendEntry(label="Wind", color="#7fd1ae", value="wind"),
        LegendEntry(label="Solar", color="#f2c14e", value="solar"),
        LegendEntry(label="Natural gas", color="#e08a2e", value="ng"),
        LegendEntry(label="Coal", color="#8a7a6d", value="coal"),
        LegendEntry(label="Nuclear", color="#b07ae0", value="nuclear"),
        LegendEntry(label="Hydro", color="#5fa8e0", value="hydro"),
        LegendEntry(label="Other", color="#8a99a8"),
    ),
)

buses = MapLayer(
    key="buses",
    title="Buses",
    geometry_kind="POINT",
    min_zoom=6,
    max_zoom=24,
    permission="grid.view_bus",
    sync_layer="buses",
    also_shows=("substations",),
    sources=f"grid_bus t {_AT_SUBSTATION}",
    geometry_sql="s.location",
    attributes=(
        text("id", "Id"),
        _KV,
        number("load_mw", "Demand in the base case", "MW"),
        whole("number", "Number in the source case", min_zoom=8),
        text("substation_id", "Substation", min_zoom=8),
        number("load_mvar", "Reactive demand", "Mvar", min_zoom=8),
    ),
    tiles=TileRules(
        detail_zoom=6,
        deepest=10,
        measures=(
            most("kv", "Highest voltage", "kV", "t.base_kv"),
            total("load_mw", "Demand in the base case", "MW", "t.load_mw"),
            count_of("loads", "Buses with demand", "t.load_mw > 0"),
        ),
    ),
    legend=VOLTAGE_LEGEND,
)

TRANSMISSION = (substations, branches, plants, buses)
