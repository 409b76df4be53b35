"""What is computed of trees near lines."""

from sqlalchemy import Column, DateTime, Double, String, Table

from grid.warehouse.tables.base import APPLICATIONS, key, metadata, ref

vegetation_risk_enhanced = Table(
    "vegetation_risk_enhanced",
    metadata,
    key("tree_id"),
    ref("nearest_line_id", nullable=True),
    Column("nearest_line_kv", Double),
    Column("distance_to_line_m", Double, comment="of the trunk from the nearest conductor, on the ground"),
    Column("required_clearance_m", Double, comment="what must stay free around the conductor"),
    Column("clearance_deficit_m", Double, comment="above 0: the crown is nearer than it may be"),
    Column("years_to_encroachment", Double, comment="until the crown grows into the clearance; 0: it has"),
    Column("overstrike_m", Double, comment="above 0: falling, it reaches the conductor"),
    Column("method", String(64), nullable=False),
    Column("computed_at", DateTime, nullable=False, comment="UTC"),
    schema=APPLICATIONS,
    comment="Growth and fall of each tree against the nearest line, as a job computed them.",
)
