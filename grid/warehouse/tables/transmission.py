"""Transmission: load zones, substations, buses, branches and plants of one or more interconnections."""

from sqlalchemy import Boolean, Column, Date, Double, Integer, String, Table, Text

from grid.warehouse.tables.base import PRODUCTION, key, lat_lon, metadata, ref

load_zones = Table(
    "load_zones",
    metadata,
    key("zone_id"),
    Column("zone_name", String(64), nullable=False),
    Column("state", String(32)),
    Column("interconnect", String(16), nullable=False),
    Column("time_zone", String(64), comment="IANA name"),
    schema=PRODUCTION,
    comment="Load zones of the interconnections.",
)

substations = Table(
    "substations",
    metadata,
    key("substation_id"),
    Column("substation_name", String(128), nullable=False),
    *lat_lon(),
    ref("zone_id"),
    Column("interconnect", String(16), nullable=False),
    Column("max_kv", Double, comment="highest bus voltage, kV"),
    Column("min_kv", Double, comment="lowest bus voltage, kV"),
    Column(
        "capacity_mva", Double, comment="sum of effective ratings of its transformers; null if none is rated"
    ),
    Column("load_mw", Double, nullable=False, comment="demand of its buses in the planning base case"),
    Column("generation_capacity_mw", Double, nullable=False, comment="sum of Pmax of its plants"),
    Column("operational_status", String(16), nullable=False),
    Column("commissioned_date", Date, comment="null when unknown"),
    schema=PRODUCTION,
    comment="Substations.",
)

transmission_buses = Table(
    "transmission_buses",
    metadata,
    key("bus_id"),
    Column("bus_number", Integer, nullable=False),
    ref("substation_id"),
    ref("zone_id"),
    Column("interconnect", String(16), nullable=False),
    Column("base_kv", Double, nullable=False),
    Column("load_mw", Double, nullable=False, comment="Pd; negative means a fixed injection"),
    Column("load_mvar", Double),
    schema=PRODUCTION,
    comment="Buses of the transmission network.",
)

transmission_branches = Table(
    "transmission_branches",
    metadata,
    key("branch_id"),
    Column("branch_kind", String(16), nullable=False, comment="LINE, TRANSFORMER or WINDING"),
    ref("from_bus_id"),
    ref("to_bus_id"),
    ref("from_substation_id"),
    ref("to_substation_id"),
    Column("interconnect", String(16), nullable=False),
    Column("base_kv", Double, nullable=False, comment="higher of the two bus voltages, kV"),
    Column("r_pu", Double),
    Column("x_pu", Double, nullable=False),
    Column("tap_ratio", Double, nullable=False, comment="1 when the source says 0"),
    Column("phase_shift_deg", Double, nullable=False),
    Column("source_rating_mva", Double, comment="rateA of the source; null means unlimited"),
    Column("rating_mva", Double, comment="rating in force; null means unlimited"),
    Column(
        "is_rating_adjusted", Boolean, nullable=False, comment="rating raised: overloaded in the base case"
    ),
    Column("base_flow_mw", Double, nullable=False, comment="DC flow from -> to in the balanced base case"),
    Column("base_loading_pct", Double, comment="|flow| / rating; null when unlimited"),
    Column("length_km", Double, comment="great-circle distance of its ends; null inside one substation"),
    Column("in_service", Boolean, nullable=False),
    Column("route_wkt", Text, comment="LINESTRING; null inside one substation"),
    schema=PRODUCTION,
    comment="Lines and transformers of the transmission network.",
)

transmission_plants = Table(
    "transmission_plants",
    metadata,
    key("plant_id"),
    ref("bus_id"),
    ref("substation_id"),
    Column("interconnect", String(16), nullable=False),
    Column("fuel_type", String(16), nullable=False),
    Column("p_mw", Double, nullable=False, comment="dispatch in the planning base case"),
    Column("p_max_mw", Double, nullable=False),
    Column("p_min_mw", Double, nullable=False),
    Column("in_service", Boolean, nullable=False),
    schema=PRODUCTION,
    comment="Generating plants.",
)
