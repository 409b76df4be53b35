"""The metadata object and the column shorthands the table modules share."""

from sqlalchemy import Column, Double, MetaData, String

PRODUCTION = "production"
"""What the utility's systems of record hold, and what is rolled up from it."""
APPLICATIONS = "applications"
"""What the operations center shows, and what operators write."""
ML_DEMO = "ml_demo"
"""The grid as a graph, training rows, predictions and how good they were."""
CASCADE_ANALYSIS = "cascade_analysis"
"""Centralities, predictions and cascades computed beforehand."""
RAW = "raw"
"""Data as received, and the ledger of what was written."""
POSTGRES_SYNC = "postgres_sync"
"""What was copied to the cache, and when."""

PERSONAL = {"is_personal": True}
"""The ``info`` of a column that identifies a person; masked for whoever may not see it."""

metadata = MetaData()


def key(name: str) -> Column[str]:
    """Return the natural primary key column ``name``."""
    return Column(name, String(64), primary_key=True, nullable=False)


def ref(name: str, *, nullable: bool = False) -> Column[str]:
    """Return a column that holds the natural key of another table's row."""
    return Column(name, String(64), nullable=nullable)


def lat_lon(*, nullable: bool = False) -> tuple[Column[float], Column[float]]:
    """Return the latitude and longitude columns, in WGS 84 degrees."""
    return Column("latitude", Double, nullable=nullable), Column("longitude", Double, nullable=nullable)
