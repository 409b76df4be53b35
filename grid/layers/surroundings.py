"""Layers of what stands around the lines: trees, buildings, water, and the ground that floods.

Nothing of operations waits for them: they are synced after all other layers, by a schedule of their own.
Water and flood zones belong to no load zone; a tree or a building has the one that the warehouse names, and
without it is shown to users who are limited to no zone alone.
"""

from __future__ import annotations

import sqlalchemy as sa

from grid import models
from grid.layers.definition import Layer, Schedule
from grid.warehouse import tables

_tree = tables.trees.c
trees = Layer(
    key="trees",
    title="Trees",
    model=models.Tree,
    source=sa.select(
        _tree.tree_id.label("id"),
        _tree.zone_id,
        _tree.species,
        _tree.common_name,
        _tree.height_m,
        _tree.crown_radius_m,
        _tree.growth_m_per_year,
        _tree.longitude.label("lon"),
        _tree.latitude.label("lat"),
    ),
    schedule=Schedule.SURROUNDINGS,
)

_building = tables.building_footprints.c
buildings = Layer(
    key="buildings",
    title="Buildings",
    model=models.Building,
    source=sa.select(
        _building.building_id.label("id"),
        _building.zone_id,
        _building.building_use,
        _building.height_m,
        _building.floor_count,
        _building.footprint_m2,
        _building.footprint_wkt.label("outline_wkt"),
    ),
    schedule=Schedule.SURROUNDINGS,
)

_water = tables.water_bodies.c
water_bodies = Layer(
    key="water_bodies",
    title="Water bodies",
    model=models.WaterBody,
    source=sa.select(
        _water.water_id.label("id"),
        _water.water_name.label("name"),
        _water.water_kind,
        _water.area_m2,
        _water.outline_wkt,
    ),
    schedule=Schedule.SURROUNDINGS,
)

_flood = tables.flood_zones.c
flood_zones = Layer(
    key="flood_zones",
    title="Flood zones",
    model=models.FloodZone,
    source=sa.select(
        _flood.flood_zone_id.label("id"),
        _flood.zone_code,
        _flood.zone_subtype,
        _flood.annual_chance_pct,
        _flood.base_flood_elevation_m,
        _flood.base_flood_depth_m,
        _flood.outline_wkt,
    ),
    schedule=Schedule.SURROUNDINGS,
)
