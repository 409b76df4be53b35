"""GraphQL types of what came of a batch."""

from enum import Enum

import strawberry

from cascade.engine.batch.adjustment import Adjustment
from cascade.selectors.influence import Direction
from cascade.services.contingencies import BatchKind

strawberry.enum(BatchKind, name="CascadeBatchKind", description="Which contingencies a batch runs.")
strawberry.enum(
    Adjustment, name="SecondLossAdjustment", description="What is done between a first and a second loss."
)
strawberry.enum(
    Direction,
    name="InfluenceDirection",
    description="OUT: what followed its loss. IN: what its trips followed.",
)


@strawberry.enum(name="CascadeBatchPart", description="A part of a batch's result.")
class BatchPart(Enum):
    """What can be downloaded."""

    CONTINGENCIES = "CONTINGENCIES"
    TRIPS = "TRIPS"
    INFLUENCE = "INFLUENCE"
    STATISTICS = "STATISTICS"


@strawberry.type(description="A contingency of a batch, ranked by severity.")
class Contingency:
    """A row of the report."""

    rank: int
    contingency: int = strawberry.field(description="Its number in the batch, from 0.")
    label: str = strawberry.field(description="What it takes out.")
    is_solved: bool
    shed_mw: float | None = strawberry.field(
        description="Load it loses; of N1_1 beside what the first loss cost. Null if it could not be solved."
    )
    tripped_count: int | None
    wave_count: int | None
    worst_branch_id: str | None = strawberry.field(description="The most loaded branch right after it.")
    worst_loading_pct: float | None = strawberry.field(description="What that branch carries then, %.")
    base_loading_pct: float | None = strawberry.field(description="What it carried before, %.")
    delta_pct: float | None = strawberry.field(description="The difference, percentage points.")
    over_mva: float | None = strawberry.field(description="What it carries above its rating, MVA.")
    closest_margin_frac: float | None = strawberry.field(description="How near a decision was to another.")
    first_shed_mw: float | None = strawberry.field(
        default=None, description="Of N1_1: load that the first loss and its cascade cost; else null."
    )
    seed: str | None = strawberry.field(
        default=None,
        description="Where settings draw by chance: the seed that repeats it as a single cascade; else null.",
    )


@strawberry.type(description="What became of the pairs of a batch that screens them.")
class PairScreening:
    """Counts of pairs."""

    pair_count: int = strawberry.field(description="Pairs looked at.")
    removed_count: int = strawberry.field(description="Ruled out: they overload nothing, so nothing trips.")
    overloading_count: int = strawberry.field(description="They overload something right after both losses.")
    only_together_count: int = strawberry.field(
        description="Of those, pairs of which neither branch does so alone."
    )
    undecided_count: int = strawberry.field(
        description="Two bridges, or a split by both together: not screened, but run."
    )
    elapsed_ms: float


@strawberry.type(description="A branch that cascades begin with.")
class InitiatingBranch:
    """How often, and what was lost then."""

    branch_id: str
    name: str | None = strawberry.field(description="Null if the cache no longer holds it.")
    cascades: int = strawberry.field(description="Contingencies with trips in which it was taken out first.")
    shed_mw: float = strawberry.field(description="Load lost in those, summed.")


@strawberry.type(description="A branch whose loss is followed by trips.")
class SpreadingBranch:
    """How often, and how many."""

    branch_id: str
    name: str | None = strawberry.field(description="Null if the cache no longer holds it.")
    losses: int = strawberry.field(description="Times it went out, first or by a trip.")
    spread: int = strawberry.field(description="Of those, the times trips followed in the next wave.")
    followers: float = strawberry.field(
        description="Those trips, shared equally among all branches that went out before them."
    )


@strawberry.type(
    description="A branch that trips pass through: an association in this batch, not a proven cause."
)
class ChokePoint:
    """What would not have happened if nothing had followed from it."""

    branch_id: str
    name: str | None = strawberry.field(description="Null if the cache no longer holds it.")
    losses: int = strawberry.field(description="Times it went out, first or by a trip.")
    later_trips: float = strawberry.field(
        description="Mean number of trips, in all later waves, that a loss of it came to."
    )
    avoided_trips: float = strawberry.field(
        description="Trips of the batch that would not have been if nothing had followed from it."
    )
    avoided_frac: float = strawberry.field(description="The same as a share of all trips.")


@strawberry.type(description="How often one branch tripped in the wave after another went out.")
class BranchInfluence:
    """An edge of the influence graph."""

    from_branch_id: str
    to_branch_id: str
    from_losses: int = strawberry.field(description="Times the first went out.")
    followed: int = strawberry.field(description="Times the second tripped in the wave after that.")
    shared: float = strawberry.field(
        description="The same, each trip shared equally among all branches that went out before it."
    )
    probability: float = strawberry.field(description="followed / fromLosses, 0 to 1.")
