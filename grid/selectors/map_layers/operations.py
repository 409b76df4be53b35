"""The layers of operations: outages, work, crews, the ground that circuits serve, and weather."""

from grid.operations import ACTIVE_OUTAGE_STATUSES
from grid.operations.work import CLOSED_WORK_STATUSES
from grid.selectors.map_layers.definition import (
    REAL,
    TEXT,
    WHOLE,
    Column,
    LegendEntry,
    MapLayer,
    ShapeKind,
    TileRules,
    count_of,
    flag,
    moment,
    most,
    number,
    text,
    total,
    whole,
)
from grid.selectors.map_layers.legends import LOADING_LEGEND


def _listed(values: tuple[str, ...]) -> str:
    return ", ".join(f"'{value}'" for value in map(str, values))


outages = MapLayer(
    key="outages",
    title="Active outages",
    geometry_kind="POINT",
    min_zoom=0,
    max_zoom=24,
    permission="grid.view_outage",
    sync_layer="outages",
    sources="grid_outage t",
    changing_tables=("grid_outage",),
    columns=(
        Column(name="id", sql="t.id", kind=TEXT),
        Column(name="lon", sql="ST_X(t.location)", kind=REAL),
        Column(name="lat", sql="ST_Y(t.location)", kind=REAL),
        Column(name="status", sql="t.status", kind=TEXT),
        Column(name="customers_out", sql="t.customers_out", kind=WHOLE),
    ),
    geometry_sql="t.location",
    filter_sql=f"t.status IN ({_listed(ACTIVE_OUTAGE_STATUSES)})",
    filter_rows=lambda t: t.c.status.in_(ACTIVE_OUTAGE_STATUSES),
    attributes=(
        text("id", "Id"),
        text("status", "Status"),
        whole("customers_out", "Customers without supply"),
        moment("started_at", "Began"),
        moment("estimated_restoration_at", "Estimated restoration (P50)"),
        text("cause_code", "Cause", min_zoom=6),
        flag("is_planned", "Planned", min_zoom=6),
        text("circuit_id", "Circuit", min_zoom=8),
        whole("customers_interrupted", "Customers interrupted", min_zoom=8),
    ),
    tiles=TileRules(
        detail_zoom=0,
        deepest=12,
        is_live=True,
        measures=(
            total("customers_out", "Customers without supply", None, "t.customers_out"),
            most("most_customers_out", "Most of one outage", None, "t.customers_out"),
        ),
    ),
    legend=(LegendEntry(label="Active outage", color="#ff5a4f"),),
)

work_orders = MapLayer(
    key="work_orders",
    title="Open work orders",
    geometry_kind="POINT",
    min_zoom=0,
    max_zoom=24,
    permission="grid.view_workorder",
    sync_layer="work_orders",
    sources="grid_workorder t",
    changing_tables=("grid_workorder",),
    geometry_sql="t.location",
    filter_sql=f"t.status NOT IN ({_listed(CLOSED_WORK_STATUSES)})",
    attributes=(
        text("id", "Id"),
        text("work_type", "Work"),
        text("priority", "Priority"),
        text("status", "Status"),
        text("asset_kind", "Kind of the asset", min_zoom=8),
        text("asset_id", "Asset", min_zoom=8),
        text("circuit_id", "Circuit", min_zoom=10),
        text("crew_id", "Crew", min_zoom=10),
        moment("created_at", "Created", min_zoom=10),
        moment("scheduled_at", "Scheduled", min_zoom=10),
    ),
    tiles=TileRules(
        detail_zoom=0,
        deepest=12,
        is_live=True,
        measures=(
            count_of("emergencies", "Emergencies", "t.priority = 'EMERGENCY'"),
            count_of("in_progress", "In progress", "t.status = 'IN_PROGRESS'"),
        ),
    ),
    legend=(
        LegendEntry(label="Open", color="#e2d05c", value="OPEN"),
        LegendEntry(label="Assigned", color="#5fa8e0", value="ASSIGNED"),
        LegendEntry(label="In progress", color="#7fd1ae", value="IN_PROGRESS"),
        LegendEntry(label="On hold", color="#8a99a8", value="ON_HOLD"),
    ),
)

crews = MapLayer(
    key="crews",
    title="Crews",
    geometry_kind="POINT",
    min_zoom=0,
    max_zoom=24,
    permission="grid.view_crew",
    sync_layer="crews",
    sources="grid_crew t",
    changing_tables=("grid_crew",),
    geometry_sql="t.location",
    filter_sql="t.location IS NOT NULL",
    attributes=(
        text("id", "Id"),
        text("name", "Name"),
        text("kind", "Kind"),
        text("status", "Status"),
        whole("member_count", "Members", min_zoom=8),
        text("home_substation_id", "Home substation", min_zoom=8),
    ),
    tiles=TileRules(
        detail_zoom=0,
        deepest=12,
        is_live=True,
        measures=(total("member_count", "Members", None, "t.member_count"),),
    ),
    legend=(LegendEntry(label="Crew", color="#cdb0e8"),),
)

service_areas = MapLayer(
    key="service_areas",
    title="Service areas of circuits",
    geometry_kind="POLYGON",
    min_zoom=7,
    max_zoom=24,
    permission="grid.view_servicearea",
    sync_layer="circuits",
    also_shows=("transformers", "meters"),
    sources="grid_servicearea t JOIN grid_circuit k ON k.id = t.circuit_id "
    "LEFT JOIN grid_circuitstatus c ON c.circuit_id = t.circuit_id",
    changing_tables=("grid_circuitstatus",),
    geometry_sql="t.boundary",
    attributes=(
        text("id", "Circuit"),
        text("name", "Name", "k.name", min_zoom=9),
        number("loading_pct", "Loading in the newest hour", "%", "c.loading_pct"),
        text("supply", "Supply", "c.status"),
        text("substation_id", "Substation", min_zoom=9),
        number("area_km2", "Area", "km²", min_zoom=9),
        whole("transformer_count", "Transformers", min_zoom=9),
    ),
    tiles=TileRules(
        detail_zoom=13,
        deepest=13,
        shapes=ShapeKind.ROWS,
        place_sql="ST_PointOnSurface(t.boundary)",
        measures=(total("area_km2", "Area", "km²", "t.area_km2"),),
        version_sql="SELECT max(computed_at)::text FROM grid_servicearea",
    ),
    legend=LOADING_LEGEND,
)

weather_stations = MapLayer(
    key="weather_stations",
    title="Weather stations",
    geometry_kind="POINT",
    min_zoom=0,
    max_zoom=24,
    permission="grid.view_weatherobservation",
    sync_layer="weather",
    sources="(SELECT DISTINCT ON (station) * FROM grid_weatherobservation "
    "ORDER BY station, observed_at DESC) t",
    geometry_sql="t.location",
    zone_sql=None,
    attributes=(
        text("id", "Station", "t.station"),
        moment("observed_at", "Observed"),
        number("temperature_c", "Temperature", "°C"),
        number("humidity_pct", "Relative humidity", "%"),
        number("wind_speed_mps", "Wind speed", "m/s"),
        number("precipitation_mm", "Precipitation in the hour", "mm"),
    ),
    tiles=TileRules(
        detail_zoom=0,
        deepest=12,
        is_live=True,
        measures=(
            most("temperature_c", "Highest temperature", "°C", "t.temperature_c"),
            most("wind_speed_mps", "Highest wind speed", "m/s", "t.wind_speed_mps"),
        ),
    ),
    legend=(
        LegendEntry(label="below 0 °C", color="#5fa8e0", minimum=-100.0),
        LegendEntry(label="0 to 15 °C", color="#7fd1ae", minimum=0.0),
        LegendEntry(label="15 to 30 °C", color="#e2d05c", minimum=15.0),
        LegendEntry(label="above 30 °C", color="#f59237", minimum=30.0),
        LegendEntry(label="unknown", color="#687682"),
    ),
)

OPERATIONS = (outages, work_orders, crews, service_areas, weather_stations)
