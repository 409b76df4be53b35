"""Analytical questions as SQLAlchemy Core selects, one module per subject; any warehouse runs them."""

from grid.warehouse.queries.meters import UsageBucket, meter_days, meter_months, meter_readings
from grid.warehouse.queries.overloads import OverloadOrder, overloaded_transformers
from grid.warehouse.queries.peaks import PeakMember, coincidence
from grid.warehouse.queries.prices import current_prices, energy_costs, energy_prices
from grid.warehouse.queries.scope import Scope, UsageGroup, meter_count
from grid.warehouse.queries.system import (
    CLOSED_WORK,
    KWH_PER_MWH,
    OVERLOADED_PCT,
    active_customers,
    kpi_summary,
    latest_load,
    load_watermark,
    outage_totals,
    work_totals,
)
from grid.warehouse.queries.transformers import latest_load_hour, top_loaded_transformers, transformer_load
from grid.warehouse.queries.usage import (
    usage_by_group,
    usage_days,
    usage_hours,
    voltage_by_group,
    voltage_totals,
)

__all__ = [
    "CLOSED_WORK",
    "KWH_PER_MWH",
    "OVERLOADED_PCT",
    "OverloadOrder",
    "PeakMember",
    "Scope",
    "UsageBucket",
    "UsageGroup",
    "active_customers",
    "coincidence",
    "current_prices",
    "energy_costs",
    "energy_prices",
    "kpi_summary",
    "latest_load",
    "latest_load_hour",
    "load_watermark",
    "meter_count",
    "meter_days",
    "meter_months",
    "meter_readings",
    "outage_totals",
    "overloaded_transformers",
    "top_loaded_transformers",
    "transformer_load",
    "usage_by_group",
    "usage_days",
    "usage_hours",
    "voltage_by_group",
    "voltage_totals",
    "work_totals",
]
