"""What was copied from the warehouse to the PostGIS cache, and where that cache is."""

from sqlalchemy import BigInteger, Column, DateTime, Double, String, Table, Text

from grid.warehouse.tables.base import POSTGRES_SYNC, key, metadata

sync_log = Table(
    "sync_log",
    metadata,
    key("sync_id"),
    Column("layer_name", String(64), nullable=False),
    Column("sync_mode", String(16), nullable=False, comment="say FULL or INCREMENTAL"),
    Column("status", String(16), nullable=False, comment="SUCCEEDED, FAILED or CANCELLED"),
    Column("started_at", DateTime, nullable=False, comment="UTC"),
    Column("completed_at", DateTime, nullable=False, comment="UTC"),
    Column("duration_s", Double, nullable=False),
    Column("rows_synced", BigInteger, nullable=False, comment="inserted, updated and deleted"),
    Column("rows_rejected", BigInteger),
    Column("error_message", Text, comment="null unless it failed"),
    schema=POSTGRES_SYNC,
    comment="Finished syncs of the layers of the cache.",
)

postgres_connection_config = Table(
    "postgres_connection_config",
    metadata,
    key("config_key"),
    Column("config_value", String(256), nullable=False, comment="never a secret"),
    Column("updated_at", DateTime, nullable=False, comment="UTC"),
    schema=POSTGRES_SYNC,
    comment="Where the cache is: host, port, database. Secrets are kept as secrets, not here.",
)
