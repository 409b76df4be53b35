"""Filters of the asset connections. Lookups join with AND; OR, NOT and DISTINCT nest."""

from datetime import datetime

import strawberry
import strawberry_django
from strawberry_django import BaseFilterLookup, ComparisonFilterLookup, StrFilterLookup

from grid import models

Text = StrFilterLookup | None
Number = ComparisonFilterLookup[float] | None
Whole = ComparisonFilterLookup[int] | None
Flag = BaseFilterLookup[bool] | None
Moment = ComparisonFilterLookup[datetime] | None


def natural_key() -> str:
    """Return the ``assetId`` filter field."""
    return strawberry.field(name="assetId", default=None)  # type: ignore[return-value]


@strawberry_django.filter_type(models.Substation)
class SubstationFilter:
    """Filter of substations."""

    id: Text = natural_key()
    name: Text
    zone_id: Text
    interconnect: Text
    status: Text
    max_kv: Number
    load_mw: Number
    generation_capacity_mw: Number


@strawberry_django.filter_type(models.Bus)
class BusFilter:
    """Filter of buses."""

    id: Text = natural_key()
    number: Whole
    substation_id: Text
    zone_id: Text
    interconnect: Text
    base_kv: Number
    load_mw: Number


@strawberry_django.filter_type(models.Branch)
class BranchFilter:
    """Filter of branches."""

    id: Text = natural_key()
    kind: Text
    from_bus_id: Text
    to_bus_id: Text
    from_substation_id: Text
    to_substation_id: Text
    zone_id: Text
    interconnect: Text
    base_kv: Number
    rating_mva: Number
    base_loading_pct: Number
    is_rating_adjusted: Flag
    in_service: Flag


@strawberry_django.filter_type(models.Plant)
class PlantFilter:
    """Filter of plants."""

    id: Text = natural_key()
    bus_id: Text
    substation_id: Text
    zone_id: Text
    interconnect: Text
    fuel_type: Text
    p_max_mw: Number
    in_service: Flag


@strawberry_django.filter_type(models.Circuit)
class CircuitFilter:
    """Filter of circuits."""

    id: Text = natural_key()
    name: Text
    substation_id: Text
    zone_id: Text
    status: Text
    voltage_kv: Number
    peak_load_mw: Number
    customer_count: Whole


@strawberry_django.filter_type(models.LineSection)
class LineFilter:
    """Filter of distribution line sections."""

    id: Text = natural_key()
    circuit_id: Text
    line_class: Text
    phases: Text
    is_underground: Flag
    length_m: Number


@strawberry_django.filter_type(models.Switch)
class SwitchFilter:
    """Filter of switches."""

    id: Text = natural_key()
    circuit_id: Text
    other_circuit_id: Text
    kind: Text
    is_normally_open: Flag


@strawberry_django.filter_type(models.Pole)
class PoleFilter:
    """Filter of poles."""

    id: Text = natural_key()
    circuit_id: Text
    substation_id: Text
    material: Text
    install_year: Whole


@strawberry_django.filter_type(models.Transformer)
class TransformerFilter:
    """Filter of transformers."""

    id: Text = natural_key()
    circuit_id: Text
    substation_id: Text
    phases: Text
    rated_kva: Number
    install_year: Whole
    peak_loading_pct: Number
    customer_count: Whole


@strawberry_django.filter_type(models.Meter)
class MeterFilter:
    """Filter of meters."""

    id: Text = natural_key()
    transformer_id: Text
    circuit_id: Text
    substation_id: Text
    customer_class: Text
    status: Text


@strawberry_django.filter_type(models.Customer)
class CustomerFilter:
    """Filter of customers. Personal data cannot be filtered on."""

    id: Text = natural_key()
    meter_id: Text
    customer_class: Text
    critical_kind: Text
    account_status: Text


@strawberry_django.filter_type(models.Outage)
class OutageFilter:
    """Filter of outages."""

    id: Text = natural_key()
    substation_id: Text
    circuit_id: Text
    switch_id: Text
    transformer_id: Text
    meter_id: Text
    crew_id: Text
    zone_id: Text
    status: Text
    cause_code: Text
    is_planned: Flag
    source: Text
    started_at: Moment
    restored_at: Moment
    customers_interrupted: Whole
    customers_out: Whole


@strawberry_django.filter_type(models.OutageInterruption)
class OutageInterruptionFilter:
    """Filter of interruptions."""

    id: Text = natural_key()
    outage_id: Text
    transformer_id: Text
    meter_id: Text
    circuit_id: Text
    substation_id: Text
    started_at: Moment
    restored_at: Moment
    customers: Whole


@strawberry_django.filter_type(models.Crew)
class CrewFilter:
    """Filter of crews."""

    id: Text = natural_key()
    name: Text
    kind: Text
    status: Text
    home_substation_id: Text
    zone_id: Text
    member_count: Whole


@strawberry_django.filter_type(models.WorkOrder)
class WorkOrderFilter:
    """Filter of work orders."""

    id: Text = natural_key()
    substation_id: Text
    circuit_id: Text
    outage_id: Text
    crew_id: Text
    zone_id: Text
    status: Text
    priority: Text
    work_type: Text
    asset_id: Text = strawberry.field(name="targetAssetId", default=None)
    created_at: Moment


@strawberry_django.filter_type(models.AssetHealth)
class AssetHealthFilter:
    """Filter of assets' health."""

    id: Text = natural_key()
    asset_kind: Text
    band: Text
    on_circuit_id: Text
    in_substation_id: Text
    health_index: Number
    confidence_frac: Number
    failures_per_year: Number


@strawberry_django.filter_type(models.TreeRisk)
class TreeRiskFilter:
    """Filter of trees' risk."""

    id: Text = natural_key()
    circuit_id: Text
    species: Text
    level: Text
    grow_in_level: Text
    fall_in_level: Text
    risk_rating: Text
    original_band: Text
    nearest_line_id: Text
    nearest_line_kind: Text
    grow_in_line_id: Text
    fall_in_line_id: Text
    device_id: Text
    is_route_approximate: Flag
    distance_m: Number
    height_m: Number
    clearance_deficit_m: Number
    years_to_encroachment: Number
    overstrike_m: Number
    customer_minutes_per_year: Number
    original_score: Number


@strawberry_django.filter_type(models.VegetationWorkPackage)
class VegetationWorkPackageFilter:
    """Filter of vegetation work packages."""

    id: Text = natural_key()
    circuit_id: Text
    level: Text
    tree_count: Whole
    earliest_years: Number
    customer_minutes_per_year: Number
    effort_h: Number
    work_order_id: Text


@strawberry_django.filter_type(models.WeatherObservation)
class WeatherFilter:
    """Filter of weather observations."""

    station: Text
    observed_at: Moment


@strawberry_django.filter_type(models.CircuitStatus)
class CircuitStatusFilter:
    """Filter of the state of circuits."""

    id: Text = natural_key()
    substation_id: Text
    zone_id: Text
    status: Text
    load_class: Text
    active_outages: Whole
    customers_out: Whole
    loading_pct: Number
    worst_loading_pct: Number


@strawberry_django.filter_type(models.SubstationStatus)
class SubstationStatusFilter:
    """Filter of the state of substations."""

    id: Text = natural_key()
    zone_id: Text
    status: Text
    load_class: Text
    active_outages: Whole
    customers_out: Whole
    loading_pct: Number
    worst_loading_pct: Number


@strawberry_django.filter_type(models.ServiceArea)
class ServiceAreaFilter:
    """Filter of service areas."""

    id: Text = natural_key()
    substation_id: Text
    zone_id: Text
    area_km2: Number


@strawberry_django.filter_type(models.Tree)
class TreeFilter:
    """Filter of trees."""

    id: Text = natural_key()
    zone_id: Text
    species: Text
    common_name: Text
    height_m: Number
    crown_radius_m: Number
    growth_m_per_year: Number


@strawberry_django.filter_type(models.Building)
class BuildingFilter:
    """Filter of buildings."""

    id: Text = natural_key()
    zone_id: Text
    building_use: Text
    height_m: Number
    floor_count: Whole
    footprint_m2: Number


@strawberry_django.filter_type(models.WaterBody)
class WaterBodyFilter:
    """Filter of water bodies."""

    id: Text = natural_key()
    name: Text
    water_kind: Text
    area_m2: Number


@strawberry_django.filter_type(models.FloodZone)
class FloodZoneFilter:
    """Filter of flood zones."""

    id: Text = natural_key()
    zone_code: Text
    zone_subtype: Text
    annual_chance_pct: Number
