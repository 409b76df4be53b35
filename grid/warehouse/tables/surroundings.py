"""What stands around the lines: buildings, water and trees."""

from sqlalchemy import Column, Double, Integer, String, Table, Text

from grid.warehouse.tables.base import PRODUCTION, RAW, key, lat_lon, metadata, ref

building_footprints = Table(
    "building_footprints",
    metadata,
    key("building_id"),
    Column(
        "building_use", String(16), comment="RESIDENTIAL, COMMERCIAL, INDUSTRIAL or OUTBUILDING; null unknown"
    ),
    Column("height_m", Double, comment="of the roof's top above the ground"),
    Column("floor_count", Integer),
    Column("footprint_m2", Double, nullable=False),
    *lat_lon(),
    Column("footprint_wkt", Text, nullable=False, comment="POLYGON"),
    schema=RAW,
    comment="The outline, height and use of each building.",
)

meter_buildings = Table(
    "meter_buildings",
    metadata,
    key("meter_id"),
    ref("building_id"),
    schema=PRODUCTION,
    comment="The building that each meter stands at; meters at none have no row.",
)

water_bodies = Table(
    "water_bodies",
    metadata,
    key("water_id"),
    Column("water_kind", String(16), nullable=False, comment="POND, LAKE, RESERVOIR or BAYOU"),
    Column("area_m2", Double, nullable=False),
    *lat_lon(),
    Column("outline_wkt", Text, nullable=False, comment="POLYGON"),
    schema=RAW,
    comment="Ponds, bayous and reservoirs, with their outlines.",
)

trees = Table(
    "trees",
    metadata,
    key("tree_id"),
    Column("species", String(64), comment="botanical name"),
    Column("common_name", String(64)),
    *lat_lon(),
    Column("height_m", Double),
    Column("crown_radius_m", Double),
    Column("growth_m_per_year", Double, comment="height gained in the coming year"),
    schema=RAW,
    comment="Single trees: species, height, crown and growth.",
)
