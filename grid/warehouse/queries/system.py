"""Questions about the whole distribution system: customers, load, outages."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Select, func, select, true

from grid.warehouse.tables import customers_master_data, outage_restoration_tracker, transformer_hourly_load

KWH_PER_MWH = 1000.0


def customers_served() -> Select[Any]:
    """Return the number of customers with an active account, as ``customers_served``."""
    return (
        select(func.count().label("customers_served"))
        .select_from(customers_master_data)
        .where(customers_master_data.c.account_status == "ACTIVE")
    )


def latest_system_load() -> Select[Any]:
    """Return the system's mean load in the latest hour there is, as ``load_mw`` and ``load_at``.

    ``load_mw`` is the sum of all transformers' energy in that hour (kWh) / 1 h / 1000; null without data.
    ``load_at`` is the start of the hour, UTC. ``peak_loading_pct`` is the highest loading in it.
    """
    load = transformer_hourly_load.c
    latest = select(func.max(load.load_hour)).scalar_subquery()
    latest_date = select(func.max(load.load_date)).scalar_subquery()
    load_mw: Any = func.sum(load.energy_kwh) / KWH_PER_MWH
    return select(
        load_mw.label("load_mw"),
        func.max(load.load_hour).label("load_at"),
        func.max(load.loading_pct).label("peak_loading_pct"),
    ).where(load.load_hour == latest, load.load_date == latest_date)


def outage_totals() -> Select[Any]:
    """Return the number of active outages and of customers out, as ``active_outages``, ``customers_out``."""
    outage = outage_restoration_tracker.c
    return select(
        func.count().label("active_outages"),
        func.coalesce(func.sum(outage.customers_out), 0).label("customers_out"),
    ).where(outage.status == "ACTIVE")


def kpi_summary() -> Select[Any]:
    """Return all of the above as one row.

    Columns: customers_served, load_mw, load_at, peak_loading_pct, active_outages, customers_out.
    """
    customers = customers_served().subquery("customers")
    load = latest_system_load().subquery("load")
    outages = outage_totals().subquery("outages")
    return select(
        customers.c.customers_served,
        load.c.load_mw,
        load.c.load_at,
        load.c.peak_loading_pct,
        outages.c.active_outages,
        outages.c.customers_out,
    ).select_from(customers.join(load, true()).join(outages, true()))
