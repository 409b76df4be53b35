"""What was loaded into the warehouse by the forge, and when."""

from sqlalchemy import Column, DateTime, Integer, String, Table

from grid.warehouse.tables.base import RAW, metadata

forge_loads = Table(
    "forge_loads",
    metadata,
    Column("load_number", Integer, primary_key=True, nullable=False, comment="counts up"),
    Column("status", String(16), primary_key=True, nullable=False, comment="STARTED or COMPLETED"),
    Column("config_digest", String(64), nullable=False, comment="hash of everything the data depends on"),
    Column("scale", String(16), nullable=False),
    Column("seed", Integer, nullable=False),
    Column("interconnects", String(64), nullable=False, comment="comma-separated"),
    Column("end_at", DateTime, nullable=False, comment="UTC, end of the metering period"),
    Column("recorded_at", DateTime, nullable=False, comment="UTC"),
    schema=RAW,
    comment="Loads of forged data: what was loaded, and when.",
)
