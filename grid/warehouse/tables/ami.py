"""Time series: interval readings, hourly transformer load, hourly weather."""

from sqlalchemy import Column, Date, DateTime, Double, Integer, Numeric, SmallInteger, String, Table

from grid.warehouse.tables.base import PRODUCTION, metadata

ami_interval_readings = Table(
    "ami_interval_readings",
    metadata,
    Column("meter_key", Integer, primary_key=True, nullable=False, comment="meter_infrastructure.meter_key"),
    Column("reading_at", DateTime, primary_key=True, nullable=False, comment="UTC, start of the interval"),
    Column("reading_date", Date, nullable=False, comment="UTC date; the partition"),
    Column("interval_minutes", SmallInteger, nullable=False),
    Column("usage_kwh", Numeric(12, 4), nullable=False),
    Column("voltage_v", Numeric(7, 2), comment="null while the meter is without supply"),
    Column("quality", String(16), nullable=False, comment="ACTUAL, ESTIMATED or OUTAGE"),
    schema=PRODUCTION,
    info={"partition_by": ("reading_date",)},
)

transformer_hourly_load = Table(
    "transformer_hourly_load",
    metadata,
    Column("transformer_id", String(64), primary_key=True, nullable=False),
    Column("load_hour", DateTime, primary_key=True, nullable=False, comment="UTC, start of the hour"),
    Column("load_date", Date, nullable=False, comment="UTC date; the partition"),
    Column("energy_kwh", Double, nullable=False, comment="sum of its meters' readings in the hour"),
    Column("load_kva", Double, nullable=False, comment="mean apparent power: energy / 1 h / power factor"),
    Column("loading_pct", Double, nullable=False, comment="load_kva / rated_kva"),
    Column("meter_count", Integer, nullable=False),
    schema=PRODUCTION,
    info={"partition_by": ("load_date",)},
)

weather_hourly = Table(
    "weather_hourly",
    metadata,
    Column("station_id", String(64), primary_key=True, nullable=False),
    Column("observed_at", DateTime, primary_key=True, nullable=False, comment="UTC"),
    Column("latitude", Double, nullable=False),
    Column("longitude", Double, nullable=False),
    Column("temperature_c", Double),
    Column("humidity_pct", Double),
    Column("wind_speed_mps", Double),
    Column("precipitation_mm", Double),
    schema=PRODUCTION,
)
