"""Feeders as columns: everything a map of them needs, at a fraction of the cost of a list of objects."""

from typing import Any

import orjson
import strawberry
import strawberry_django
from strawberry.types import Info
from strawberry.utils.str_converters import to_snake_case

from flux_site.api.guard import Requires
from flux_site.api.visibility import require
from grid.federation import from_either_store
from grid.federation.warehouse_database.router import is_asking_warehouse
from grid.models.base import granted_zone_ids
from grid.schema.fast import Completed, column
from grid.schema.freshness import names_selected
from grid.schema.kept_columns import KeptColumns
from grid.selectors import feeders

PERMISSION = "grid.view_transformer"
ALSO = ("grid.view_circuit", "grid.view_substation")

kept_columns = KeptColumns(("grid_transformer", "grid_circuit", "grid_substation", "grid_transformerload"))


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
        takes_text = getattr(info.context, "takes_arrays", False)
        none: list[Any] = []  # of a column that is not selected

        def read() -> dict[str, Any]:
            found = feeders.feeders(scope, wanted)
            return {name: found[name] for name in feeders.COLUMNS if name in found}

        def answer() -> FeederColumns:
            if not takes_text or is_asking_warehouse() or substation_id is not None or circuit_id is not None:
                found = read()
                columns = {name: column(found.get(name, none), info) for name in feeders.COLUMNS}
                return FeederColumns(count=len(found["id"]), **columns)
            whose = (tuple(granted_zone_ids(user)), frozenset(wanted))
            kept = kept_columns.get(
                whose,
                lambda: {name: values for name, values in read().items() if name in {"id", *wanted}},
            )
            texts: dict[str, Any] = {
                name: Completed(orjson.Fragment(text)) for name, text in kept.texts.items()
            }
            return FeederColumns(
                count=kept.count, **{name: texts.get(name, none) for name in feeders.COLUMNS}
            )

        return from_either_store(
            field="feederColumns",
            layers=(*feeders.LAYERS, *([feeders.LOADS] if "loading_pct" in wanted else [])),
            vital_layers=feeders.LAYERS,
            ask=answer,
        )
