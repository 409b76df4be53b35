"""Every warehouse table, declared once as SQLAlchemy metadata.

Names are lower case here and therefore case-insensitive: Snowflake stores them upper case, DuckDB
compares them without case. Quantities end in their unit. A column is nullable when its value can
be unknown. Geometry travels as WKT text in WGS 84 (longitude latitude).
"""

from grid.warehouse.tables.ami import (
    ami_daily_usage,
    ami_interval_readings,
    ami_monthly_usage,
    ami_readings_raw,
    transformer_hourly_load,
    weather_hourly,
)
from grid.warehouse.tables.base import metadata
from grid.warehouse.tables.distribution import (
    circuit_metadata,
    customers_master_data,
    grid_poles_infrastructure,
    grid_power_lines,
    grid_switches,
    meter_infrastructure,
    transformer_metadata,
)
from grid.warehouse.tables.loads import forge_loads
from grid.warehouse.tables.market import energy_prices_hourly
from grid.warehouse.tables.operations import (
    outage_restoration_steps,
    outage_restoration_tracker,
    work_orders,
)
from grid.warehouse.tables.surroundings import building_footprints, meter_buildings, trees, water_bodies
from grid.warehouse.tables.transmission import (
    load_zones,
    substations,
    transmission_branches,
    transmission_buses,
    transmission_plants,
)

__all__ = [
    "ami_daily_usage",
    "ami_interval_readings",
    "ami_monthly_usage",
    "ami_readings_raw",
    "building_footprints",
    "circuit_metadata",
    "customers_master_data",
    "energy_prices_hourly",
    "forge_loads",
    "grid_poles_infrastructure",
    "grid_power_lines",
    "grid_switches",
    "load_zones",
    "metadata",
    "meter_buildings",
    "meter_infrastructure",
    "outage_restoration_steps",
    "outage_restoration_tracker",
    "substations",
    "transformer_hourly_load",
    "transformer_metadata",
    "transmission_branches",
    "transmission_buses",
    "transmission_plants",
    "trees",
    "water_bodies",
    "weather_hourly",
    "work_orders",
]
