"""GraphQL of comparing two runs."""

import strawberry
import strawberry_django
from strawberry.types import Info

from cascade.schema.row_ids import parse_row_id
from cascade.selectors.comparing import compare
from cascade.selectors.finding import finished_run
from flux_site.api.errors import BadInput
from flux_site.api.guard import Requires
from flux_site.api.visibility import require_login

MAX_DIFFERENCES = 500


@strawberry.type(description="A total of both runs.")
class CascadeMeasure:
    """A total."""

    name: str
    first: float | None
    second: float | None
    change: float | None = strawberry.field(description="Second less first; null if one is unknown.")


@strawberry.type(description="A branch whose final flow differs.")
class CascadeFlowChange:
    """A flow."""

    branch_id: str
    first_mw: float
    second_mw: float
    change_mw: float


@strawberry.type(description="A substation whose loss differs.")
class CascadeLossChange:
    """A loss."""

    substation_id: str
    first_mw: float
    second_mw: float
    change_mw: float


@strawberry.type(description="What differs between two runs.")
class CascadeComparison:
    """Two runs beside each other."""

    first_id: strawberry.ID
    second_id: strawberry.ID
    is_same_result: bool = strawberry.field(description="Whether the results are equal, bit for bit.")
    is_same_network: bool = strawberry.field(description="Whether they were computed on the same network.")
    measures: list[CascadeMeasure]
    tripped_in_both_count: int
    only_first_count: int
    only_second_count: int
    only_first: list[str] = strawberry.field(description="Branches that tripped in the first run only.")
    only_second: list[str] = strawberry.field(description="Branches that tripped in the second run only.")
    earlier_or_later_count: int = strawberry.field(description="Branches that tripped in another wave.")
    flow_change_count: int
    flow_changes: list[CascadeFlowChange]
    losses: list[CascadeLossChange]


@strawberry.type
class ComparingQuery:
    """Questions about two runs."""

    @strawberry_django.field(
        extensions=[Requires()],
        description="What differs between two finished runs; lists hold the largest differences, "
        "as many as limit says (1 to 500).",
    )
    def compare_cascade_runs(
        self, info: Info, first_id: strawberry.ID, second_id: strawberry.ID, limit: int = 100
    ) -> CascadeComparison:
        """Compare two runs."""
        if not 1 <= limit <= MAX_DIFFERENCES:
            raise BadInput(f"limit is {limit}; it must be 1 to {MAX_DIFFERENCES}.", field="limit")
        user = require_login(info)
        found = compare(
            finished_run(parse_row_id(first_id, "firstId"), user, field="firstId"),
            finished_run(parse_row_id(second_id, "secondId"), user, field="secondId"),
            limit=limit,
        )
        values = vars(found) | {
            "first_id": strawberry.ID(str(found.first_id)),
            "second_id": strawberry.ID(str(found.second_id)),
            "measures": [CascadeMeasure(**vars(each)) for each in found.measures],
            "flow_changes": [CascadeFlowChange(**vars(each)) for each in found.flow_changes],
            "losses": [CascadeLossChange(**vars(each)) for each in found.losses],
        }
        return CascadeComparison(**values)
