"""API types of trees near overhead lines."""

import strawberry
import strawberry_django
from strawberry import auto

from grid import models
from grid.schema.types import filters, ordering
from grid.schema.types.base import GeoJSON, LocatedAsset
from grid.schema.types.distribution import Circuit
from grid.selectors.vegetation.explaining import explain_tree
from grid.selectors.vegetation.patterns import VegetationMeasure, boundary_of

VegetationMeasureEnum = strawberry.enum(
    VegetationMeasure,
    name="VegetationMeasure",
    description="TREES; URGENT_TREES: of level MEDIUM and above; ENCROACHING_TREES: within the clearance; "
    "CUSTOMER_MINUTES: expected to be lost a year.",
)


@strawberry.type(description="One number of a tree's risk and where it comes from.")
class VegetationStep:
    """A step."""

    name: str
    value: float | None = strawberry.field(description="Null: unknown, or never.")
    unit: str | None
    text: str = strawberry.field(description="How it comes about.")


@strawberry.type(description="What a tree is to one line near it.")
class VegetationLineExplained:
    """A line."""

    line_id: str
    line_kind: str = strawberry.field(description="SECTION of a circuit, or BRANCH of transmission.")
    line_class: str
    is_route_approximate: bool = strawberry.field(
        description="Whether the route is a straight line between substations, no real corridor."
    )
    grow_in_level: str | None
    fall_in_level: str | None
    steps: list[VegetationStep]


@strawberry.type(description="How the numbers of a tree's risk come about.")
class VegetationExplanation:
    """An explanation."""

    lines: list[VegetationLineExplained] = strawberry.field(description="The nearest ten, nearest first.")
    assumptions: list[str]


@strawberry_django.type(models.TreeRisk, filters=filters.TreeRiskFilter, ordering=ordering.TreeRiskOrder)
class TreeRisk(LocatedAsset):
    """What a tree is to the lines near it. Its id is that of the tree."""

    circuit: Circuit | None
    species: auto
    common_name: auto
    height_m: auto
    crown_radius_m: auto
    growth_m_per_year: auto
    growth_basis: auto
    nearest_line_id: auto
    nearest_line_kind: auto
    nearest_line_kv: auto
    distance_m: auto
    is_route_approximate: auto
    grow_in_line_id: auto
    grow_in_distance_m: auto
    clearance_m: auto
    clearance_deficit_m: auto
    years_to_encroachment: auto
    earliest_years: auto
    latest_years: auto
    grow_in_level: auto
    fall_in_line_id: auto
    fall_in_distance_m: auto
    reach_m: auto
    overstrike_m: auto
    direction_frac: auto
    strikes_per_year: auto
    strikes_per_year_low: auto
    strikes_per_year_high: auto
    failure_likelihood: auto
    impact_likelihood: auto
    consequence: auto
    risk_rating: auto
    fall_in_level: auto
    device_id: auto
    customers: auto
    outage_min: auto
    customer_minutes_per_year: auto
    customer_minutes_low: auto
    customer_minutes_high: auto
    original_score: auto
    original_band: auto
    level: auto
    trim_h: auto
    is_stale: auto
    computed_at: auto


@strawberry.type(description="Trees that stand close together.")
class VegetationCluster:
    """A cluster."""

    tree_count: int
    urgent_count: int = strawberry.field(description="Of level MEDIUM and above.")
    level: str | None = strawberry.field(description="Of its worst tree.")
    customer_minutes_per_year: float | None
    lon: float
    lat: float
    outline: GeoJSON = strawberry.field(description="Hull of its trees: a polygon; a line or point of few.")
    circuit_ids: list[str]


@strawberry.type(description="An H3 cell and the trees in it.")
class VegetationCell:
    """A cell."""

    cell: str = strawberry.field(description="H3 index.")
    value: float
    tree_count: int

    @strawberry.field(description="Its outline as a GeoJSON Polygon.")
    def boundary(self) -> GeoJSON:
        """Return the outline."""
        return boundary_of(self.cell)  # type: ignore[no-any-return]


@strawberry.type(description="A span and the trees near it.")
class SpanAtRisk:
    """A span."""

    line_id: str
    line_kind: str
    circuit_id: str | None
    device_id: str | None = strawberry.field(description="The switch that opens on a fault of it.")
    customers: int | None = strawberry.field(description="Active accounts behind that switch.")
    outage_min: float | None
    is_route_approximate: bool
    route: GeoJSON = strawberry.field(description="A GeoJSON LineString.")
    level: str | None = strawberry.field(description="Of its worst tree.")
    grow_in_level: str | None
    fall_in_level: str | None
    clearance_m: float = strawberry.field(description="What must stay free around it, m.")
    clearance_deficit_m: float | None = strawberry.field(
        description="How deep its deepest tree is inside the clearance, m; below 0: how far outside."
    )
    tree_count: int
    striking_count: int
    encroaching_count: int
    earliest_years: float | None
    strikes_per_year: float | None
    customer_minutes_per_year: float | None
    customer_minutes_low: float | None
    customer_minutes_high: float | None


@strawberry_django.type(
    models.VegetationWorkPackage,
    filters=filters.VegetationWorkPackageFilter,
    ordering=ordering.VegetationWorkPackageOrder,
)
class VegetationWorkPackage(LocatedAsset):
    """The trees to trim along one span. Its id is that of the line section."""

    circuit: Circuit | None
    tree_count: auto
    encroaching_count: auto
    striking_count: auto
    level: auto
    earliest_years: auto
    customer_minutes_per_year: auto
    effort_h: auto
    computed_at: auto

    @strawberry_django.field(only=["work_order_id"], description="The order last made of it.")
    def work_order_id(self) -> str | None:
        """Return the key of the order."""
        return self.work_order_id  # type: ignore[return-value]


def explanation_of(tree_id: str) -> VegetationExplanation:
    """Return how the numbers of a tree come about."""
    found = explain_tree(tree_id)
    return VegetationExplanation(
        lines=[
            VegetationLineExplained(
                **{**vars(line), "steps": [VegetationStep(**vars(step)) for step in line.steps]}
            )
            for line in found.lines
        ],
        assumptions=found.assumptions,
    )
