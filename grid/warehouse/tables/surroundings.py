"""What stands around the lines: buildings, water, ground that floods, and trees."""

from sqlalchemy import Column, Double, Integer, String, Table, Text

from grid.warehouse.tables.base import PRODUCTION, RAW, key, lat_lon, metadata, ref

building_footprints = Table(
    "building_footprints",
    metadata,
    key("building_id"),
    ref("zone_id", nullable=True),
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
    Column("water_name", String(128), comment="null if it has none"),
    Column("water_kind", String(16), nullable=False, comment="POND, LAKE, RESERVOIR or BAYOU"),
    Column("area_m2", Double, nullable=False),
    *lat_lon(),
    Column("outline_wkt", Text, nullable=False, comment="POLYGON or MULTIPOLYGON"),
    schema=RAW,
    comment="Ponds, bayous and reservoirs, with their outlines.",
)

flood_zones = Table(
    "flood_zones",
    metadata,
    key("flood_zone_id"),
    Column("zone_code", String(16), nullable=False, comment="as FEMA's flood maps name it: AE, X and so on"),
    Column("zone_subtype", String(128), comment="FEMA's words for it"),
    Column("annual_chance_pct", Double, comment="of a flood within a year; null if not determined"),
    Column("base_flood_elevation_m", Double, comment="above the datum of its source"),
    Column("base_flood_depth_m", Double),
    Column("outline_wkt", Text, nullable=False, comment="POLYGON or MULTIPOLYGON"),
    schema=RAW,
    comment="Ground that floods; a zone of a greater chance lies within one of a smaller.",
)

trees = Table(
    "trees",
    metadata,
    key("tree_id"),
    ref("zone_id", nullable=True),
    Column("species", String(64), comment="botanical name"),
    Column("common_name", String(64)),
    *lat_lon(),
    Column("height_m", Double),
    Column("crown_radius_m", Double),
    Column("growth_m_per_year", Double, comment="height gained in the coming year"),
    schema=RAW,
    comment="Single trees: species, height, crown and growth.",
)
