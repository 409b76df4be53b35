"""Views of what stands around the lines, under the names and in the units others know."""

from __future__ import annotations

from sqlalchemy import select

from grid.warehouse.tables import (
    APPLICATIONS,
    PRODUCTION,
    RAW,
    building_footprints,
    trees,
    vegetation_risk_enhanced,
    water_bodies,
)
from grid.warehouse.views.base import view

M2_PER_ACRE = 4046.8564224
M2_PER_KM2 = 1_000_000.0

_building = building_footprints.c
_tree = trees.c
_risk = vegetation_risk_enhanced.c
_water = water_bodies.c

houston_buildings_footprints = view(
    RAW,
    "houston_buildings_footprints",
    "Another name of building_footprints.",
    select(
        _building.building_id,
        _building.building_use.label("building_type"),
        _building.height_m.label("height_meters"),
        _building.floor_count.label("num_floors"),
        _building.footprint_wkt.label("geometry"),
    ),
)

houston_buildings_clean = view(
    PRODUCTION,
    "houston_buildings_clean",
    "Buildings whose use and height are known.",
    select(
        _building.building_id,
        _building.building_use.label("building_type"),
        _building.height_m.label("height_meters"),
        _building.floor_count.label("num_floors"),
        _building.footprint_m2,
        _building.latitude,
        _building.longitude,
        _building.footprint_wkt.label("geometry"),
    ).where(_building.building_use.is_not(None), _building.height_m.is_not(None)),
)

houston_water_bodies = view(
    PRODUCTION,
    "houston_water_bodies",
    "Water bodies with their area in acres and square kilometres.",
    select(
        _water.water_id,
        _water.water_kind.label("water_type"),
        (_water.area_m2 / M2_PER_ACRE).label("acres"),
        (_water.area_m2 / M2_PER_KM2).label("area_km2"),
        _water.latitude,
        _water.longitude,
        _water.outline_wkt.label("geometry"),
    ),
)

vegetation_risk_computed = view(
    APPLICATIONS,
    "vegetation_risk_computed",
    "Every tree with what was computed of it; null while it was not.",
    select(
        _tree.tree_id,
        _tree.longitude,
        _tree.latitude,
        _tree.species,
        _tree.height_m,
        _tree.crown_radius_m.label("canopy_radius_m"),
        _tree.growth_m_per_year.label("estimated_annual_growth_m"),
        _risk.nearest_line_id,
        _risk.nearest_line_kv.label("nearest_line_voltage_kv"),
        _risk.distance_to_line_m,
        _risk.required_clearance_m.label("minimum_clearance_m"),
        _risk.clearance_deficit_m,
        _risk.years_to_encroachment,
        _risk.overstrike_m,
        _risk.computed_at,
    ).outerjoin_from(trees, vegetation_risk_enhanced, _risk.tree_id == _tree.tree_id),
)

vegetation_power_line_risk = view(
    PRODUCTION,
    "vegetation_power_line_risk",
    "Trees that touch a line's clearance or would reach it falling, with that line.",
    select(
        _risk.nearest_line_id.label("line_id"),
        _risk.tree_id,
        _risk.distance_to_line_m,
        _risk.clearance_deficit_m,
        _risk.overstrike_m,
    ).where((_risk.clearance_deficit_m > 0.0) | (_risk.overstrike_m > 0.0)),
)
