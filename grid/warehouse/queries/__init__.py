"""Analytical questions as SQLAlchemy Core selects, one module per subject; any warehouse runs them."""

from grid.warehouse.queries.meters import UsageBucket, meter_usage
from grid.warehouse.queries.system import (
    customers_served,
    kpi_summary,
    latest_system_load,
    outage_totals,
)
from grid.warehouse.queries.transformers import top_loaded_transformers, transformer_load

__all__ = [
    "UsageBucket",
    "customers_served",
    "kpi_summary",
    "latest_system_load",
    "meter_usage",
    "outage_totals",
    "top_loaded_transformers",
    "transformer_load",
]
