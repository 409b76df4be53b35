"""Transformer units: what stood at each transformer's place, what it carried, and what ended it."""

from enum import StrEnum

from sqlalchemy import Column, Date, DateTime, Double, Integer, String, Table

from grid.warehouse.tables.base import ML_DEMO, PRODUCTION, key, metadata, ref

TRANSFORMER_REPLACEMENT = "TRANSFORMER_REPLACEMENT"
"""The type of the order to replace a transformer that failed."""

TRANSFORMER_RENEWAL = "TRANSFORMER_RENEWAL"
"""The type of the order to replace one before it fails."""


class UnitRemoval(StrEnum):
    """Why a unit left its place."""

    FAILED = "FAILED"
    RENEWED = "RENEWED"


transformer_units = Table(
    "transformer_units",
    metadata,
    key("unit_id"),
    ref("transformer_id"),
    Column("rated_kva", Double, nullable=False),
    Column("maker", String(64), comment="null if not on record"),
    Column("built_year", Integer, comment="year of manufacture"),
    Column("liquid", String(32), comment="MINERAL_OIL or NATURAL_ESTER"),
    Column("install_year", Integer),
    Column("installed_at", DateTime, comment="UTC; null where only the year is known"),
    Column("removed_at", DateTime, comment="UTC; null while it stands"),
    Column("removal_reason", String(16), comment="FAILED or RENEWED; null while it stands"),
    schema=PRODUCTION,
    comment="The units that have stood at the transformers' places, each with its make.",
)

transformer_monthly_load = Table(
    "transformer_monthly_load",
    metadata,
    Column("transformer_id", String(64), primary_key=True, nullable=False),
    Column("load_month", Date, primary_key=True, nullable=False, comment="first day of the month, UTC"),
    Column("hours", Integer, nullable=False, comment="hours on record"),
    Column("peak_loading_pct", Double, nullable=False, comment="highest hourly mean"),
    Column("mean_loading_pct", Double, nullable=False),
    Column("hours_over_100_pct", Double, nullable=False),
    Column("hours_over_120_pct", Double, nullable=False),
    Column("hours_over_150_pct", Double, nullable=False),
    Column("peak_hot_spot_c", Double),
    Column("mean_ageing_factor", Double, comment="FEQA of IEEE C57.91"),
    Column("mean_voltage_pu", Double, comment="mean primary voltage"),
    schema=PRODUCTION,
    comment="What is kept of the load of each transformer in months whose hourly load is no longer kept.",
)

t_transformer_true_hazard = Table(
    "t_transformer_true_hazard",
    metadata,
    Column("transformer_id", String(64), primary_key=True, nullable=False),
    Column("as_of", DateTime, primary_key=True, nullable=False, comment="UTC"),
    Column("expected_failures_30d", Double, comment="null where it reaches beyond the data"),
    Column("expected_failures_90d", Double, comment="null where it reaches beyond the data"),
    Column("expected_failures_365d", Double, comment="null where it reaches beyond the data"),
    schema=ML_DEMO,
    comment="Forged data only: the failures truly expected of the unit that stands at a place, its unseen "
    "weakness and the weather to come included. The ceiling of an evaluation; never a feature.",
)
