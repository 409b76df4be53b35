"""What the growth of trees has in store: when they encroach, and what a trimming cycle means."""

import strawberry
import strawberry_django
from strawberry.types import Info

from flux_site.api.guard import Requires
from flux_site.api.visibility import user_of
from grid.schema.areas import AreaInput
from grid.selectors.spatial.areas import parse_area
from grid.selectors.vegetation import growth
from grid.selectors.vegetation.growth import OutlookGroup
from grid.standards.trimming_cycle import CycleAssumptions

SEE_TREES = "grid.view_treerisk"

OutlookGroupEnum = strawberry.enum(
    OutlookGroup,
    name="EncroachmentGrouping",
    description="CIRCUIT or LINE_CLASS of the line on which a tree encroaches first, or SPECIES of the tree.",
)


@strawberry.type(description="How many trees of a group come within the clearance when.")
class EncroachmentGroup:
    """A group."""

    key: str | None = strawberry.field(
        description="Circuit, botanical name or class of lines; null: none, or unknown. Null of the total."
    )
    label: str | None = strawberry.field(description="Its name for people.")
    tree_count: int
    overdue_count: int = strawberry.field(description="Within the clearance today.")
    due_counts: list[int] = strawberry.field(
        description="Before each of `edgesYears` but not before the one before it; the last: later still."
    )
    never_count: int = strawberry.field(description="Never at their growth.")
    unknown_count: int = strawberry.field(description="Size or growth is not known.")


@strawberry.type(description="When trees come within the clearance of a line.")
class EncroachmentOutlook:
    """An outlook."""

    edges_years: list[float] = strawberry.field(description="Where the spans of years end.")
    total: EncroachmentGroup
    groups: list[EncroachmentGroup] = strawberry.field(
        description=f"Those with most overdue first; at most {growth.MOST_GROUPS}."
    )
    group_count: int = strawberry.field(description="Of all groups.")


@strawberry.type(description="What a trimming cycle means in its long run. Null: not known.")
class TrimmingCycle:
    """A cycle."""

    cycle_years: float = strawberry.field(description="Between two visits of a span.")
    trimmed_trees: int = strawberry.field(description="Cut at a visit, of all spans.")
    trimmed_spans: int = strawberry.field(description="Where a tree is cut.")
    encroaching_trees: int = strawberry.field(description="Within the clearance before the next visit.")
    encroaching_spans: int = strawberry.field(description="Where one is.")
    encroaching_spans_low: int = strawberry.field(
        description="With the slowest growth, of trees whose growth is known."
    )
    encroaching_spans_high: int = strawberry.field(description="With the fastest growth, of all trees.")
    touching_trees: int = strawberry.field(description="At the conductor before the next visit.")
    touching_trees_of_unknown_harm: int = strawberry.field(
        description="Those of them behind whose line customers or minutes are not known."
    )
    encroaching_tree_years: float = strawberry.field(
        description="Trees within the clearance in the mean of the time."
    )
    contact_tree_years: float = strawberry.field(description="Trees at the conductor, likewise.")
    crew_h_per_year: float = strawberry.field(description="Estimated hours of crews, h a year.")
    grow_in_faults_per_year: float | None
    grow_in_customer_minutes_per_year: float | None = strawberry.field(
        description="Of trees whose customers are known."
    )
    trim_usd_per_year: float | None
    outage_usd_per_year: float | None
    total_usd_per_year: float | None = strawberry.field(description="Of trimming and outages.")


@strawberry.type(description="What several trimming cycles mean for the bare spans of distribution.")
class TrimmingCycleStudy:
    """A study."""

    outcomes: list[TrimmingCycle]
    tree_count: int = strawberry.field(description="Trees near a bare span.")
    span_count: int = strawberry.field(description="Bare spans with a tree near.")
    unknown_tree_count: int = strawberry.field(
        description="Of unknown size or growth: they count in `encroachingSpansHigh` alone."
    )
    strikes_per_year: float | None = strawberry.field(
        description="Expected falls on these spans a year: the same for every cycle."
    )
    strike_customer_minutes_per_year: float | None
    current_cycle_years: float = strawberry.field(description="The cycle that the settings name.")
    assumptions: list[str]


@strawberry.type
class VegetationGrowthQuery:
    """Questions about the growth of trees. Kept with the cache: not answered while PostGIS is away."""

    @strawberry_django.field(
        extensions=[Requires(SEE_TREES)],
        description="When trees come within the clearance of the line on which they do so first, by group.",
    )
    def encroachment_outlook(
        self,
        info: Info,
        area: AreaInput | None = None,
        circuit_id: str | None = None,
        group_by: OutlookGroupEnum = OutlookGroup.CIRCUIT,  # type: ignore[valid-type]
    ) -> EncroachmentOutlook:
        """Return the outlook."""
        found = growth.encroachment_outlook(
            area=None if area is None else parse_area(area.spec()),
            circuit_id=circuit_id,
            user=user_of(info),
            group_by=group_by,
        )
        return EncroachmentOutlook(
            edges_years=found.edges_years,
            total=EncroachmentGroup(**vars(found.total)),
            groups=[EncroachmentGroup(**vars(each)) for each in found.groups],
            group_count=found.group_count,
        )

    @strawberry_django.field(
        extensions=[Requires(SEE_TREES)],
        description="What cycles of so many years mean: what encroaches between two visits, and what it "
        f"takes. At most {growth.MOST_CYCLES} cycles of {growth.CYCLE_YEARS[0]:g} to "
        f"{growth.CYCLE_YEARS[1]:g} years. `roomM`: what a visit leaves free beyond the clearance. "
        "`faultsPerContactYear`: sustained faults a year of a tree that touches a conductor all the year. "
        "What is not given is not known.",
    )
    def trimming_cycles(
        self,
        info: Info,
        cycles_years: list[float],
        area: AreaInput | None = None,
        circuit_id: str | None = None,
        room_m: float = 1.5,
        faults_per_contact_year: float | None = None,
        usd_per_crew_h: float | None = None,
        usd_per_customer_minute: float | None = None,
    ) -> TrimmingCycleStudy:
        """Return the study."""
        found = growth.trimming_cycles(
            area=None if area is None else parse_area(area.spec()),
            circuit_id=circuit_id,
            user=user_of(info),
            cycles_years=cycles_years,
            assumed=CycleAssumptions(
                room_m=room_m,
                faults_per_contact_year=faults_per_contact_year,
                usd_per_crew_h=usd_per_crew_h,
                usd_per_customer_minute=usd_per_customer_minute,
            ),
        )
        outcomes = [TrimmingCycle(**vars(each)) for each in found.outcomes]
        return TrimmingCycleStudy(**{**vars(found), "outcomes": outcomes})
