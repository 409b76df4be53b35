"""Time series: interval readings as received and cleaned, what is rolled up from them, hourly weather."""

from sqlalchemy import (
    BigInteger,
    Column,
    Date,
    DateTime,
    Double,
    Integer,
    Numeric,
    SmallInteger,
    String,
    Table,
)

from grid.warehouse.tables.ami_columns import voltage_counts
from grid.warehouse.tables.base import PRODUCTION, RAW, metadata

ami_readings_raw = Table(
    "ami_readings_raw",
    metadata,
    Column("meter_id", String(64), nullable=False),
    Column("reading_at", DateTime, nullable=False, comment="UTC, start of the interval"),
    Column("reading_date", Date, nullable=False, comment="UTC date of reading_at; the partition"),
    Column("interval_minutes", SmallInteger, nullable=False),
    Column("usage_kwh", Numeric(12, 4)),
    Column("voltage_v", Numeric(7, 2)),
    Column("quality", String(16)),
    Column(
        "ingested_at",
        DateTime,
        nullable=False,
        comment="UTC; of two readings of an interval the later counts",
    ),
    schema=RAW,
    comment="Meter readings as they were received: bronze. Never changed.",
    info={"partition_by": ("reading_date",)},
)

ami_readings_history = Table(
    "ami_readings_history",
    metadata,
    Column("meter_key", Integer, primary_key=True, nullable=False, comment="meter_infrastructure.meter_key"),
    Column("reading_at", DateTime, primary_key=True, nullable=False, comment="UTC, start of the interval"),
    Column("reading_date", Date, nullable=False, comment="UTC date; the partition"),
    Column("interval_minutes", SmallInteger, nullable=False),
    Column("usage_kwh", Numeric(12, 4), nullable=False),
    Column("voltage_v", Numeric(7, 2), comment="null while the meter is without supply"),
    Column("quality", String(16), nullable=False, comment="ACTUAL, ESTIMATED or OUTAGE"),
    schema=RAW,
    comment="Readings that were clean when they were loaded; used where silver is a dynamic table.",
    info={"partition_by": ("reading_date",)},
)

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
    comment="One reading per meter and interval: silver.",
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
    Column("coverage_pct", Double, comment="metered time / time of all its meters in the hour"),
    Column("ambient_c", Double, comment="nearest weather station"),
    Column("top_oil_c", Double, comment="at the end of the hour, IEEE C57.91"),
    Column("hot_spot_c", Double, comment="at the end of the hour, IEEE C57.91"),
    Column("ageing_factor", Double, comment="at hot_spot_c; 1 at 110 °C"),
    Column("thermal_stress", String(16), comment="LOW, MODERATE, HIGH or CRITICAL, by hot_spot_c"),
    schema=PRODUCTION,
    comment="Energy, load and temperatures of each transformer and UTC hour: gold.",
    info={"partition_by": ("load_date",)},
)

ami_daily_usage = Table(
    "ami_daily_usage",
    metadata,
    Column("meter_key", Integer, primary_key=True, nullable=False, comment="meter_infrastructure.meter_key"),
    Column("usage_date", Date, primary_key=True, nullable=False, comment="local date; the partition"),
    Column("usage_kwh", Numeric(14, 4), nullable=False),
    Column("reading_count", Integer, nullable=False),
    Column("estimated_count", Integer, nullable=False),
    Column("outage_minutes", Integer, nullable=False, comment="of intervals without supply"),
    Column("coverage_pct", Double, nullable=False, comment="metered time / length of the local day"),
    Column("peak_kw", Double, nullable=False, comment="largest mean power of an interval"),
    Column("mean_voltage_v", Double),
    Column("min_voltage_v", Numeric(7, 2)),
    Column("max_voltage_v", Numeric(7, 2)),
    Column("metered_minutes", Integer),
    *voltage_counts(),
    schema=PRODUCTION,
    comment="What each meter used on each local day: gold.",
    info={"partition_by": ("usage_date",)},
)

ami_monthly_usage = Table(
    "ami_monthly_usage",
    metadata,
    Column("meter_key", Integer, primary_key=True, nullable=False, comment="meter_infrastructure.meter_key"),
    Column("usage_month", Date, primary_key=True, nullable=False, comment="first local date; the partition"),
    Column("usage_kwh", Numeric(16, 4), nullable=False),
    Column("day_count", Integer, nullable=False, comment="days with readings"),
    Column("estimated_count", Integer, nullable=False),
    Column("outage_minutes", Integer, nullable=False),
    Column("peak_kw", Double, nullable=False, comment="largest mean power of an interval"),
    Column("min_voltage_v", Numeric(7, 2)),
    Column("max_voltage_v", Numeric(7, 2)),
    schema=PRODUCTION,
    comment="What each meter used in each local month: gold.",
    info={"partition_by": ("usage_month",)},
)

circuit_hourly_usage = Table(
    "circuit_hourly_usage",
    metadata,
    Column("circuit_id", String(64), primary_key=True, nullable=False),
    Column("substation_id", String(64), primary_key=True, nullable=False),
    Column("customer_class", String(16), primary_key=True, nullable=False),
    Column("usage_hour", DateTime, primary_key=True, nullable=False, comment="UTC, start of the hour"),
    Column("usage_date", Date, nullable=False, comment="UTC date; the partition"),
    Column("usage_kwh", Numeric(16, 4), nullable=False),
    Column("reading_count", Integer, nullable=False),
    Column("estimated_count", Integer, nullable=False),
    Column("metered_minutes", BigInteger, nullable=False, comment="summed over the meters"),
    Column("outage_minutes", BigInteger, nullable=False, comment="of intervals without supply"),
    schema=PRODUCTION,
    comment="What the meters of each circuit and customer class used in each hour: gold.",
    info={"partition_by": ("usage_date",)},
)

circuit_daily_usage = Table(
    "circuit_daily_usage",
    metadata,
    Column("circuit_id", String(64), primary_key=True, nullable=False),
    Column("substation_id", String(64), primary_key=True, nullable=False),
    Column("customer_class", String(16), primary_key=True, nullable=False),
    Column("usage_date", Date, primary_key=True, nullable=False, comment="local date; the partition"),
    Column("usage_kwh", Numeric(16, 4), nullable=False),
    Column("reading_count", Integer, nullable=False),
    Column("estimated_count", Integer, nullable=False),
    Column("metered_minutes", BigInteger, comment="summed over the meters"),
    Column("outage_minutes", BigInteger, nullable=False, comment="of intervals without supply"),
    *voltage_counts(),
    schema=PRODUCTION,
    comment="What the meters of each circuit and customer class used on each local day: gold.",
    info={"partition_by": ("usage_date",)},
)

transformer_daily_load = Table(
    "transformer_daily_load",
    metadata,
    Column("transformer_id", String(64), primary_key=True, nullable=False),
    Column("load_date", Date, primary_key=True, nullable=False, comment="local date; the partition"),
    Column("energy_kwh", Double, nullable=False),
    Column("peak_load_kva", Double, nullable=False, comment="largest hourly mean"),
    Column("peak_loading_pct", Double, nullable=False),
    Column("peak_at", DateTime, nullable=False, comment="UTC, start of the first hour of the peak"),
    Column("hour_count", Integer, nullable=False, comment="hours with readings"),
    Column("hours_over_100", Integer, nullable=False, comment="loaded above 100 % of the rating"),
    Column("hours_over_120", Integer, nullable=False),
    Column("hours_over_150", Integer, nullable=False),
    Column("covered_hours", Double, comment="metered share of the hours, summed"),
    Column("peak_hot_spot_c", Double),
    Column("ageing_h", Double, comment="ageing factor times 1 h, summed: hours of normal ageing"),
    Column("aged_hours", Integer, nullable=False, comment="hours whose ageing factor is known"),
    schema=PRODUCTION,
    comment="The peak, the overload and the ageing of each transformer on each local day: gold.",
    info={"partition_by": ("load_date",)},
)

transformer_daily_voltage = Table(
    "transformer_daily_voltage",
    metadata,
    Column("transformer_id", String(64), primary_key=True, nullable=False),
    Column("usage_date", Date, primary_key=True, nullable=False, comment="local date; the partition"),
    Column("meter_count", Integer, nullable=False, comment="meters with readings"),
    Column("reading_count", Integer, nullable=False),
    *voltage_counts(),
    schema=PRODUCTION,
    comment="The voltages at the meters of each transformer on each local day: gold.",
    info={"partition_by": ("usage_date",)},
)

DERIVED_TABLES = (
    ami_interval_readings,
    transformer_hourly_load,
    ami_daily_usage,
    ami_monthly_usage,
    circuit_hourly_usage,
    circuit_daily_usage,
    transformer_daily_load,
    transformer_daily_voltage,
)
"""What is made of readings, each after what it is made of. Snowflake may keep these up to date itself, as
dynamic tables."""

WRITTEN_INSTEAD = {ami_interval_readings: ami_readings_history}
"""Where rows of a derived table go that cannot be written; those of the others are computed anyway."""

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
    comment="Weather as observed, by station and hour.",
)
