"""The energy market: what a megawatt-hour costs."""

from sqlalchemy import Column, DateTime, Double, String, Table

from grid.warehouse.tables.base import PRODUCTION, metadata

energy_prices_hourly = Table(
    "energy_prices_hourly",
    metadata,
    Column("zone_id", String(64), primary_key=True, nullable=False, comment="load_zones.zone_id"),
    Column("price_hour", DateTime, primary_key=True, nullable=False, comment="UTC, start of the hour"),
    Column(
        "received_at",
        DateTime,
        primary_key=True,
        nullable=False,
        comment="UTC; of two prices of a zone and hour the later received counts",
    ),
    Column("price_usd_per_mwh", Double, comment="null while it is not known; may be negative"),
    Column("method", String(16), nullable=False, comment="SETTLEMENT or MERIT_ORDER"),
    Column("source", String(128), nullable=False, comment="the file or the data it comes from"),
    schema=PRODUCTION,
    comment="The energy price of each load zone and hour, as settled or computed.",
)
