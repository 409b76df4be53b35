"""Views of the operations center: the state of transformers, circuits and the whole system."""

from __future__ import annotations

from sqlalchemy import Double, Integer, and_, case, cast, func, select, true

from grid.warehouse.queries.past_figures import RESTORATION_DAYS, ended_lately
from grid.warehouse.queries.system import CLOSED_WORK, KWH_PER_MWH, crew_totals, kpi_summary
from grid.warehouse.tables import (
    APPLICATIONS,
    circuit_metadata,
    customers_master_data,
    meter_infrastructure,
    outage_restoration_tracker,
    transformer_hourly_load,
    transformer_metadata,
    work_orders,
)
from grid.warehouse.views.base import count_where, or_zero, ratio, view
from grid.warehouse.views.outages import active_outages

_circuit = circuit_metadata.c
_customer = customers_master_data.c
_load = transformer_hourly_load.c
_meter = meter_infrastructure.c
_outage = outage_restoration_tracker.c
_unit = transformer_metadata.c
_work = work_orders.c

transformer_latest_load = view(
    APPLICATIONS,
    "transformer_latest_load",
    "Load of each transformer in the newest hour on record of the whole system.",
    select(
        _load.transformer_id,
        _unit.circuit_id,
        _unit.substation_id,
        _load.load_hour,
        _load.energy_kwh,
        _load.load_kva,
        _load.loading_pct,
        _load.hot_spot_c,
        _load.thermal_stress,
    )
    .join_from(transformer_hourly_load, transformer_metadata, _unit.transformer_id == _load.transformer_id)
    .where(
        _load.load_hour == select(func.max(_load.load_hour)).scalar_subquery(),
        _load.load_date == select(func.max(_load.load_date)).scalar_subquery(),  # skips other days' files
    ),
)

_meters = (
    select(
        _meter.circuit_id,
        cast(func.count(_meter.meter_id.distinct()), Integer).label("meter_count"),
        cast(count_where(_customer.account_status == "ACTIVE"), Integer).label("customer_count"),
    )
    .select_from(meter_infrastructure.outerjoin(customers_master_data, _customer.meter_id == _meter.meter_id))
    .group_by(_meter.circuit_id)
    .cte("circuit_meters")
)
_latest = transformer_latest_load.c
_loads = (
    select(
        _latest.circuit_id,
        func.max(_latest.load_hour).label("load_at"),
        (func.sum(_latest.energy_kwh) / KWH_PER_MWH).label("load_mw"),
        (func.sum(_latest.load_kva) / 1000.0).label("load_mva"),
    )
    .group_by(_latest.circuit_id)
    .cte("circuit_loads")
)
_out = active_outages.c
_outages = (
    select(
        _out.circuit_id,
        cast(func.count(), Integer).label("active_outages"),
        cast(func.sum(_out.customers_out), Integer).label("customers_out"),
        func.min(_out.started_at).label("outage_started_at"),
        func.max(_out.estimated_restoration_at).label("estimated_restoration_at"),
    )
    .group_by(_out.circuit_id)
    .cte("circuit_outages")
)


circuit_status_realtime = view(
    APPLICATIONS,
    "circuit_status_realtime",
    "State of each circuit: OUTAGE if all its customers are out, PARTIAL_OUTAGE if it has an active outage, "
    "else ENERGIZED; with its newest load.",
    select(
        _circuit.circuit_id,
        _circuit.circuit_name,
        _circuit.substation_id,
        case(
            (_outages.c.active_outages.is_(None), "ENERGIZED"),
            (
                and_(
                    _outages.c.customers_out > 0,
                    _outages.c.customers_out >= or_zero(_meters.c.customer_count),
                ),
                "OUTAGE",
            ),
            else_="PARTIAL_OUTAGE",
        ).label("status"),
        or_zero(_outages.c.active_outages).label("active_outages"),
        or_zero(_outages.c.customers_out).label("customers_out"),
        _outages.c.outage_started_at,
        _outages.c.estimated_restoration_at,
        or_zero(_meters.c.meter_count).label("meter_count"),
        or_zero(_meters.c.customer_count).label("customer_count"),
        _loads.c.load_at,
        _loads.c.load_mw,
        (100.0 * ratio(_loads.c.load_mva, _circuit.rated_mva)).label("loading_pct"),
    ).select_from(
        circuit_metadata.outerjoin(_outages, _outages.c.circuit_id == _circuit.circuit_id)
        .outerjoin(_meters, _meters.c.circuit_id == _circuit.circuit_id)
        .outerjoin(_loads, _loads.c.circuit_id == _circuit.circuit_id)
    ),
)

_places = (
    select(
        _unit.circuit_id,
        cast(func.count(), Integer).label("transformer_count"),
        func.avg(_unit.latitude, type_=Double).label("latitude"),
        func.avg(_unit.longitude, type_=Double).label("longitude"),
        func.min(_unit.latitude).label("south"),
        func.max(_unit.latitude).label("north"),
        func.min(_unit.longitude).label("west"),
        func.max(_unit.longitude).label("east"),
        func.sum(_unit.rated_kva).label("transformer_kva"),
    )
    .group_by(_unit.circuit_id)
    .cte("circuit_places")
)
_state = circuit_status_realtime.c
flux_ops_center_service_areas_mv = view(
    APPLICATIONS,
    "flux_ops_center_service_areas_mv",
    "Where each circuit serves: middle and bounds of its transformers, with its customers and state.",
    select(
        _state.circuit_id,
        _state.circuit_name,
        _state.substation_id,
        _places.c.latitude,
        _places.c.longitude,
        _places.c.south,
        _places.c.north,
        _places.c.west,
        _places.c.east,
        or_zero(_places.c.transformer_count).label("transformer_count"),
        _places.c.transformer_kva,
        _state.meter_count,
        _state.customer_count,
        _state.status,
        _state.load_at,
        _state.load_mw,
        _state.loading_pct,
    ).select_from(circuit_status_realtime.outerjoin(_places, _places.c.circuit_id == _state.circuit_id)),
)

_ended = ended_lately().subquery("ended")
_restorations = select(
    ratio(func.sum(_ended.c.customer_minutes), func.sum(_ended.c.customers)).label("mean_restoration_minutes")
).subquery("restorations")
_totals = crew_totals().subquery("crew_totals")
_crews = select(
    case((_totals.c.crew_count > 0, cast(_totals.c.crews_active, Integer))).label("crews_active")
).subquery("crews")
_kpis = kpi_summary().subquery("kpis")
flux_ops_center_kpis = view(
    APPLICATIONS,
    "flux_ops_center_kpis",
    "The whole system in one row: customers with an active account, newest load, active outages, open work, "
    "crews assigned or on site, and the mean time a customer was out in outages that ended in the "
    f"{RESTORATION_DAYS} days up to the newest end; defined as the key figures of the application.",
    select(
        _kpis.c.active_customers.label("total_customers"),
        _kpis.c.active_outages,
        _kpis.c.customers_out,
        _kpis.c.load_mw.label("total_load_mw"),
        _kpis.c.load_at,
        _kpis.c.overloaded_transformers,
        _kpis.c.open_work_orders,
        _crews.c.crews_active,
        _restorations.c.mean_restoration_minutes.label("avg_restoration_minutes"),
    ).select_from(_kpis.join(_crews, true()).join(_restorations, true())),
)

open_work_orders = view(
    APPLICATIONS,
    "open_work_orders",
    "Work orders not yet closed.",
    select(*_work).where(_work.status.not_in(CLOSED_WORK)),
)
