"""Root field of ratings by the weather."""

from datetime import datetime

import strawberry
import strawberry_django
from strawberry.types import Info

from flux_site.api.guard import Requires
from flux_site.api.visibility import require_login
from grid.schema.rating_types import CircuitRating, CircuitRatings
from grid.selectors import line_ratings


@strawberry.type
class RatingQuery:
    """Questions about what circuits may carry."""

    @strawberry_django.field(
        extensions=[Requires("grid.view_circuit", without_database=True)],
        description="Circuits against their rating in the weather of an hour, the most loaded first. Of the "
        "newest hour whose loads are known unless `at` says which; past hours are of the warehouse.",
    )
    def circuit_ratings(
        self,
        info: Info,
        at: datetime | None = None,
        circuit_ids: list[str] | None = None,
        min_loading_pct: float | None = None,
        limit: int = 100,
    ) -> CircuitRatings:
        """Return the ratings."""
        found = line_ratings.circuit_ratings(
            at=at,
            circuit_ids=circuit_ids,
            min_loading_pct=min_loading_pct,
            limit=limit,
            user=require_login(info),
        )
        return CircuitRatings(
            at=found.at,
            margin_pct=found.margin_pct,
            capacity_left_mva=found.capacity_left_mva,
            circuit_count=found.circuit_count,
            over85_count=found.over_85_count,
            over100_count=found.over_100_count,
            ratings=[CircuitRating(**vars(each)) for each in found.ratings],
        )
