"""GraphQL of the weather between the stations."""

from datetime import datetime

import strawberry
import strawberry_django
from strawberry.types import Info

from flux_site.api.guard import Requires
from grid.selectors import weather

WeatherMeasure = strawberry.enum(weather.WeatherMeasure, description="What weather stations observe.")
EVERY_MEASURE = tuple(weather.WeatherMeasure)


@strawberry.type(description="One measure at the cells of a grid.")
class WeatherField:
    """A field."""

    measure: WeatherMeasure
    unit: str
    values: list[float | None] = strawberry.field(
        description="Row by row from the north, each from west to east; null where no station is near."
    )
    minimum: float | None
    maximum: float | None
    station_count: int = strawberry.field(description="Stations that observed it in that hour.")
    leave_one_out_rmse: float | None = strawberry.field(
        description="Root mean square error of stations estimated from the others; null with fewer than two."
    )
    reason: str | None = strawberry.field(description="Why no value is known.")


@strawberry.type(description="The weather of an hour on a regular grid.")
class WeatherGrid:
    """A grid."""

    at: datetime = strawberry.field(description="Start of the hour.")
    bbox: list[float] = strawberry.field(description="West, south, east, north of its outer edges, degrees.")
    column_count: int
    row_count: int
    method: str
    max_distance_km: float = strawberry.field(description="Cells farther from any station are null.")
    nearest_station_km: list[float | None] = strawberry.field(
        description="Distance of each cell's centre to the nearest station with one of the measures."
    )
    fields: list[WeatherField]


@strawberry.type(description="An hour with weather.")
class WeatherHour:
    """An hour."""

    at: datetime
    station_count: int


@strawberry.type
class WeatherQuery:
    """Questions about the weather."""

    @strawberry_django.field(
        extensions=[Requires("grid.view_weatherobservation", without_database=True)],
        description="The weather of the hour of `at`, interpolated between the stations on a grid of "
        "`resolution` cells along its longer side; over the territory unless `bbox` (west, south, east, "
        "north) says where. From the warehouse.",
    )
    def weather_grid(
        self,
        info: Info,
        at: datetime,
        bbox: list[float] | None = None,
        measures: list[WeatherMeasure] | None = None,
        resolution: int = 40,
    ) -> WeatherGrid:
        """Return the grid."""
        found = weather.weather_grid(
            at=at,
            bbox=bbox,
            measures=EVERY_MEASURE if measures is None else measures,
            resolution=resolution,
        )
        return WeatherGrid(
            **(vars(found) | {"fields": [WeatherField(**vars(each)) for each in found.fields]})
        )

    @strawberry_django.field(
        extensions=[Requires("grid.view_weatherobservation", without_database=True)],
        description="The hours with weather from `start` to before `end`, of at most 92 days, oldest first; "
        "by default those of the last 31 days on record. From the warehouse.",
    )
    def weather_hours(
        self, info: Info, start: datetime | None = None, end: datetime | None = None
    ) -> list[WeatherHour]:
        """Return the hours."""
        return [WeatherHour(**vars(each)) for each in weather.weather_hours(start=start, end=end)]
