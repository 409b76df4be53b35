"""The state of circuits and substations as the cache computes it, for when the warehouse answers instead."""

from __future__ import annotations

from typing import Any

from sqlalchemy import DateTime, Integer, and_, case, cast, func, literal, null, or_, select

from grid.warehouse.queries.system import KWH_PER_MWH, OVERLOADED_PCT, load_watermark
from grid.warehouse.tables import (
    ACTIVE_OUTAGE_STATUSES,
    circuit_metadata,
    customers_master_data,
    meter_infrastructure,
    outage_interruptions,
    outage_restoration_tracker,
    substations,
    transformer_hourly_load,
    transformer_metadata,
)

DIGITS = 6
"""Sums are rounded, since each database adds in an order of its own."""

_circuit = circuit_metadata.c
_customer = customers_master_data.c
_load = transformer_hourly_load.c
_meter = meter_infrastructure.c
_out = outage_interruptions.c
_outage = outage_restoration_tracker.c
_station = substations.c
_unit = transformer_metadata.c


def _whole(expression: Any) -> Any:
    return cast(func.coalesce(expression, 0), Integer)


def _rounded(expression: Any) -> Any:
    return func.round(expression, DIGITS)


def _loads() -> Any:
    """Return each transformer of a circuit with its load in the newest known hour, numbered by loading."""
    newest = select(load_watermark().label("at")).scalar_subquery()
    latest = select(*_load).where(_load.load_hour == newest).subquery("latest")
    place = func.row_number().over(
        partition_by=_unit.circuit_id,
        order_by=(latest.c.loading_pct.desc().nulls_last(), _unit.transformer_id),
    )
    return (
        select(
            _unit.circuit_id,
            _unit.transformer_id,
            latest.c.load_hour,
            latest.c.energy_kwh,
            latest.c.load_kva,
            latest.c.loading_pct,
            latest.c.meter_count,
            latest.c.coverage_pct,
            place.label("place"),
        )
        .select_from(transformer_metadata.outerjoin(latest, latest.c.transformer_id == _unit.transformer_id))
        .subquery("unit_loads")
    )


def _units() -> Any:
    row = _loads()
    count = func.count(row.c.load_hour)
    return (
        select(
            row.c.circuit_id,
            func.count().label("transformer_count"),
            func.max(row.c.load_hour).label("load_hour"),
            _rounded(func.sum(row.c.energy_kwh) / KWH_PER_MWH).label("load_mw"),
            _rounded(func.sum(row.c.load_kva) / 1000.0).label("load_mva"),
            count.label("transformers_with_load"),
            func.sum(case((row.c.loading_pct > OVERLOADED_PCT, 1), else_=0)).label("overloaded_transformers"),
            case(
                (
                    and_(count > 0, count == func.count(row.c.coverage_pct)),
                    func.sum(row.c.coverage_pct * row.c.meter_count),
                )
            ).label("metered"),
            func.max(
                case((and_(row.c.place == 1, row.c.load_hour.is_not(None)), row.c.transformer_id))
            ).label("worst_transformer_id"),
            func.max(row.c.loading_pct).label("worst_loading_pct"),
        )
        .group_by(row.c.circuit_id)
        .cte("status_units")
    )


def _services() -> Any:
    return (
        select(
            _meter.circuit_id,
            func.count(_meter.meter_id.distinct()).label("meter_count"),
            func.sum(case((_customer.account_status == "ACTIVE", 1), else_=0)).label("customers"),
        )
        .select_from(
            meter_infrastructure.outerjoin(customers_master_data, _customer.meter_id == _meter.meter_id)
        )
        .group_by(_meter.circuit_id)
        .cte("status_services")
    )


def _customers_out() -> Any:
    """Return the customers out of each circuit, each counted once though two outages are behind it."""
    rows = (
        select(
            _out.circuit_id, _out.transformer_id, _out.meter_id, func.max(_out.customers).label("customers")
        )
        .select_from(
            outage_interruptions.join(outage_restoration_tracker, _outage.outage_id == _out.outage_id)
        )
        .where(_out.restored_at.is_(None), _outage.status.in_(ACTIVE_OUTAGE_STATUSES))
        .group_by(_out.circuit_id, _out.transformer_id, _out.meter_id)
        .cte("status_out_rows")
    )
    whole = select(rows.c.transformer_id).where(rows.c.meter_id.is_(None))
    return (
        select(rows.c.circuit_id, func.sum(rows.c.customers).label("customers_out"))
        .where(or_(rows.c.meter_id.is_(None), rows.c.transformer_id.not_in(whole)))
        .group_by(rows.c.circuit_id)
        .cte("status_out")
    )


def _outages() -> Any:
    return (
        select(
            _outage.circuit_id,
            func.count().label("active_outages"),
            func.min(_outage.started_at).label("outage_started_at"),
            func.max(_outage.estimated_restoration_at).label("estimated_restoration_at"),
        )
        .where(_outage.status.in_(ACTIVE_OUTAGE_STATUSES))
        .group_by(_outage.circuit_id)
        .cte("status_outages")
    )


def _supply(row: Any) -> Any:
    return case(
        (and_(row.customers_out > 0, row.customers_out >= row.customers), literal("OUTAGE")),
        (or_(row.customers_out > 0, row.active_outages > 0), literal("PARTIAL_OUTAGE")),
        else_=literal("ENERGIZED"),
    ).label("status")


def _load_class(loading: Any, *, warning_pct: float, critical_pct: float) -> Any:
    return case(
        (loading.is_(None), literal("UNKNOWN")),
        (loading > critical_pct, literal("CRITICAL")),
        (loading >= warning_pct, literal("WARNING")),
        else_=literal("NORMAL"),
    ).label("load_class")


def circuit_status(*, warning_pct: float, critical_pct: float) -> Any:
    """Return the state of each circuit: the columns of the cache's table, its zone apart.

    Args:
        warning_pct: loading from which it is a warning.
        critical_pct: loading above which it is critical.
    """
    units, services, out, outages = _units(), _services(), _customers_out(), _outages()
    counted = (
        select(
            _circuit.circuit_id,
            _circuit.substation_id,
            _whole(outages.c.active_outages).label("active_outages"),
            _whole(services.c.customers).label("customers"),
            _whole(out.c.customers_out).label("customers_out"),
            outages.c.outage_started_at,
            outages.c.estimated_restoration_at,
            units.c.load_hour,
            units.c.load_mw,
            units.c.load_mva,
            _rounded(100.0 * units.c.load_mva / func.nullif(_circuit.rated_mva, 0)).label("loading_pct"),
            _rounded(units.c.metered / func.nullif(services.c.meter_count, 0)).label("load_coverage_pct"),
            _whole(services.c.meter_count).label("meter_count"),
            _whole(units.c.transformer_count).label("transformer_count"),
            _whole(units.c.transformers_with_load).label("transformers_with_load"),
            _whole(units.c.overloaded_transformers).label("overloaded_transformers"),
            units.c.worst_transformer_id,
            units.c.worst_loading_pct,
        )
        .select_from(
            circuit_metadata.outerjoin(units, units.c.circuit_id == _circuit.circuit_id)
            .outerjoin(services, services.c.circuit_id == _circuit.circuit_id)
            .outerjoin(out, out.c.circuit_id == _circuit.circuit_id)
            .outerjoin(outages, outages.c.circuit_id == _circuit.circuit_id)
        )
        .subquery("counted_circuits")
    )
    return select(
        *counted.c,
        _supply(counted.c),
        _load_class(counted.c.loading_pct, warning_pct=warning_pct, critical_pct=critical_pct),
        cast(null(), DateTime).label("updated_at"),
    )


def substation_status(*, warning_pct: float, critical_pct: float) -> Any:
    """Return the state of each substation that feeds circuits, made of that of its circuits."""
    state = circuit_status(warning_pct=warning_pct, critical_pct=critical_pct).subquery("of_circuits")
    place = func.row_number().over(
        partition_by=state.c.substation_id,
        order_by=(state.c.loading_pct.desc().nulls_last(), state.c.circuit_id),
    )
    row = select(state, place.label("place")).subquery("ranked_circuits").c
    is_known = and_(
        func.count(row.load_hour) > 0, func.count(row.load_coverage_pct) == func.count(row.load_hour)
    )
    coverage_pct = func.sum(row.load_coverage_pct * row.meter_count) / func.nullif(
        func.sum(row.meter_count), 0
    )
    sums = {
        name: _whole(func.sum(row[name])).label(name)
        for name in (
            "active_outages",
            "customers",
            "customers_out",
            "meter_count",
            "transformer_count",
            "transformers_with_load",
            "overloaded_transformers",
        )
    }
    counts = {
        "circuits_out": row.status != "ENERGIZED",
        "warning_circuits": row.load_class == "WARNING",
        "critical_circuits": row.load_class == "CRITICAL",
    }
    grouped = (
        select(
            row.substation_id,
            *sums.values(),
            *(_whole(func.sum(case((test, 1), else_=0))).label(name) for name, test in counts.items()),
            cast(func.count(), Integer).label("circuit_count"),
            func.min(row.outage_started_at).label("outage_started_at"),
            func.max(row.estimated_restoration_at).label("estimated_restoration_at"),
            func.max(row.load_hour).label("load_hour"),
            _rounded(func.sum(row.load_mw)).label("load_mw"),
            _rounded(func.sum(row.load_mva)).label("load_mva"),
            case((is_known, _rounded(coverage_pct))).label("load_coverage_pct"),
            func.max(case((and_(row.place == 1, row.loading_pct.is_not(None)), row.circuit_id))).label(
                "worst_circuit_id"
            ),
            func.max(row.loading_pct).label("worst_loading_pct"),
        )
        .group_by(row.substation_id)
        .subquery("grouped_circuits")
    )
    return select(
        *grouped.c,
        _rounded(100.0 * grouped.c.load_mva / func.nullif(_station.capacity_mva, 0)).label("loading_pct"),
        _supply(grouped.c),
        _load_class(grouped.c.worst_loading_pct, warning_pct=warning_pct, critical_pct=critical_pct),
        cast(null(), DateTime).label("updated_at"),
    ).select_from(grouped.join(substations, _station.substation_id == grouped.c.substation_id))


__all__ = ["circuit_status", "substation_status"]
