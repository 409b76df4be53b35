"""Distribution: circuits, sections, switches, poles, transformers, meters and customers."""

from sqlalchemy import Boolean, Column, Date, Double, Integer, String, Table, Text

from grid.warehouse.tables.base import PERSONAL, PRODUCTION, key, lat_lon, metadata, ref

circuit_metadata = Table(
    "circuit_metadata",
    metadata,
    key("circuit_id"),
    Column("circuit_name", String(128), nullable=False),
    ref("substation_id"),
    Column("voltage_kv", Double, nullable=False),
    Column("conductor_type", String(32), nullable=False, comment="backbone conductor"),
    Column("rated_a", Double, nullable=False, comment="backbone ampacity"),
    Column("rated_mva", Double, nullable=False),
    Column("length_km", Double, nullable=False),
    Column(
        "peak_load_mw",
        Double,
        nullable=False,
        comment="coincident peak at the circuit head over the AMI period",
    ),
    Column("transformer_count", Integer, nullable=False),
    Column("customer_count", Integer, nullable=False),
    Column("status", String(16), nullable=False),
    schema=PRODUCTION,
    comment="Distribution circuits (feeders).",
)

grid_power_lines = Table(
    "grid_power_lines",
    metadata,
    key("line_id"),
    ref("circuit_id"),
    ref("parent_line_id", nullable=True),
    Column("from_node", String(64), nullable=False),
    Column("to_node", String(64), nullable=False),
    Column("line_class", String(16), nullable=False, comment="BACKBONE, LATERAL or SERVICE"),
    Column("phases", String(3), nullable=False, comment="ABC, A, B or C"),
    Column("conductor_type", String(32), nullable=False),
    Column("rated_a", Double, nullable=False),
    Column("length_m", Double, nullable=False),
    Column("is_underground", Boolean, nullable=False),
    Column("route_wkt", Text, nullable=False, comment="LINESTRING"),
    schema=PRODUCTION,
    comment="Line sections of the circuits, from node to node.",
)

grid_switches = Table(
    "grid_switches",
    metadata,
    key("switch_id"),
    Column(
        "switch_kind", String(16), nullable=False, comment="BREAKER, RECLOSER, SECTIONALIZER, FUSE or TIE"
    ),
    ref("circuit_id"),
    ref("other_circuit_id", nullable=True),
    ref("line_id", nullable=True),
    Column("from_node", String(64), nullable=False),
    Column("to_node", String(64), nullable=False),
    Column("is_normally_open", Boolean, nullable=False),
    Column("rated_a", Double, nullable=False),
    *lat_lon(),
    schema=PRODUCTION,
    comment="Breakers, reclosers, sectionalisers, fuses and ties.",
)

grid_poles_infrastructure = Table(
    "grid_poles_infrastructure",
    metadata,
    key("pole_id"),
    ref("circuit_id"),
    ref("substation_id"),
    ref("line_id", nullable=True),
    *lat_lon(),
    Column("pole_height_m", Double),
    Column("pole_class", String(8)),
    Column("pole_material", String(16)),
    Column("install_year", Integer),
    schema=PRODUCTION,
    comment="Poles.",
)

transformer_metadata = Table(
    "transformer_metadata",
    metadata,
    key("transformer_id"),
    Column("transformer_name", String(128), nullable=False),
    ref("circuit_id"),
    ref("substation_id"),
    ref("pole_id", nullable=True),
    ref("line_id"),
    Column("node", String(64), nullable=False, comment="connectivity node of its primary"),
    *lat_lon(),
    Column("rated_kva", Double, nullable=False),
    Column("phases", String(3), nullable=False),
    Column("primary_kv", Double, nullable=False),
    Column("secondary_kv", Double, nullable=False),
    Column("install_year", Integer),
    Column("customer_count", Integer, nullable=False),
    Column("peak_load_kva", Double, nullable=False, comment="largest hourly mean over the AMI period"),
    Column("peak_loading_pct", Double, nullable=False),
    schema=PRODUCTION,
    comment="Distribution transformers.",
)

meter_infrastructure = Table(
    "meter_infrastructure",
    metadata,
    key("meter_id"),
    Column(
        "meter_key",
        Integer,
        nullable=False,
        comment="dense integer, ordered substation, circuit, transformer",
    ),
    ref("transformer_id"),
    ref("circuit_id"),
    ref("substation_id"),
    ref("pole_id", nullable=True),
    *lat_lon(),
    Column("customer_class", String(16), nullable=False, comment="RESIDENTIAL, COMMERCIAL or INDUSTRIAL"),
    Column("phases", String(3), nullable=False),
    Column("install_date", Date),
    Column("status", String(16), nullable=False),
    Column("nominal_voltage_v", Double, comment="what it measures at 1 per unit; null: by its transformer"),
    schema=PRODUCTION,
    comment="Meters and what supplies them.",
)

customers_master_data = Table(
    "customers_master_data",
    metadata,
    key("customer_id"),
    ref("meter_id"),
    Column("full_name", String(128), nullable=False, info=PERSONAL),
    Column("service_address", String(256), nullable=False, info=PERSONAL),
    Column("city", String(64)),
    Column("state", String(2)),
    Column("zip_code", String(10)),
    Column("phone", String(32), info=PERSONAL),
    Column("email", String(128), info=PERSONAL),
    Column("customer_class", String(16), nullable=False),
    Column("critical_kind", String(16), comment="HOSPITAL, WATER, EMERGENCY, SCHOOL; null when not critical"),
    Column("account_status", String(16), nullable=False),
    schema=PRODUCTION,
    comment="Customers and their accounts. Personal data.",
)
