"""The health of assets, as it was last assessed from the evidence."""

from sqlalchemy import Column, DateTime, Double, String, Table, Text

from grid.warehouse.tables.base import PRODUCTION, key, metadata, ref

asset_health = Table(
    "asset_health",
    metadata,
    key("asset_id"),
    Column("asset_kind", String(16), nullable=False, comment="TRANSFORMER, POLE, CIRCUIT or SUBSTATION"),
    ref("circuit_id", nullable=True),
    ref("substation_id"),
    Column("as_of", DateTime, nullable=False, comment="UTC, when it was assessed"),
    Column("health_index", Double, comment="100 as new to 0 at the end of life; null if unknown"),
    Column("health_score", Double, comment="0.5 as new to 10 at the end of life, by CNAIM"),
    Column("band", String(4), comment="HI1 to HI5, by CNAIM"),
    Column("confidence_frac", Double, nullable=False, comment="share of the evidence that is known"),
    Column("failures_per_year", Double, comment="expected; of a single asset a probability"),
    Column(
        "contributions",
        Text,
        nullable=False,
        comment="JSON list: evidence, its points of the index, its value (null: unknown); with 100 they sum "
        "to the index",
    ),
    Column("reason", String(32), comment="why there is no index: NO_AGE_OR_INSPECTION or NO_MEMBERS"),
    schema=PRODUCTION,
    comment="How healthy transformers, poles, circuits and substations are by the evidence at hand.",
)
