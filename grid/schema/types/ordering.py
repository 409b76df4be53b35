"""Orderings of the asset connections; ties break by natural key."""

import strawberry
import strawberry_django
from strawberry import auto
from strawberry_django import Ordering

from flux_site.api.ordering import UnknownLast
from grid import models


def by_key() -> Ordering | None:
    """Return the ``assetId`` ordering field."""
    return strawberry.field(name="assetId", default=strawberry.UNSET)  # type: ignore[no-any-return]


@strawberry_django.order_type(models.Substation)
class SubstationOrder(UnknownLast):
    """Order of substations."""

    id: Ordering | None = by_key()
    name: auto
    max_kv: auto
    load_mw: auto
    generation_capacity_mw: auto


@strawberry_django.order_type(models.Bus)
class BusOrder(UnknownLast):
    """Order of buses."""

    id: Ordering | None = by_key()
    number: auto
    base_kv: auto
    load_mw: auto


@strawberry_django.order_type(models.Branch)
class BranchOrder(UnknownLast):
    """Order of branches."""

    id: Ordering | None = by_key()
    base_kv: auto
    rating_mva: auto
    base_loading_pct: auto
    length_km: auto


@strawberry_django.order_type(models.Plant)
class PlantOrder(UnknownLast):
    """Order of plants."""

    id: Ordering | None = by_key()
    fuel_type: auto
    p_max_mw: auto


@strawberry_django.order_type(models.Circuit)
class CircuitOrder(UnknownLast):
    """Order of circuits."""

    id: Ordering | None = by_key()
    name: auto
    peak_load_mw: auto
    customer_count: auto
    length_km: auto


@strawberry_django.order_type(models.LineSection)
class LineOrder(UnknownLast):
    """Order of line sections."""

    id: Ordering | None = by_key()
    length_m: auto


@strawberry_django.order_type(models.Switch)
class SwitchOrder(UnknownLast):
    """Order of switches."""

    id: Ordering | None = by_key()
    kind: auto


@strawberry_django.order_type(models.Pole)
class PoleOrder(UnknownLast):
    """Order of poles."""

    id: Ordering | None = by_key()
    install_year: auto


@strawberry_django.order_type(models.Transformer)
class TransformerOrder(UnknownLast):
    """Order of transformers."""

    id: Ordering | None = by_key()
    rated_kva: auto
    install_year: auto
    peak_loading_pct: auto
    customer_count: auto


@strawberry_django.order_type(models.Meter)
class MeterOrder(UnknownLast):
    """Order of meters."""

    id: Ordering | None = by_key()
    install_date: auto


@strawberry_django.order_type(models.Customer)
class CustomerOrder(UnknownLast):
    """Order of customers."""

    id: Ordering | None = by_key()
    customer_class: auto


@strawberry_django.order_type(models.Outage)
class OutageOrder(UnknownLast):
    """Order of outages."""

    id: Ordering | None = by_key()
    started_at: auto
    restored_at: auto
    estimated_restoration_at: auto
    customers_interrupted: auto
    customers_out: auto
    status: auto


@strawberry_django.order_type(models.OutageInterruption)
class OutageInterruptionOrder(UnknownLast):
    """Order of interruptions."""

    id: Ordering | None = by_key()
    started_at: auto
    restored_at: auto
    customers: auto


@strawberry_django.order_type(models.Crew)
class CrewOrder(UnknownLast):
    """Order of crews."""

    id: Ordering | None = by_key()
    name: auto
    status: auto
    member_count: auto


@strawberry_django.order_type(models.WorkOrder)
class WorkOrderOrder(UnknownLast):
    """Order of work orders."""

    id: Ordering | None = by_key()
    created_at: auto
    scheduled_at: auto
    priority: auto
    status: auto


@strawberry_django.order_type(models.AssetHealth)
class AssetHealthOrder(UnknownLast):
    """Order of assets' health."""

    id: Ordering | None = by_key()
    health_index: auto
    failures_per_year: auto
    confidence_frac: auto


@strawberry_django.order_type(models.TreeRisk)
class TreeRiskOrder(UnknownLast):
    """Order of trees' risk."""

    id: Ordering | None = by_key()
    customer_minutes_per_year: auto
    strikes_per_year: auto
    years_to_encroachment: auto
    clearance_deficit_m: auto
    overstrike_m: auto
    original_score: auto
    distance_m: auto
    height_m: auto


@strawberry_django.order_type(models.VegetationWorkPackage)
class VegetationWorkPackageOrder(UnknownLast):
    """Order of vegetation work packages."""

    id: Ordering | None = by_key()
    customer_minutes_per_year: auto
    earliest_years: auto
    tree_count: auto
    effort_h: auto


@strawberry_django.order_type(models.WeatherObservation)
class WeatherOrder(UnknownLast):
    """Order of weather observations."""

    observed_at: auto
    station: auto


@strawberry_django.order_type(models.CircuitStatus)
class CircuitStatusOrder(UnknownLast):
    """Order of the state of circuits."""

    id: Ordering | None = by_key()
    status: auto
    customers_out: auto
    active_outages: auto
    load_mw: auto
    loading_pct: auto
    worst_loading_pct: auto


@strawberry_django.order_type(models.SubstationStatus)
class SubstationStatusOrder(UnknownLast):
    """Order of the state of substations."""

    id: Ordering | None = by_key()
    status: auto
    customers_out: auto
    active_outages: auto
    load_mw: auto
    loading_pct: auto
    worst_loading_pct: auto


@strawberry_django.order_type(models.ServiceArea)
class ServiceAreaOrder(UnknownLast):
    """Order of service areas."""

    id: Ordering | None = by_key()
    area_km2: auto


@strawberry_django.order_type(models.Tree)
class TreeOrder(UnknownLast):
    """Order of trees."""

    id: Ordering | None = by_key()
    species: auto
    height_m: auto
    crown_radius_m: auto
    growth_m_per_year: auto


@strawberry_django.order_type(models.Building)
class BuildingOrder(UnknownLast):
    """Order of buildings."""

    id: Ordering | None = by_key()
    height_m: auto
    floor_count: auto
    footprint_m2: auto


@strawberry_django.order_type(models.WaterBody)
class WaterBodyOrder(UnknownLast):
    """Order of water bodies."""

    id: Ordering | None = by_key()
    name: auto
    area_m2: auto


@strawberry_django.order_type(models.FloodZone)
class FloodZoneOrder(UnknownLast):
    """Order of flood zones."""

    id: Ordering | None = by_key()
    zone_code: auto
    annual_chance_pct: auto
