"""API types of ratings by the weather."""

from datetime import datetime

import strawberry


@strawberry.type(description="What a line may carry in the weather of an hour; null is unknown.")
class LineRating:
    """The ratings of one line."""

    at: datetime | None = strawberry.field(description="Start of the hour; null if no hour is known.")
    conductor_type: str
    rated_a: float = strawberry.field(description="Static rating, A.")
    weather_rated_a: float | None = strawberry.field(
        description="Rating of IEEE Std 738 with the hour's temperature, a clear sky's sun and the usual "
        "conservative wind of 0.61 m/s, A. Limited by what is in series and does not follow the air."
    )
    wind_rated_a: float | None = strawberry.field(
        description="The same with the observed wind at 45° to the line, for information, A."
    )
    limited_by: str | None = strawberry.field(
        description="What decides the weather rating: CONDUCTOR, CABLE or EQUIPMENT."
    )
    station: str | None = strawberry.field(description="Weather station used.")
    station_distance_km: float | None
    ambient_c: float | None = strawberry.field(description="Air temperature there.")
    sun_w_per_m2: float | None = strawberry.field(description="Sun on a line across its beam; 0 at night.")
    reason: str | None = strawberry.field(description="Why a value is null.")


@strawberry.type(description="What a circuit's backbone may carry in the weather of an hour, and its load.")
class CircuitRating(LineRating):
    """The ratings and the load of a circuit."""

    circuit_id: str
    name: str
    substation_id: str
    rated_mva: float = strawberry.field(description="Static rating, MVA.")
    weather_rated_mva: float | None
    load_a: float | None = strawberry.field(
        description="Mean current of its metered load at nominal voltage, without losses."
    )
    load_mva: float | None
    coverage_pct: float | None = strawberry.field(
        description="Metered share of the hour over its meters; below 100 the load is a lower bound."
    )
    loading_pct: float | None = strawberry.field(description="Load over the static rating.")
    weather_loading_pct: float | None = strawberry.field(description="Load over the weather rating.")
    margin_pct: float | None = strawberry.field(description="What the weather rating leaves: 100 less that.")


@strawberry.type(description="Circuits by how near they are to their rating, and the margin of all of them.")
class CircuitRatings:
    """Ratings of an hour."""

    at: datetime | None = strawberry.field(description="Start of the hour; null if no hour is known.")
    margin_pct: float | None = strawberry.field(
        description="Share of all circuits' weather ratings that is left, over circuits with load and rating."
    )
    capacity_left_mva: float | None
    circuit_count: int = strawberry.field(description="Circuits whose load and weather rating are known.")
    over85_count: int = strawberry.field(description="Of them loaded above 85 % of their weather rating.")
    over100_count: int = strawberry.field(description="Of them loaded above their weather rating.")
    ratings: list[CircuitRating] = strawberry.field(description="The most loaded first, unknown ones last.")
