"""The mapping that the names of a file's columns suggest."""

from __future__ import annotations

import re
from collections.abc import Sequence

import sqlalchemy as sa

from grid.intake.computed import INPUTS, METHODS
from grid.intake.mapping import AREA_TARGETS, GEOMETRY_TARGETS, Mapping, Rule, RuleKind
from grid.intake.units import FACTORS, SPELLINGS, unit_of

_SYNONYMS: dict[str, tuple[str, ...]] = {
    "latitude": ("lat", "y_wgs84"),
    "longitude": ("lon", "lng", "long", "x_wgs84"),
    "zone_id": ("load_zone", "load_zone_id", "zone"),
    "zip_code": ("zip", "postal_code", "postcode"),
    "email": ("e_mail", "email_address"),
    "phone": ("phone_number", "telephone"),
}
_TABLE_SYNONYMS: dict[str, dict[str, tuple[str, ...]]] = {
    "load_zones": {"zone_name": ("name",)},
    "substations": {"substation_name": ("name",), "operational_status": ("status",)},
    "circuit_metadata": {"circuit_name": ("name",), "status": ("operational_status",)},
    "transformer_metadata": {
        "transformer_name": ("name",),
        "rated_kva": ("capacity_kva",),
        "primary_kv": ("primary_voltage_kv",),
        "secondary_kv": ("secondary_voltage_kv",),
    },
    "grid_poles_infrastructure": {"pole_height_m": ("height_m",), "pole_material": ("material",)},
    "grid_power_lines": {
        "line_id": ("power_line_id",),
        "line_class": ("class",),
        "length_m": ("length",),
        "conductor_type": ("conductor",),
    },
    "meter_infrastructure": {
        "latitude": ("meter_latitude",),
        "longitude": ("meter_longitude",),
        "customer_class": ("customer_segment",),
    },
    "customers_master_data": {
        "meter_id": ("primary_meter_id",),
        "customer_class": ("customer_segment",),
        "service_address": ("address",),
    },
    "transmission_branches": {"branch_kind": ("kind",)},
    "transmission_buses": {"bus_number": ("number",)},
    "transmission_plants": {"fuel_type": ("fuel", "type")},
    "trees": {
        "tree_id": ("id", "objectid"),
        "height_m": ("canopy_height_m",),
        "crown_radius_m": ("canopy_radius_m",),
        "growth_m_per_year": ("estimated_annual_growth_m",),
    },
    "building_footprints": {
        "building_id": ("id", "build_id", "uuid"),
        "building_use": ("building_type", "use", "occ_cls"),
        "height_m": ("height", "height_meters"),
        "floor_count": ("num_floors", "floors", "building_levels"),
    },
    "water_bodies": {
        "water_id": ("id", "permanent_identifier", "nhdplusid"),
        "water_name": ("name", "gnis_name"),
        "water_kind": ("kind", "water_type"),
    },
    "flood_zones": {
        "flood_zone_id": ("id", "fld_ar_id"),
        "zone_code": ("fld_zone",),
        "zone_subtype": ("zone_subty",),
    },
    "grid_switches": {"switch_kind": ("kind",)},
}
_WKT_NAMES = (
    "route_wkt",
    *AREA_TARGETS,
    "wkt",
    "geometry",
    "geom",
    "the_geom",
    "wkb",
    "wkb_geometry",
    "shape",
)


def guess_mapping(*, table: sa.Table, columns: Sequence[str], has_geometry: bool) -> Mapping:
    """Return what the names suggest; columns that nothing suggests stay unfilled.

    Names are compared without case and punctuation. A name with another unit than the target's suggests a
    conversion. A file's own geometry is preferred to columns of coordinates. What can be computed from what
    is filled is.
    """
    by_name: dict[str, str] = {}
    for name in columns:
        by_name.setdefault(_normal(name), name)
    geometry = None if has_geometry else next((by_name[n] for n in _WKT_NAMES if n in by_name), None)
    rules: list[Rule] = []
    for column in table.columns:
        if column.name in GEOMETRY_TARGETS:
            rule = _coordinate(column.name, table, by_name, has_geometry=has_geometry, geometry=geometry)
        else:
            rule = _named(column.name, table, by_name)
        if rule is not None:
            rules.append(rule)
    if not any(rule.kind == RuleKind.GEOMETRY for rule in rules):
        geometry = None
    return Mapping(rules=_with_computed(rules, table), geometry=geometry)


def _coordinate(
    target: str, table: sa.Table, by_name: dict[str, str], *, has_geometry: bool, geometry: str | None
) -> Rule | None:
    if has_geometry:
        return Rule(target=target, kind=RuleKind.GEOMETRY)
    named = None if target == "route_wkt" or target in AREA_TARGETS else _named(target, table, by_name)
    if named is not None:
        return named
    return Rule(target=target, kind=RuleKind.GEOMETRY) if geometry is not None else None


def _named(target: str, table: sa.Table, by_name: dict[str, str]) -> Rule | None:
    names = [target, *_TABLE_SYNONYMS.get(table.name, {}).get(target, ()), *_SYNONYMS.get(target, ())]
    for name in names:
        if name in by_name:
            return Rule(target=target, kind=RuleKind.COLUMN, column=by_name[name])
    own = unit_of(target)
    if own not in FACTORS:
        return None
    stems = {name.rpartition("_")[0] for name in names if unit_of(name) == own}
    for name, column in by_name.items():
        stem, _, ending = name.rpartition("_")
        unit = SPELLINGS.get(ending, ending)
        if stem in stems and (unit == own or unit in FACTORS[own]):
            return Rule(
                target=target, kind=RuleKind.COLUMN, column=column, unit=None if unit == own else unit
            )
    return None


def _with_computed(rules: list[Rule], table: sa.Table) -> tuple[Rule, ...]:
    filled = {rule.target: rule for rule in rules}
    for column in table.columns:
        method = METHODS.get((table.name, column.name))
        if method is not None and column.name not in filled and all(n in filled for n in INPUTS[method]):
            filled[column.name] = Rule(target=column.name, kind=RuleKind.COMPUTED)
    return tuple(filled[column.name] for column in table.columns if column.name in filled)


def _normal(name: str) -> str:
    return re.sub(r"[^a-z0-9]+", "_", name.lower()).strip("_")
