"""Root fields of ratings and ageing hour by hour, and of transmission lines in the weather."""

from datetime import datetime

import strawberry
import strawberry_django
from strawberry.types import Info

from flux_site.api.guard import Requires
from flux_site.api.visibility import require_login
from grid.schema.rating_types import CircuitRating
from grid.selectors import branch_ratings, rating_series, transformer_ageing


@strawberry.type(description="What a circuit might carry in each hour of a period, against what it carried.")
class CircuitRatingSeries:
    """A circuit hour by hour."""

    circuit_id: str
    start: datetime
    end: datetime
    hour_count: int
    known_hour_count: int = strawberry.field(description="Hours whose load and weather rating are known.")
    over85_hours: int = strawberry.field(
        description="Of them, those loaded above 85 % of the weather rating."
    )
    over100_hours: int = strawberry.field(description="Of them, those loaded above the weather rating.")
    energy_over_mwh: float | None = strawberry.field(
        description="Carried above the weather rating; null if no hour is known."
    )
    least_margin_pct: float | None
    least_margin_at: datetime | None
    points: list[CircuitRating] = strawberry.field(description="Every hour, oldest first.")


@strawberry.type(description="A transformer in one hour; temperatures at its end; null is unknown.")
class ThermalHour:
    """An hour of a transformer."""

    at: datetime
    load_kva: float
    loading_pct: float
    coverage_pct: float | None
    ambient_c: float | None
    top_oil_c: float | None
    hot_spot_c: float | None
    ageing_factor: float | None
    permitted_kva: float | None = strawberry.field(
        description="Lasting load that the hour's air permits at a hot spot of 110 °C, IEEE C57.91."
    )
    permitted_loading_pct: float | None
    margin_pct: float | None = strawberry.field(description="What the load left of the permitted one.")


@strawberry.type(description="A transformer hour by hour, and what of its life the hours used up.")
class TransformerAgeing:
    """The ageing of a transformer."""

    transformer_id: str
    rated_kva: float
    start: datetime
    end: datetime
    hour_count: int
    known_hour_count: int = strawberry.field(description="Hours whose hot spot is known.")
    normal_life_h: float
    equivalent_ageing_factor: float | None = strawberry.field(
        description="Mean ageing factor of the known hours (FEQA); 1 is normal ageing."
    )
    life_used_h: float | None = strawberry.field(description="Hours of normal life that they used up.")
    life_used_pct: float | None = strawberry.field(description="The same as a share of the normal life.")
    peak_hot_spot_c: float | None
    peak_hot_spot_at: datetime | None
    hours_over110_c: int
    hours_over140_c: int
    points: list[ThermalHour] = strawberry.field(description="Hours on record, oldest first.")


@strawberry.type(description="What a transmission branch may carry in the air of an hour; null is unknown.")
class BranchRating:
    """The ratings of a branch."""

    branch_id: str
    kind: str = strawberry.field(description="LINE, TRANSFORMER or WINDING.")
    from_substation_id: str
    to_substation_id: str
    base_kv: float
    rating_mva: float | None = strawberry.field(description="Static rating; null: unlimited.")
    multiplier: float | None = strawberry.field(
        description="Of the static rating in the hour's air and sun, at the worse end."
    )
    weather_rating_mva: float | None
    ambient_c: float | None = strawberry.field(description="At the end that decides.")
    sun_w_per_m2: float | None
    station: str | None
    station_distance_km: float | None
    base_flow_mw: float = strawberry.field(description="DC flow in the planning base case, not of the hour.")
    base_loading_pct: float | None = strawberry.field(description="Base flow over the static rating.")
    weather_loading_pct: float | None = strawberry.field(description="Base flow over the weather rating.")
    reason: str | None = strawberry.field(description="Why a value is null.")


@strawberry.type(description="Transmission branches in the air of an hour, the most loaded first.")
class BranchRatings:
    """Ratings of branches."""

    at: datetime | None = strawberry.field(description="Start of the hour; null if no hour is known.")
    branch_count: int
    rated_count: int = strawberry.field(description="Branches whose weather rating is known.")
    least_multiplier: float | None
    greatest_multiplier: float | None
    ratings: list[BranchRating]


@strawberry.type
class RatingSeriesQuery:
    """Questions about weather on the wires."""

    @strawberry_django.field(
        extensions=[Requires("grid.view_circuit", without_database=True)],
        description="The weather rating, load and margin of a circuit in each hour from start to before end, "
        "31 days at the most. From the warehouse.",
    )
    def circuit_rating_series(
        self, info: Info, circuit_id: str, start: datetime, end: datetime
    ) -> CircuitRatingSeries:
        """Return the series."""
        found = rating_series.circuit_rating_series(
            circuit_id=circuit_id, start=start, end=end, user=require_login(info)
        )
        values = vars(found) | {"points": [CircuitRating(**vars(point)) for point in found.points]}
        values["over85_hours"] = values.pop("over_85_hours")
        values["over100_hours"] = values.pop("over_100_hours")
        return CircuitRatingSeries(**values)

    @strawberry_django.field(
        extensions=[Requires("grid.view_transformer", without_database=True)],
        description="Temperatures, permitted load and loss of life of a transformer from start to before "
        "end, 366 days at the most. From the warehouse.",
    )
    def transformer_ageing(
        self, info: Info, asset_id: str, start: datetime, end: datetime
    ) -> TransformerAgeing:
        """Return the ageing."""
        found = transformer_ageing.transformer_ageing(
            asset_id=asset_id, start=start, end=end, user=require_login(info)
        )
        values = vars(found) | {"points": [ThermalHour(**vars(point)) for point in found.points]}
        values["hours_over110_c"] = values.pop("hours_over_110_c")
        values["hours_over140_c"] = values.pop("hours_over_140_c")
        return TransformerAgeing(**values)

    @strawberry_django.field(
        extensions=[Requires("grid.view_branch", without_database=True)],
        description="Transmission branches in service against their rating in the air of an hour, the most "
        "loaded first. Of the newest hour with weather unless `at` says which.",
    )
    def branch_ratings(
        self,
        info: Info,
        at: datetime | None = None,
        branch_ids: list[str] | None = None,
        substation_id: str | None = None,
        min_loading_pct: float | None = None,
        limit: int = 100,
    ) -> BranchRatings:
        """Return the ratings."""
        found = branch_ratings.branch_ratings(
            at=at,
            branch_ids=branch_ids,
            substation_id=substation_id,
            min_loading_pct=min_loading_pct,
            limit=limit,
            user=require_login(info),
        )
        return BranchRatings(
            **vars(found) | {"ratings": [BranchRating(**vars(each)) for each in found.ratings]}
        )
