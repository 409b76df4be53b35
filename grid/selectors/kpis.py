"""The key figures of the control room, each with its definition and the age of its data."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from django.db.models import Count, Max, Q, Sum

from grid import models
from grid.selectors.warehouse import get_warehouse
from grid.warehouse import tables

LAYERS = ("customers", "outages", "transformer_load", "work_orders")
CLOSED_WORK = ("COMPLETED", "CANCELLED")


@dataclass(frozen=True, kw_only=True)
class KpiInputs:
    """The numbers the figures are made of; None where the source holds nothing."""

    active_customers: int | None
    active_outages: int | None
    customers_out: int | None
    load_mw: float | None
    load_hour: datetime | None
    overloaded_transformers: int | None
    transformers_with_load: int | None
    open_work_orders: int | None
    newest_outage_at: datetime | None
    newest_work_order_at: datetime | None


@dataclass(frozen=True, kw_only=True)
class Kpi:
    """A key figure: null value means unknown, and then ``reason`` says why."""

    key: str
    label: str
    value: float | None
    unit: str
    definition: str
    data_as_of: datetime | None
    reason: str | None


def inputs_from_cache(user: Any) -> KpiInputs:
    """Return the inputs from PostGIS, over the zones the user may see."""
    customers = models.Customer.objects.visible_to(user)
    outages = models.Outage.objects.visible_to(user)
    transformers = models.Transformer.objects.visible_to(user).values("pk")
    loads = models.TransformerLoad.objects.filter(transformer__in=transformers)
    newest = loads.aggregate(hour=Max("load_hour"))["hour"]
    load = loads.filter(load_hour=newest).aggregate(
        energy_kwh=Sum("energy_kwh"),
        count=Count("pk"),
        overloaded=Count("pk", filter=Q(loading_pct__gt=100.0)),
    )
    active = outages.filter(status=models.OutageStatus.ACTIVE).aggregate(
        count=Count("pk"), out=Sum("customers_out")
    )
    work = models.WorkOrder.objects.visible_to(user).aggregate(
        open=Count("pk", filter=~Q(status__in=CLOSED_WORK)), newest_at=Max("created_at")
    )
    return KpiInputs(
        active_customers=customers.filter(account_status="ACTIVE").count(),
        active_outages=active["count"],
        customers_out=active["out"] or 0,
        load_mw=None if load["energy_kwh"] is None else load["energy_kwh"] / 1000.0,
        load_hour=newest,
        overloaded_transformers=None if newest is None else load["overloaded"],
        transformers_with_load=load["count"],
        open_work_orders=work["open"],
        newest_outage_at=outages.aggregate(at=Max("started_at"))["at"],
        newest_work_order_at=work["newest_at"],
    )


def inputs_from_warehouse(zone_ids: list[str]) -> KpiInputs:
    """Return the same inputs from the warehouse; an empty ``zone_ids`` means every zone."""
    warehouse = get_warehouse()
    stations = sa.select(tables.substations.c.substation_id)
    if zone_ids:
        stations = stations.where(tables.substations.c.zone_id.in_(zone_ids))
    meter, customer = tables.meter_infrastructure.c, tables.customers_master_data.c
    outage, work = tables.outage_restoration_tracker.c, tables.work_orders.c
    unit, hourly = tables.transformer_metadata.c, tables.transformer_hourly_load.c
    count = sa.func.count

    def one(query: Any) -> dict[str, Any]:
        return warehouse.select_rows(query)[0]

    units = sa.select(unit.transformer_id).where(unit.substation_id.in_(stations))
    newest = (
        sa.select(sa.func.max(hourly.load_hour)).where(hourly.transformer_id.in_(units)).scalar_subquery()
    )
    load = one(
        sa.select(
            sa.func.sum(hourly.energy_kwh).label("energy_kwh"),
            sa.func.max(hourly.load_hour).label("load_hour"),
            count().label("units"),
            sa.func.sum(sa.case((hourly.loading_pct > 100.0, 1), else_=0)).label("overloaded"),
        ).where(hourly.load_hour == newest, hourly.transformer_id.in_(units))
    )
    customers = one(
        sa.select(count().label("n"))
        .select_from(
            tables.customers_master_data.join(
                tables.meter_infrastructure, customer.meter_id == meter.meter_id
            )
        )
        .where(customer.account_status == "ACTIVE", meter.substation_id.in_(stations))
    )
    active = one(
        sa.select(count().label("n"), sa.func.sum(outage.customers_out).label("out")).where(
            outage.status == "ACTIVE", outage.substation_id.in_(stations)
        )
    )
    newest_outage = one(
        sa.select(sa.func.max(outage.started_at).label("at")).where(outage.substation_id.in_(stations))
    )
    orders = one(
        sa.select(
            sa.func.sum(sa.case((work.status.not_in(CLOSED_WORK), 1), else_=0)).label("open"),
            sa.func.max(work.created_at).label("newest_at"),
        ).where(work.substation_id.in_(stations))
    )
    return KpiInputs(
        active_customers=customers["n"],
        active_outages=active["n"],
        customers_out=int(active["out"] or 0),
        load_mw=None if load["energy_kwh"] is None else load["energy_kwh"] / 1000.0,
        load_hour=_utc(load["load_hour"]),
        overloaded_transformers=None if load["load_hour"] is None else int(load["overloaded"]),
        transformers_with_load=load["units"],
        open_work_orders=int(orders["open"] or 0),
        newest_outage_at=_utc(newest_outage["at"]),
        newest_work_order_at=_utc(orders["newest_at"]),
    )


def figures(inputs: KpiInputs) -> list[Kpi]:
    """Return the key figures; one that cannot be computed is null with its reason."""
    no_load = None if inputs.load_mw is not None else "No transformer load has been synced."
    served = (
        inputs.active_customers - inputs.customers_out
        if inputs.active_customers is not None and inputs.customers_out is not None
        else None
    )
    overloaded_pct = (
        inputs.overloaded_transformers / inputs.transformers_with_load * 100.0
        if inputs.overloaded_transformers is not None and inputs.transformers_with_load
        else None
    )
    return [
        Kpi(
            key="customersServed",
            label="Customers served",
            value=served,
            unit="customers",
            definition="Active accounts less the customers of active outages that are not yet restored.",
            data_as_of=inputs.newest_outage_at,
            reason=None if served is not None else "No customers have been synced.",
        ),
        Kpi(
            key="activeOutages",
            label="Active outages",
            value=inputs.active_outages,
            unit="outages",
            definition="Interruptions that still leave customers without supply.",
            data_as_of=inputs.newest_outage_at,
            reason=None,
        ),
        Kpi(
            key="customersOut",
            label="Customers out",
            value=inputs.customers_out,
            unit="customers",
            definition="Customers of active outages, less those already restored in steps.",
            data_as_of=inputs.newest_outage_at,
            reason=None,
        ),
        Kpi(
            key="loadMw",
            label="Distribution load",
            value=inputs.load_mw,
            unit="MW",
            definition="Metered energy of all transformers in the newest hour, over one hour.",
            data_as_of=inputs.load_hour,
            reason=no_load,
        ),
        Kpi(
            key="overloadedTransformersPct",
            label="Transformers overloaded",
            value=overloaded_pct,
            unit="%",
            definition="Share of transformers loaded above their rating in the newest hour.",
            data_as_of=inputs.load_hour,
            reason=no_load,
        ),
        Kpi(
            key="openWorkOrders",
            label="Open work orders",
            value=inputs.open_work_orders,
            unit="orders",
            definition="Work orders neither completed nor cancelled.",
            data_as_of=inputs.newest_work_order_at,
            reason=None,
        ),
    ]


def _utc(moment: datetime | None) -> datetime | None:
    return moment.replace(tzinfo=UTC) if moment is not None else None
