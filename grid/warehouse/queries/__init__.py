"""Analytical questions as SQLAlchemy Core selects, one module per subject; any warehouse runs them."""

from grid.warehouse.queries.meters import UsageBucket, meter_days, meter_months, meter_readings
from grid.warehouse.queries.prices import current_prices, energy_costs, energy_prices
from grid.warehouse.queries.system import (
    CLOSED_WORK,
    KWH_PER_MWH,
    OVERLOADED_PCT,
    active_customers,
    kpi_summary,
    latest_load,
    outage_totals,
    work_totals,
)
from grid.warehouse.queries.transformers import latest_load_hour, top_loaded_transformers, transformer_load

__all__ = [
    "CLOSED_WORK",
    "KWH_PER_MWH",
    "OVERLOADED_PCT",
    "UsageBucket",
    "active_customers",
    "current_prices",
    "energy_costs",
    "energy_prices",
    "kpi_summary",
    "latest_load",
    "latest_load_hour",
    "meter_days",
    "meter_months",
    "meter_readings",
    "outage_totals",
    "top_loaded_transformers",
    "transformer_load",
    "work_totals",
]
