"""The metadata object and the column shorthands the table modules share."""

from sqlalchemy import Column, Double, MetaData, String

APPLICATIONS = "applications"
PRODUCTION = "production"
RAW = "raw"

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
