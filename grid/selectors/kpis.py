"""The key figures of the control room, each with its definition and the age of its data."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.db.models import Count, F, Max, Q, Sum

from grid import models
from grid.selectors.warehouse import get_warehouse
from grid.warehouse.queries import CLOSED_WORK, KWH_PER_MWH, OVERLOADED_PCT, kpi_summary

LAYERS = ("customers", "outages", "transformer_load", "work_orders")


@dataclass(frozen=True, kw_only=True)
class KpiInputs:
    """The numbers the figures are made of; None where the source holds nothing."""

    active_customers: int | None
    active_outages: int | None
    customers_out: int | None
    load_mw: float | None
    load_hour: datetime | None
    load_coverage_pct: float | None
    overloaded_transformers: int | None
    transformers_with_load: int | None
    open_work_orders: int | None
    newest_outage_at: datetime | None
    newest_work_order_at: datetime | None


@dataclass(frozen=True, kw_only=True)
class Kpi:
    """A key figure: null value means unknown, and then ``reason`` says why.

    ``coverage_pct`` is the metered share of what a figure of meters is made of; None if unknown or of others.
    """

    key: str
    label: str
    value: float | None
    unit: str
    definition: str
    data_as_of: datetime | None
    reason: str | None
    coverage_pct: float | None = None


def inputs_from_cache(user: Any) -> KpiInputs:
    """Return the inputs from PostGIS, over the zones the user may see."""
    customers = models.Customer.objects.visible_to(user)
    outages = models.Outage.objects.visible_to(user)
    transformers = models.Transformer.objects.visible_to(user).values("pk")
    # No load is newer than the hour that most meters have reported, in whatever zone: so it is the newest.
    newest = models.TransformerLoad.objects.aggregate(hour=Max("load_hour"))["hour"]
    loads = models.TransformerLoad.objects.filter(transformer__in=transformers, load_hour=newest)
    load = loads.aggregate(
        energy_kwh=Sum("energy_kwh"),
        hour=Max("load_hour"),
        count=Count("pk"),
        covered_count=Count("coverage_pct"),
        metered=Sum(F("coverage_pct") * F("meter_count")),
        overloaded=Count("pk", filter=Q(loading_pct__gt=OVERLOADED_PCT)),
    )
    meters = models.Meter.objects.visible_to(user).count()
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
        load_mw=None if load["energy_kwh"] is None else load["energy_kwh"] / KWH_PER_MWH,
        load_hour=load["hour"],
        load_coverage_pct=load["metered"] / meters
        if meters and load["count"] and load["covered_count"] == load["count"]
        else None,
        overloaded_transformers=None if load["hour"] is None else load["overloaded"],
        transformers_with_load=load["count"],
        open_work_orders=work["open"],
        newest_outage_at=outages.aggregate(at=Max("started_at"))["at"],
        newest_work_order_at=work["newest_at"],
    )


def inputs_from_warehouse(zone_ids: list[str]) -> KpiInputs:
    """Return the same inputs from the warehouse; an empty ``zone_ids`` means every zone."""
    (found,) = get_warehouse().select_rows(kpi_summary(zone_ids))
    load_hour = _utc(found["load_at"])
    return KpiInputs(
        active_customers=found["active_customers"],
        active_outages=int(found["active_outages"]),
        customers_out=int(found["customers_out"]),
        load_mw=found["load_mw"],
        load_hour=load_hour,
        load_coverage_pct=found["load_coverage_pct"],
        overloaded_transformers=None if load_hour is None else int(found["overloaded_transformers"]),
        transformers_with_load=found["transformers_with_load"],
        open_work_orders=int(found["open_work_orders"]),
        newest_outage_at=_utc(found["newest_outage_at"]),
        newest_work_order_at=_utc(found["newest_work_order_at"]),
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
            definition="Metered energy of all transformers in the newest hour that 90 % of all meters' time "
            "was metered of (else the best metered recent hour), over one hour.",
            data_as_of=inputs.load_hour,
            reason=no_load,
            coverage_pct=inputs.load_coverage_pct,
        ),
        Kpi(
            key="overloadedTransformersPct",
            label="Transformers overloaded",
            value=overloaded_pct,
            unit="%",
            definition="Share of transformers loaded above their rating in the same hour.",
            data_as_of=inputs.load_hour,
            reason=no_load,
            coverage_pct=inputs.load_coverage_pct,
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
