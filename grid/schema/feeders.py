"""Feeders as columns: everything a map of them needs, at a fraction of the cost of a list of objects."""

from typing import Any

import strawberry
import strawberry_django
from strawberry.types import Info
from strawberry.utils.str_converters import to_snake_case

from flux_site.api.guard import Requires
from flux_site.api.visibility import require
from grid.federation import from_either_store
from grid.schema.fast import column
from grid.schema.freshness import names_selected
from grid.selectors import feeders

PERMISSION = "grid.view_transformer"
ALSO = ("grid.view_circuit", "grid.view_substation")


@strawberry.type(
    description="One feeder for each transformer: the way from its substation over its circuit. "
    "The n-th entries of all columns belong together; the order is not defined."
)
class FeederColumns:
    """The columns of all feeders."""

    count: int = strawberry.field(description="Feeders, the length of every column.")
    id: list[str] = strawberry.field(description="Natural key of the transformer.")
    circuit_id: list[str]
    substation_id: list[str]
    from_lat: list[float] = strawberry.field(description="Of the substation, degrees (WGS 84).")
    from_lon: list[float] = strawberry.field(description="Of the substation, degrees (WGS 84).")
    to_lat: list[float] = strawberry.field(description="Of the transformer, degrees (WGS 84).")
    to_lon: list[float] = strawberry.field(description="Of the transformer, degrees (WGS 84).")
    rated_kva: list[float] = strawberry.field(description="Rated power, kVA.")
    loading_pct: list[float | None] = strawberry.field(
        description="Load over rating in the newest hour, %; null where it is not known."
    )
    distance_km: list[float] = strawberry.field(
        description="Great-circle distance from the substation to the transformer, km."
    )


@strawberry.type
class FeedersQuery:
    """Questions about feeders."""

    @strawberry_django.field(
        extensions=[Requires(PERMISSION, without_database=True)],
        description="All feeders, or those of a substation or circuit, column by column.",
    )
    def feeder_columns(
        self, info: Info, substation_id: str | None = None, circuit_id: str | None = None
    ) -> FeederColumns:
        """Return the columns."""
        user: Any = require(info, PERMISSION)
        for permission in ALSO:
            require(info, permission)
        scope = feeders.FeederScope(user=user, substation_id=substation_id, circuit_id=circuit_id)
        wanted = [to_snake_case(name) for name in names_selected(info._raw_info)]
        found = from_either_store(
            field="feederColumns",
            layers=(*feeders.LAYERS, *([feeders.LOADS] if "loading_pct" in wanted else [])),
            vital_layers=feeders.LAYERS,
            ask=lambda: feeders.feeders(scope, wanted),
        )
        none: list[Any] = []  # of a column that is not selected
        return FeederColumns(
            count=len(found["id"]),
            **{name: column(found.get(name, none), info) for name in feeders.COLUMNS},
        )
