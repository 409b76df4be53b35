"""Operations: outages with their restoration steps, and work orders."""

from sqlalchemy import Column, DateTime, Double, Integer, String, Table, Text

from grid.warehouse.tables.base import PRODUCTION, key, lat_lon, metadata, ref

outage_restoration_tracker = Table(
    "outage_restoration_tracker",
    metadata,
    key("outage_id"),
    ref("substation_id"),
    ref("circuit_id"),
    ref("switch_id", nullable=True),
    ref("transformer_id", nullable=True),
    Column("status", String(16), nullable=False, comment="ACTIVE or RESTORED"),
    Column("cause_code", String(32), nullable=False),
    Column("started_at", DateTime, nullable=False, comment="UTC"),
    Column("restored_at", DateTime, comment="UTC; null while active"),
    Column("estimated_restoration_at", DateTime, comment="UTC"),
    Column("customers_interrupted", Integer, nullable=False),
    Column("customers_out", Integer, nullable=False, comment="not yet restored"),
    *lat_lon(),
    Column("updated_at", DateTime, comment="UTC, when the row was last written; null if not known"),
    schema=PRODUCTION,
    comment="Outages of the distribution grid.",
)

outage_restoration_steps = Table(
    "outage_restoration_steps",
    metadata,
    key("step_id"),
    ref("outage_id"),
    Column("step_number", Integer, nullable=False),
    Column("restored_at", DateTime, nullable=False, comment="UTC"),
    Column("customers_restored", Integer, nullable=False),
    schema=PRODUCTION,
    comment="Steps in which the customers of an outage were restored.",
)

work_orders = Table(
    "work_orders",
    metadata,
    key("work_order_id"),
    Column("work_type", String(32), nullable=False),
    Column("priority", String(16), nullable=False, comment="EMERGENCY, HIGH, MEDIUM or LOW"),
    Column(
        "status", String(16), nullable=False, comment="OPEN, ASSIGNED, IN_PROGRESS, COMPLETED or CANCELLED"
    ),
    Column("asset_kind", String(16), nullable=False),
    ref("asset_id"),
    ref("substation_id"),
    ref("circuit_id"),
    ref("outage_id", nullable=True),
    Column("crew_id", String(64)),
    Column("description", Text),
    Column("created_at", DateTime, nullable=False, comment="UTC"),
    Column("scheduled_at", DateTime, comment="UTC"),
    Column("completed_at", DateTime, comment="UTC"),
    Column("estimated_hours", Double),
    Column("actual_hours", Double),
    *lat_lon(),
    Column("updated_at", DateTime, comment="UTC, when the row was last written; null if not known"),
    schema=PRODUCTION,
    comment="Work orders.",
)
