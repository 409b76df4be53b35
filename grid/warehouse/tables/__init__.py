"""Every warehouse table, declared once as SQLAlchemy metadata.

Names are lower case here and therefore case-insensitive: Snowflake stores them upper case, DuckDB
compares them without case. Quantities end in their unit. A column is nullable when its value can
be unknown. Geometry travels as WKT text in WGS 84 (longitude latitude).
"""

from grid.warehouse.tables.ami import (
    DERIVED_TABLES,
    WRITTEN_INSTEAD,
    ami_daily_usage,
    ami_interval_readings,
    ami_monthly_usage,
    ami_readings_history,
    ami_readings_raw,
    circuit_daily_usage,
    circuit_hourly_usage,
    transformer_daily_load,
    transformer_daily_voltage,
    transformer_hourly_load,
    weather_hourly,
)
from grid.warehouse.tables.base import (
    APPLICATIONS,
    CASCADE_ANALYSIS,
    ML_DEMO,
    POSTGRES_SYNC,
    PRODUCTION,
    RAW,
    metadata,
)
from grid.warehouse.tables.cascades import (
    gnn_predictions,
    node_centrality_features,
    precomputed_cascade_failures,
    precomputed_cascades,
)
from grid.warehouse.tables.device_events import DeviceEventKind, EventDeviceKind, device_events
from grid.warehouse.tables.distribution import (
    circuit_metadata,
    customers_master_data,
    grid_poles_infrastructure,
    grid_power_lines,
    grid_switches,
    meter_infrastructure,
    transformer_metadata,
)
from grid.warehouse.tables.documents import compliance_docs, technical_manuals_pdf_chunks
from grid.warehouse.tables.health import asset_health
from grid.warehouse.tables.loads import forge_loads
from grid.warehouse.tables.machine_learning import (
    gnn_training_runs,
    model_performance,
    t_scaler_parameters,
    t_transformer_risk_predictions,
)
from grid.warehouse.tables.market import energy_prices_hourly
from grid.warehouse.tables.operations import (
    ACTIVE_OUTAGE_STATUSES,
    OUTAGE_RESTORATION,
    OUTAGE_WORK_TYPES,
    UNKNOWN_CAUSE,
    CrewKind,
    CrewStatus,
    OutageSource,
    OutageStatus,
    asset_inspections,
    crews,
    momentary_interruptions,
    outage_interruptions,
    outage_restoration_tracker,
    work_orders,
)
from grid.warehouse.tables.operator_edits import operator_edits
from grid.warehouse.tables.postgres_sync import postgres_connection_config, sync_log
from grid.warehouse.tables.surroundings import (
    building_footprints,
    flood_zones,
    meter_buildings,
    trees,
    water_bodies,
)
from grid.warehouse.tables.transformer_units import (
    TRANSFORMER_RENEWAL,
    TRANSFORMER_REPLACEMENT,
    UnitRemoval,
    t_transformer_true_hazard,
    transformer_monthly_load,
    transformer_units,
)
from grid.warehouse.tables.transmission import (
    load_zones,
    substations,
    transmission_branches,
    transmission_buses,
    transmission_plants,
)
from grid.warehouse.tables.vegetation import vegetation_risk_enhanced

__all__ = [
    "ACTIVE_OUTAGE_STATUSES",
    "APPLICATIONS",
    "CASCADE_ANALYSIS",
    "DERIVED_TABLES",
    "ML_DEMO",
    "OUTAGE_RESTORATION",
    "OUTAGE_WORK_TYPES",
    "POSTGRES_SYNC",
    "PRODUCTION",
    "RAW",
    "TRANSFORMER_RENEWAL",
    "TRANSFORMER_REPLACEMENT",
    "UNKNOWN_CAUSE",
    "WRITTEN_INSTEAD",
    "CrewKind",
    "CrewStatus",
    "DeviceEventKind",
    "EventDeviceKind",
    "OutageSource",
    "OutageStatus",
    "UnitRemoval",
    "ami_daily_usage",
    "ami_interval_readings",
    "ami_monthly_usage",
    "ami_readings_history",
    "ami_readings_raw",
    "asset_health",
    "asset_inspections",
    "building_footprints",
    "circuit_daily_usage",
    "circuit_hourly_usage",
    "circuit_metadata",
    "compliance_docs",
    "crews",
    "customers_master_data",
    "device_events",
    "energy_prices_hourly",
    "flood_zones",
    "forge_loads",
    "gnn_predictions",
    "gnn_training_runs",
    "grid_poles_infrastructure",
    "grid_power_lines",
    "grid_switches",
    "load_zones",
    "metadata",
    "meter_buildings",
    "meter_infrastructure",
    "model_performance",
    "momentary_interruptions",
    "node_centrality_features",
    "operator_edits",
    "outage_interruptions",
    "outage_restoration_tracker",
    "postgres_connection_config",
    "precomputed_cascade_failures",
    "precomputed_cascades",
    "substations",
    "sync_log",
    "t_scaler_parameters",
    "t_transformer_risk_predictions",
    "t_transformer_true_hazard",
    "technical_manuals_pdf_chunks",
    "transformer_daily_load",
    "transformer_daily_voltage",
    "transformer_hourly_load",
    "transformer_metadata",
    "transformer_monthly_load",
    "transformer_units",
    "transmission_branches",
    "transmission_buses",
    "transmission_plants",
    "trees",
    "vegetation_risk_enhanced",
    "water_bodies",
    "weather_hourly",
    "work_orders",
]
