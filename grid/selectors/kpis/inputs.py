"""The numbers that the key figures of customers, outages, load and work are made of, from either store."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.db.models import Count, F, Max, Q, Sum

from grid import models
from grid.operations import ACTIVE_OUTAGE_STATUSES
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
    active = outages.filter(status__in=ACTIVE_OUTAGE_STATUSES).aggregate(
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


def _utc(moment: datetime | None) -> datetime | None:
    return moment.replace(tzinfo=UTC) if moment is not None else None
